"""Generator reload: a saved program runs again, and its new version cuts in on a bar of the song on the air.

Knows the clock, the file watcher and where the song on the air is; what is decided, `bot.station.watches` decides.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.file_watcher import FileWatcher
from bandstand.bot.station import watches
from bandstand.bot.station.bars import find_next_bar
from bandstand.bot.station.repositories import Store
from bandstand.common.api.events import Event, GeneratorsReloaded, VersionReady, WatchesChanged
from bandstand.common.api.values import Bars, OnAir, Outside
from bandstand.common.types import RATE

log = Logger()

LEAD: Final = round(0.25 * RATE)
"""Frames before the bar at which the cut is decided: a transaction and a message take some of them, and until then a
version that fails is never heard."""
MakeWatcher = Callable[[IReactorTime, Callable[[str], None]], FileWatcher]


class GeneratorReloader:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self,
        clock: IReactorTime,
        store: Store,
        catalogue: Catalogue,
        get_on_air: Callable[[], OnAir | None],
        make_watcher: MakeWatcher = FileWatcher,
    ) -> None:
        self._clock = clock
        self._store = store
        self._catalogue = catalogue
        self._get_on_air = get_on_air
        self._watcher = make_watcher(clock, self._take_save)
        self._is_stopping = False

    def react(self, event: Event) -> None:
        match event:
            case WatchesChanged():
                self._start(self.follow_watched())
            case VersionReady():
                self._schedule_cut(event)
            case GeneratorsReloaded():
                self._start(self._take_declarations(event.changed))

    def stop(self) -> None:
        self._is_stopping = True
        self._watcher.stop()

    def find_trouble(self) -> str:
        """Why nothing can be watched, as a sentence; empty if it can."""
        return self._watcher.find_trouble()

    async def follow_watched(self) -> str:
        """Follow the files of what is watched now. If that cannot be, return the sentence that says so."""
        names = await self._store.read(watches.list_watched)
        if not self._is_stopping:
            known = self._catalogue.known
            try:
                self._watcher.follow({name: known[name] for name in names if name in known})
            except OSError as error:
                log.warn("what is watched does not run again when it is saved: {why}", why=error.strerror)
                return f"what is watched does not run again when it is saved: {error.strerror}"
        return ""

    async def _take_declarations(self, changed: Sequence[str]) -> None:
        """What is watched and declared otherwise now runs again, as if it had been saved."""
        await self.follow_watched()
        for name in changed:
            await self._run_again(name)

    def _schedule_cut(self, ready: VersionReady) -> None:
        """Cut in shortly before the bar, on which it is heard; at once where another song is on the air by now."""
        air = self._get_on_air()
        if air is None or air.cue != ready.cue:
            self._clock.callLater(0, self._cut_in, ready.job, None)
            return
        here = round(air.seconds * RATE)
        delay = (find_next_bar(ready.bars, here + LEAD) - LEAD - here) / RATE
        self._clock.callLater(delay, self._cut_in, ready.job, ready.bars)

    def _cut_in(self, job: int, bars: Bars | None) -> None:
        if not self._is_stopping:
            self._start(self._record_cut(job, bars))

    async def _record_cut(self, job: int, bars: Bars | None) -> None:
        await self._store.record(lambda tx: watches.cut_in_version(tx, job, bars))

    def _take_save(self, name: str) -> None:
        self._start(self._run_again(name))

    async def _run_again(self, name: str) -> None:
        await self._catalogue.refresh(name)
        if not self._is_stopping:
            outside = Outside(generators=dict(self._catalogue.known))
            await self._store.record(lambda tx: watches.record_saved(tx, name), outside)

    def _start(self, work: Coroutine[Deferred[Any], Any, object]) -> None:
        """Run a coroutine to its end; a fault is logged."""
        Deferred.fromCoroutine(work).addErrback(lambda failure: log.failure("a generator was not reloaded", failure))
