"""What is heard while the database is away: the queue as it was last known, and then songs of the reserve.

The plan is the database's as long as it answers. When it is away (`DatabaseFailed`), `plan` makes one in the same way
of what was read last, less what the streamer has reported to be over. Nothing is lost by that: the streamer's reports
wait to be written down, and tell the database when it is back what was heard. So it is with a file that is locked and
with a full disk, too, where the database can be read but knows nothing new.

The queue is read again after each change; the reserve, which asks far more of the database, every `EVERY` seconds, and
until there is one. The queue is read once more when the database fails: one that takes nothing often answers still, and
what was queued a moment before has not been read yet.

Knows what is next; to send it is for `bot.playout.controller`.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.playout.picture import StreamerPicture
from bandstand.bot.station import reserve, scheduling
from bandstand.bot.station.repositories import Store
from bandstand.bot.station.reserve import Outlook
from bandstand.bot.station.scheduling import Plan
from bandstand.common import wire
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event, QueueChanged
from bandstand.common.api.values import Cue, CueState, EndReason
from bandstand.common.errors import BandstandError
from bandstand.common.types import CueId, SongCode

log = Logger()
DELAY: Final = 0.5
"""Seconds after a change until the queue is read: others often come with it."""
EVERY: Final = 600.0
REMEMBERED: Final = 100
"""Cues that are known to be over, of those that a queue which was read a moment ago may have still; and songs that were
queued lately."""


class Outage:
    """Part of the playout controller, which passes on to `react` what it is told itself."""

    def __init__(
        self, clock: IReactorTime, store: Store, wall: Callable[[], float], tell_plan: Callable[[], None]
    ) -> None:
        """`wall` gives Unix seconds. `tell_plan` is called while the database is away and `plan` has another answer."""
        self._clock = clock
        self._store = store
        self._wall = wall
        self._tell_plan = tell_plan
        self.is_on = False
        """Whether the database is away."""
        self._outlook = Outlook()
        self._reserve: list[Cue] = []
        self._over: deque[int] = deque(maxlen=REMEMBERED)
        """The last cues that the streamer has ended."""
        self._lately: dict[SongCode, None] = {}
        """Songs of the last cues that were known, the latest last."""
        self._last_number = 0
        self._due: IDelayedCall | None = None
        self._regularly = LoopingCall(self._refresh)
        self._regularly.clock = clock

    def start(self) -> None:
        self._regularly.start(EVERY)

    def stop(self) -> None:
        if self._regularly.running:
            self._regularly.stop()
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def react(self, event: Event) -> None:
        match event:
            case DatabaseFailed() if not self.is_on:
                self.is_on = True
                self._start(self._read(with_reserve=not self._reserve))
            case DatabaseRecovered():
                self._end()
            case QueueChanged() if self._regularly.running and not self.is_on and self._due is None:
                self._due = self._clock.callLater(DELAY, self._read_queue)

    def _end(self) -> None:
        """The facts are all written down; what is left of the reserve's is not wanted any more."""
        self.is_on = False
        self._start(self._store.record(reserve.withdraw))
        self._refresh()

    def _start(self, work: Any) -> None:
        Deferred.fromCoroutine(_wait_for(work)).addErrback(self._log_failure)

    def _log_failure(self, failure: Failure) -> None:
        """That the database is away is said by others."""
        if not failure.check(BandstandError):
            log.failure("the reserve could not be read", failure)

    # While the database is there

    def _refresh(self) -> None:
        if not self.is_on:
            self._start(self._read(with_reserve=True))

    def _read_queue(self) -> None:
        self._due = None
        self._start(self._read(with_reserve=not self._reserve))

    async def _read(self, *, with_reserve: bool) -> None:
        outlook = await self._store.read(reserve.read_outlook)
        songs = await self._store.read(reserve.draw_reserve) if with_reserve and outlook.is_playing else None
        if self.is_on:
            outlook = self._add_drawn(outlook)
        self._take(outlook)
        if songs is not None:
            self._reserve = list(songs)
        if self.is_on:
            self._tell_plan()

    def _add_drawn(self, outlook: Outlook) -> Outlook:
        """`outlook` with the songs of the reserve that are lined up, of which the database does not know yet."""
        known = {cue.id for cue in outlook.cues}
        drawn = tuple(cue for cue in self._outlook.cues if reserve.is_of_reserve(cue) and cue.id not in known)
        return msgspec.structs.replace(outlook, cues=outlook.cues + drawn)

    def take_report(self, report: wire.PlayoutReport) -> None:
        """Know of a cue that is over, although the queue that was read last has it still."""
        if isinstance(report, wire.Ended) and report.reason != EndReason.STOPPED.value:
            self._over.append(report.cue)

    # While it is away

    def plan(self, picture: StreamerPicture, note: Callable[[Cue], None]) -> Plan | None:
        """What the streamer should be doing; None: as it does. `note` is told of each cue of the reserve that is given
        a number, and has to have it written down."""
        if self._outlook.is_stopped:
            return None
        queue = [
            msgspec.structs.replace(cue, state=CueState.QUEUED)
            for cue in self._outlook.cues
            if cue.id != picture.current and cue.id not in self._over
        ]
        on_air = next((cue for cue in self._outlook.cues if cue.id == picture.current), None)
        now = self._wall()
        if not any(cue.is_audible and not scheduling.is_too_early(cue, now) for cue in queue):
            drawn = self._draw(note)
            queue = [*queue, drawn] if drawn else queue
        if on_air is None and picture.current is None:
            on_air = scheduling.find_due(queue, is_stopped=False, now=now)
            queue = [cue for cue in queue if cue is not on_air]
        self._remember(([on_air] if on_air else []) + queue)
        if on_air is None:
            return None
        on_air = msgspec.structs.replace(on_air, state=CueState.AIR)
        return scheduling.plan_playout([on_air, *queue], None, self._outlook.crossfade, now)

    def _draw(self, note: Callable[[Cue], None]) -> Cue | None:
        """The first song of the reserve that was not queued lately, as the last of the queue; where all were, the one
        that was longest ago."""
        if not self._reserve or not self._outlook.is_playing:
            return None
        lately = list(self._lately)
        song = min(self._reserve, key=lambda one: lately.index(one.song.code) if one.song.code in lately else -1)
        self._last_number = min(self._last_number - 1, -int(self._wall() * 1000))
        cue = msgspec.structs.replace(
            song, id=CueId(self._last_number), order=scheduling.order_last(self._outlook.cues)
        )
        note(cue)
        return cue

    def _remember(self, cues: list[Cue]) -> None:
        self._take(msgspec.structs.replace(self._outlook, cues=tuple(cues)))

    def _take(self, outlook: Outlook) -> None:
        for cue in outlook.cues:
            self._lately.pop(cue.song.code, None)
            self._lately[cue.song.code] = None
        for code in list(self._lately)[:-REMEMBERED]:
            del self._lately[code]
        self._outlook = outlook

    def give_up(self, cue: Cue) -> None:
        """It cannot be played."""
        self._remember([one for one in self._outlook.cues if one.id != cue.id])
        self._reserve = [one for one in self._reserve if one.song.code != cue.song.code]


async def _wait_for(work: Any) -> None:
    await work
