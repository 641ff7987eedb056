"""Starts and keeps Icecast, standby and streamer."""
