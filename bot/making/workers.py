"""Song workers: one that waits, its imports done, and as many at work as the configuration allows.

A worker takes one job and ends. Jobs wait in the database; they are claimed one by one, as long as there is room, each
time that something says that there may be one (a job was ordered or returned) or that there is room again (one ended).
What a worker says of its job is recorded in the order in which it was said; the store tries that again by itself.

Knows how a worker is started and what it says; what a step means for the song and its cues is for `bot.station.making`.
"""

import errno
import itertools
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, cast

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.child import STANDARD, Child, Command, Ending, Launcher
from bandstand.bot.making.room import Room
from bandstand.bot.station import making
from bandstand.bot.station.bars import find_bars
from bandstand.bot.station.lifecycle import OPEN_JOBS
from bandstand.bot.station.making import ClaimedJob
from bandstand.bot.station.repositories import Store, Transaction, Work
from bandstand.common import jobs
from bandstand.common.api.events import (
    Event,
    JobAdvanced,
    JobCancelled,
    JobDone,
    JobFailed,
    JobHeld,
    JobOrdered,
    JobReturned,
    LiveEnded,
)  # fmt: skip
from bandstand.common.api.values import ProcessStatus, Song
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError
from bandstand.common.generators import PIPE, Generator
from bandstand.common.jobs import (
    GROWTH_FD,
    HANDOVER_FD,
    SPOOL_FD,
    Advanced,
    Begun,
    Done,
    Failed,
    Noticed,
    Pair,
    Passed,
    Side,
    Step,
)
from bandstand.common.paths import SONG_FILE
from bandstand.common.types import FRAME_BYTES, RATE, Frames, SongCode

log = Logger()

WARM_AFTER: Final = 1.0
"""Seconds from handing out a job to starting the next worker: after the song's first second, not beside it."""
FULL: Final = {errno.ENOSPC, errno.EDQUOT}
TELL_AFTER: Final = 3.0
"""Seconds in which the database has to take a failure; then it is told without being recorded, so that nobody waits for
a song that does not come. It is recorded as soon as that can be done."""
WITHOUT_BARS: Final = 2.0
"""Seconds that stand for a bar of a comparison where a song does not say its tempo."""
decode_step = msgspec.json.Decoder(Step).decode


class Spool:
    """A song in the making: an unnamed file of frames, and the end of a pipe that is open while it grows.

    Where the song `is_live`, the frames come out of the pipe. `hand_over` gives the worker a descriptor.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = cast(IO[bytes], tempfile.TemporaryFile(dir=folder, buffering=0))  # noqa: SIM115
        self.is_live = False
        try:
            self._growth, self._growing = os.pipe()
            self._ours, self._workers = socket.socketpair()
        except OSError:
            self._file.close()
            raise

    def list_for_worker(self) -> dict[int, int | str]:
        """The descriptors of a worker, by its own numbers."""
        return {**STANDARD, SPOOL_FD: self._file.fileno(), GROWTH_FD: self._growing,
                HANDOVER_FD: self._workers.fileno()}  # fmt: skip

    def leave_to_worker(self) -> None:
        """Close our copy of what only the worker may hold open: that it is closed says that nothing more comes."""
        os.close(self._growing)
        self._workers.close()

    def count_frames(self) -> int:
        """How many there are by now."""
        return os.fstat(self._file.fileno()).st_size // FRAME_BYTES

    def hand_over(self, descriptor: int) -> None:
        """Give the worker a copy of this descriptor, which is closed here. Raises OSError."""
        try:
            socket.send_fds(self._ours, [b"\0"], [descriptor])
        finally:
            os.close(descriptor)

    def duplicate(self) -> tuple[int, int | None]:
        """New descriptors of the file and of the pipe, or of the live pipe alone, for whoever plays it."""
        if self.is_live:
            return os.dup(self._growth), None
        audio = os.dup(self._file.fileno())
        try:
            return audio, os.dup(self._growth)
        except OSError:
            os.close(audio)
            raise

    def close(self) -> None:
        self._file.close()
        self._ours.close()
        os.close(self._growth)


class Worker:
    """One worker process: it waits, is given one job, says its steps and ends."""

    def __init__(self, spool: Spool, on_step: Callable[["Worker", Step], None]) -> None:
        self.spool = spool
        self.job: int | None = None
        self.song = ""
        self.has_pipe = False
        """It plays what comes out of a pipe, which cannot come again."""
        self.is_settled = False
        """It is known what became of the job: nothing that it says, nor its end, counts any more."""
        self.child = Child(self._take_line)
        self._on_step = on_step

    def give(self, job: int, work: jobs.Job) -> None:
        self.job, self.song = job, work.song
        self.child.write_line(msgspec.json.encode(work))

    def end(self) -> None:
        self.is_settled = True
        self.child.signal(signal.SIGTERM)

    def _take_line(self, line: bytes) -> None:
        if self.is_settled:
            return
        try:
            step = decode_step(line)
        except msgspec.DecodeError:
            log.warn("a worker said what is no step: {line!r}", line=line[:200])
            return
        self.is_settled = isinstance(step, Done | Passed | Failed)
        self._on_step(self, step)


class UnrecordedFailure:
    """A failure that is being recorded. `is_told`: those who wait for the song have been told."""

    def __init__(self, job: int, step: Failed, is_held: bool = False) -> None:
        """`is_held`: the job waits and is made again."""
        self.job = job
        self.step = step
        self.is_held = is_held
        self.is_told = False


class Pipes:
    """Descriptors of pipes that were given to the station to be heard, each until its job is begun."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, int] = {}

    def put(self, descriptor: int) -> int:
        """Keep it, under the number that comes back."""
        number = next(self._numbers)
        self._open[number] = descriptor
        return number

    def take(self, number: object) -> int | None:
        return self._open.pop(number, None) if isinstance(number, int) else None

    def drop(self, number: int) -> None:
        """Close it, if it was not taken."""
        descriptor = self.take(number)
        if descriptor is not None:
            os.close(descriptor)


