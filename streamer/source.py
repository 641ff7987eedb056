"""What playout needs of a source of sound. Knows no particular one."""

from typing import Protocol

from common.types import Frames
from streamer.block import Samples


class Source(Protocol):
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
