"""How much one person may ask: a token bucket for each person and each kind of thing that is counted.

30 a minute lets thirty commands through at once, and then one every two seconds. A person is told once that they are
too quick, and again only after something of theirs went through. Visitors of the page who have not logged in share
what their address has as well, which is enough for a household.

Log-ins by a password are bounded besides: each may wait long for its answer.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final

from bandstand.common.api.refusals import TooSoon
from bandstand.common.token_bucket import TokenBuckets

COMMANDS, SONGS, MESSAGES = "commands", "songs", "messages"
"""What is counted: every command, those that set a worker to work, and words to the DJ on the air."""
PEOPLE: Final = 2000
"""People that are remembered for each kind."""


HOUSEHOLD: Final = 5
"""What an address may have, in persons."""
LOG_INS: Final = 16
"""Log-ins that wait for an answer at a time. The socket works on more than these, so that other requests pass."""
LOG_INS_OF_ADDRESS: Final = 3


class Limits:
    """`per_minute` names what is counted and how many a minute a person may have; 0 is no limit."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._buckets = _make_buckets(per_minute, 1)
        self._households = _make_buckets(per_minute, HOUSEHOLD)
        self._told: set[tuple[str, str]] = set()

    def take(self, person: str, kind: str, now: float, household: str = "") -> TooSoon | None:
        """Count one of this kind; None where it may go through. `now` is a monotonic clock's, in seconds; `household`
        the address that is counted as well, or empty."""
        wait = self._buckets[kind].take(person, now) if kind in self._buckets else 0.0
        if household and not wait and kind in self._households:
            wait = self._households[kind].take(household, now)
        if not wait:
            self._told.discard((person, kind))
            return None
        if len(self._told) >= PEOPLE:
            self._told.clear()
        is_first = (person, kind) not in self._told
        self._told.add((person, kind))
        return TooSoon(math.ceil(wait), is_first)


def _make_buckets(per_minute: Mapping[str, int], times: int) -> dict[str, TokenBuckets]:
    return {
        kind: TokenBuckets(rate=count * times / 60, burst=count * times, capacity=PEOPLE)
        for kind, count in per_minute.items()
        if count
    }


class LogInGate:
    """Counts the log-ins that wait for an answer, by their addresses."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether there is room for one more; then `leave` has to follow."""
        if self._open.total() >= LOG_INS or self._open[address] >= LOG_INS_OF_ADDRESS:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        self._open += Counter()  # drops the addresses that have none
