"""When to try again after a failure: soon at first, then ever more rarely, never in step with others, and never not.

One policy for everything that is tried again: mounts, the standby, processes, connections to IRC. Waiting times double
from `first` to `last`. Each is shortened at random, so that many who lost the same server do not return at once. What
has held for `steady` seconds makes the next failure a first one again; whoever accepts and closes at once is not asked
several times a second for ever.

Pure: the random source is passed in, and nothing here waits.
"""

from collections.abc import Callable
from typing import Final

from bandstand.common.types import Seconds

FIRST: Final = Seconds(0.25)
LAST: Final = Seconds(10.0)
STEADY: Final = Seconds(10.0)
SPREAD: Final = 0.25


class Backoff:
    def __init__(
        self,
        random: Callable[[], float],
        first: float = FIRST,
        last: float = LAST,
        steady: float = STEADY,
        spread: float = SPREAD,
    ) -> None:
        """`random` returns numbers from 0 to 1; `spread` is the part of each wait that it may take away, 0 to 1."""
        self._random = random
        self._first = first
        self._last = last
        self._steady = steady
        self._spread = spread
        self._next = first

    def next_wait(self, at_least: float = 0.0) -> Seconds:
        """How long to wait before the next attempt; each call counts as one more failure.

        `at_least` is for a failure that will hardly pass by itself (a ban, a wrong password): the waits go on from it.
        """
        wait = max(self._next, at_least)
        self._next = min(wait * 2, self._last)
        return Seconds(wait * (1 - self._random() * self._spread))

    def record_success(self, seconds: float) -> None:
        """The last attempt worked and held for so long."""
        if seconds >= self._steady:
            self.restart()

    def restart(self) -> None:
        """Make the next failure a first one: the circumstances have changed."""
        self._next = self._first
