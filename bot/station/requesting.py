"""The rules of requests: from when a song, and a person, may be served again. Values in, values out.

A song that is requested often has to rest for longer. The wait grows with its **request count**: every request adds
`ADDED`, up to `MOST_COUNTED`, and from the `FORGETTING`th day without one on, every day takes 1 away. The curve and the
figures are those of R-a-dio's robot (Valkyrie), where thousands of songs are requested by hundreds of people: 11 hours
for a song that nobody requests, ten days for the favourite of all. A smaller library would starve by that, so there the
wait is shorter, in proportion to its songs, and never below `SHORTEST`. It counts from the last play and from the last
request, whichever is later.

A person may request one song an hour.

The robot has a daily job that counts down. Here the count is reckoned from the last request whenever it is asked for,
so no job is missed while the station is off, and each song's days begin at the hour of its own request.

Every rule answers with a moment: the earliest at which it allows the song or the person. A request is refused before
the later of these, and is not refused from then on.
"""

import math
from typing import Final

import msgspec

from bandstand.common.types import SongCode

DAY: Final = 24 * 3600.0
ADDED: Final = 2
"""What a request adds to its song's count."""
MOST_COUNTED: Final = 30
FORGETTING: Final = 11
"""Days without a request after which the first is taken from the count."""
SHORTEST: Final = 30 * 60.0
"""Seconds that a song rests in the smallest library."""
FULL_LIBRARY: Final = 4000
"""Songs from which on the whole wait holds."""
STEEP: Final = 7
"""Up to this count the wait follows a parabola, and above it an exponential."""
PERSON_WAIT: Final = 3600.0
"""Seconds between two requests of a person."""


class SongRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as it is kept."""

    song: SongCode
    cue: int
    """The playing that it led to."""
    person: str
    name: str
    created: float
    count: int
    """The song's request count, with this one."""


class SongPast(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a song where it is requested; times in Unix seconds."""

    last_started: float | None = None
    last_request: SongRequest | None = None

    @property
    def last(self) -> float:
        """When it was heard or requested last; long ago, where it never was."""
        requested = self.last_request.created if self.last_request else -math.inf
        return max(requested, -math.inf if self.last_started is None else self.last_started)


def reckon_wait(count: int) -> float:
    """Seconds that a song of this request count rests in a large library."""
    count = min(max(count, 0), MOST_COUNTED)
    if count <= STEEP:
        return (-11057.0 * count**2 + 172954.0 * count + 81720.0) / 2
    return (599955.0 * math.exp(0.0372 * count) + 0.5) / 2


def get_song_wait(count: int, songs: int) -> float:
    """Seconds that a song of this request count rests, in a library with so many songs that can be played."""
    return max(SHORTEST, reckon_wait(count) * min(1.0, songs / FULL_LIBRARY))


def count_requests(last: SongRequest | None, now: float) -> int:
    """A song's request count at this moment, from its last request."""
    if last is None:
        return 0
    forgotten = max(0, math.floor((now - last.created) / DAY) - FORGETTING + 1)
    return max(0, last.count - forgotten)


def add_request(last: SongRequest | None, now: float) -> int:
    """The request count with one more request, made now."""
    return min(MOST_COUNTED, count_requests(last, now) + ADDED)


def find_song_time(past: SongPast, songs: int, now: float) -> float:
    """From when on the song may be requested: `now`, or the first moment after it."""
    last, at = past.last_request, now
    while True:
        count = count_requests(last, at)
        allowed = past.last + get_song_wait(count, songs)
        if allowed <= at:
            return at
        step = _find_next_step(last, at) if count else math.inf
        if allowed < step:
            return allowed
        at = step


def _find_next_step(last: SongRequest | None, at: float) -> float:
    """When the count is reckoned lower than at this moment."""
    if last is None:
        return math.inf
    days = max(FORGETTING, math.floor((at - last.created) / DAY) + 1)
    step = last.created + days * DAY
    return step if step > at else math.nextafter(at, math.inf)


def find_person_time(last: float | None, now: float) -> float:
    """From when on somebody may request a song, whose last request was made then: `now`, or a moment after it."""
    return now if last is None else max(now, last + PERSON_WAIT)
