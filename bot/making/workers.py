"""The pool of composer workers: one that waits, its imports done, and as many at work as the configuration allows.

A worker takes one job and ends. Knows how a worker is started and what it says; what a step means to the programme is
`songs.programme`'s business.
"""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import msgspec
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.supervision.keeper import ending
from common.jobs import GROWTH_FD, SPOOL_FD, Done, Failed, Job, Step

log = Logger()

decode_step = msgspec.json.Decoder(Step).decode
LINE_LIMIT = 1 << 20


@dataclass
class Spool:
    """A song in the making: an unnamed file, and the end of a pipe that is open while it grows."""

    file: IO[bytes]
    growth: int

    def close(self) -> None:
        self.file.close()
        os.close(self.growth)


@dataclass(eq=False)
class Worker(ProcessProtocol):
    pool: "Workers"
    spool: Spool
    job: int | None = None
    song: str = ""
    settled: bool = False
    """Done or Failed has been said: its exit says nothing more."""
    _received: bytes = field(default=b"", repr=False)

    def hand(self, job: int, work: Job) -> None:
        self.job, self.song = job, work.song
        transport = cast(Any, self.transport)
        transport.write(msgspec.json.encode(work) + b"\n")
        transport.closeStdin()

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, self._received = (self._received + data).split(b"\n")
        if len(self._received) > LINE_LIMIT:
            self.end()
        for line in lines:
            try:
                step = decode_step(line)
            except msgspec.DecodeError:
                log.warn("a worker said what is no step: {line!r}", line=line[:200])
                continue
            self.settled = self.settled or isinstance(step, Done | Failed)
            self.pool.stepped(self, step)

    def processEnded(self, reason: Failure) -> None:
        self.pool.ended(self, reason)

    def end(self) -> None:
        if self.transport is None or self.transport.pid is None:
            return
        try:
            # The worker leads a group of its own, so what it started ends with it.
            os.killpg(self.transport.pid, signal.SIGTERM)
        except (ProcessLookupError, ProcessExitedAlready):
            return


class Workers:
    """`on_step(job, step)` is called for each step of a job, `on_free()` when there may be room for another."""

    def __init__(
        self,
        reactor: Any,
        argv: list[str],
        folder: Path,
        limit: int,
        on_step: Callable[[int, Step], None],
        on_free: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._argv = argv
        self._folder = folder
        self._limit = limit
        self._on_step = on_step
        self._on_free = on_free
        self._waiting: Worker | None = None
        self._busy: dict[int, Worker] = {}
        self._stopping = False

    @property
    def room(self) -> bool:
        return not self._stopping and len(self._busy) < self._limit

    @property
    def at_work(self) -> int:
        return len(self._busy)

    @property
    def waiting_pid(self) -> int | None:
        return cast(Any, self._waiting.transport).pid if self._waiting else None

    def warm(self) -> None:
        """Have one worker waiting."""
        if self._waiting is None and not self._stopping:
            self._waiting = self._spawn()

    def take(self, job: int, work: Job) -> None:
        """Give a job to the waiting worker, and start the next one. Raises OSError where none can be started."""
        self.warm()
        worker = cast(Worker, self._waiting)
        self._waiting = None
        self._busy[job] = worker
        worker.hand(job, work)
        self._reactor.callLater(1.0, self.warm)  # after the song's first second, not beside it

    def spool(self, song: str) -> Spool | None:
        return next((worker.spool for worker in self._busy.values() if worker.song == song), None)

    def abandon(self, job: int) -> None:
        if job in self._busy:
            self._busy[job].settled = True
            self._busy[job].end()

    def stop(self) -> None:
        self._stopping = True
        for worker in [*self._busy.values(), *([self._waiting] if self._waiting else [])]:
            worker.settled = True
            worker.end()

    def stepped(self, worker: Worker, step: Step) -> None:
        if worker.job is not None and not self._stopping:
            self._on_step(worker.job, step)

    def ended(self, worker: Worker, reason: Failure) -> None:
        if self._waiting is worker:
            self._waiting = None
            worker.spool.close()
            if not self._stopping:
                log.warn("the waiting worker {why}", why=ending(reason))
            return
        if worker.job is None:
            return
        self._busy.pop(worker.job, None)
        if not worker.settled and not self._stopping:
            why = f"the worker {ending(reason)} before the song was done; the log says more"
            self._on_step(worker.job, Failed(why))
        worker.spool.close()
        if not self._stopping:
            self._on_free()

    def _spawn(self) -> Worker:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = cast(IO[bytes], tempfile.TemporaryFile(dir=self._folder, buffering=0))  # noqa: SIM115
        reading, writing = os.pipe()
        worker = Worker(self, Spool(file, reading))
        fds: dict[int, int | str] = {0: "w", 1: "r", 2: 2, SPOOL_FD: file.fileno(), GROWTH_FD: writing}
        try:
            self._reactor.spawnProcess(worker, self._argv[0], self._argv, env=None, childFDs=fds)
        finally:
            os.close(writing)
        return worker