class JobRunner:
    """Hands jobs to workers. `react` is to be subscribed to the event bus."""

    def __init__(
        self,
        launcher: Launcher,
        store: Store,
        publish: Callable[[Sequence[Event]], None],
        config: Config,
        argv: Sequence[str],
    ) -> None:
        """`argv` starts a worker."""
        self._launcher = launcher
        self._store = store
        self._publish = publish
        self._config = config
        self._argv = argv
        self.pipes = Pipes()
        self._room = Room(launcher.clock, (config.paths.spool, config.paths.songs), publish, self._claim_jobs)
        self._waiting: Worker | None = None
        self._busy: dict[int, Worker] = {}
        self._is_claiming = self._must_claim = self._is_stopping = False

    @property
    def has_room(self) -> bool:
        """Live songs do not count: they may go on for days."""
        busy = sum(not worker.spool.is_live for worker in self._busy.values())
        is_free = not self._is_stopping and not self._room.is_short
        return is_free and busy < self._config.station.workers

    def get_status(self) -> ProcessStatus:
        pid = self._waiting.child.pid if self._waiting else None
        waiting = "one waiting" if pid else "none waiting"
        return ProcessStatus("workers", f"{len(self._busy)} at work, {waiting}", pid)

    def take_generators(self, generators: Mapping[str, Generator]) -> None:
        """Songs that are begun from now on are made with these programs."""
        self._config = msgspec.structs.replace(self._config, generators=dict(generators))

    def find_spool(self, song: SongCode) -> Spool | None:
        """The sound of a song that is being made; None where no worker has it."""
        return next((worker.spool for worker in self._busy.values() if worker.song == song), None)

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
                self._launcher.clock.callLater(TELL_AFTER, self._tell_held, event)
            case JobOrdered() | JobReturned() | JobDone() | JobFailed():
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
        """Have one worker waiting."""
        if self._waiting is None and not self._is_stopping:
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
        argv = [*self._argv, "--soundfont", self._config.composer.soundfont]
        generators = self._config.generators.values()
        if not generators:
            return argv
        for folder in sorted({one.directory for one in generators}):
            argv += ["--writable", folder]
        return [*argv, "--stage", "callables" if any(one.callable for one in generators) else "programs"]

    # What workers say

    def _take_step(self, worker: Worker, step: Step) -> None:
        if worker.job is not None and not self._is_stopping:
            self._record_step(worker.job, step)

    def _record_step(self, job: int, step: Step) -> None:
        match step:
            case Advanced(seconds):
                self._publish([JobAdvanced(job=job, seconds=seconds)])
            case Begun():
                self._busy[job].spool.is_live = step.is_live
                if step.is_live:
                    self._claim_jobs()
                self._record(lambda tx: making.record_begun(tx, job, step))
            case Noticed(sentence):
                self._record(lambda tx: making.record_noticed(tx, job, sentence))
            case Done():
                self._record(lambda tx: making.record_done(tx, job, step))
            case Passed():
                self._record(lambda tx: making.record_passed(tx, job, step))
            case Failed(is_disk_full=True) if self._is_to_wait(job):
                self._hold(job, step)
            case Failed(reason):
                log.warn("job {job} failed: {reason}", job=job, reason=reason)
                self._record_failure(job, step)

    def _is_to_wait(self, job: int) -> bool:
        """Whether a job that found the disk full can be made again, and was not what filled it."""
        worker = self._busy.get(job)
        if worker is not None and (worker.spool.is_live or worker.has_pipe):
            return False
        return self._room.is_to_wait(job, worker.spool.count_frames() * FRAME_BYTES if worker else 0)

    def _hold(self, job: int, step: Failed) -> None:
        """Let it wait until there is room."""
        worker = self._busy.get(job)
        made = Frames(worker.spool.count_frames() if worker else 0)
        log.warn("job {job} waits: {reason}", job=job, reason=step.reason)
        self._room.wait(made * FRAME_BYTES)
        self._record_failure(job, step, made)

    def _record_failure(self, job: int, step: Failed, made: Frames | None = None) -> None:
        """Record it; where the database does not take that, as on the full disk that made the job fail, tell of it.

        With `made`, the job is to wait and be made again.
        """
        failure = UnrecordedFailure(job, step, is_held=made is not None)
        late = self._launcher.clock.callLater(TELL_AFTER, self._tell_failure, failure)

        def write(tx: Transaction) -> None:
            if made is None:
                making.record_failed(tx, job, step, is_told=failure.is_told)
            else:
                making.record_held(tx, job, step, made, is_told=failure.is_told)

        async def record() -> None:
            try:
                await self._store.record(write)
            finally:
                if late.active():
                    late.cancel()

        Deferred.fromCoroutine(record()).addErrback(log_fault)

    def _tell_failure(self, failure: UnrecordedFailure) -> None:
        failure.is_told = True

        async def tell() -> None:
            describe = making.describe_held if failure.is_held else making.describe_failure
            event = await self._store.read(lambda tx: describe(tx, failure.job, failure.step))
            if event is not None and not self._is_stopping:
                self._publish([event])

        Deferred.fromCoroutine(tell()).addErrback(log_fault)

    def _record(self, work: Work[None]) -> None:
        async def record() -> None:
            await self._store.record(work)

        Deferred.fromCoroutine(record()).addErrback(log_fault)

    def _take_end(self, ending: Ending, worker: Worker) -> None:
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
            why = f"the worker {ending} before the song was done; the log says more"
            self._record_step(worker.job, Failed(why))
        self._claim_jobs()

    def _read_record(self, song: SongCode) -> Done | None:
        try:
            return msgspec.json.decode((self._config.paths.song(song) / SONG_FILE).read_bytes(), type=Done)
        except (OSError, msgspec.DecodeError):
            return None


