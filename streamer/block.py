"""What goes along the bus: blocks of frames, silence, and the titles between them.

Knows no source, no codec and no time.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from common.types import CHANNELS

Samples = NDArray[np.float32]
"""Shape (frames, CHANNELS), full scale at 1.0, `common.types.RATE` frames a second."""

Pieces = Generator[Samples, None, None]
"""Sound in order, in pieces of any length."""


@dataclass(frozen=True, slots=True)
class Block:
    """`frames` of sound. `samples` is None for silence, so that whoever encodes it may use what it has ready."""

    frames: int
    samples: Samples | None


@dataclass(frozen=True, slots=True)
class Title:
    """What listeners are told is on the air, from the next block on. Both empty: nothing is."""

    artist: str
    title: str

    @property
    def line(self) -> str:
        return " - ".join(part for part in (self.artist, self.title) if part)


NOTHING: Final = Title("", "")

Item = Block | Title


def zeros(frames: int) -> Samples:
    return np.zeros((frames, CHANNELS), dtype=np.float32)
