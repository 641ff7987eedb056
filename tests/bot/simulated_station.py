"""The core and the playout controller over the streamer's real playout, with no process and no thread between them.

What the streamer says is under way for a while and arrives in its order; the bot, the streamer or both may die at any
moment, and the database may take nothing for a while.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

import msgspec
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionLost, ConnectionRefusedError
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.bot.playout.connection import NumberedReport
from bandstand.bot.playout.controller import PlayoutController, Surroundings
from bandstand.bot.playout.sources import SongSource
from bandstand.bot.station import making, on_air
from bandstand.bot.station.core import Core
from bandstand.bot.station.event_bus import EventBus
from bandstand.bot.station.on_air import get_asker
from bandstand.bot.station.ordering import Order, order_song
from bandstand.bot.station.repositories import Transaction, Work
from bandstand.bot.station.scheduling import find_next, find_on_air, sort_queue
from bandstand.bot.storage.databases import StoreError
from bandstand.bot.storage.sqlite import LOCKED
from bandstand.bot.storage.store import NOTHING
from bandstand.common import wire
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import Enqueue, Play, Request
from bandstand.common.api.values import Cue, Outside
from bandstand.common.errors import BandstandError
from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.playout import STOP_FADE, Ended, Playout, Started
from bandstand.streamer.playout import Cue as StreamerCue
from bandstand.streamer.reports import Reports
from tests.bot.memory import DirectStore
from tests.bot.station.conftest import make_done

T = TypeVar("T")
ANN = Requester("ann", Place("console"), Right.OWNER)
BLOCK = RATE // 2
LENGTHS = {"Instant": 0, "Moment": 100, "Short": 3 * RATE, "Long": 40 * RATE, "Longer": 70 * RATE}
"""Each song's frames, by its title."""


class Sound:
    """So many frames of silence from a place on."""

    trouble = ""

    def __init__(self, frames: int) -> None:
        self.left = max(0, frames)

    @property
    def ended(self) -> bool:
        return self.left == 0

    @property
    def remaining(self) -> Frames | None:
        return Frames(self.left)

    def keep_ready(self, frames: Frames) -> None:
        pass

    def read(self, frames: int) -> Samples:
        count = min(frames, self.left)
        self.left -= count
        return zeros(count)

    def close(self) -> None:
        pass


@dataclass
class Message:
    """An answer or a report on its way from the streamer to the bot."""

    arrive: Callable[[], None]
    answer: Deferred[Any] | None = None


class Streamer:
    """One life of a streamer, and what it has said that has not arrived."""

    def __init__(self, clock: Clock) -> None:
        self.playout = Playout()
        self.reports = Reports(clock.seconds)
        self.under_way: deque[Message] = deque()
        self._clock = clock
        self._began = clock.seconds()

    def act(self, command: type, **arguments: Any) -> dict[str, Any]:
        match command:
            case wire.Play:
                self.playout.cut(self._make_cue(**arguments))
            case wire.Follow:
                self.playout.follow(self._make_cue(**arguments))
            case wire.Seek:
                self.playout.seek(self._make_cue(**arguments))
            case wire.Unfollow:
                self.playout.unfollow(arguments["cue"])
            case wire.Skip:
                self.playout.skip(arguments["cue"])
            case wire.Stop:
                fade = arguments.get("fade")
                stopped = self.playout.stop(STOP_FADE if fade is None else Frames(fade))
                return {"cue": stopped.cue, "frames": stopped.frames} if stopped else {"cue": None, "frames": 0}
        return {}

    def _make_cue(self, cue: int, title: str, start: int, crossfade: int, **_: Any) -> StreamerCue:
        sound = Sound(LENGTHS[title] - start)
        return StreamerCue(CueId(cue), sound, title, "", Frames(start), Frames(crossfade))

    def get_state(self) -> wire.StreamerState:
        now, current, following = self._clock.seconds(), self.playout.current, self.playout.following
        return wire.StreamerState(
            pid=1,
            streamer=self.reports.streamer,
            uptime=now - self._began,
            current=wire.OnAir(current.cue, current.frames) if current else None,
            following=wire.OnAir(following.cue, following.frames) if following else None,
            mounts=[],
        )


class Connection:
    """What a controller has of a connection: requests are carried out at once, and their answers are under way to the
    bot, after all that the streamer said before."""

    def __init__(self, streamer: Streamer) -> None:
        self.is_lost = False
        self._streamer = streamer

    def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
        return self._send(lambda: self._streamer.act(command, **arguments))

    async def ask_state(self) -> wire.StreamerState:
        state: wire.StreamerState = await self._send(self._streamer.get_state)
        return state

    def close(self) -> None:
        self.is_lost = True

    def lose(self) -> None:
        """Nothing more is heard, and whoever waits for an answer learns that."""
        self.is_lost = True
        lost, self._streamer.under_way = list(self._streamer.under_way), deque()
        for message in lost:
            if message.answer is not None:
                message.answer.errback(ConnectionLost())

    def _send(self, act: Callable[[], Any]) -> Deferred[Any]:
        if self.is_lost:
            return fail(ConnectionLost())
        answer: Deferred[Any] = Deferred()
        try:
            value = act()
        except BandstandError as error:
            failure = Failure(error)
            message = Message(lambda: answer.errback(failure), answer)
        else:
            message = Message(lambda: answer.callback(value), answer)
        self._streamer.under_way.append(message)
        return answer