def make_work(claimed: ClaimedJob, config: Config) -> jobs.Job:
    """What the worker is told of a job."""
    song = claimed.song
    parameters: dict[str, Any] = song.parameters
    return jobs.Job(
        song=song.code,
        generator=song.generator,
        seed=song.seed,
        parameters=parameters,
        directory=str(config.paths.song(song.code)),
        loudness=config.station.loudness,
        errors=str(config.paths.error(song.code)),
        band=claimed.band,
        is_awaited=claimed.job.cuts_in,
        program=config.generators.get(song.generator),
        pair=_make_pair(claimed.compared, config) if claimed.compared else None,
    )


def _make_pair(compared: tuple[Song, Song, int], config: Config) -> Pair:
    first, second, bars = compared
    return Pair(first=_make_side(first, config), second=_make_side(second, config), bars=bars)


def _make_side(song: Song, config: Config) -> Side:
    bars = find_bars(song.facts, song.parameters)
    bar, phase = (bars.bar, bars.phase) if bars else (round(WITHOUT_BARS * RATE), 0)
    return Side(str(config.paths.song(song.code) / song.audio), song.loudness, bar, phase)


def log_fault(failure: Failure) -> None:
    if failure.check(BandstandError):
        log.error("not recorded: {why}", why=str(failure.value))
    else:
        log.failure("a job could not be recorded", failure)
