"""When to connect again: soon at first, then ever more rarely, never in step with others, and never not. Pure."""

from collections.abc import Callable

FIRST = 2.0
LAST = 300.0
LASTING_FIRST = 120.0
"""After a refusal that will hardly change by itself: a ban, a wrong password."""
STEADY = 180.0
"""Seconds of registered life that make the next trouble a new one. To be connected is not enough: a server that accepts
and closes would be asked again five times a second for ever."""


class Retry:
    """Waiting times from `FIRST` doubling to `LAST`, each shortened at random by up to half."""

    def __init__(self, random: Callable[[], float]) -> None:
        """`random` gives numbers from 0 to 1."""
        self._random = random
        self._next = FIRST

    def wait(self, lasting: bool = False) -> float:
        wait = max(self._next, LASTING_FIRST) if lasting else self._next
        self._next = min(wait * 2, LAST)
        return wait * (1 - self._random() / 2)

    def lived(self, seconds: float) -> None:
        """The connection that ended was a registered one for so long."""
        if seconds >= STEADY:
            self._next = FIRST
