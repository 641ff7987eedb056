"""What goes along the bus (blocks of frames, silence, and the titles between them), and what a source of it must do.

Knows no particular source, no codec and no time.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from common.types import CHANNELS, Frames

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


class AudioSource(Protocol):
    """Sound that is decoded ahead by someone else. No method waits."""

    @property
    def ended(self) -> bool:
        """Nothing is left to be read and nothing more will come."""

    @property
    def remaining(self) -> Frames | None:
        """How much is left, once the end is known: then all of it is ready."""

    @property
    def trouble(self) -> str:
        """A sentence if the sound ends before it should have, known when `remaining` is; else empty."""

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames of shape (frames, CHANNELS), the caller's own; fewer where no more is ready."""

    def keep_ready(self, frames: Frames) -> None:
        """Be at least so far ahead from now on, and so know the end as early."""

    def close(self) -> None: ...


def zeros(frames: int) -> Samples:
    return np.zeros((frames, CHANNELS), dtype=np.float32)