class NobodyThere:
    """The endpoint of a bot: tests hand connections to the controller themselves."""

    def connect(self, factory: object) -> Deferred[Any]:
        return fail(ConnectionRefusedError())


@dataclass
class Fact:
    work: Work[Any]
    asked: float
    done: Deferred[Any]


class FailingStore(DirectStore):
    """By the rules of `bot.storage.store.Store`: while it fails, facts wait in their order, no command overtakes them,
    and who only looks sees the database without them. What fails has run, and nothing of it has happened."""

    def __init__(self, publish: Callable[[Sequence[Event]], None], now: Callable[[], float], **known: Any) -> None:
        super().__init__(publish, now=lambda: now() if self._asked is None else self._asked, **known)
        self.is_failing = False
        self._is_told = False
        self._facts: deque[Fact] = deque()
        self._asked: float | None = None
        self._is_recording = False

    def transact(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        self.record_facts()
        if self.is_failing:
            work = make_vain(work)
            self._tell_failed()
        return super().transact(work, outside)

    def record(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        fact = Fact(work, self._now(), Deferred())
        self._facts.append(fact)
        self.record_facts()
        return fact.done

    def mend(self) -> None:
        self.is_failing = False
        self.record_facts()

    def record_facts(self) -> None:
        """What is asked for from within comes after what waits, as it does in the real store's thread."""
        if self._is_recording:
            return
        self._is_recording = True
        try:
            while self._facts and self._try_fact(self._facts[0]):
                pass
        finally:
            self._is_recording = False
        if self._is_told and not self._facts and not self.is_failing:
            self._is_told = False
            self._publish([DatabaseRecovered()])

    def _tell_failed(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._publish([DatabaseFailed(reason=LOCKED)])

    def _try_fact(self, fact: Fact) -> bool:
        work = make_vain(fact.work) if self.is_failing else fact.work
        self._asked = fact.asked
        try:
            result = self.do(work)
        except StoreError:
            self._tell_failed()
            return False
        finally:
            self._asked = None
        self._facts.popleft()
        fact.done.callback(result)
        return True


def make_vain(work: Work[T]) -> Work[T]:
    """Work that is not committed, though all of it has run."""

    def run(tx: Transaction) -> T:
        work(tx)
        raise StoreError(LOCKED)

    return run


class Bot:
    """One life of a bot: what is wired here is wired as `bot.app` does it."""

    def __init__(self, clock: Clock, chance: Random, database: Any) -> None:
        self.events: list[Event] = []
        bus = EventBus(self._raise)
        self.store = FailingStore(bus.publish, clock.seconds, chance=chance, database=database)
        surroundings = Surroundings(clock, clock.seconds, lambda: 0.0, bus.publish)
        self.controller = PlayoutController(NobodyThere(), self.store, self._open, surroundings)  # type: ignore[arg-type]
        self.core = Core(self.store, self._look, {}, clock.seconds)
        bus.subscribe(self.controller.react)
        bus.subscribe(self.events.append)
        self.controller.outage.start()

    def _raise(self, event: Event, error: Exception) -> None:
        raise error

    def _open(self, cue: Cue) -> SongSource:
        return SongSource(os.open(os.devnull, os.O_RDONLY))

    async def _look(self, needs_status: bool) -> Outside:
        return Outside(on_air=self.controller.get_on_air(), is_connected=self.controller.is_connected)


class Station:
    """Core, database, controller and streamer, and what is under way between them."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.database = DirectStore().database
        self.answers: list[int] = []
        """Numbers of reports whose answers are under way to the streamer."""
        self.are_answers_slow = False
        """Whether none of them arrives until the bot has died."""
        self.promised: list[int] = []
        """Cues of commands that were answered with their result."""
        self.connection: Connection | None = None
        self.streamer = Streamer(self.clock)
        self.bot = Bot(self.clock, self.chance, self.database)
        self.songs = {title: self.store_song(title) for title in LENGTHS}
        self.connect()

    def store_song(self, title: str) -> str:
        def work(tx: Transaction) -> str:
            job = order_song(tx, Order("band", get_asker(ANN), {}, is_played=False))
            making.claim_job(tx)
            making.record_done(tx, job.id, make_done(job.song, title, seconds=max(1, LENGTHS[title]) / RATE))
            return job.song

        return self.bot.store.do(work)

    # What people say

    def ask(self, request: Request) -> Any:
        """The result; None where it was refused. Raises StoreError."""
        results: list[Any] = []
        done: Deferred[Any] = Deferred.fromCoroutine(self.bot.core.carry_out(request, ANN))
        done.addBoth(results.append)
        [result] = results
        if isinstance(result, Failure):
            if not isinstance(result.value, Refused):
                result.raiseException()
            return None
        if isinstance(request, Play | Enqueue):
            self.promised.append(self.select("SELECT MAX(id) FROM cue")[0][0])
        return result

    # Time, and messages

    def play(self, seconds: float) -> None:
        """So much time passes; what is said in it arrives sooner or later."""
        left = round(seconds * RATE)
        while left:
            frames = min(left, BLOCK)
            left -= frames
            _, events = self.streamer.playout.next_block(frames)
            self.clock.advance(frames / RATE)
            for event in events:
                self.report(event)
            self.deliver(self.chance.choice([0, 1, 2, 1000]))

    def report(self, event: object) -> None:
        reports = self.streamer.reports
        if isinstance(event, Started):
            number = reports.add(wire.Started(event.cue, event.frames))
        elif isinstance(event, Ended):
            number = reports.add(wire.Ended(event.cue, event.reason, event.frames, event.detail))
        else:
            return
        if self.connection is not None:
            self.send_report(number)

    def send_report(self, number: int) -> None:
        """It is under way; whether the bot lives until it has answered is another matter."""
        streamer, controller, connection = self.streamer, self.bot.controller, self.connection
        sent: Any = streamer.reports.arguments(number)
        report: wire.PlayoutReport = msgspec.json.decode(sent["report"], type=wire.PlayoutReport)

        def acknowledge(_: None) -> None:
            if connection is self.connection:
                self.answers.append(number)

        def arrive() -> None:
            numbered = NumberedReport(sent["streamer"], number, sent["ago"], report)
            Deferred.fromCoroutine(controller.take_report(numbered)).addCallback(acknowledge)

        streamer.under_way.append(Message(arrive))

    def deliver(self, most: int = 1000) -> None:
        """So much of what is under way arrives, and the answers to what arrived before."""
        self.acknowledge()
        while self.streamer.under_way and most:
            self.streamer.under_way.popleft().arrive()
            most -= 1

    def acknowledge(self) -> None:
        if self.are_answers_slow:
            return
        for number in self.answers:
            self.streamer.reports.acknowledge(number)
        self.answers.clear()

    def settle(self) -> None:
        """Until all has arrived and what came of it is done."""
        for _ in range(6):
            self.play(0.01)
            self.deliver()

    # Lives and deaths

    def connect(self) -> None:
        """Reports that were kept come first, then what the streamer plays."""
        self.connection = Connection(self.streamer)
        for number in self.streamer.reports.unanswered():
            self.send_report(number)
        Deferred.fromCoroutine(self.bot.controller.welcome(self.connection))  # type: ignore[arg-type]

    def kill_streamer(self) -> None:
        """Another one is there at once, as from the keeper."""
        before = self.connection
        assert before is not None
        self.answers.clear()
        self.connection = None
        before.lose()
        self.streamer = Streamer(self.clock)
        self.bot.controller.take_loss(before)  # type: ignore[arg-type]
        self.connect()

    def kill_bot(self, seconds: float = 0.0, *, kills_streamer: bool = False) -> None:
        """Another one comes after so long. Answers that are under way are lost, and so are facts that wait."""
        for call in self.clock.getDelayedCalls():
            call.cancel()  # all of them are the bot's
        self.streamer.under_way.clear()
        self.answers.clear()
        self.are_answers_slow = False
        self.connection = None
        self.play(seconds)
        if kills_streamer:
            self.streamer = Streamer(self.clock)
        self.bot = Bot(self.clock, self.chance, self.database)
        self.connect()

    def break_or_mend_disk(self) -> None:
        store = self.bot.store
        if store.is_failing:
            store.mend()
        else:
            store.is_failing = True

    # What there is

    def select(self, query: str) -> list[Any]:
        rows: list[Any] = self.database.execute_sql(query).fetchall()  # type: ignore[no-untyped-call]
        return rows

    def list_log(self) -> list[Any]:
        """Every cue there ever was, in the order of asking: its number, title, state, reason, frames and whether it was
        heard."""
        return self.select(
            "SELECT cue.id, song.title, cue.state, cue.reason, cue.frames, cue.started IS NOT NULL"
            " FROM cue JOIN song ON song.code = cue.song_id ORDER BY cue.id"
        )

    def check(self) -> None:
        """What is on the air is what the database has there, and silence only where nothing is to be played."""
        cues = self.bot.store.do(lambda tx: tx.queue.list_open())
        air, heard = find_on_air(cues), self.streamer.playout.current
        if self.bot.store.do(on_air.is_stopped):
            assert heard is None
        elif air is None:
            assert heard is None and sort_queue(cues) == []
        else:
            assert heard is not None and heard.cue == air.id
            following, wanted = self.streamer.playout.following, find_next(cues)
            assert (following.cue if following else None) == (wanted.id if wanted else None)
            assert following is None or wanted is None or following.frames == wanted.start

    def check_log(self) -> None:
        """Nothing that was promised is lost, and what was finished was heard to its end."""
        states = {number: state for number, _, state, *_ in self.list_log()}
        assert {states[number] for number in self.promised} <= {"over"}
        for _, title, _, reason, frames, was_heard in self.list_log():
            if reason == "finished" and was_heard:
                assert frames == LENGTHS[title]
