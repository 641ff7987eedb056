"""Child processes: their lines, their ends in words, and signals that reach all that they started."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.bot.child import Child, CollectingChild, Command, Ending, Launcher
from tests.bot.fakes import FakeReactor


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (ProcessDone(0), "ended by itself"),
        (ProcessTerminated(3), "ended with status 3"),
        (ProcessTerminated(None, 9), "ended by signal 9"),
    ],
)
def test_an_ending_is_told_in_a_few_words(how: Exception, said: str) -> None:
    assert str(Ending.of(Failure(how))) == said


def test_lines_arrive_whole_however_they_are_cut() -> None:
    lines: list[bytes] = []
    child = Child(lines.append)
    data = b"one\ntwo\n\nthree\nunfinished"
    for at in range(0, len(data), 4):
        child.childDataReceived(1, data[at : at + 4])
    assert lines == [b"one", b"two", b"", b"three"]


def test_of_a_line_that_is_too_long_the_end_is_kept() -> None:
    lines: list[bytes] = []
    child = Child(lines.append, line_limit=5)
    child.childDataReceived(1, b"a" * 100)
    child.childDataReceived(1, b"ready\n")
    assert lines == [b"ready"]


def test_a_child_leads_a_session_of_its_own_and_its_end_is_told() -> None:
    reactor = FakeReactor()
    child = Child(lambda line: None)
    Launcher(reactor, reactor).start(child, Command(["make", "music"], {"A": "b"}, "/tmp"))
    assert reactor.started == [["setsid", "make", "music"]]
    assert reactor.options == [{"env": {"A": "b"}, "path": "/tmp", "childFDs": {0: "w", 1: "r", 2: 2}}]
    endings: list[Ending] = []
    child.ended.addCallback(endings.append)
    reactor.kill()
    assert endings == [Ending(None, 9)]


def test_one_that_takes_too_long_is_killed_and_one_that_has_ended_is_not() -> None:
    reactor = FakeReactor()
    signals: list[int] = []
    for _ in range(2):
        child = Child(lambda line: None)
        child.signal = signals.append  # type: ignore[method-assign]
        Launcher(reactor, reactor).start(child, Command(["x"]), seconds=10.0)
    reactor.finish(0)
    reactor.advance(10.0)
    assert signals == [signal.SIGKILL]


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a session, with one that it started, which holds standard output open."""
    script = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "input()"])
print("up", flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"up\n"
            yield process
        finally:
            process.kill()


class Transport:
    def __init__(self, pid: int | None) -> None:
        self.pid = pid


def test_a_signal_reaches_what_the_child_started(family: subprocess.Popen[bytes]) -> None:
    child = Child(lambda line: None)
    child.transport = Transport(family.pid)  # type: ignore[assignment]
    child.signal(signal.SIGTERM)
    assert family.stdout is not None
    assert family.stdout.read() == b""  # at its end only when nobody holds it open
    assert family.wait(30) == -signal.SIGTERM


def test_one_that_leads_no_group_yet_is_signalled_itself() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        child = Child(lambda line: None)
        child.transport = Transport(process.pid)  # type: ignore[assignment]
        child.signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM
        child.transport = Transport(None)  # type: ignore[assignment]
        child.signal(signal.SIGTERM)


def test_what_is_collected_has_a_limit_and_whoever_passes_it_is_killed() -> None:
    signals: list[int] = []
    child = CollectingChild(limit=10)
    child.signal = signals.append  # type: ignore[method-assign]
    child.childDataReceived(1, b"12345")
    child.childDataReceived(2, b"oh")
    child.childDataReceived(1, b"67890")
    assert (child.output, child.errors, signals) == (b"1234567890", b"oh", [])
    child.childDataReceived(1, b"x" * 1000)
    assert signals == [signal.SIGKILL] and len(child.output) <= 11


def test_a_launcher_has_the_clock_by_which_children_are_measured() -> None:
    clock = Clock()
    assert Launcher(FakeReactor(), clock).clock is clock
