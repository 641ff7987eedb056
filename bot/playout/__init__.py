"""Keeps the streamer at what the core wants to be heard."""
