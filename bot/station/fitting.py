"""Fitting the programme to a fixed time, such as a show's start: what has to end there to the second. Pure sums.

The songs before a fixed time are chosen freely, as long as what is left after them can be filled (`leaves_room`). The
last entry is composed to just the length that is left, which the station's bands can (`composer.exact_length`), so that
the hour is hit by an ending and not by a fade. What is left may also be just the length of a song that is there.
"""

from collections.abc import Sequence
from typing import Final

from bandstand.bot.station import playlists, schedule
from bandstand.common.api.playlists import Playlist
from bandstand.common.api.shows import Show

EARLY: Final = 2.0
"""Seconds before a fixed time in which an entry may begin that belongs to what comes then."""
HOUR: Final = 3600.0
SHORTEST: Final = 45.0
"""Seconds of a song that is composed to fit: below that it would be a jingle."""
LONGEST: Final = 330.0
"""Seconds of a song that is composed to fit: up to here one song fills what is left."""
EXACT: Final = 1.0
"""Seconds by which an ending may miss its time."""


def leaves_room(left: float, seconds: float) -> bool:
    """Whether a song of this length may come where `left` seconds are left: it ends in time to the second, or what is
    left after it can be composed."""
    rest = left - seconds
    return abs(rest) <= EXACT or rest >= SHORTEST


def find_length(left: float) -> float | None:
    """The length of a song that is to be composed now, where one is to fill all that is left; None: there is time for
    other songs before it, or too little time for any."""
    return left if SHORTEST <= left <= LONGEST else None


def find_fixed_time(
    at: float, shows: Sequence[Show], records: schedule.Records, lists: Sequence[Playlist], is_on_the_hour: bool
) -> float | None:
    """The next moment after `at` at which something has to begin to the second: a show, what follows one, a playlist's
    turn once an hour, and the hour itself where the station keeps it."""
    change = schedule.find_next_change(shows, at + EARLY, records)
    is_begin = change is not None and (
        change.target is not None or schedule.find_target(shows, at + EARLY, records) is not None
    )
    moments = [
        change.at if change is not None and is_begin else None,
        playlists.find_next_turn(lists, at + playlists.EARLY),
        ((at + EARLY) // HOUR + 1) * HOUR if is_on_the_hour else None,
    ]
    return min((moment for moment in moments if moment is not None), default=None)
