"""One process of a kind for each station directory, held by the kernel so that a crash lets go of it."""

import fcntl
import os
from pathlib import Path

from common.errors import AlreadyRunning


class ProcessLock:
    """An flock(2) on a file that names its holder.

    The descriptor is not inheritable, so the lock ends with the process and never passes to a child.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self, what: str) -> None:
        """Take the lock, or raise AlreadyRunning naming the holder. `what` is the process's name for a person."""
        try:
            self._fd = self._taken(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"{what} is already running in {self._path.parent} (process {self._holder()}); "
                "stop that one first, or give this one another station.directory"
            ) from None

    def wait(self) -> None:
        """Take the lock as soon as whoever has it lets go."""
        self._fd = self._taken(fcntl.LOCK_EX)

    def _taken(self, how: int) -> int:
        """The descriptor of the locked file, with our name in it."""
        while True:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(fd, how)
            except BlockingIOError:
                os.close(fd)
                raise
            if self._names(fd):
                os.ftruncate(fd, 0)
                os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
                return fd
            os.close(fd)

    def _names(self, fd: int) -> bool:
        """Whether the path is still of this file: whoever lets go of the lock removes it."""
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def _holder(self) -> str:
        try:
            return self._path.read_text("ascii", "replace").strip() or "unknown"
        except FileNotFoundError:
            return "unknown"

    def release(self) -> None:
        if self._fd is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = None


def holder(path: Path) -> int | None:
    """The process that holds the lock on `path` now, or None. Believes the kernel's lock, not the file's text alone."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(fd, 32, 0).strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(fd)
    return None
