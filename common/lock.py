"""A lock that lets one process of a kind run for each station directory.

The kernel holds it (flock(2)), so a crash releases it, and a file that a crash has left behind locks nothing. Whoever
releases the lock removes the file; so whoever takes it has to make sure that its file is still the one at the path.
"""

import fcntl
import os
from pathlib import Path

from bandstand.common.errors import AlreadyRunning


class ProcessLock:
    """An flock on a file that contains the pid of its holder, and a note.

    The descriptor is not inheritable, so the lock ends with the process and never passes to a child.
    """

    def __init__(self, path: Path, note: str = "") -> None:
        """`note` is a line that others may read with `read_note` while the lock is held."""
        self._path = path
        self._note = note
        self._fd: int | None = None

    def acquire(self, what: str) -> None:
        """Take the lock. Raises AlreadyRunning, which names the holder. `what` names the process to people."""
        try:
            self._fd = self._lock_file(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"{what} is already running in {self._path.parent} (process {self._read_holder()}); "
                "stop that one first, or give this one another station.directory"
            ) from None

    def wait(self) -> None:
        """Take the lock as soon as it is free; blocks until then."""
        self._fd = self._lock_file(fcntl.LOCK_EX)

    def _lock_file(self, how: int) -> int:
        """The descriptor of the locked file, with our pid in it."""
        while True:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(fd, how)
            except BlockingIOError:
                os.close(fd)
                raise
            if self._is_at_path(fd):
                os.ftruncate(fd, 0)
                os.pwrite(fd, f"{os.getpid()}\n{self._note}\n".encode(), 0)
                return fd
            os.close(fd)

    def _is_at_path(self, fd: int) -> bool:
        """Whether this is still the file at the path."""
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def _read_holder(self) -> str:
        try:
            return self._path.read_text("ascii", "replace").partition("\n")[0] or "unknown"
        except FileNotFoundError:
            return "unknown"

    def release(self) -> None:
        if self._fd is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = None


def read_note(path: Path) -> str:
    """What the holder of the lock on `path` noted there; empty if there is nothing."""
    try:
        return path.read_text("ascii", "replace").partition("\n")[2].strip()
    except OSError:
        return ""


def find_holder(path: Path) -> int | None:
    """The pid of the process that holds the lock on `path`, or None. A pid in a file that is not locked is stale."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(fd, 32, 0).partition(b"\n")[0]
        return int(text) if text.isdigit() else None
    finally:
        os.close(fd)
    return None
