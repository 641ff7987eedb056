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
"""Seconds of silence. A listener who hears nothing for longer thinks that the station is gone."""
FORGOTTEN: Final = 0.1
"""Seconds of silence that are forgotten for each second of sound: many small holes are as bad as a long one."""


class StarvationWatch:
    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and must be monotonic."""
        self._clock = clock
        self._cue: CueId | None = None
        self._frames = Frames(0)
        self._noted = self._silent = 0.0

    def note(self, cue: CueId, frames: Frames, is_moving: bool) -> bool:
        """Take what the streamer says; True where there was too much silence, of which then nothing is known any
        more."""
        now = self._clock()
        passed, self._noted = now - self._noted, now
        if cue != self._cue or not is_moving:
            self._cue, self._silent = cue if is_moving else None, 0.0
        elif frames == self._frames:
            self._silent += passed
        else:
            self._silent = max(0.0, self._silent - FORGOTTEN * passed)
        self._frames = frames
        if self._silent < PATIENCE:
            return False
        self._silent = 0.0
        return True
