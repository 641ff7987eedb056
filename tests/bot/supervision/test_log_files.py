"""Log files are rotated while other processes write to them, and when the bot that opened them is gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, globalLogPublisher

from bandstand.bot.supervision.log_files import CHECK_SECONDS, KEPT, LogFile, LogRotation

PATIENCE = 60


def text(path: Path, *numbers: int) -> list[str]:
    """The lines of the earlier files of these numbers and then of the file itself."""
    earlier = [path.with_name(f"{path.name}.{number}") for number in numbers]
    return "".join(file.read_text() for file in [*earlier, path]).split()


def write(path: Path, line: str) -> None:
    with path.open("a") as stream:
        stream.write(line + "\n")


def test_rotation_keeps_the_newest_files_and_forgets_the_oldest(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.log"
    for number in range(KEPT + 3):
        write(path, f"line{number}")
        LogFile(path).rotate()
    write(path, "last")
    assert text(path, 3, 2, 1) == ["line3", "line4", "line5", "last"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name, *(f"{path.name}.{n}" for n in (1, 2, 3))]


def test_a_descriptor_that_was_open_before_writes_on_into_the_same_file(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log" / "bandstand.log")
    fd = file.open()
    os.write(fd, b"before\n")
    file.rotate()
    os.write(fd, b"after\n")
    os.close(fd)
    assert file.path.read_bytes() == b"after\n"
    assert text(file.path, 1) == ["before", "after"]
    assert (tmp_path / "log" / "bandstand.log.1").stat().st_mode & 0o077 == 0


BOT = """
import subprocess, sys
from pathlib import Path
from bandstand.bot.supervision.log_files import LogFile, redirect_standard_error
redirect_standard_error(LogFile(Path(sys.argv[1])))
print("bot", file=sys.stderr, flush=True)
child = "import sys\\nfor line in sys.stdin: print(line.strip(), file=sys.stderr, flush=True); print(1, flush=True)"
child = subprocess.Popen([sys.executable, "-c", child])
print(child.pid, flush=True)
child.wait()
"""


def test_a_child_that_outlives_a_killed_bot_goes_on_in_the_file_that_the_next_bot_rotates(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.log"
    bot = subprocess.Popen([sys.executable, "-c", BOT, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert bot.stdin is not None and bot.stdout is not None

    def child_says(line: bytes) -> None:
        bot.stdin.write(line + b"\n")
        bot.stdin.flush()
        assert bot.stdout.readline() == b"1\n"

    child = int(bot.stdout.readline())
    try:
        child_says(b"one")
        LogFile(path).rotate()
        child_says(b"two")
        bot.kill()
        bot.wait(PATIENCE)
        child_says(b"three")
        os.close(LogFile(path).open())
        LogFile(path).rotate()
        child_says(b"four")
    finally:
        os.kill(child, signal.SIGKILL)
        bot.stdin.close()
        bot.stdout.close()
    assert text(path, 2, 1) == ["bot", "one", "two", "three", "four"]
    assert path.read_text() == "four\n"


class Pool:
    def callInThreadWithCallback(self, result: Callable[..., Any], work: Any, *arguments: Any) -> None:
        try:
            result(True, work(*arguments))
        except OSError:
            from twisted.python.failure import Failure

            result(False, Failure())


class Reactor(Clock):
    def getThreadPool(self) -> Pool:
        return Pool()

    def callFromThread(self, call: Callable[..., Any], *arguments: Any) -> None:
        call(*arguments)


def rotation(*files: LogFile) -> tuple[Any, LogRotation]:
    reactor: Any = Reactor()
    return reactor, LogRotation(reactor, files)


def test_a_file_is_rotated_when_it_has_become_long_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.log"
    reactor, looks = rotation(LogFile(tmp_path / "none.log"), LogFile(path, longest=10))
    looks.start()
    write(path, "short")
    reactor.advance(CHECK_SECONDS)
    assert path.read_text() == "short\n"
    write(path, "longer")
    reactor.advance(CHECK_SECONDS)
    assert path.read_text() == ""
    assert text(path, 1) == ["short", "longer"]
    looks.stop()
    reactor.advance(CHECK_SECONDS)


def test_a_file_that_cannot_be_copied_is_left_whole_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bandstand.log"
    write(path, "line")
    broken = tmp_path / "bandstand.log.new"
    broken.symlink_to("/dev/full")
    said: list[LogEvent] = []
    globalLogPublisher.addObserver(said.append)
    reactor, looks = rotation(LogFile(path, longest=1))
    looks.start()
    broken.symlink_to("/dev/full")
    reactor.advance(CHECK_SECONDS)
    globalLogPublisher.removeObserver(said.append)
    assert path.read_text() == "line\n"
    assert [event["why"] for event in said if "cannot be rotated" in event["log_format"]] == [os.strerror(28)]
    reactor.advance(CHECK_SECONDS)
    assert text(path, 1) == ["line"]
    looks.stop()
