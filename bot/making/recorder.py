"""Writes down what workers and importers say of their jobs, in the order in which they say it.

The store tries a write again until the database takes it. Those who wait for a song that does not come are told in any
case: where the database does not take a failure soon, as on the full disk that made the job fail, they are told before
it is recorded. A job that found the disk full may wait for room (room.py), and is made again.

Knows the store and the clock; nothing of processes. What a step means is for `bot.station.making`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.making.room import Room
from bandstand.bot.station import making
from bandstand.bot.station.repositories import Store, Transaction, Work
from bandstand.common.api.events import Event
from bandstand.common.errors import BandstandError
from bandstand.common.jobs import Failed
from bandstand.common.types import Frames

log = Logger()

TELL_AFTER: Final = 3.0
"""Seconds in which the database has to take a failure; then it is told without being recorded, so that nobody waits for
a song that does not come. It is recorded as soon as that can be done."""


class UnrecordedFailure:
    """A failure that is being recorded. `is_told`: those who wait for the song have been told."""

    def __init__(self, job: int, step: Failed, is_held: bool = False) -> None:
        """`is_held`: the job waits and is made again."""
        self.job = job
        self.step = step
        self.is_held = is_held
        self.is_told = False


class JobRecorder:
    """The jobs of one bot, until `stop`."""

    def __init__(
        self, clock: IReactorTime, store: Store, room: Room, publish: Callable[[Sequence[Event]], None]
    ) -> None:
        self.store = store
        self.room = room
        self.publish = publish
        self._clock = clock
        self._is_stopping = False

    def stop(self) -> None:
        """Tell nobody anything any more."""
        self._is_stopping = True

    def record(self, work: Work[None]) -> None:
        async def record() -> None:
            await self.store.record(work)

        Deferred.fromCoroutine(record()).addErrback(log_fault)

    def record_end(self, job: int, work: Work[None]) -> None:
        """As `record`, of what a job has come to; where that cannot be recorded for a fault of ours, the job fails."""

        async def record() -> None:
            try:
                await self.store.record(work)
            except BandstandError:
                raise
            except Exception:
                self.fail(job, Failed("the station has a fault, which its log describes, so the song is not kept"))
                raise

        Deferred.fromCoroutine(record()).addErrback(log_fault)

    def fail(self, job: int, step: Failed) -> None:
        """There is no song."""
        log.warn("job {job} failed: {reason}", job=job, reason=step.reason)
        self._record_failure(job, step)

    def hold(self, job: int, step: Failed, made: Frames, needed: int) -> None:
        """Let the job wait until there is room for more than `needed` bytes; `made` frames of it can be heard."""
        log.warn("job {job} waits: {reason}", job=job, reason=step.reason)
        self.room.wait(needed)
        self._record_failure(job, step, made)

    def return_job(self, job: int, why: str, made: Frames) -> None:
        """Have the song made again at once; `made` frames of it can be heard."""
        log.warn("job {job}: {why}; it is made again", job=job, why=why)
        self.record_end(job, lambda tx: making.record_held(tx, job, Failed(why), made, is_told=True))

    def _record_failure(self, job: int, step: Failed, made: Frames | None = None) -> None:
        """Record it, or tell of it. With `made`, the job is to wait and be made again."""
        failure = UnrecordedFailure(job, step, is_held=made is not None)
        late = self._clock.callLater(TELL_AFTER, self._tell_failure, failure)

        def write(tx: Transaction) -> None:
            if made is None:
                making.record_failed(tx, job, step, is_told=failure.is_told)
            else:
                making.record_held(tx, job, step, made, is_told=failure.is_told)

        async def record() -> None:
            try:
                await self.store.record(write)
            finally:
                if late.active():
                    late.cancel()

        Deferred.fromCoroutine(record()).addErrback(log_fault)

    def _tell_failure(self, failure: UnrecordedFailure) -> None:
        failure.is_told = True

        async def tell() -> None:
            describe = making.describe_held if failure.is_held else making.describe_failure
            event = await self.store.read(lambda tx: describe(tx, failure.job, failure.step))
            if event is not None and not self._is_stopping:
                self.publish([event])

        Deferred.fromCoroutine(tell()).addErrback(log_fault)


def log_fault(failure: Failure) -> None:
    if failure.check(BandstandError):
        log.error("not recorded: {why}", why=str(failure.value))
    else:
        log.failure("a job could not be recorded", failure)
