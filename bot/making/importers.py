"""Processes that import files, each one file after the other, beside the workers that make songs.

A library has thousands of files, and most are done sooner than a worker could be started. So an importer stays for the
next file, and ends when there has been none for `IDLE` seconds. There are at most `PROCESSES`; they are niced, and do
not count as workers, so that a song that somebody orders meanwhile is made at once. One that crashes costs the file
that it had, and no other.

Knows how an importer is started and what it says; what a step means is for `bot.station.making`. Imports that somebody
waits to hear are made by workers, because they are on the air meanwhile.
"""

import signal
from collections.abc import Sequence
from typing import Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from bandstand.bot.child import Child, Command, Ending, Launcher
from bandstand.bot.making.workers import decode_step, log_fault, make_work
from bandstand.bot.station import making
from bandstand.bot.station.making import ClaimedJob
from bandstand.bot.station.repositories import Store, Work
from bandstand.common.api.events import Event, JobCancelled, JobOrdered, JobReturned
from bandstand.common.api.values import ProcessStatus
from bandstand.common.config import Config
from bandstand.common.jobs import Done, Failed, Noticed, Step

log = Logger()

PROCESSES: Final = 2
IDLE: Final = 10.0


class Importer:
    """One process; `job` is the one that it has."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.job: int | None = None
        self.idle: IDelayedCall | None = None

    def cancel_idle(self) -> None:
        if self.idle is not None and self.idle.active():
            self.idle.cancel()
        self.idle = None


class Importers:
    """Hands imports to importers. `react` is to be subscribed to the event bus."""

    def __init__(self, launcher: Launcher, store: Store, config: Config, argv: Sequence[str]) -> None:
        """`argv` starts an importer."""
        self._launcher = launcher
        self._store = store
        self._config = config
        self._argv = argv
        self._importers: list[Importer] = []
        self._claiming = 0
        self._is_stopping = False

    def get_status(self) -> ProcessStatus | None:
        """None while nothing is imported."""
        busy = [importer for importer in self._importers if importer.job is not None]
        return ProcessStatus("importers", f"{len(busy)} at work", busy[0].child.pid) if busy else None

    def stop(self) -> None:
        self._is_stopping = True
        for importer in self._importers:
            importer.cancel_idle()
            importer.child.signal(signal.SIGTERM)

    def react(self, event: Event) -> None:
        match event:
            case JobCancelled(job=job):
                for importer in self._importers:
                    if importer.job == job:
                        importer.child.signal(signal.SIGTERM)
            case JobOrdered() | JobReturned():
                self._claim()

    # Claiming

    def _claim(self) -> None:
        """Take up another import, where there is room and one waits."""
        busy = sum(importer.job is not None for importer in self._importers)
        if not self._is_stopping and busy + self._claiming < PROCESSES:
            self._claiming += 1
            Deferred.fromCoroutine(self._claim_one()).addErrback(log_fault)

    async def _claim_one(self) -> None:
        try:
            claimed = await self._store.record(making.claim_import)
        finally:
            self._claiming -= 1
        if claimed is not None and not self._is_stopping:
            self._begin(claimed)
            self._claim()

    def _begin(self, claimed: ClaimedJob) -> None:
        job = claimed.job.id
        try:
            importer = next((one for one in self._importers if one.job is None), None) or self._spawn()
        except OSError as error:
            why = f"no importer could be started: {error.strerror}"
            self._record(lambda tx: making.record_failed(tx, job, Failed(why)))
            return
        importer.cancel_idle()
        importer.job = job
        importer.child.write_line(msgspec.json.encode(make_work(claimed, self._config)), is_last=False)

    def _spawn(self) -> Importer:
        importer = Importer(Child(lambda line: self._take_line(importer, line)))
        self._launcher.start(importer.child, Command(self._argv))
        self._importers.append(importer)
        importer.child.ended.addCallback(self._take_end, importer)
        return importer

    # What importers say

    def _take_line(self, importer: Importer, line: bytes) -> None:
        job = importer.job
        if job is None or self._is_stopping:
            return
        try:
            step = decode_step(line)
        except msgspec.DecodeError:
            log.warn("an importer said what is no step: {line!r}", line=line[:200])
            return
        self._take_step(importer, job, step)

    def _take_step(self, importer: Importer, job: int, step: Step) -> None:
        match step:
            case Noticed(sentence):
                self._record(lambda tx: making.record_noticed(tx, job, sentence))
            case Done():
                self._record(lambda tx: making.record_done(tx, job, step))
                self._rest(importer)
            case Failed(reason):
                log.warn("job {job} failed: {reason}", job=job, reason=reason)
                self._record(lambda tx: making.record_failed(tx, job, step))
                self._rest(importer)

    def _rest(self, importer: Importer) -> None:
        importer.job = None
        importer.idle = self._launcher.clock.callLater(IDLE, self._dismiss, importer)
        self._claim()

    def _dismiss(self, importer: Importer) -> None:
        self._importers.remove(importer)
        importer.child.signal(signal.SIGTERM)

    def _take_end(self, ending: Ending, importer: Importer) -> None:
        if importer in self._importers:
            self._importers.remove(importer)
        importer.cancel_idle()
        job = importer.job
        if job is None or self._is_stopping:
            return
        step = Failed(f"the importer {ending} in the middle of this file; the log says more")
        self._record(lambda tx: making.record_failed(tx, job, step))
        self._claim()

    def _record(self, work: Work[None]) -> None:
        async def record() -> None:
            await self._store.record(work)

        Deferred.fromCoroutine(record()).addErrback(log_fault)
