"""Hands jobs to song workers; watches generators' files."""
