"""Fitting the programme to a fixed time, such as a show's start: what has to end there to the second. Pure sums.

The songs before a fixed time are chosen freely, as long as what is left after them can be filled (`leaves_room`). The
last entry is composed to just the length that is left, which the station's bands can (`composer.exact_length`), so that
the hour is hit by an ending and not by a fade. What is left may also be just the length of a song that is there.
"""

from typing import Final

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
