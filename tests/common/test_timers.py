"""A monotonic clock over a reactor, and named timers."""

import time

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from bandstand.common.timers import MonotonicClock, Timers


def test_the_clock_is_monotonic_and_its_calls_are_the_reactors() -> None:
    reactor = Clock()
    called: list[int] = []
    clock = MonotonicClock(reactor)
    assert verifyObject(IReactorTime, clock)
    assert time.monotonic() <= clock.seconds() <= time.monotonic()
    call = clock.callLater(2, called.append, 1)
    assert list(clock.getDelayedCalls()) == [call]
    reactor.advance(2)
    assert called == [1]


def test_a_timer_replaces_the_one_of_its_name_and_all_end_together() -> None:
    clock = Clock()
    called: list[str] = []
    timers = Timers(clock)
    timers.start("a", 1, called.append, "old")
    timers.start("a", 2, called.append, "new")
    timers.start("b", 5, called.append, "b")
    assert "a" in timers
    clock.advance(2)
    assert called == ["new"]
    assert "a" not in timers
    timers.clear()
    clock.advance(100)
    assert called == ["new"]
    assert clock.getDelayedCalls() == []


def test_a_timer_may_start_itself_again() -> None:
    clock = Clock()
    ticks: list[float] = []
    timers = Timers(clock)

    def tick() -> None:
        ticks.append(clock.seconds())
        timers.start("tick", 1, tick)

    tick()
    clock.pump([1, 1])
    assert ticks == [0, 1, 2]
