"""What goes along the bus (blocks of frames, silence, and titles and marks between them), and what a source must do.

Knows no particular source, no codec and no time.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from bandstand.common.sound import Pieces as Pieces
from bandstand.common.sound import Samples as Samples
from bandstand.common.types import CHANNELS, CueId, Frames


@dataclass(frozen=True, slots=True)
class Block:
    """`frames` of sound. `samples` is None for silence, so that an encoder can send silence it has encoded before."""

    frames: int
    samples: Samples | None
    at: Frames = field(default=Frames(0), compare=False)
    """The number of its first frame, counted since the bus began."""
    behind: Frames = field(default=Frames(0), compare=False)
    """Frames that were due at the same time and come in further blocks."""


@dataclass(frozen=True, slots=True)
class Title:
    """The title that listeners are shown from the next block on. Both parts are empty while nothing is on the air."""

    artist: str
    title: str

    @property
    def line(self) -> str:
        return " - ".join(part for part in (self.artist, self.title) if part)


NOTHING: Final = Title("", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """From frame `at` of the bus on, the sound is that of this cue from `position` on. See `streamer.heard`."""

    at: Frames
    cue: CueId | None
    """None while nothing is on the air."""
    position: Frames
    """In frames of the song."""
    is_moving: bool
    """False while the cue stands still: it is held, or silence stands in for it."""

    def find_position(self, at: Frames) -> Frames:
        """The song's frame at a later frame of the bus."""
        return Frames(self.position + at - self.at) if self.is_moving else self.position


Item = Block | Title | Mark


class AudioSource(Protocol):
    """Sound that another thread decodes ahead. No method waits."""

    @property
    def ended(self) -> bool:
        """Whether all has been read and nothing more will come."""

    @property
    def remaining(self) -> Frames | None:
        """Frames that are left, all of them ready, or None while the end is not known."""

    @property
    def ready(self) -> int:
        """Frames that can be read at once."""

    @property
    def trouble(self) -> str:
        """A sentence if the sound ends before it should; else empty. Known when `remaining` is."""

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames of shape (frames, CHANNELS), which the caller may change; fewer if no more is ready."""

    def keep_ready(self, frames: Frames) -> None:
        """Decode at least `frames` ahead from now on, so that the end is known that much earlier."""

    def close(self) -> None: ...


def zeros(frames: int) -> Samples:
    return np.zeros((frames, CHANNELS), dtype=np.float32)
