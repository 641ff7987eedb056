"""A user's generator in the worker: its process, its sound, what is odd about it, and the song's files."""
