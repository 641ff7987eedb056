"""How loud live sound is, and for how long it has been sound at all, by its level in windows of 100 ms.

Sound is what is above `THRESHOLD`. A pause between two sentences is no silence yet: what was heard counts on until it
has been quiet for `PAUSE`. Pure; time is the number of frames.
"""

import math
from typing import Final

import numpy as np

from bandstand.common.types import RATE
from bandstand.streamer.block import Samples, zeros

WINDOW: Final = RATE // 10
THRESHOLD: Final = -50.0
"""dBFS: the root mean square of both channels, full scale at 0."""
PAUSE: Final = 1.0
"""Seconds."""


class Gate:
    """Is given the sound in pieces of any length."""

    def __init__(self) -> None:
        self._rest = zeros(0)
        self.level: float | None = None
        """dBFS of the last window; None of digital silence."""
        self.heard = 0.0
        """Seconds of sound since it was last quiet for longer than a pause."""
        self.quiet = 0.0
        """Seconds for which it is quiet; 0 while there is sound."""

    def push(self, samples: Samples) -> None:
        joined = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(joined) // WINDOW
        for number in range(whole):
            self._take(joined[number * WINDOW : (number + 1) * WINDOW])
        self._rest = joined[whole * WINDOW :]

    def _take(self, window: Samples) -> None:
        self.level = measure_level(window)
        seconds = WINDOW / RATE
        if self.level is not None and self.level > THRESHOLD:
            self.heard += seconds
            self.quiet = 0.0
            return
        self.quiet += seconds
        if self.quiet > PAUSE:
            self.heard = 0.0


def measure_level(samples: Samples) -> float | None:
    """dBFS; None of digital silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return 10 * math.log10(power) if power > 0 else None
