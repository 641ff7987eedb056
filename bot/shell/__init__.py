"""The admin socket, and the commands of a shell that use it."""
