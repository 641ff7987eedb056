"""Durations on a Twisted reactor: a monotonic clock, and timers that end together.

A reactor's `seconds` is the wall clock. Somebody may set that by an hour while the station runs, so it measures no
duration. `MonotonicClock` is the same reactor with seconds that only ever go on evenly. The moment at which a delayed
call is due is still kept by the reactor.
"""

import time
from collections.abc import Callable, Sequence
from typing import ParamSpec

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

P = ParamSpec("P")


@implementer(IReactorTime)
class MonotonicClock:
    """A reactor's delayed calls, with `time.monotonic` for its seconds."""

    def __init__(self, reactor: IReactorTime) -> None:
        self._reactor = reactor

    def seconds(self) -> float:
        return time.monotonic()

    def callLater(self, delay: float, callable: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> IDelayedCall:
        return self._reactor.callLater(delay, callable, *args, **kwargs)

    def getDelayedCalls(self) -> Sequence[IDelayedCall]:
        return self._reactor.getDelayedCalls()


class Timers:
    """Delayed calls by name, for instance those of one connection. `clear` cancels all of them."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._running: dict[str, IDelayedCall] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def start(self, name: str, seconds: float, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call after so many seconds. A timer of the same name that still runs is cancelled."""
        self.cancel(name)

        def run() -> None:
            del self._running[name]
            call(*args, **kwargs)

        self._running[name] = self._clock.callLater(seconds, run)

    def cancel(self, name: str) -> None:
        timer = self._running.pop(name, None)
        if timer is not None:
            timer.cancel()

    def clear(self) -> None:
        for name in list(self._running):
            self.cancel(name)
