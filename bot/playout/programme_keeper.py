"""Has the programme brought up to date: soon after anything that may concern it, and every now and then by itself.

Events that come together are one occasion, and a command is answered first (`DELAY`). Some things have no event, such
as the time after which nobody is taken to work on a generator any more, so the programme is also looked at every
`EVERY` seconds, and in the moment in which a show begins or ends. If the database cannot do it, the next occasion is
soon enough: four songs are planned ahead.

Knows when; what is to be done is for `bot.station.programme`.
"""

from collections.abc import Callable
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.station import between, programme, shows
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.common.api import events
from bandstand.common.api.events import Event
from bandstand.common.api.values import Outside
from bandstand.common.errors import BandstandError

log = Logger()
DELAY: Final = 0.2
EVERY: Final = 30.0
OCCASIONS: Final = (
    events.QueueChanged,
    events.JobDone,
    events.JobFailed,
    events.JobCancelled,
    events.PlaybackResumed,
    events.WatchesChanged,
    events.WatchEnded,
    events.RadioSwitched,
    events.ScheduleChanged,
    events.ProgrammeChanged,
)


class ProgrammeKeeper:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self, clock: IReactorTime, store: Store, look: Callable[[], Outside] = Outside, every: float = EVERY
    ) -> None:
        """`look` says what is on the air and how far it is; `every`: seconds between looks that nothing has caused."""
        self._clock = clock
        self._store = store
        self._look = look
        self._every = every
        self._trouble = ""
        """Why the programme could not be planned the last time."""
        self._due: IDelayedCall | None = None
        self._change: IDelayedCall | None = None
        """The next moment at which it is known that something is to be done."""
        self._regularly = LoopingCall(self._run)
        self._regularly.clock = clock

    def start(self) -> None:
        self._regularly.start(self._every)

    def stop(self) -> None:
        if self._regularly.running:
            self._regularly.stop()
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._change is not None:
            self._change.cancel()
            self._change = None

    def react(self, event: Event) -> None:
        if isinstance(event, events.SlotPassed):
            log.warn("the programme passes over {slot}: {reason}", slot=event.slot, reason=event.reason)
        if isinstance(event, events.ShowHeld | events.ShowMissed):
            log_show(event)
        if self._regularly.running and self._due is None and isinstance(event, OCCASIONS):
            self._due = self._clock.callLater(DELAY, self._take_occasion)

    def _take_occasion(self) -> None:
        self._due = None
        self._run()

    def _take_change(self) -> None:
        self._change = None
        self._run()

    def _run(self) -> None:
        Deferred.fromCoroutine(self._keep_going()).addErrback(self._log_failure)

    async def _keep_going(self) -> None:
        wait = await self._store.transact(_keep_going, self._look())
        if self._trouble:
            self._trouble = ""
            log.info("the programme is planned again")
        if self._change is not None:
            self._change.cancel()
            self._change = None
        if self._regularly.running and wait is not None and wait < self._every:
            self._change = self._clock.callLater(wait, self._take_change)

    def _log_failure(self, failure: Failure) -> None:
        """Say it once, not each time that it is tried, which is every few seconds."""
        if not failure.check(BandstandError):
            log.failure("the programme could not be planned", failure)
        elif str(failure.value) != self._trouble:
            self._trouble = str(failure.value)
            log.warn("the programme could not be planned: {why}", why=self._trouble)


def _keep_going(tx: Transaction) -> float | None:
    """Bring the programme up to date. Gives the seconds until it is to be looked at again, since the show changes or
    something is not ready; None: not for a long time."""
    programme.keep_going(tx)
    between.keep_seam(tx)
    change = shows.find_change_after(tx, tx.now)
    waits = [] if change is None else [change.at - tx.now]
    unready = programme.find_unready(tx)
    if unready is not None and unready > 0:  # below that there is nothing else that could be heard
        waits.append(max(DELAY, unready))
    return min(waits, default=None)


def log_show(event: events.ShowHeld | events.ShowMissed) -> None:
    """Write down that a show does not begin at its time."""
    if isinstance(event, events.ShowHeld):
        held = event.held
        log.warn(
            "the show {show} waits for {seconds:.0f} s, as {person} asked for {title}",
            show=held.show.name, seconds=held.until - held.start, person=held.name, title=held.song.title,
        )  # fmt: skip
        return
    why = "what people had asked for lasted until it was over" if event.is_held else "the radio did not play"
    log.warn("the show {show} was missed: {why}", show=event.show.name, why=why)
