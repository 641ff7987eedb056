"""A guitar amplifier with its loudspeaker, for the two takes of one part: the first is left, the second right.

What makes a guitar sound driven is that the sum of its strings is bent: a power chord gets tones between and below its
notes. A soundfont bends each note alone, so the part as a whole is bent here once more: cut where a pickup and a tight
amplifier cut, pushed into a curve that is flat at its ends and not symmetric, and heard through a closed box, which
passes little below 90 Hz and above 5 kHz. The boxes of the two sides differ, so that the two takes are two amplifiers.
Works on blocks without a delay.
"""

from functools import cache
from typing import Final

import numpy as np

from bandstand.composer.audio import BLOCK_FRAMES, SPAN
from bandstand.composer.filters import Convolver, Curve, Rows, Spectrum, find_size, make_filter, take_block

PICKUP: Final[Curve] = (
    *((1, -60), (40, -30), (90, -12), (150, -3), (300, 0), (700, 3), (1500, 4), (4000, 0), (8000, -18), (24000, -60)),
)
"""The response before the curve."""
BOXES: Final[tuple[Curve, Curve]] = (
    (
        *((1, -60), (50, -24), (80, -5), (110, 1.5), (180, 0), (400, -2.5), (900, 0), (2200, 3), (3600, 2)),
        *((4800, -4), (6500, -22), (9000, -45), (24000, -70)),
    ),
    (
        *((1, -60), (50, -24), (85, -5), (120, 1.5), (200, 0), (500, -1), (1000, -0.5), (1800, 2), (3000, 4)),
        *((4400, -3), (6200, -22), (9000, -45), (24000, -70)),
    ),
)
"""The responses of the loudspeakers, left and right."""
DRIVE: Final = 70.0
"""Gain before the curve."""
BIAS: Final = 0.25
"""What the curve is off its middle by: the even harmonics of a valve."""
LEVEL: Final = 0.026
"""Gain after it, with which the two takes are 5 dB louder than the part was: the guitars carry a rock song."""

LASTS: Final = 3 * BLOCK_FRAMES
"""Frames of silence after which nothing of what was before is left in the filters."""


class Amplifier:
    """Keeps its state between blocks."""

    def __init__(self) -> None:
        self._before, self._after = Convolver(2), Convolver(2)
        self._silent = LASTS
        """Frames since the last sound."""

    def process(self, takes: Rows) -> Rows:
        """Amplify the next block of two takes, shape (2, frames)."""
        if takes.any():
            self._silent = 0
        elif self._silent >= LASTS:
            return takes
        else:
            self._silent += takes.shape[1]
        pickup, boxes = get_filters(find_size(takes.shape[1]))
        pushed = take_block(self._before.push(takes) * pickup)
        pushed += np.float32(BIAS)
        bent = np.tanh(pushed, out=pushed)
        bent -= np.float32(np.tanh(BIAS))
        return take_block(self._after.push(bent) * boxes)


def make_filters() -> None:
    """Make the filters ahead of time."""
    for frames in (BLOCK_FRAMES, SPAN * BLOCK_FRAMES):
        get_filters(find_size(frames))


@cache
def get_filters(size: int) -> tuple[Spectrum, Spectrum]:
    """What is before the curve, with its gain, and what is after it, with its own, for spectra of so many frames."""
    boxes = np.stack([make_filter(box, size) for box in BOXES])
    return make_filter(PICKUP, size) * np.float32(DRIVE), boxes * np.float32(LEVEL)
