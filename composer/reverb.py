"""A reverberator after Schroeder ("Natural Sounding Artificial Reverberation", JAES 10:3, 1962).

Four combs side by side for each ear, then two allpasses; each runs over as many frames at once as its delay is long.
"""

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
import numpy.typing as npt

from composer.block import Block

COMBS: Final = ((1687, 1601, 2053, 2251), (1733, 1619, 2081, 2203))
"""Delays in frames, left and right: primes, so that no echoes fall together."""
ALLPASSES: Final = ((241, 83), (263, 79))
ROOM: Final = 0.8
"""What a comb feeds back: about 1.1 s to -60 dB."""
DIFFUSION: Final = 0.6
LEVEL: Final = 0.35

Wave = npt.NDArray[np.float32]


class Reverb:
    def __init__(self) -> None:
        self._ears = [
            ([_Comb(delay) for delay in combs], [_Allpass(delay) for delay in allpasses])
            for combs, allpasses in zip(COMBS, ALLPASSES, strict=True)
        ]

    def __call__(self, sound: Wave) -> Block:
        """One channel in, what the room gives back to two ears out."""
        ears = []
        for combs, allpasses in self._ears:
            ear = np.sum([comb(sound) for comb in combs], axis=0)
            for allpass in allpasses:
                ear = allpass(ear)
            ears.append(ear)
        return np.stack(ears, axis=1) * np.float32(LEVEL)


class _Line(ABC):
    """A delay line: `step` gets what went in a delay ago, and gives what goes in now, a stretch at a time."""

    def __init__(self, delay: int) -> None:
        self._line = np.zeros(delay, np.float32)
        self._at = 0

    def __call__(self, sound: Wave) -> Wave:
        out = np.empty_like(sound)
        done = 0
        while done < len(sound):
            count = min(len(self._line) - self._at, len(sound) - done)
            line = self._line[self._at : self._at + count]
            out[done : done + count], line[:] = self.step(sound[done : done + count], line)
            done += count
            self._at = (self._at + count) % len(self._line)
        return out

    @abstractmethod
    def step(self, sound: Wave, past: Wave) -> tuple[Wave, Wave]:
        """(what comes out, what goes into the line)"""


class _Comb(_Line):
    def step(self, sound: Wave, past: Wave) -> tuple[Wave, Wave]:
        return past.copy(), sound + np.float32(ROOM) * past


class _Allpass(_Line):
    def step(self, sound: Wave, past: Wave) -> tuple[Wave, Wave]:
        into: Wave = sound + np.float32(DIFFUSION) * past
        out: Wave = past - np.float32(DIFFUSION) * into
        return out, into
