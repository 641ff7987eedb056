"""The watching of generators at work: saves become transactions, and a new version waits for its bar.

Knows the clock, the watcher and where the song on the air is; what is decided, `songs.watches` decides.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from bot.effects import CutOnBar
from bot.making.catalogue import Catalogue
from bot.making.file_watcher import Watcher
from bot.songs import watches
from bot.songs.bars import Bars
from bot.view import AirView
from common.types import RATE

LEAD: Final = round(0.25 * RATE)
"""Frames before the bar at which the cut is decided: a transaction and a message take some of them, and until then a
version that fails is never heard."""
Change = Callable[..., Deferred[None]]


class Live:
    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        chance: Random,
        catalogue: Catalogue,
        change: Change,
        ask: Callable[..., Deferred[Any]],
        air: Callable[[], AirView | None],
        make_watcher: Callable[[IReactorTime, Callable[[str], None]], Watcher] = Watcher,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._chance = chance
        self._catalogue = catalogue
        self._change = change
        self._ask = ask
        self._air = air
        self._watcher = make_watcher(clock, self._saved)
        self._stopping = False

    def rewatch(self) -> Deferred[None]:
        """Follow the files of what is watched now."""
        return self._ask(watches.watched).addCallback(self._follow)

    def stop(self) -> None:
        self._stopping = True
        self._watcher.stop()

    def cut_on_bar(self, effect: CutOnBar) -> None:
        """Cut in shortly before the bar, on which it is heard; at once where another song is on the air by now."""
        air = self._air()
        if air is None or air.cue != effect.cue:
            self._clock.callLater(0, self._cut_in, effect.job, None)
            return
        here = round(air.seconds * RATE)
        delay = (effect.bars.next_from(here + LEAD) - LEAD - here) / RATE
        self._clock.callLater(delay, self._cut_in, effect.job, effect.bars)

    def _cut_in(self, job: int, lines: Bars | None) -> None:
        if not self._stopping:
            self._change(watches.cut_in, job, self._wall(), lines)

    def _follow(self, names: Sequence[str]) -> None:
        if not self._stopping:
            known = self._catalogue.known
            self._watcher.follow({name: known[name] for name in names if name in known})

    def _saved(self, name: str) -> None:
        now = self._wall()
        self._catalogue.refresh(name).addCallback(lambda _: self._run(name, now))

    def _run(self, name: str, now: float) -> None:
        if not self._stopping:
            self._change(watches.saved, name, self._catalogue.known[name], now, self._chance)
