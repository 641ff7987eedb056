"""A station whose clock runs as fast as the computer: the real core, programme, schedule and database, with a streamer
that plays what is on the air and reports, workers that take their time for each song, and listeners by the thousand.

Time goes from one thing that is due to the next (`World.run`). Everything that was heard is in `World.played`, and each
moment without sound in `World.silences`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.bot.playout.programme_keeper import ProgrammeKeeper
from bandstand.bot.station import bands, making, on_air
from bandstand.bot.station.core import Core
from bandstand.bot.station.event_bus import EventBus
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rules import Rules
from bandstand.bot.station.scheduling import Plan
from bandstand.bot.station.transitions import find_end
from bandstand.common.api import events
from bandstand.common.api.events import Event
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import Request
from bandstand.common.api.values import Cue, EndReason, OnAir, Outside
from bandstand.common.jobs import Begun, Done
from bandstand.common.song_parameters import TAIL
from bandstand.common.types import RATE, CueId, Frames, SongCode
from tests.bot.memory import DirectStore

OWNER = Requester("owner", Place("console"), Right.OWNER)
WORKERS = 2
SHORTEST, LONGEST = 300.0, 700.0
"""Seconds of a song whose length nobody has asked for."""


class Pace(NamedTuple):
    """How busy the machine is."""

    begins: float = 0.4
    """Seconds until a song that is made can be heard."""
    speed: float = 12.0
    """How many times faster than it is heard it is made."""


USUAL = Pace()
EVERY = 600.0
"""Seconds between looks at the programme that nothing has caused: seldom, as each takes the computer some 20 ms."""


@dataclass(frozen=True)
class Played:
    """One song as it was heard."""

    cue: Cue
    began: float
    ended: float


@dataclass(frozen=True)
class Granted:
    """One request that was carried out."""

    at: float
    name: str
    request: Request
    result: Any


class FastClock(Clock):
    """A clock that goes to whatever is due next."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self.rightNow = now

    def run_next(self, until: float) -> bool:
        """Go to the next call and make it; False where none is due before `until`."""
        calls = [call for call in self.calls if call.active()]
        if not calls or calls[0].getTime() > until:
            self.rightNow = until
            return False
        # Set and not added: at 1.7e9 seconds a sum may be a little less than the time of the call, for ever.
        self.rightNow = max(self.rightNow, calls[0].getTime())
        self.advance(0)
        return True


