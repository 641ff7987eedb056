"""One process of a kind for each directory: the lock goes with its holder, whatever becomes of the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bandstand.common.errors import AlreadyRunning
from bandstand.common.lock import ProcessLock, find_holder, read_note


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.lock"


def test_a_second_process_is_told_which_one_holds_the_lock(path: Path) -> None:
    first = ProcessLock(path)
    first.acquire("bandstand")
    with pytest.raises(
        AlreadyRunning, match=rf"bandstand is already running in {path.parent} \(process {os.getpid()}\)"
    ):
        ProcessLock(path).acquire("bandstand")
    first.release()


def test_a_released_lock_leaves_no_file_and_can_be_taken_again(path: Path) -> None:
    lock = ProcessLock(path)
    lock.acquire("bandstand")
    lock.release()
    assert not path.exists()
    lock.acquire("bandstand")
    lock.release()


def test_a_file_left_by_a_crash_does_not_lock(path: Path) -> None:
    code = (
        "import os, sys, pathlib, bandstand.common.lock as l; "
        "l.ProcessLock(pathlib.Path(sys.argv[1])).acquire('x'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.exists() and find_holder(path) is None
    lock = ProcessLock(path)
    lock.acquire("bandstand")
    assert find_holder(path) == os.getpid()
    lock.release()


def test_a_process_that_waits_takes_the_lock_when_it_is_released(path: Path) -> None:
    first = ProcessLock(path)
    first.acquire("bandstand")
    code = "import sys, pathlib, bandstand.common.lock as l; print('begun', flush=True); "
    code += "l.ProcessLock(pathlib.Path(sys.argv[1])).wait(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as heir:
        assert heir.stdout is not None
        assert heir.stdout.readline() == b"begun\n"
        assert find_holder(path) == os.getpid()
        first.release()
        assert heir.stdout.readline() == b"held\n"
        assert find_holder(path) == heir.pid
        assert heir.stdin is not None
        heir.stdin.close()


def test_a_child_does_not_inherit_it(path: Path) -> None:
    lock = ProcessLock(path)
    lock.acquire("bandstand")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False):
        lock.release()
        assert find_holder(path) is None
        ProcessLock(path).acquire("bandstand")


def test_nobody_holds_what_is_not_there(path: Path) -> None:
    assert find_holder(path) is None


def test_the_holder_may_note_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert read_note(path) == ""
    lock = ProcessLock(path, "a note")
    lock.acquire("a")
    assert (read_note(path), find_holder(path)) == ("a note", os.getpid())
    lock.release()
    assert read_note(path) == ""
