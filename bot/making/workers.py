"""Song workers: one that waits, its imports done, and as many at work as the configuration allows. On a machine with
little memory none waits (`composer.waiting`).

A worker takes one job and ends. Jobs wait in the database; they are claimed one by one, as long as there is room, each
time that something says that there may be one (a job was ordered or returned, another song is next) or that there is
room again (one ended).

Knows how a worker is started and when; what it is told and says is in worker.py, its descriptors in spool.py, and
recorder.py has what it says written down.
"""

import errno
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.bot.child import Command, Ending, Launcher
from bandstand.bot.making.recorder import JobRecorder, log_fault
from bandstand.bot.making.spool import Pipes, Spool
from bandstand.bot.making.worker import Worker, make_work
from bandstand.bot.station import making
from bandstand.bot.station.lifecycle import OPEN_JOBS
from bandstand.bot.station.making import ClaimedJob
from bandstand.common.api.events import (
    Event,
    FarmChanged,
    JobAdvanced,
    JobCancelled,
    JobDone,
    JobFailed,
    JobHeld,
    JobOrdered,
    JobReturned,
    LiveEnded,
    RoomChanged,
    SongStarted,
)
from bandstand.common.api.values import ProcessStatus
from bandstand.common.config import Config
from bandstand.common.generators import PIPE, Generator
from bandstand.common.jobs import Advanced, Begun, Done, Failed, Noticed, Passed, Step
from bandstand.common.paths import SONG_FILE
from bandstand.common.reference import refer_to
from bandstand.common.types import FRAME_BYTES, Frames, SongCode

log = Logger()

WARM_AFTER: Final = 1.0
"""Seconds from handing out a job to starting the next worker: after the song's first second, not beside it."""
MADE_AGAIN: Final = 2
"""How often a song is made again whose worker was killed."""
FULL: Final = {errno.ENOSPC, errno.EDQUOT}
TELL_HELD_AFTER: Final = 0.5
"""Seconds in which the answer to whoever ordered a song reaches them, so that they know which job is meant."""


