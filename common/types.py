"""The plain values that every process shares: units as types, and the one format of sound between processes.

Knows no input or output, and no rule of the programme.
"""

from typing import Final, NewType

Seconds = NewType("Seconds", float)
Frames = NewType("Frames", int)
"""A count of frames at `RATE`; one frame is one sample for each channel."""
Decibels = NewType("Decibels", float)
Lufs = NewType("Lufs", float)

SongCode = NewType("SongCode", str)
"""Names a song for good, short enough to be typed: see `songs.codes`."""
CueId = NewType("CueId", int)
"""Names one playing of a song, so that a late `Skip` cannot hit the song that follows."""

RATE: Final = 48_000
"""Frames a second on the bus, in spools and in everything that is composed."""
CHANNELS: Final = 2
LONGEST_FADE: Final = Seconds(20.0)
"""Of a crossfade or a slow stop; so much of a song is kept decoded for it."""
FRAME_BYTES: Final = CHANNELS * 4
"""A frame in a spool: interleaved little-endian 32-bit float, left then right, full scale at 1.0."""
