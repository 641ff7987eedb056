"""Live shows between the core, Icecast and the streamer: who is let in, and who is heard."""
