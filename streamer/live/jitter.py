"""How long live sound has to wait so that it goes on without a hole, by how unevenly it comes.

A source sends sound in pieces: an MP3 frame of 26 ms, an Ogg page of a second, or whatever a bad network lets through
at once. Frame n of the sound can be played at every moment after it has come. If it is played `delay` after the source
took it in, then for all pieces the one before must not be used up when the next one comes: with t the moment at which a
piece comes, and n the frames that had come before it, t - n / RATE is how late the first frame behind those was. The
sound is played so that the latest of the last `WINDOW` seconds would still have been in time: frame n at
n / RATE + latest + margin. The bus, too, takes sound in pieces, now of 12 ms, now two of 96 ms at once; of those, the
earliest of the last moments counts. That is a jitter buffer as telephones have it (RFC 3550, 6.4.1, counts the same
lateness), with a maximum in place of a mean, since a hole is worse than some tens of milliseconds.

Pure: moments come in as numbers.
"""

from collections import deque
from typing import Final

from bandstand.common.types import RATE

WINDOW: Final = 10.0
"""Seconds for which a late piece is remembered."""
READING_WINDOW: Final = 1.0
"""Seconds; the bus takes sound five times in it, at least."""
MARGIN: Final = 0.07
"""Seconds that are added: the bus may take its sound 48 ms earlier than it did lately (`bus.LAG`)."""


class Jitter:
    """The latest pieces of the last seconds. Moments are of one monotonic clock, in seconds."""

    def __init__(self, window: float = WINDOW) -> None:
        self._latest = Highest(window)

    def record(self, now: float, before: int) -> None:
        """A piece came `now`, behind `before` frames that had come since the connection was made."""
        self._latest.record(now, now - before / RATE)

    def find_frame(self, moment: float) -> int:
        """The frame that is to be played at this moment; negative where the sound has not begun."""
        late = self._latest.value
        return -1 if late is None else round((moment - late - MARGIN) * RATE)


class Reading:
    """When the bus takes the sound, by the reads of the last moments. It keeps time, but for a pause, as while nothing
    is on the air: then what was before does not count."""

    def __init__(self, window: float = READING_WINDOW) -> None:
        self._latest = Highest(window)
        self._before = 0
        """Frames that were taken before the last read."""
        self._taken = 0

    def record(self, now: float, frames: int) -> None:
        """So many frames are taken `now`. After a pause, as many more may follow at once."""
        self._before, self._taken = self._taken, self._taken + frames
        self._latest.forget_old(now)
        ahead = frames if self._latest.value is None else 0
        self._latest.record(now, (self._taken + ahead) / RATE - now)

    def find_moment(self) -> float | None:
        """The moment for which the first frame of the last read counts; None where nothing was read yet."""
        early = self._latest.value
        return None if early is None else self._before / RATE - early


class Highest:
    """The highest of the values that came in the last `window` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._kept: deque[tuple[float, float]] = deque()
        """Moment and value; the value falls from one to the next."""

    def record(self, now: float, value: float) -> None:
        while self._kept and self._kept[-1][1] <= value:
            self._kept.pop()
        self._kept.append((now, value))
        self.forget_old(now)

    def forget_old(self, now: float) -> None:
        while self._kept and self._kept[0][0] < now - self._window:
            self._kept.popleft()

    @property
    def value(self) -> float | None:
        return self._kept[0][1] if self._kept else None
