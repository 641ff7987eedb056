"""Named timers of one connection, which end with it."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Timers:
    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._running: dict[str, IDelayedCall] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def start(self, name: str, seconds: float, call: Callable[..., object], *arguments: Any) -> None:
        """One of a name at a time; a new one takes the old one's place."""
        self.end(name)

        def due() -> None:
            self._running.pop(name, None)
            call(*arguments)

        self._running[name] = self._clock.callLater(seconds, due)

    def end(self, name: str) -> None:
        timer = self._running.pop(name, None)
        if timer is not None:
            timer.cancel()

    def clear(self) -> None:
        for name in list(self._running):
            self.end(name)
