"""Exponential backoff: how long to wait before the next attempt at something that failed. Pure.

The wait doubles from `first` to `last` seconds. Each is shortened at random by up to half, so that many clients of one
server do not all come back in the same moment. An attempt counts as a success only when what it made has held for
`steady` seconds: a server that accepts a connection and closes it at once would otherwise be asked again without end at
the shortest wait.
"""

from collections.abc import Callable


class Backoff:
    def __init__(
        self, random: Callable[[], float], first: float = 0.25, last: float = 10.0, steady: float = 10.0
    ) -> None:
        """`random` returns numbers from 0 to 1; `first`, `last` and `steady` are in seconds."""
        self._random = random
        self._first = first
        self._last = last
        self._steady = steady
        self._next = first

    def wait(self) -> float:
        """Seconds to wait before the next attempt."""
        wait = self._next
        self._next = min(self._next * 2, self._last)
        return wait * (1 - self._random() / 2)

    def restart(self) -> None:
        """Begin again with the shortest wait."""
        self._next = self._first

    def held(self, seconds: float) -> None:
        """Record that the last success held for this long before it ended."""
        if seconds >= self._steady:
            self.restart()