class JobRunner:
    """Hands jobs to workers. `react` is to be subscribed to the event bus."""

    def __init__(
        self,
        launcher: Launcher,
        recorder: JobRecorder,
        config: Config,
        argv: Sequence[str],
        count_farm: Callable[[], int] = lambda: 0,
    ) -> None:
        """`argv` starts a worker. `count_farm` says how many songs the farm makes at once, if there is one."""
        self._launcher = launcher
        self._recorder = recorder
        self._store, self._room, self._publish = recorder.store, recorder.room, recorder.publish
        self._config = config
        self._argv = argv
        self._count_farm = count_farm
        self.pipes = Pipes()
        self._waiting: Worker | None = None
        self._busy: dict[int, Worker] = {}
        self._deaths: Counter[int] = Counter()
        """Of each job, how many workers were ended by a signal before it was done."""
        self._is_claiming = self._must_claim = self._is_stopping = False

    @property
    def has_room(self) -> bool:
        """Live songs do not count: they may go on for days. What cannot be made on the farm has to fit in here."""
        busy = [worker for worker in self._busy.values() if not worker.spool.is_live]
        here = sum(not worker.is_for_farm for worker in busy)
        is_free = not self._is_stopping and not self._room.is_short
        allowed = self._config.station.workers
        return is_free and here < allowed and len(busy) < max(allowed, self._count_farm())

    @property
    def is_busy(self) -> bool:
        """Whether a song is being made."""
        return bool(self._busy)

    def get_status(self) -> ProcessStatus:
        pid = self._waiting.child.pid if self._waiting else None
        waiting = "one waiting" if pid else "none waiting"
        return ProcessStatus("workers", f"{len(self._busy)} at work, {waiting}", pid)

    def take_generators(self, generators: Mapping[str, Generator]) -> None:
        """Songs that are begun from now on are made with these programs."""
        self._config = msgspec.structs.replace(self._config, generators=dict(generators))

    def find_spool(self, song: SongCode) -> Spool | None:
        """The sound of a song that is being made; None where no worker has it, or its files are there: until the worker
        has ended there is a spool as well, and it is empty where files are all that was made, as of an ident."""
        worker = next((worker for worker in self._busy.values() if worker.song == song), None)
        return None if worker is None or worker.is_filed else worker.spool

    def count_made(self, job: int) -> int | None:
        """Frames that there are of a song that is being made; None where it is made, or no worker has it."""
        worker = self._busy.get(job)
        return None if worker is None or worker.is_settled else worker.spool.count_frames()

    async def start(self) -> None:
        """Begin work. What workers finished while no bot was there is recorded; the rest of it is made anew."""
        self._warm()
        unfinished = await self._store.read(lambda tx: tx.jobs.list_in_state(*OPEN_JOBS))
        finished = [done for job in unfinished if (done := self._read_record(job.song)) is not None]
        await self._store.record(lambda tx: making.return_jobs(tx, finished))
        self._claim_jobs()

    def stop(self) -> None:
        self._is_stopping = True
        self._recorder.stop()
        for worker in [*self._busy.values(), *([self._waiting] if self._waiting else [])]:
            worker.end()

    def react(self, event: Event) -> None:
        match event:
            case JobCancelled(job=job):
                if job in self._busy:
                    self._busy[job].end()
                self._claim_jobs()
            case LiveEnded(job=job):
                if job in self._busy:
                    self._busy[job].end()
            case JobOrdered() if self._room.is_short:
                self._launcher.clock.callLater(TELL_HELD_AFTER, self._tell_held, event)
            case (
                JobOrdered() | JobReturned() | JobDone() | JobFailed() | SongStarted()
                | RoomChanged(is_short=False) | FarmChanged()
            ):  # fmt: skip
                self._claim_jobs()

    def _tell_held(self, ordered: JobOrdered) -> None:
        """Tell who ordered a song while there is no room, so that nobody waits for it with `ctl --wait`."""
        if self._room.is_short and not self._is_stopping:
            reason = "the disk is full"
            self._publish([JobHeld(job=ordered.job, song=ordered.song, place=ordered.place, reason=reason)])

    # Claiming

    def _claim_jobs(self) -> None:
        self._must_claim = True
        if not self._is_claiming and self.has_room:
            self._is_claiming = True
            Deferred.fromCoroutine(self._claim_while_room()).addErrback(log_fault)

    async def _claim_while_room(self) -> None:
        try:
            while self._must_claim and self.has_room:
                self._must_claim = False
                claimed = await self._store.record(making.claim_job)
                if claimed is not None and not self._is_stopping:
                    self._must_claim = True
                    with refer_to(claimed.job.reference):
                        self._begin(claimed)
        finally:
            self._is_claiming = False

    def _begin(self, claimed: ClaimedJob) -> None:
        job = claimed.job.id
        pipe = None
        if claimed.song.generator == PIPE:
            pipe = self.pipes.take(claimed.song.parameters.get("pipe"))
            if pipe is None:
                self._record_step(job, Failed("the pipe that it came from is not there any more"))
                return
        try:
            worker = self._waiting or self._spawn()
            if pipe is not None:
                worker.spool.hand_over(pipe)
                worker.has_pipe = True
        except OSError as error:
            reason = f"no worker could be started: {error.strerror}"
            self._record_step(job, Failed(reason, is_disk_full=error.errno in FULL and pipe is None))
            return
        self._room.note_begun(job)
        self._waiting = None
        self._busy[job] = worker
        worker.give(job, make_work(claimed, self._config))
        self._launcher.clock.callLater(WARM_AFTER, self._warm)

    def _warm(self) -> None:
        """Have one worker waiting, where that is wanted."""
        if self._config.composer.waiting and self._waiting is None and not self._is_stopping:
            try:
                self._waiting = self._spawn()
            except OSError as error:
                log.warn("no worker could be started: {why}", why=error.strerror)

    def _spawn(self) -> Worker:
        spool = Spool(self._config.paths.spool)
        worker = Worker(spool, self._take_step)
        try:
            self._launcher.start(worker.child, Command(self._make_argv(), descriptors=spool.list_for_worker()))
        except OSError:
            spool.close()
            raise
        finally:
            spool.leave_to_worker()
        worker.child.ended.addCallback(self._take_end, worker)
        return worker

    def _make_argv(self) -> list[str]:
        """A worker reads no configuration: that may be half written while the station runs."""
        argv = [*self._argv, "--soundfont", self._config.composer.soundfont, "--log", self._config.log.format]
        if self._config.farm.scheduler:
            argv += ["--farm", str(self._config.paths.farm_socket)]
        generators = self._config.generators.values()
        if not generators:
            return argv
        for folder in sorted({one.directory for one in generators}):
            argv += ["--writable", folder]
        return [*argv, "--stage", "callables" if any(one.callable for one in generators) else "programs"]

    # What workers say

    def _take_step(self, worker: Worker, step: Step) -> None:
        if worker.job is not None and not self._is_stopping:
            with refer_to(worker.reference):
                self._record_step(worker.job, step)

    def _record_step(self, job: int, step: Step) -> None:
        match step:
            case Advanced(seconds):
                self._publish([JobAdvanced(job=job, seconds=seconds)])
            case Begun():
                self._busy[job].spool.is_live = step.is_live
                if step.is_live:
                    self._claim_jobs()
                self._recorder.record_end(job, lambda tx: making.record_begun(tx, job, step))
            case Noticed(sentence):
                self._recorder.record(lambda tx: making.record_noticed(tx, job, sentence))
            case Done():
                self._recorder.record_end(job, lambda tx: making.record_done(tx, job, step))
            case Passed():
                self._recorder.record_end(job, lambda tx: making.record_passed(tx, job, step))
            case Failed(is_disk_full=True) if self._is_to_wait(job):
                self._hold(job, step)
            case Failed():
                self._recorder.fail(job, step)

    def _is_to_wait(self, job: int) -> bool:
        """Whether a job that found the disk full can be made again, and was not what filled it."""
        worker = self._busy.get(job)
        if worker is not None and (worker.spool.is_live or worker.has_pipe):
            return False
        return self._room.is_to_wait(job, worker.spool.count_frames() * FRAME_BYTES if worker else 0)

    def _hold(self, job: int, step: Failed) -> None:
        worker = self._busy.get(job)
        made = Frames(worker.spool.count_frames() if worker else 0)
        self._recorder.hold(job, step, made, made * FRAME_BYTES)

    def _take_end(self, ending: Ending, worker: Worker) -> None:
        made = Frames(worker.spool.count_frames())
        worker.spool.close()
        if worker is self._waiting:
            self._waiting = None
            if not self._is_stopping:
                log.warn("the waiting worker {ending}", ending=ending)
        if worker.job is None:
            return
        self._busy.pop(worker.job, None)
        self._room.forget(worker.job)
        if self._is_stopping:
            return
        if not worker.is_settled:
            with refer_to(worker.reference):
                self._take_death(worker, worker.job, ending, made)
        self._claim_jobs()

    def _take_death(self, worker: Worker, job: int, ending: Ending, made: Frames) -> None:
        """A worker has ended before its song was done. Where somebody killed it, as a machine that is short of memory
        does, the song is made again, up to `MADE_AGAIN` times: whoever kills every worker also kills the one that
        waits, which may have been given the song before its end is known. After that the song may be the cause, and
        the job fails."""
        why = f"the worker {ending} before the song was done"
        can_be_again = ending.signal is not None and not (worker.spool.is_live or worker.has_pipe)
        if can_be_again and self._deaths[job] < MADE_AGAIN:
            self._deaths[job] += 1
            self._recorder.return_job(job, why, made)
        else:
            self._record_step(job, Failed(f"{why}; the log says more"))

    def _read_record(self, song: SongCode) -> Done | None:
        try:
            return msgspec.json.decode((self._config.paths.song(song) / SONG_FILE).read_bytes(), type=Done)
        except (OSError, msgspec.DecodeError):
            return None
