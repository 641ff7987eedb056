"""How long live sound has to wait so that it goes on without a hole, by how unevenly it comes.

A source sends sound in pieces: an MP3 frame of 26 ms, an Ogg page of a second, or whatever a bad network lets through
at once. Frame n of the sound can be played at every moment after it has come. If it is played `delay` after the source
took it in, then for all pieces the one before must not be used up when the next one comes: with t the moment at which a
piece comes, and n the frames that had come before it, t - n / RATE is how late the first frame behind those was. The
sound is played so that the latest of the last `WINDOW` seconds would still have been in time: frame n at
n / RATE + latest + margin. That is a jitter buffer as telephones have it (RFC 3550, 6.4.1, counts the same lateness),
with a maximum in place of a mean, since a hole is worse than some tens of milliseconds.

Pure: moments come in as numbers.
"""

from collections import deque
from typing import Final

from bandstand.common.types import RATE

WINDOW: Final = 10.0
"""Seconds for which a late piece is remembered."""
MARGIN: Final = 0.08
"""Seconds that are added: the bus takes sound in blocks of up to 96 ms, half of which are due when it does."""


class Jitter:
    """The latest pieces of the last seconds. Moments are of one monotonic clock, in seconds."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._latest: deque[tuple[float, float]] = deque()
        """Moment and lateness; the lateness falls from one to the next."""

    def record(self, now: float, before: int) -> None:
        """A piece came `now`, behind `before` frames that had come since the connection was made."""
        late = now - before / RATE
        while self._latest and self._latest[-1][1] <= late:
            self._latest.pop()
        self._latest.append((now, late))
        while self._latest[0][0] < now - self._window:
            self._latest.popleft()

    def find_frame(self, now: float) -> int:
        """The frame that is to be played at this moment; negative where the sound has not begun."""
        if not self._latest:
            return -1
        return round((now - self._latest[0][1] - MARGIN) * RATE)
