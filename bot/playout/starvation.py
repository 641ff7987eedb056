"""Notices that a song gives no sound for too long, because it is made more slowly than it is heard.

While silence stands in for a source, the streamer says again and again where the song is (`wire.Moved`), and that is
always the same place, though the song is taken to be moving. A song that was paused, or that is held since no mount is
on the air, is said to stand still, and is not meant.

Pure: the clock is passed in.
"""

from collections.abc import Callable
from typing import Final

from bandstand.common.types import CueId, Frames

PATIENCE: Final = 1.5
"""Seconds. A listener who hears nothing for longer thinks that the station is gone."""


class StarvationWatch:
    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and must be monotonic."""
        self._clock = clock
        self._place: tuple[CueId, Frames] | None = None
        self._since = 0.0
        self._is_told = False

    def note(self, cue: CueId, frames: Frames, is_moving: bool) -> bool:
        """Take what the streamer says; True, once in each silence, where it has lasted for `PATIENCE`."""
        place = (cue, frames) if is_moving else None
        if place != self._place:
            self._place, self._since, self._is_told = place, self._clock(), False
        if place is None or self._is_told or self._clock() - self._since < PATIENCE:
            return False
        self._is_told = True
        return True
