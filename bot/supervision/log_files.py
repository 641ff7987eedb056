"""Log files that several processes write to, kept short while they run.

On a terminal, `bandstand up` points its standard error at `bandstand.log`; the standby, the streamer and the workers
inherit the descriptor, and Icecast appends to a file of its own. Some of these processes outlive the bot.

A file that has become long is copied to `NAME.1` and then truncated, as logrotate's `copytruncate` does. No process has
to know of it: one that outlives a killed bot goes on writing to the same file, which the next bot goes on rotating. The
alternatives are worse here:
- After a rename, processes that hold a descriptor write to the renamed file for ever; Icecast and whatever a library
  prints cannot be told to open the new one.
- A pipe that the bot reads breaks when the bot is killed. Its writers would then fail or, if something still holds it
  open, block when it is full; and what they say while no bot runs would be lost.
- A process that only writes the log can be killed as well, and every other process depends on it.

The price: what is written in the microseconds between the last read and the truncation is lost. Every writer must
append (O_APPEND), or it would go on at its old place and leave a hole. Standard error is opened so here, Icecast's file
by `>>`.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorThreads, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

log = Logger()

LOG_BYTES = 5_000_000
"""A longer file is rotated."""
KEPT = 3
"""Earlier files of each log that are kept, as NAME.1 to NAME.3."""
CHECK_SECONDS = 10.0
CHUNK_BYTES = 1 << 20


class Reactor(IReactorThreads, IReactorTime):
    """An interface: what is needed of the reactor here."""


class LogFile:
    def __init__(self, path: Path, longest: int = LOG_BYTES, kept: int = KEPT) -> None:
        self.path = path
        self._longest = longest
        self._kept = kept

    @property
    def is_long(self) -> bool:
        try:
            return self.path.stat().st_size > self._longest
        except OSError:
            return False

    def open(self) -> int:
        """A descriptor to append by; the caller closes it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def rotate(self) -> None:
        """Copy and truncate; takes as long as the disk does. Raises OSError, and then nothing is truncated."""
        copy = self._earlier("new")
        try:
            copy.touch(0o600)
            with self.path.open("r+b", buffering=0) as source, copy.open("wb") as target:
                while data := source.read(CHUNK_BYTES):
                    target.write(data)
                    target.flush()
                source.truncate(0)  # at once after the last read
        except OSError:
            copy.unlink(missing_ok=True)
            raise
        for number in range(self._kept, 1, -1):
            if self._earlier(number - 1).exists():
                self._earlier(number - 1).replace(self._earlier(number))
        copy.replace(self._earlier(1))

    def _earlier(self, number: object) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


class LogRotation:
    """Looks at log files again and again, and rotates those that are long, in a thread."""

    def __init__(self, reactor: Reactor, files: Iterable[LogFile]) -> None:
        self._reactor = reactor
        self._files = tuple(files)
        self._failing: set[Path] = set()
        self._looking = LoopingCall(self._look)
        self._looking.clock = reactor

    def start(self) -> None:
        self._looking.start(CHECK_SECONDS)

    def stop(self) -> None:
        if self._looking.running:
            self._looking.stop()

    def _look(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._rotate_long())

    async def _rotate_long(self) -> None:
        for file in self._files:
            if not file.is_long:
                continue
            try:
                await deferToThreadPool(self._reactor, self._reactor.getThreadPool(), file.rotate)
            except OSError as error:
                if file.path not in self._failing:  # once, or the log of a full disk would be full of this
                    log.warn("{path} cannot be rotated: {why}", path=str(file.path), why=error.strerror)
                self._failing.add(file.path)
            else:
                self._failing.discard(file.path)


def redirect_standard_error(file: LogFile) -> None:
    """From now on what this process and its children write to standard error goes to the file."""
    fd = file.open()
    os.dup2(fd, 2)
    os.close(fd)
