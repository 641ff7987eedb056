"""How much one person may ask: a token bucket for each person and each kind of thing that is counted.

30 a minute lets thirty commands through at once, and then one every two seconds. A person is told once that they are
too quick, and again only after something of theirs went through.
"""

import math
from collections.abc import Mapping
from typing import Final

from bandstand.common.api.refusals import TooSoon
from bandstand.common.token_bucket import TokenBuckets

COMMANDS, SONGS = "commands", "songs"
"""What is counted: every command, and those that set a worker to work."""
PEOPLE: Final = 2000
"""People that are remembered for each kind."""


class Limits:
    """`per_minute` names what is counted and how many a minute a person may have; 0 is no limit."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._buckets = {
            kind: TokenBuckets(rate=count / 60, burst=count, capacity=PEOPLE)
            for kind, count in per_minute.items()
            if count
        }
        self._told: set[tuple[str, str]] = set()

    def take(self, person: str, kind: str, now: float) -> TooSoon | None:
        """Count one of this kind; None where it may go through. `now` is a monotonic clock's, in seconds."""
        buckets = self._buckets.get(kind)
        wait = buckets.take(person, now) if buckets is not None else 0.0
        if not wait:
            self._told.discard((person, kind))
            return None
        if len(self._told) >= PEOPLE:
            self._told.clear()
        is_first = (person, kind) not in self._told
        self._told.add((person, kind))
        return TooSoon(math.ceil(wait), is_first)
