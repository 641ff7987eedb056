"""How long the station has been silent, and why: seconds by cause, added up between one event and the next.

The cause is looked up whenever something happens, and holds until the next event. Songs that are quiet, and silence
between two songs that is part of them, are sound here. Pure: the clock and the look are passed in.
"""

import enum
from collections.abc import Callable, Mapping


class SilenceCause(enum.StrEnum):
    STREAMER = "streamer"
    """The streamer is away; the standby is heard."""
    MOUNTS = "mounts"
    """No mount is on the air."""
    STOPPED = "stopped"
    """Somebody has stopped it."""
    MAKING = "making"
    """Nothing is ready, and a song is being made."""
    IDLE = "idle"
    """There is nothing to play."""
    UNDERRUN = "underrun"
    """A song was made or read too slowly."""


class SilenceClock:
    def __init__(self, clock: Callable[[], float], look: Callable[[], SilenceCause | None]) -> None:
        """`clock` counts seconds and must be monotonic; `look` says why it is silent now, None: it is not."""
        self._clock = clock
        self._look = look
        self._seconds = dict.fromkeys(SilenceCause, 0.0)
        self._cause: SilenceCause | None = None
        self._since = clock()

    def note(self) -> None:
        """Something has happened that may begin or end silence."""
        now = self._clock()
        if self._cause is not None:
            self._seconds[self._cause] += now - self._since
        self._cause, self._since = self._look(), now

    def add_underrun(self, seconds: float) -> None:
        self._seconds[SilenceCause.UNDERRUN] += seconds

    def read(self) -> Mapping[SilenceCause, float]:
        """Seconds by cause up to now."""
        self.note()
        return dict(self._seconds)