class Streamer:
    """Plays the plan: what is on the air to its end, and what follows behind it without a gap."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.current: Cue | None = None
        self.began = world.now
        self._plan = Plan()
        self._end: Any = None
        self._is_looking = False

    def react(self, event: Event) -> None:
        if isinstance(event, events.CueSkipped) and self.current is not None and event.cue == self.current.id:
            self._go_on(EndReason.SKIPPED)
        if isinstance(event, events.QueueChanged) and not self._is_looking:
            self._is_looking = True
            self._world.clock.callLater(0.0, self._look)

    def get_on_air(self) -> OnAir | None:
        return None if self.current is None else OnAir(CueId(self.current.id), self._world.now - self.began)

    def _look(self) -> None:
        self._is_looking = False
        plan = self._plan = self._world.store.do(on_air.make_plan)
        if plan.current is None:
            if self.current is not None:
                self._end_current(EndReason.STOPPED)
            return
        if self.current is not None and self.current.id != plan.current.id:
            self._end_current(EndReason.CUT)
        if self.current is None:
            self._begin(plan.current)
        else:
            self.current = plan.current
        self._expect_end()

    def _begin(self, cue: Cue) -> None:
        self._world.record_silence(self._world.now)
        self.current, self.began = cue, self._world.now
        self._world.store.do(lambda tx: on_air.record_started(tx, cue.id, tx.now))

    def _expect_end(self) -> None:
        """The length of a song that is being made is known when it is done; it is expected to be done in time."""
        if self._end is not None and self._end.active():
            self._end.cancel()
        if self.current is not None and self.current.song.seconds:
            is_alone = self._plan.following is None
            seconds = self.current.song.seconds if is_alone else find_end(self.current, self._plan.transition)
            left = self.began + seconds - self._world.now
            self._end = self._world.clock.callLater(max(0.0, left), self._go_on, EndReason.FINISHED)

    def _go_on(self, reason: EndReason) -> None:
        """The song is over, or what follows is to begin over its last chord; what follows begins without a gap."""
        following = self._world.store.do(on_air.make_plan).following
        self._end_current(reason)
        if following is not None and self.current is None:
            self._begin(following)
            self._plan = self._world.store.do(on_air.make_plan)
            self._expect_end()

    def _end_current(self, reason: EndReason) -> None:
        assert self.current is not None
        cue, self.current = self.current, None
        if self._end is not None and self._end.active():
            self._end.cancel()
        now = self._world.now
        self._world.take_played(Played(cue, self.began, now))
        frames = Frames(round((now - self.began) * RATE))
        self._world.store.do(lambda tx: on_air.record_ended(tx, cue.id, reason, frames, "", tx.now))


class Composer:
    """Makes a song for each job, `WORKERS` at a time; a length that was asked for is kept exactly."""

    def __init__(self, world: "World", pace: Pace) -> None:
        self._world = world
        self.pace = pace
        self._running = set[int]()

    def react(self, event: Event) -> None:
        if isinstance(event, events.JobOrdered | events.JobCancelled):
            if isinstance(event, events.JobCancelled):
                self._running.discard(event.job)
            self._world.clock.callLater(0.05, self._take)

    def _take(self) -> None:
        if len(self._running) >= WORKERS:
            return
        claimed = self._world.store.do(making.claim_job)
        if claimed is None:
            return
        self._running.add(claimed.job.id)
        asked = claimed.song.parameters.get("seconds") or claimed.song.parameters.get("minutes", 0) * 60
        length = float(asked) or self._world.chance.uniform(SHORTEST, LONGEST)
        title, artist = f"Song {claimed.job.id}", claimed.band.name if claimed.band else "Somebody"
        begun = Begun(title, artist, length, next_at=length - TAIL)
        done = Done(
            song=SongCode(claimed.song.code), title=title, artist=artist, seconds=length, generator="band", seed=1,
            parameters=claimed.song.parameters, loudness=-16.0, peak=-1.0, making=length / self.pace.speed,
            files={"audio": "song.flac"}, next_at=length - TAIL,
        )  # fmt: skip
        job = claimed.job.id
        later = self._world.clock.callLater
        begins, speed = self.pace
        later(begins, lambda: self._world.store.do(lambda tx: making.record_begun(tx, job, begun)))
        later(begins + length / speed, self._finish, job, done)

    def _finish(self, job: int, done: Done) -> None:
        self._running.discard(job)
        self._world.store.do(lambda tx: making.record_done(tx, job, done))
        self._take()


class World:
    """`begin` is a date as `2026-03-28T18:00+00:00`."""

    def __init__(self, begin: str, rules: Rules, seed: int = 1, pace: Pace = USUAL, every: float = EVERY) -> None:
        self.chance = Random(seed)
        self.clock = FastClock(datetime.fromisoformat(begin).timestamp())
        self.begin = self.now
        self.bus = EventBus(self._raise)
        self.store = DirectStore(self.bus.publish, now=lambda: self.now, chance=self.chance, rules=rules)
        self.played: list[Played] = []
        self.silences: list[tuple[float, float]] = []
        self.events: list[tuple[float, Event]] = []
        self.granted: list[Granted] = []
        """What people asked for and got."""
        self.refused: list[tuple[float, Request, Any]] = []
        self._silent_since: float | None = self.now
        self.streamer, self.composer = Streamer(self), Composer(self, pace)
        self.core = Core(self.store, self._look, {}, lambda: self.now)
        self.keeper = ProgrammeKeeper(self.clock, self.store, self._look_at_air, every)
        for subscriber in (self.streamer.react, self.composer.react, self.keeper.react, self._remember):
            self.bus.subscribe(subscriber)
        self.store.do(bands.settle_house_bands)

    @property
    def now(self) -> float:
        return float(self.clock.seconds())

    def run(self, until: float) -> None:
        if not self.keeper._regularly.running:
            self.keeper.start()
        while self.clock.run_next(until):
            pass
        self.record_silence(until)

    def ask(self, request: Request, by: Requester = OWNER) -> Any:
        """The result; None where it was refused, which `refused` has."""
        results: list[Any] = []
        Deferred.fromCoroutine(self.core.carry_out(request, by)).addBoth(results.append)
        [result] = results
        if isinstance(result, Failure):
            if not isinstance(result.value, Refused):
                result.raiseException()
            self.refused.append((self.now, request, result.value.why))
            return None
        self.granted.append(Granted(self.now, by.name, request, result))
        return result

    def list_events(self, kind: type[Event]) -> list[tuple[float, Any]]:
        return [(at, event) for at, event in self.events if isinstance(event, kind)]

    def take_played(self, played: Played) -> None:
        cue = self.store.do(lambda tx: tx.queue.get(played.cue.id)) or played.cue
        self.played.append(Played(cue, played.began, played.ended))
        self._silent_since = self.now

    def record_silence(self, until: float) -> None:
        """Something is heard from now on."""
        if self._silent_since is not None and self.streamer.current is None and until > self._silent_since:
            self.silences.append((self._silent_since, until))
        self._silent_since = None if self.streamer.current is None else self._silent_since

    def _look_at_air(self) -> Outside:
        return Outside(on_air=self.streamer.get_on_air(), is_connected=True)

    async def _look(self, needs_status: bool) -> Outside:
        return self._look_at_air()

    def _remember(self, event: Event) -> None:
        if isinstance(event, events.ShowStarted | events.ShowEnded | events.ShowHeld | events.ShowMissed):
            self.events.append((self.now, event))

    def _raise(self, event: Event, error: Exception) -> None:
        raise error


def make_listener(number: int) -> Requester:
    identity = Identity("irc:libera", f"listener{number}")
    return Requester(f"listener{number}", Place("irc", "libera/#radio"), Right.LISTENER, identity)


def schedule_listeners(world: World, until: float, mean: float, act: Callable[[int], None], people: int) -> None:
    """Have a listener act about every `mean` seconds."""

    def go_on() -> None:
        act(world.chance.randrange(people))
        if world.now < until:
            world.clock.callLater(world.chance.expovariate(1 / mean), go_on)

    world.clock.callLater(mean, go_on)


def add_imports(tx: Transaction, number: int, chance: Random) -> None:
    """Songs that were imported, and never heard."""
    from tests.bot.storage.samples import make_song

    for index in range(number):
        tx.songs.add(
            make_song(
                f"imp{index:04}", title=f"Import {index}", artist=f"Artist {index % 60}", generator="import",
                seconds=chance.uniform(400.0, 900.0), created=tx.now - 30 * 86400, audio="song.flac",
            )
        )  # fmt: skip
