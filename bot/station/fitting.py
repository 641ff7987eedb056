"""Fitting the programme to a fixed time, such as a show's start: what has to end there to the second. Pure sums.

The songs before a fixed time are chosen freely, as long as what is left after them can be filled (`leaves_room`). The
last entry is composed to just the length that is left, which the station's bands can (`composer.exact_length`), so that
the hour is hit by an ending and not by a fade.

Where a listener's song, or a skip, leaves fewer seconds than a plan would, the shortest song of the bands is composed
for them. Where they are too few even for that, it is composed all the same before a show, which then begins over it
(`bot.station.show_starts`): a show is never early. What else was to begin then does so at once.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from bandstand.bot.station import playlists, schedule
from bandstand.bot.station.scheduling import EARLY
from bandstand.bot.station.timetable import Timetable
from bandstand.common.api.playlists import Playlist
from bandstand.common.api.values import SlotKind

HOUR: Final = 3600.0
SHORTEST: Final = 45.0
"""Seconds that a plan leaves after a song, so that one that is composed for them is a song and no jingle."""
LONGEST: Final = 330.0
"""Seconds of a song that is composed to fit: up to here one song fills what is left."""
EXACT: Final = 0.8
"""Seconds by which an ending may miss its time. Below `EARLY`, so that what comes then is not taken for late."""


class FixedTime(NamedTuple):
    """A moment at which something is to begin."""

    at: float
    is_show: bool
    """Whether it is a show that begins, which is never early: other things are where too little is left even for the
    shortest song."""


def leaves_room(left: float, seconds: float) -> bool:
    """Whether a song of this length may come where `left` seconds are left: what is left after it can be composed."""
    return left - seconds >= SHORTEST


def find_length(left: float) -> float | None:
    """The length of a song that is to be composed now, where one is to fill all that is left; None: there is time for
    other songs before it."""
    return left if left <= LONGEST else None


def find_half(left: float) -> float | None:
    """The length of a song that is composed where two are to fill what is left: one of any length might leave too
    little for the second. None: there is time for more, or for one alone."""
    return left / 2 if LONGEST < left < 2 * LONGEST else None


def find_fixed_time(
    at: float, timetable: Timetable, lists: Sequence[Playlist], hour_start: int | None
) -> FixedTime | None:
    """The next moment after `at` at which something has to begin to the second: a show, what follows one, a playlist's
    turn once an hour, and the hour itself, which begins at minute `hour_start` of UTC's; None: it is not kept."""
    moments = []
    change = timetable.find_next_change(at + EARLY)
    if change is not None:
        moments.append(FixedTime(change.at, is_beginning(change)))
    turn = playlists.find_next_turn(lists, at + playlists.EARLY)
    if turn is not None:
        moments.append(FixedTime(turn, False))
    if hour_start is not None:
        shift = hour_start * 60.0
        moments.append(FixedTime(((at + EARLY - shift) // HOUR + 1) * HOUR + shift, False))
    return min(moments, key=lambda one: (one.at, not one.is_show), default=None)


def is_beginning(change: schedule.Change) -> bool:
    """Whether a show begins then, rather than ends or goes on after another one."""
    target = change.target
    is_own = target is not None and target.show.slot.kind not in (SlotKind.OFF, SlotKind.LIVE)
    return is_own and target is not None and target.occurrence.start == change.at
