"""Keeping a process: started once, started again with growing pauses, stopped for good, adopted where it runs."""

import os
import select
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bot.supervision.pidwatch import PidWatch
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bot.supervision.keeper import BACKOFF_LAST, PATIENCE, READINESS, STEADY, Child, Keeper, ending
from common.errors import CommandError


class Transport:
    pid = 4711

    def __init__(self) -> None:
        self.signals: list[str] = []

    def signalProcess(self, name: str) -> None:
        self.signals.append(name)


class Reactor(Clock):
    """A clock that writes down what was to be started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[list[str]] = []
        self.children: list[Child] = []
        self.readers: list[PidWatch] = []

    def spawnProcess(self, child: Child, program: str, argv: list[str], **_: Any) -> None:
        self.started.append(argv)
        child.transport = Transport()
        self.children.append(child)

    def addReader(self, reader: PidWatch) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: PidWatch) -> None:
        self.readers.remove(reader)

    def say(self, line: bytes, child: int = -1) -> None:
        self.children[child].childDataReceived(1, line)

    def kill(self, child: int = -1) -> None:
        self.children[child].processEnded(Failure(ProcessTerminated(None, 9)))

    def signals(self, child: int = -1) -> list[str]:
        transport = self.children[child].transport
        assert isinstance(transport, Transport)
        return transport.signals


def keeper(reactor: Reactor, **named: Any) -> Keeper:
    return Keeper(reactor, "streamer", ["stream"], Random(1), **named)


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


def test_a_process_is_started_once_in_a_session_of_its_own(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.ensure()
    assert reactor.started == [["setsid", "stream"]]
    assert kept.view().state == "running"


def test_one_that_ends_is_started_again_ever_later_up_to_a_limit(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    pauses = []
    for _ in range(9):
        reactor.kill()
        began = reactor.seconds()
        while not reactor.started[len(pauses) + 1 :]:
            reactor.advance(0.05)
        pauses.append(reactor.seconds() - began)
    assert pauses[0] < 0.5
    assert pauses[3] > 2 * pauses[1]
    assert max(pauses) <= BACKOFF_LAST * 1.25 + 0.05


def test_after_a_steady_life_the_first_pause_is_short_again(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    for _ in range(6):
        reactor.kill()
        reactor.advance(2 * BACKOFF_LAST)
    reactor.advance(STEADY + 1)
    reactor.kill()
    reactor.advance(0.5)
    assert kept.view().state == "running"


def test_ready_is_heard_even_in_pieces(reactor: Reactor) -> None:
    heard: list[bool] = []
    kept = keeper(reactor, on_ready=lambda: heard.append(True))
    kept.ensure()
    reactor.say(b"rea")
    reactor.say(b"dy\n")
    assert heard == [True]


def test_stop_is_patient_and_then_is_not(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    gone = kept.stop()
    assert reactor.signals() == ["TERM"]
    reactor.advance(PATIENCE)
    assert reactor.signals() == ["TERM", "KILL"]
    assert not gone.called
    reactor.kill()
    assert gone.called
    reactor.advance(60)
    assert len(reactor.started) == 1


def test_one_that_runs_already_is_adopted_and_told_to_end(reactor: Reactor, tmp_path: Path) -> None:
    lock = tmp_path / "streamer.lock"
    hold = "import sys; from pathlib import Path; from common.lock import ProcessLock as L; "
    hold += f"L(Path({str(lock)!r})).acquire('x'); print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        kept = keeper(reactor, lock=lock)
        kept.ensure()
        assert reactor.started == []
        assert (kept.view().state, kept.view().pid) == ("running, adopted", other.pid)
        kept.stop()
        assert other.wait(30) == -15
    finally:
        other.kill()
        other.wait()
        other.communicate()


def test_an_adopted_process_that_is_gone_is_not_believed_in(reactor: Reactor) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = keeper(reactor, adopted=gone.pid)
    assert kept.view().pid is None
    kept.ensure()
    assert len(reactor.started) == 1
    assert os.getpid() != gone.pid


def test_an_adopted_process_that_ends_is_started_again(reactor: Reactor) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    kept = keeper(reactor, adopted=other.pid)
    kept.ensure()
    kept.ensure()
    (watch,) = reactor.readers
    assert not select.select([watch], [], [], 0)[0]
    other.communicate()
    assert select.select([watch], [], [], 30)[0]
    watch.doRead()
    reactor.advance(BACKOFF_LAST)
    assert len(reactor.started) == 1 and reactor.readers == []


def test_a_successor_waits_beside_the_one_that_runs_and_takes_its_place(reactor: Reactor) -> None:
    kept = keeper(reactor, on_ready=lambda: ready.append(True))
    ready: list[bool] = []
    waits: list[None] = []
    kept.ensure()
    kept.succeed().addCallback(waits.append)
    assert reactor.started[-1] == ["setsid", "stream", "--successor"]
    assert not waits
    reactor.say(b"waiting\n")
    assert waits and not ready
    reactor.kill(0)
    reactor.advance(1)
    reactor.say(b"ready\n")
    assert ready and kept.view().state == "running"
    reactor.advance(READINESS)
    assert len(reactor.started) == 2 and reactor.signals() == []
    reactor.kill()
    reactor.advance(1)
    assert reactor.started[-1] == ["setsid", "stream"]


def test_a_successor_may_begin_before_the_end_of_the_other_is_heard_of(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.succeed()
    reactor.say(b"waiting\nready\n")
    reactor.kill(0)
    reactor.advance(BACKOFF_LAST)
    assert len(reactor.started) == 2 and kept.view().state == "running"


def test_a_successor_that_ends_too_soon_is_told_and_the_other_runs_on(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    told: list[Failure] = []
    kept.succeed().addErrback(told.append)
    reactor.kill()
    assert told[0].check(CommandError) and "the next streamer ended by signal 9" in str(told[0].value)
    reactor.advance(BACKOFF_LAST)
    assert len(reactor.started) == 2 and kept.view().state == "running"


def test_a_successor_that_is_never_ready_is_killed(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.succeed().addErrback(lambda _: None)
    reactor.advance(READINESS)
    assert reactor.signals() == ["KILL"] and reactor.signals(0) == []


def test_a_successor_that_ends_when_the_other_has_is_started_again(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.succeed()
    reactor.say(b"waiting\n")
    reactor.kill(0)
    reactor.kill(1)
    reactor.advance(1)
    assert reactor.started[2:] == [["setsid", "stream"]]


def test_one_successor_at_a_time(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.succeed()
    told: list[Failure] = []
    kept.succeed().addErrback(told.append)
    assert told[0].check(CommandError) and len(reactor.started) == 1


def test_stop_takes_the_successor_along(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.succeed().addErrback(lambda _: None)
    kept.stop()
    assert (reactor.signals(0), reactor.signals(1)) == (["TERM"], ["KILL"])
    reactor.kill(1)
    reactor.kill(0)
    reactor.advance(BACKOFF_LAST)
    assert len(reactor.started) == 2


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (ProcessDone(0), "ended by itself"),
        (ProcessTerminated(3), "ended with status 3"),
        (ProcessTerminated(None, 9), "ended by signal 9"),
    ],
)
def test_an_ending_is_told_in_a_few_words(how: Exception, said: str) -> None:
    assert ending(Failure(how)) == said
