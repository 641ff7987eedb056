"""A user's generator in the worker: its process, its sound and the checks on it, and comparisons of two songs."""
