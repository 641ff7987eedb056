"""Background jobs: a process for each, one after the other, niced.

Knows how such a process is started and read; what its result means is for `bot.station.making`. Work that takes seconds
is done neither on the reactor nor on the database's thread.
"""

import signal
from collections.abc import Sequence
from typing import Final

import msgspec
from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from bandstand.bot.child import CollectingChild, Command, Launcher
from bandstand.bot.station import making
from bandstand.bot.station.repositories import Store
from bandstand.common.api.events import BackgroundJobOrdered, Event
from bandstand.common.background_jobs import BackgroundJob, Export, Refused, Result
from bandstand.common.config import Config
from bandstand.common.types import SongCode

log = Logger()

PATIENCE: Final = 600.0
"""Seconds after which a background job is given up."""
LONGEST: Final = 1 << 24
"""Bytes of a result."""


class BackgroundJobs:
    """Carries out background jobs. `react` is to be subscribed to the event bus."""

    def __init__(self, launcher: Launcher, store: Store, config: Config, argv: Sequence[str]) -> None:
        """`argv` starts a process that reads one job from its standard input and writes its result."""
        self._launcher = launcher
        self._store = store
        self._config = config
        self._argv = argv
        self._one_at_a_time = DeferredLock()
        self._running: CollectingChild | None = None
        self._is_stopping = False

    def react(self, event: Event) -> None:
        if isinstance(event, BackgroundJobOrdered):
            carrying_out = Deferred.fromCoroutine(self._carry_out(event))
            carrying_out.addErrback(lambda failure: log.failure("a background job failed", failure))

    def stop(self) -> None:
        """End the one that runs; those that wait are not begun. What came of them is not recorded."""
        self._is_stopping = True
        if self._running is not None:
            self._running.signal(signal.SIGTERM)

    async def _carry_out(self, ordered: BackgroundJobOrdered) -> None:
        async with self._one_at_a_time:
            if self._is_stopping:
                return
            result = await self._run(self._complete(ordered.work))
            if not self._is_stopping:
                await self._store.record(lambda tx: making.record_background_result(tx, ordered, result))

    def _complete(self, work: BackgroundJob) -> BackgroundJob:
        """Fill in what only the configuration knows."""
        if not isinstance(work, Export):
            return work
        return msgspec.structs.replace(
            work,
            folder=str(self._config.paths.song(SongCode(work.song))),
            soundfont=self._config.composer.soundfont,
            loudness=self._config.station.loudness,
        )

    async def _run(self, work: BackgroundJob) -> Result:
        child = self._running = CollectingChild(LONGEST)
        try:
            self._launcher.start(child, Command(self._argv), PATIENCE)
            child.write_line(msgspec.json.encode(work))
            ending = await child.ended
        except OSError as error:
            return Refused(f"no process could be started: {error.strerror}")
        finally:
            self._running = None
        try:
            result: Result = msgspec.json.decode(child.output, type=Result)
        except msgspec.DecodeError:
            log.error("a background job said nothing that can be read; it {ending}", ending=ending)
            return Refused("it broke off; the log says more")
        return result
