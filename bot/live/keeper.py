"""Keeps live shows going: lets DJs in, has the streamer read their mounts, and puts on the air whose turn it is.

What the streamer says of the mounts comes twice a second. It is compared with what it said before, and only where
something is to be written down or decided does a transaction run. A DJ's sound never comes here.

Knows when; what is to be done is for `bot.station.live` and `bot.station.live_shows`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.live.door import Attempt
from bandstand.bot.station import live, live_shows, live_slots
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.common.api import live as api
from bandstand.common.api.events import Event, ScheduleChanged, ShowEnded, ShowStarted, StreamerCameBack
from bandstand.common.api.values import Outside
from bandstand.common.live import LiveInput, find_name, make_mount

log = Logger()
EVERY: Final = 5.0
"""Seconds between looks that nothing has caused: a DJ who does not come is forgotten by them."""
STALE: Final = 3.0
"""Seconds after which what the streamer said last does not count any more."""
REFUSALS_TOLD: Final = 60.0
"""Seconds in which a DJ's refusal is told once: clients try again and again."""
LASTED: Final = 5.0
"""Seconds for which something has to be wrong until it is told."""


@dataclass(frozen=True)
class Surroundings:
    """What the keeper is given of the world."""

    clock: IReactorTime
    """Monotonic."""
    check_password: Callable[[str, str, str], Awaitable[bool]]
    """Whether that is the password of this name; the third is the address that it comes from."""
    watch: Callable[[Sequence[str]], None]
    """Has the streamer read these mounts."""
    disconnect: Callable[[str], Awaitable[None]]
    """Has Icecast end the source of this mount."""
    look: Callable[[], Outside]
    publish: Callable[[Sequence[Event]], None]


