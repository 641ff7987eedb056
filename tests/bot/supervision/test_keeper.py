"""Keeping a process: started once, started again with growing pauses, stopped for good, adopted where it runs."""

import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from twisted.python.failure import Failure

from bandstand.bot.child import Launcher
from bandstand.bot.supervision import keeper as module
from bandstand.bot.supervision.keeper import PATIENCE, READINESS, RECHECK, STEADY, Keeper, KeptProcess
from bandstand.common.errors import CommandError
from tests.bot.fakes import FakeReactor

LAST = 10.0
"""The longest pause."""


class Reactor(FakeReactor):
    """Writes down signals, too."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[list[str]] = []

    def spawnProcess(self, child: Any, program: str, argv: list[str], **options: Any) -> None:
        super().spawnProcess(child, program, argv, **options)
        sent: list[str] = []
        self.sent.append(sent)
        child.signal = lambda number: sent.append(signal.Signals(number).name.removeprefix("SIG"))

    def signals(self, child: int = -1) -> list[str]:
        return self.sent[child]


def keeper(reactor: Reactor, on_ready: Any = lambda: None, **named: Any) -> Keeper:
    process = KeptProcess("streamer", ["stream"], **named)
    return Keeper(Launcher(reactor, reactor), reactor, process, lambda: 0.5, on_ready)  # type: ignore[arg-type]


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


def test_a_process_is_started_once_in_a_session_of_its_own(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.ensure()
    assert reactor.started == [["setsid", "stream"]]
    assert kept.get_status().state == "running"


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
    assert max(pauses) <= LAST + 0.05


def test_after_a_steady_life_the_first_pause_is_short_again(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    for _ in range(6):
        reactor.kill()
        reactor.advance(2 * LAST)
    reactor.advance(STEADY + 1)
    reactor.kill()
    reactor.advance(0.5)
    assert kept.get_status().state == "running"


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


def test_one_that_is_killed_is_followed_by_the_next(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.kill()
    assert reactor.signals() == ["KILL"]
    reactor.kill()
    reactor.advance(LAST)
    assert len(reactor.started) == 2


def test_an_adopted_one_is_killed_as_well(reactor: Reactor) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    kept = keeper(reactor, pid=other.pid)
    kept.ensure()
    kept.kill()
    assert other.wait(30) == -signal.SIGKILL
    kept.kill()
    other.communicate()


def test_one_that_runs_already_is_adopted_and_told_to_end(reactor: Reactor, tmp_path: Path) -> None:
    lock = tmp_path / "streamer.lock"
    hold = "import sys; from pathlib import Path; from bandstand.common.lock import ProcessLock as L; "
    hold += f"L(Path({str(lock)!r})).acquire('x'); print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        kept = keeper(reactor, lock=lock)
        kept.ensure()
        assert reactor.started == []
        assert (kept.get_status().state, kept.get_status().pid) == ("running, adopted", other.pid)
        kept.stop()
        assert other.wait(30) == -15
    finally:
        other.kill()
        other.wait()
        other.communicate()


def test_an_adopted_process_that_is_gone_is_not_believed_in(reactor: Reactor) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = keeper(reactor, pid=gone.pid)
    assert kept.get_status().pid is None
    kept.ensure()
    assert len(reactor.started) == 1


def test_an_adopted_process_that_ends_is_started_again(reactor: Reactor) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    kept = keeper(reactor, pid=other.pid)
    kept.ensure()
    kept.ensure()
    (watch,) = reactor.readers
    assert not select.select([watch], [], [], 0)[0]
    other.communicate()
    assert select.select([watch], [], [], 30)[0]
    watch.doRead()
    reactor.advance(LAST)
    assert len(reactor.started) == 1 and reactor.readers == []


def test_a_successor_waits_beside_the_one_that_runs_and_takes_its_place(reactor: Reactor) -> None:
    kept = keeper(reactor, on_ready=lambda: ready.append(True))
    ready: list[bool] = []
    waits: list[None] = []
    kept.ensure()
    kept.start_successor().addCallback(waits.append)
    assert reactor.started[-1] == ["setsid", "stream", "--successor"]
    assert not waits
    reactor.say(b"waiting\n")
    assert waits and not ready
    reactor.kill(0)
    reactor.advance(1)
    reactor.say(b"ready\n")
    assert ready and kept.get_status().state == "running"
    reactor.advance(READINESS)
    assert len(reactor.started) == 2 and reactor.signals() == []
    reactor.kill()
    reactor.advance(1)
    assert reactor.started[-1] == ["setsid", "stream"]


def test_a_successor_may_begin_before_the_end_of_the_other_is_heard_of(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.start_successor()
    reactor.say(b"waiting\nready\n")
    reactor.kill(0)
    reactor.advance(LAST)
    assert len(reactor.started) == 2 and kept.get_status().state == "running"


def test_a_successor_that_ends_too_soon_is_told_and_the_other_runs_on(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    told: list[Failure] = []
    kept.start_successor().addErrback(told.append)
    reactor.kill()
    assert told[0].check(CommandError) and "the next streamer ended by signal 9" in str(told[0].value)
    reactor.advance(LAST)
    assert len(reactor.started) == 2 and kept.get_status().state == "running"


def test_a_successor_that_is_never_ready_is_killed(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.start_successor().addErrback(lambda _: None)
    reactor.advance(READINESS)
    assert reactor.signals() == ["KILL"] and reactor.signals(0) == []


def test_a_successor_that_ends_when_the_other_has_is_started_again(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.start_successor()
    reactor.say(b"waiting\n")
    reactor.kill(0)
    reactor.kill(1)
    reactor.advance(1)
    assert reactor.started[2:] == [["setsid", "stream"]]


def test_one_successor_at_a_time(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.start_successor()
    told: list[Failure] = []
    kept.start_successor().addErrback(told.append)
    assert told[0].check(CommandError) and len(reactor.started) == 1


def test_stop_takes_the_successor_along(reactor: Reactor) -> None:
    kept = keeper(reactor)
    kept.ensure()
    kept.start_successor().addErrback(lambda _: None)
    kept.stop()
    assert (reactor.signals(0), reactor.signals(1)) == (["TERM"], ["KILL"])
    reactor.kill(1)
    reactor.kill(0)
    reactor.advance(LAST)
    assert len(reactor.started) == 2


def test_one_that_cannot_be_started_is_tried_again(reactor: Reactor) -> None:
    kept = keeper(reactor)
    reactor.error = OSError(11, "Resource temporarily unavailable")
    kept.ensure()
    assert kept.get_status().state == "could not be started: Resource temporarily unavailable"
    reactor.error = None
    reactor.advance(LAST)
    assert kept.get_status().state == "running"


def test_an_adopted_process_that_cannot_be_watched_is_looked_at_again(
    reactor: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def refuse(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(module, "PidWatch", refuse)
    kept = keeper(reactor, pid=other.pid)
    kept.ensure()
    assert reactor.started == []
    other.communicate()
    reactor.advance(RECHECK)
    assert len(reactor.started) == 1
