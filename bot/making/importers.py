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
from contextlib import suppress
from typing import Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from bandstand.bot.child import Child, Command, Ending, Launcher
from bandstand.bot.making.recorder import JobRecorder, log_fault
from bandstand.bot.making.worker import decode_step, make_work
from bandstand.bot.station import making
from bandstand.bot.station.making import ClaimedJob
from bandstand.common.api.events import Event, JobCancelled, JobOrdered, JobReturned, RoomChanged
from bandstand.common.api.values import ProcessStatus
from bandstand.common.config import Config
from bandstand.common.files import parse_location
from bandstand.common.jobs import Done, Failed, Noticed, Step
from bandstand.common.types import Frames

log = Logger()

PROCESSES: Final = 2
IDLE: Final = 10.0


class Importer:
    """One process; `job` is the one that it has."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.job: int | None = None
        self.size = 0
        """Bytes of the file that it has."""
        self.idle: IDelayedCall | None = None

    def cancel_idle(self) -> None:
        if self.idle is not None and self.idle.active():
            self.idle.cancel()
        self.idle = None


class Importers:
    """Hands imports to importers. `react` is to be subscribed to the event bus."""

    def __init__(self, launcher: Launcher, recorder: JobRecorder, config: Config, argv: Sequence[str]) -> None:
        """`argv` starts an importer."""
        self._launcher = launcher
        self._recorder = recorder
        self._store, self._room = recorder.store, recorder.room
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
        self._recorder.stop()
        for importer in self._importers:
            importer.cancel_idle()
            importer.child.signal(signal.SIGTERM)

    def react(self, event: Event) -> None:
        match event:
            case JobCancelled(job=job):
                for importer in self._importers:
                    if importer.job == job:
                        importer.child.signal(signal.SIGTERM)
            case JobOrdered() | JobReturned() | RoomChanged(is_short=False):
                self._claim()

    # Claiming

    def _claim(self) -> None:
        """Take up another import, where there is room and one waits."""
        busy = sum(importer.job is not None for importer in self._importers)
        if not self._is_stopping and not self._room.is_short and busy + self._claiming < PROCESSES:
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
            self._recorder.fail(job, Failed(why))
            return
        self._room.note_begun(job)
        importer.cancel_idle()
        importer.job, importer.size = job, _measure(claimed)
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
                self._recorder.record(lambda tx: making.record_noticed(tx, job, sentence))
            case Done():
                self._recorder.record_end(job, lambda tx: making.record_done(tx, job, step))
                self._rest(importer)
            case Failed(is_disk_full=True) if self._room.is_to_wait(job, written=0):
                self._recorder.hold(job, step, Frames(0), importer.size)
                self._rest(importer)
            case Failed():
                self._recorder.fail(job, step)
                self._rest(importer)

    def _rest(self, importer: Importer) -> None:
        if importer.job is not None:
            self._room.forget(importer.job)
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
        self._room.forget(job)
        self._recorder.fail(job, step)
        self._claim()


def _measure(claimed: ClaimedJob) -> int:
    """Bytes of the file; 0 if it cannot be looked at."""
    with suppress(OSError):
        return parse_location(str(claimed.song.parameters.get("file", ""))).stat().st_size
    return 0
