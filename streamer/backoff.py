"""When to try again: soon at first, then ever more rarely, never in step with others."""

from collections.abc import Callable
from typing import Final

from common.types import Seconds

FIRST: Final = Seconds(0.25)
LAST: Final = Seconds(10.0)
STEADY: Final = Seconds(10.0)
"""What has held so long makes the next trouble a new one."""


class Backoff:
    """Waiting times from `FIRST` doubling to `LAST`, each shortened at random by up to a quarter."""

    def __init__(self, random: Callable[[], float]) -> None:
        """`random` gives numbers from 0 to 1."""
        self._random = random
        self._next: float = FIRST

    def wait(self) -> Seconds:
        wait, self._next = self._next, min(self._next * 2, LAST)
        return Seconds(wait * (1 - self._random() / 4))

    def restart(self) -> None:
        """Things have changed: the next trouble is a new one."""
        self._next = FIRST

    def held(self, seconds: float) -> None:
        """What was tried worked, for so long."""
        if seconds >= STEADY:
            self.restart()
