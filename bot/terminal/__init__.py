"""The ways in for people at a terminal: the station's own, telnet and ssh."""
