"""Keeping a process: started once, started again with growing pauses, stopped for good, adopted where it runs."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bot.supervise import BACKOFF_LAST, PATIENCE, STEADY, Keeper, ending


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

    def spawnProcess(self, protocol: Keeper, program: str, argv: list[str], **_: Any) -> None:
        self.started.append(argv)
        protocol.transport = Transport()


def keeper(reactor: Reactor, **named: Any) -> Keeper:
    return Keeper(reactor, "streamer", ["stream"], Random(1), **named)


def killed(keeper: Keeper) -> None:
    keeper.processEnded(Failure(ProcessTerminated(None, 9)))


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
        killed(kept)
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
        killed(kept)
        reactor.advance(2 * BACKOFF_LAST)
    reactor.advance(STEADY + 1)
    killed(kept)
    reactor.advance(0.5)
    assert kept.view().state == "running"


def test_ready_is_heard_even_in_pieces(reactor: Reactor) -> None:
    heard: list[bool] = []
    kept = keeper(reactor, on_ready=lambda: heard.append(True))
    kept.ensure()
    kept.childDataReceived(1, b"rea")
    kept.childDataReceived(1, b"dy\n")
    assert heard == [True]


def test_stop_is_patient_and_then_is_not(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    gone = kept.stop()
    transport = kept.transport
    assert isinstance(transport, Transport)
    assert transport.signals == ["TERM"]
    reactor.advance(PATIENCE)
    assert transport.signals == ["TERM", "KILL"]
    assert not gone.called
    killed(kept)
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
