"""What listeners hear while a DJ is lost: a song, quietly, or a chord that swells and fades where there is none.

Silence would make people leave, and the programme itself would be cut off again when the DJ is back. Knows nothing of
DJs.
"""

from typing import Final

import numpy as np

from bandstand.common.types import CHANNELS, RATE, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.sources import DecodedAhead

BED_START: Final = Frames(20 * RATE)
"""Where in the song it begins: many rise slowly."""
QUIETER: Final = 10 ** (-12 / 20)
"""Factor for the song."""
CHORD: Final = (110.0, 164.81, 220.0, 277.18, 329.63)
"""Hertz: A major."""
CHORD_LEVEL: Final = 0.012
"""Of each of its tones; together about -32 LUFS."""
SWELL: Final = 8.0
"""Seconds from one swell to the next."""


class Bed:
    """Takes over `song`, whose thread has to be begun; the chord stands in wherever that has nothing."""

    def __init__(self, song: DecodedAhead | None) -> None:
        self._song = song
        self._at = 0

    def read(self, frames: int) -> Samples:
        """Always as many frames as are asked for."""
        made = self._song.read(frames) * np.float32(QUIETER) if self._song is not None else zeros(0)
        missing = frames - len(made)
        if missing:
            made = np.concatenate([made, make_chord(self._at, missing)])
        self._at += frames
        return made

    def close(self) -> None:
        if self._song is not None:
            self._song.close()


def make_chord(at: int, frames: int) -> Samples:
    """Frames of the chord from its frame `at` on."""
    seconds = (at + np.arange(frames)) / RATE
    swell = 0.7 - 0.3 * np.cos(2 * np.pi * seconds / SWELL)
    sound = np.zeros(frames)
    for number, hertz in enumerate(CHORD):
        slow = 1 + 0.3 * np.sin(2 * np.pi * seconds * (0.11 + 0.03 * number))
        sound += slow * np.sin(2 * np.pi * hertz * seconds)
    mono = (CHORD_LEVEL * swell * sound).astype(np.float32)
    return np.repeat(mono[:, np.newaxis], CHANNELS, axis=1)
