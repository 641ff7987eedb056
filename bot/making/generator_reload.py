"""Generator reload: a saved program runs again, and its new version cuts in on a bar of the song on the air.

A version that goes on at the place that is heard has to be made that far. A worker makes a song faster than it is
played, so it is waited for, from bar to bar; after `PATIENCE` it goes on at the last bar that there is. If it has not
grown meanwhile, that is all of it: it is shorter than the older version, and begins at its beginning.

Knows the clock, the file watcher, where the song on the air is and how much of another is made; what is decided,
`bot.station.watches` decides.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.file_watcher import FileWatcher
from bandstand.bot.station import watches
from bandstand.bot.station.bars import find_bar_before, find_next_bar, find_same_place
from bandstand.bot.station.repositories import Store
from bandstand.common.api.events import Event, GeneratorsReloaded, VersionReady, WatchesChanged
from bandstand.common.api.values import Bars, OnAir, Outside
from bandstand.common.types import RATE, Frames

log = Logger()

LEAD: Final = round(0.25 * RATE)
"""Frames before the bar at which the cut is decided: a transaction and a message take some of them, and until then a
version that fails is never heard."""
AHEAD: Final = RATE
"""Frames that must be made beyond the place at which a version goes on, or it would stop there and wait."""
PATIENCE: Final = 5.0
"""Seconds for which a version is waited for that is not made as far as the place that is heard."""
AGAIN: Final = 0.2
"""Seconds from one look at how far it is made to the next."""
MakeWatcher = Callable[[IReactorTime, Callable[[str], None]], FileWatcher]


@dataclass(frozen=True)
class Wait:
    """For a version that is not made far enough."""

    until: float
    made: int
    """Frames that there were when it began."""


@dataclass(frozen=True)
class Progress:
    """How far songs are."""

    get_on_air: Callable[[], OnAir | None]
    count_made: Callable[[int], int | None]
    """Frames that there are of the song of a job; None where all of it is made."""


class GeneratorReloader:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self,
        clock: IReactorTime,
        store: Store,
        catalogue: Catalogue,
        progress: Progress,
        make_watcher: MakeWatcher = FileWatcher,
    ) -> None:
        self._clock = clock
        self._store = store
        self._catalogue = catalogue
        self._progress = progress
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

    def _schedule_cut(self, ready: VersionReady, wait: Wait | None = None) -> None:
        """Cut in shortly before the bar, on which it is heard; at once where another song is on the air by now."""
        here = self._locate(ready)
        if here is None:
            self._clock.callLater(0, self._cut_in, ready.job, None)
            return
        lead = LEAD if ready.bars else 0
        at = find_next_bar(ready.bars, here + lead) if ready.bars else here
        cut = (self._continue, ready, at, wait) if ready.continues else (self._cut_in, ready.job, ready.bars)
        self._clock.callLater((at - lead - here) / RATE, *cut)

    def _locate(self, ready: VersionReady) -> int | None:
        """The frame at which the song is that is to be cut; None where it is not on the air any more."""
        air = self._progress.get_on_air()
        return round(air.seconds * RATE) if air is not None and air.cue == ready.cue else None

    def _continue(self, ready: VersionReady, at: int, wait: Wait | None) -> None:
        """Go on with the new version where the older one will be at its frame `at`, or look again later, if it is not
        made that far and the wait is not over yet."""
        if self._locate(ready) is None:
            self._cut_in(ready.job, None)
            return
        start = find_same_place(ready.bars, ready.own_bars, at)
        made = self._progress.count_made(ready.job)
        if made is not None and made < start + AHEAD:
            now = self._clock.seconds()
            wait = wait or Wait(now + PATIENCE, made)
            if now < wait.until:
                self._clock.callLater(AGAIN, self._schedule_cut, ready, wait)
                return
            start = find_bar_before(ready.own_bars, made - AHEAD) if made > wait.made else watches.BEGINNING
        self._cut_in(ready.job, ready.bars, Frames(start))

    def _cut_in(self, job: int, bars: Bars | None, start: Frames = watches.BEGINNING) -> None:
        if not self._is_stopping:
            self._start(self._record_cut(job, bars, start))

    async def _record_cut(self, job: int, bars: Bars | None, start: Frames) -> None:
        await self._store.record(lambda tx: watches.cut_in_version(tx, job, bars, start))

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
