"""Front ends for whoever sits at a terminal: here, over telnet, over ssh."""
