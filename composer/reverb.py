"""A reverberator after Schroeder ("Natural Sounding Artificial Reverberation", JAES 10:3, 1962).

Each side has four comb filters in parallel, then two allpass filters in series. A filter processes as many frames at
once as its delay has, so that NumPy does the work.
"""

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
import numpy.typing as npt

from bandstand.composer.audio import Block

COMBS: Final = ((1687, 1601, 2053, 2251), (1733, 1619, 2081, 2203))
"""Delays of the combs in frames, left and right. They are prime, so that echoes do not coincide."""
ALLPASSES: Final = ((241, 83), (263, 79))
"""Delays of the allpasses in frames, left and right."""
FEEDBACK: Final = 0.8
"""Feedback of a comb: the sound falls by 60 dB in about 1.1 s."""
DIFFUSION: Final = 0.6
"""Coefficient of an allpass."""
LEVEL: Final = 0.35
"""Gain of the result."""

Wave = npt.NDArray[np.float32]
"""One channel, shape (frames,)."""


class Reverb:
    """Keeps its state between calls of `process`, so that a sound can be processed in parts."""

    def __init__(self) -> None:
        self._sides = [
            ([_Comb(delay) for delay in combs], [_Allpass(delay) for delay in allpasses])
            for combs, allpasses in zip(COMBS, ALLPASSES, strict=True)
        ]

    def process(self, sound: Wave) -> Block:
        """Return the reverberation of a mono sound, shape (frames, 2), without the sound itself."""
        sides = []
        for combs, allpasses in self._sides:
            side = np.sum([comb.process(sound) for comb in combs], axis=0)
            for allpass in allpasses:
                side = allpass.process(side)
            sides.append(side)
        return np.stack(sides, axis=1) * np.float32(LEVEL)


class _DelayLine(ABC):
    """A filter with a delay line of `delay` frames. A subclass has the equation of the filter in `step`."""

    def __init__(self, delay: int) -> None:
        self._line = np.zeros(delay, np.float32)
        self._at = 0

    def process(self, sound: Wave) -> Wave:
        """Filter the next part of a sound, of any length."""
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
        """Compute (output, input of the delay line) from the input and the output of the delay line, of equal shape."""


class _Comb(_DelayLine):
    def step(self, sound: Wave, past: Wave) -> tuple[Wave, Wave]:
        return past.copy(), sound + np.float32(FEEDBACK) * past


class _Allpass(_DelayLine):
    def step(self, sound: Wave, past: Wave) -> tuple[Wave, Wave]:
        into: Wave = sound + np.float32(DIFFUSION) * past
        out: Wave = past - np.float32(DIFFUSION) * into
        return out, into