class LiveKeeper:
    """`react` is to be subscribed to the event bus, and `take_inputs` given what the streamer says."""

    def __init__(self, store: Store, surroundings: Surroundings) -> None:
        self._store = store
        self._given = surroundings
        self._inputs: dict[str, LiveInput] = {}
        self._came = 0.0
        self._connections: list[live.Connection] = []
        self._is_keeping = self._must_keep = False
        self._refused: dict[str, float] = {}
        self._troubles: dict[str, tuple[str, float]] = {}
        """What is wrong with each, and since when; negative: it was told."""
        self._lost: set[str] = set()
        self._left: dict[str, int | None] = {}
        """DJs who left the air, and the cue by which they were there: what fades out of them is not missed."""
        self._slot: IDelayedCall | None = None
        self._regularly = LoopingCall(self.keep)
        self._regularly.clock = surroundings.clock

    def start(self) -> None:
        self._regularly.start(EVERY)

    def stop(self) -> None:
        if self._regularly.running:
            self._regularly.stop()
        self._wait_for_slot(None)

    @property
    def inputs(self) -> dict[str, LiveInput]:
        """How it is with DJs' sources, by name; empty while the streamer says nothing."""
        is_fresh = self._given.clock.seconds() - self._came < STALE
        return dict(self._inputs) if is_fresh else {}

    # Who is let in

    async def admit(self, attempt: Attempt) -> bool:
        name = attempt.name
        if not await self._given.check_password(name, attempt.password, attempt.address):
            return False
        obstacle = await self._store.read(lambda tx: live_shows.find_obstacle(tx, name))
        if obstacle:
            self._tell_refused(name, obstacle)
            return False
        if not attempt.is_title:
            await self._store.transact(lambda tx: live_shows.expect(tx, name))
            log.info("{name} is let in as a source from {address}", name=name, address=attempt.address)
            self.keep()
        return True

    def _tell_refused(self, name: str, reason: str) -> None:
        now = self._given.clock.seconds()
        if now - self._refused.get(name, -REFUSALS_TOLD) >= REFUSALS_TOLD:
            self._refused = {one: at for one, at in self._refused.items() if now - at < REFUSALS_TOLD} | {name: now}
            self._given.publish([api.LiveRefused(name=name, reason=reason)])

    # What the streamer says

    def take_inputs(self, inputs: Sequence[LiveInput]) -> None:
        before, self._inputs = self.inputs, {}
        for one in inputs:
            name = find_name(one.mount)
            if name is not None:
                self._inputs[name] = one
        self._came = self._given.clock.seconds()
        self._tell_losses()
        self._tell_troubles()
        if self._is_occasion(before):
            self.keep()

    def _tell_losses(self) -> None:
        for name, heard in self._inputs.items():
            if heard.cue is None or heard.cue == self._left.get(name):
                self._lost.discard(name)
            elif heard.lost > live.LOST and name not in self._lost:
                self._lost.add(name)
                self._given.publish([api.LiveDropped(name=name)])
            elif not heard.lost and name in self._lost:
                self._lost.discard(name)
                self._given.publish([api.LiveReturned(name=name)])

    def _tell_troubles(self) -> None:
        now = self._came
        for name, heard in self._inputs.items():
            trouble, since = self._troubles.get(name, ("", now))
            if not heard.trouble:
                self._troubles.pop(name, None)
            elif heard.trouble != trouble:
                self._troubles[name] = (heard.trouble, now)
            elif 0 <= since <= now - LASTED:
                self._troubles[name] = (trouble, -1.0)
                self._given.publish([api.LiveTroubled(name=name, trouble=trouble)])

    def _is_occasion(self, before: dict[str, LiveInput]) -> bool:
        """Whether something is to be written down or decided."""
        known = {one.name: one for one in self._connections}
        for name, heard in self._inputs.items():
            earlier = before.get(name, live.NOWHERE)
            if name not in known or heard.is_connected != known[name].is_connected:
                return True
            is_retitled = heard.cue is not None and heard.title != earlier.title
            if is_retitled or live.is_ready(heard) != live.is_ready(earlier):
                return True
        return False

    # Keeping

    def react(self, event: Event) -> None:
        if isinstance(event, api.LiveLeft | api.LiveKicked):
            self._left[event.name] = self._inputs.get(event.name, live.NOWHERE).cue
        match event:
            case (
                api.LiveTookOver()
                | api.LiveLeft()
                | ShowStarted()
                | ShowEnded()
                | ScheduleChanged()
                | StreamerCameBack()
            ):
                self.keep()
            case api.LiveKicked(name=name, mount=mount):
                self._inputs.pop(name, None)
                self._start(self._given.disconnect(mount))
                self.keep()

    def keep(self) -> None:
        """Bring the line up to date, once for all that ask meanwhile."""
        self._must_keep = True
        if not self._is_keeping:
            self._is_keeping = True
            Deferred.fromCoroutine(self._keep()).addErrback(_log_failure)

    async def _keep(self) -> None:
        try:
            while self._must_keep:
                self._must_keep = False
                await self._keep_once()
        finally:
            self._is_keeping = False

    async def _keep_once(self) -> None:
        def look(tx: Transaction) -> tuple[list[live.Connection], str | None, float | None]:
            return tx.live.list_connections(), live_shows.find_dj_on_air(tx), live_slots.find_wait(tx)

        connections, on_air, wait = await self._store.read(look)
        if connections or on_air is not None or wait is not None:
            outside = msgspec.structs.replace(self._given.look(), live=self.inputs)
            await self._store.transact(live_shows.keep_line, outside)
            connections, on_air, wait = await self._store.read(look)
        self._wait_for_slot(wait)
        self._connections = connections
        names = {one.name for one in connections} | ({on_air} if on_air is not None else set())
        if names or self._inputs:
            self._given.watch([make_mount(name) for name in sorted(names)])

    def _wait_for_slot(self, wait: float | None) -> None:
        """Look again in the moment in which a DJ's time begins or ends."""
        if self._slot is not None and self._slot.active():
            self._slot.cancel()
        is_soon = wait is not None and wait < EVERY and self._regularly.running
        self._slot = self._given.clock.callLater(wait, self.keep) if is_soon and wait is not None else None

    def _start(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        Deferred.fromCoroutine(run()).addErrback(_log_failure)


class LiveAccounts:
    """The passwords by which DJs connect: those of accounts, and of guests while they count."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        async def ask() -> str | None:
            return await self._store.read(lambda tx: live_shows.find_password(tx, name))

        return Deferred.fromCoroutine(ask())


class GuestAccounts:
    """The passwords of guests alone, by which they come to the booth on the page."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        async def ask() -> str | None:
            return await self._store.read(lambda tx: live_shows.find_guest_password(tx, name))

        return Deferred.fromCoroutine(ask())


def _log_failure(failure: Failure) -> None:
    log.warn("a live show could not be looked after: {why}", why=failure.getErrorMessage())
