"""A process is asked to end, more than once and by each signal."""

import os
import signal
from collections.abc import Iterator

import pytest
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ReactorNotRunning
from twisted.logger import capturedLogs

from bandstand.common.shutdown import SIGNALS, end_on_signals, stop_each, stop_once


class Reactor:
    """Runs already, and makes the calls of other threads at once."""

    def __init__(self) -> None:
        self.stops = 0

    def callWhenRunning(self, call: object) -> None:
        call()  # type: ignore[operator]

    def callFromThread(self, call: object) -> None:
        call()  # type: ignore[operator]

    def stop(self) -> None:
        self.stops += 1
        if self.stops > 1:
            raise ReactorNotRunning("Can't stop reactor that isn't running.")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """As in a process that nothing ignores, even if the tests were started with nohup."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_reactor_is_stopped_however_often_that_is_asked() -> None:
    reactor = Reactor()
    for _ in range(3):
        stop_once(reactor)
    assert reactor.stops == 3


def test_every_signal_that_asks_for_the_end_is_passed_on() -> None:
    ends: list[int] = []
    end_on_signals(Reactor(), lambda: ends.append(1))
    for number in SIGNALS:
        signal.raise_signal(number)
    assert len(ends) == len(SIGNALS)


def test_what_nohup_or_a_shell_had_ignored_stays_ignored() -> None:
    ends: list[int] = []
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    end_on_signals(Reactor(), lambda: ends.append(1))
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.raise_signal(number)
    assert ends == []
    os.kill(os.getpid(), signal.SIGTERM)
    assert ends == [1]


def test_a_part_that_cannot_be_stopped_keeps_no_other_running() -> None:
    slow: Deferred[None] = Deferred()
    stopped: list[str] = []

    def break_off() -> None:
        raise FileNotFoundError("the folder is gone")

    parts = (break_off, lambda: fail(ValueError()), lambda: slow, lambda: stopped.append("last"))
    with capturedLogs() as records:
        done = Deferred.fromCoroutine(stop_each(parts))
    assert (len(records), stopped, done.called) == (2, [], False)
    slow.callback(None)
    assert (stopped, done.called) == (["last"], True)
