"""Models of a streamer and of the bot around the core: what the property tests of the programme act on."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from bandstand.bot.playout.connection import NumberedReport
from bandstand.bot.playout.picture import StreamerPicture
from bandstand.bot.playout.wire_terms import record_report
from bandstand.bot.station import making, on_air
from bandstand.bot.station.on_air import get_asker
from bandstand.bot.station.ordering import Order, order_song
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.scheduling import Plan
from bandstand.bot.station.table import REQUESTS
from bandstand.bot.storage.databases import StoreError
from bandstand.common import wire
from bandstand.common.api.events import CueSkipped, CueSought, Event, QueueChanged, VersionReady
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import (
    Request,
)
from bandstand.common.api.results import Enqueued, Ordered, Playing
from bandstand.common.api.values import Cue, Outside
from bandstand.common.generators import Generator
from bandstand.common.types import RATE
from tests.bot.memory import DirectStore
from tests.bot.station.conftest import make_done

ANN = Requester("ann", Place("console"), Right.OWNER)
MINE = {"mine": Generator(command=["mine"])}
Work = Callable[[Transaction], Any]
TABLES = ("song", "job", "cue", "setting", "watch")


class ModelStreamer:
    """What `streamer.playout` and `streamer.reports` do, without sound."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.current: int | None = None
        self.position = 0
        self.following: tuple[int, int] | None = None
        self.kept: dict[int, wire.PlayoutReport] = {}
        self._is_started = False
        self._last = 0

    def play(self, cue: int, start: int) -> None:
        if self.following is not None and self.following[0] == cue:
            self.following = None
        self._end("cut")
        self._begin(cue, start)

    def follow(self, cue: int, start: int) -> None:
        self.following = None
        if cue != self.current:
            self.following = (cue, start)
            self._go_on()

    def unfollow(self, cue: int) -> None:
        if self.following is not None and self.following[0] == cue:
            self.following = None

    def skip(self, cue: int) -> None:
        if cue == self.current:
            self._end("skipped")
            self._go_on()

    def seek(self, cue: int, frames: int) -> None:
        if cue == self.current:
            self.position = frames

    def stop(self) -> None:
        self._end("stopped")
        self.following = None

    def sound(self, seconds: float) -> None:
        if self.current is not None:
            self._start()
            self.position += round(seconds * RATE)

    def finish(self, reason: str) -> None:
        if self.current is not None:
            self._start()
            self._end(reason)
            self._go_on()

    def _begin(self, cue: int, start: int) -> None:
        self.current, self.position, self._is_started = cue, start, False

    def _go_on(self) -> None:
        if self.current is None and self.following is not None:
            (cue, start), self.following = self.following, None
            self._begin(cue, start)

    def _start(self) -> None:
        if not self._is_started and self.current is not None:
            self._is_started = True
            self._report(wire.Started(self.current, self.position))

    def _end(self, reason: str) -> None:
        if self.current is not None:
            self._report(wire.Ended(self.current, reason, self.position))
            self.current = None

    def _report(self, report: wire.PlayoutReport) -> None:
        self._last += 1
        self.kept[self._last] = report


class ModelStation:
    """The bot around the core, and the streamer that it talks to."""

    def open_station(self) -> None:
        self.now = 1000.0
        self.store = DirectStore(self.publish, now=lambda: self.now)
        self.is_failing = False
        self.facts: deque[tuple[Work, Callable[[], None]]] = deque()
        self.workers: dict[int, str] = {}
        """Jobs that were handed out in this life of the bot, and their songs."""
        self.sounds: set[str] = set()
        """Songs whose sound can be opened."""
        self.must_compare = False
        self.cuts: list[VersionReady] = []
        self.sought: list[CueSought] = []
        self.streamers = 0
        self.reported: dict[int, set[str]] = {}
        self.skipped: set[int] = set()
        self.removed: set[int] = set()
        self.unplayable: set[int] = set()
        self.promised: list[Ordered | int] = []
        self.before: dict[int, Any] = {}
        for title in ("One", "Two"):
            self.store_song(title)
        self.start_bot()
        self.start_streamer()
        self.connect(acknowledges=True)

    def store_song(self, title: str) -> None:
        def work(tx: Transaction) -> None:
            job = order_song(tx, Order("band", get_asker(ANN), {}, is_played=False))
            making.claim_job(tx)
            making.record_done(tx, job.id, make_done(job.song, title, facts={"tempo": 120}))
            self.sounds.add(job.song)

        self.now += 1
        self.store.do(work)

    def start_bot(self) -> None:
        self.picture = StreamerPicture(lambda: self.now)
        self.is_connected = self.is_ready = False
        self.sent: set[int] = set()
        """Reports that came over this connection."""

    def start_streamer(self) -> None:
        self.streamers += 1
        self.streamer: ModelStreamer | None = ModelStreamer(f"life {self.streamers}")

    # What the bot's parts do

    def publish(self, events: Any) -> None:
        for event in events:
            self.react(event)

    def react(self, event: Event) -> None:
        match event:
            case QueueChanged():
                self.must_compare = True
            case CueSkipped(cue=cue) if self.is_connected and self.streamer is not None:
                self.streamer.skip(cue)
            case CueSought():
                self.sought.append(event)
            case VersionReady():
                self.cuts.append(event)

    def record(self, work: Work, then: Callable[[], None] = lambda: None) -> None:
        """As `Store.record`: in order, and tried again until the disk takes it."""
        self.facts.append((work, then))
        self.try_facts()

    def try_facts(self) -> None:
        while self.facts:
            work, then = self.facts[0]
            if not self.run(work):
                return
            self.facts.popleft()
            then()

    def run(self, work: Work) -> bool:
        """Whether it was committed. Where the disk fails all of the work has run, and nothing of it has happened."""
        if not self.is_failing:
            self.store.do(work, self.look())
            return True
        before = self.dump()

        def work_in_vain(tx: Transaction) -> None:
            work(tx)
            raise StoreError("the disk is full")

        with pytest.raises(StoreError):
            self.store.do(work_in_vain, self.look())
        assert self.dump() == before
        return False

    def look(self) -> Outside:
        air = self.picture.get_on_air() if self.is_connected else None
        return Outside(on_air=air, is_connected=self.is_connected, generators=MINE)

    def ask(self, request: Request) -> Any:
        """The result; None where it was refused, or the disk failed. Facts that wait are not overtaken."""
        self.now += 1
        self.try_facts()
        if self.facts:
            return None
        results: list[Any] = []
        try:
            is_done = self.run(lambda tx: results.append(REQUESTS[type(request)].handler(request, ANN, tx)))
        except Refused:
            return None
        self.carry_out_seeks()
        return results[0] if is_done else None

    def promise(self, result: Any) -> None:
        if isinstance(result, Ordered):
            self.promised.append(result)
        elif isinstance(result, Playing | Enqueued):
            self.promised.append(self.select("SELECT MAX(id) FROM cue")[0][0])

    # The wire

    def connect(self, *, acknowledges: bool) -> None:
        """Reports that were kept come first, and then what is played."""
        if self.streamer is None:
            self.start_streamer()
        assert self.streamer is not None
        self.picture.clear()
        self.sent = set()
        self.is_connected = True
        self.deliver_all(acknowledges=acknowledges)
        current, following = self.streamer.current, self.streamer.following
        state = wire.StreamerState(
            pid=1, streamer=self.streamer.name, uptime=1.0, mounts=[],
            current=wire.OnAir(current, self.streamer.position) if current is not None else None,
            following=wire.OnAir(*following) if following else None,
        )  # fmt: skip
        self.picture.record_state(state)
        streamer = self.streamer

        def become_ready() -> None:
            self.is_ready = self.is_connected and streamer is self.streamer
            self.must_compare = True

        self.record(lambda tx: on_air.record_found(tx, current), become_ready)

    def deliver_next(self, *, acknowledges: bool) -> None:
        streamer = self.streamer
        unsent = [number for number in streamer.kept if number not in self.sent] if streamer else []
        if not self.is_connected or not unsent or streamer is None:
            return
        number, report = unsent[0], streamer.kept[unsent[0]]
        self.sent.add(number)
        if isinstance(report, wire.Ended):
            self.reported.setdefault(report.cue, set()).add(report.reason)
        self.picture.record_report(report, 0.0)
        numbered, at = NumberedReport(streamer.name, number, 0.0, report), self.now

        def acknowledge() -> None:
            self.must_compare = True
            if acknowledges:
                streamer.kept.pop(number, None)

        self.record(lambda tx: record_report(tx, numbered, at), acknowledge)

    def deliver_all(self, *, acknowledges: bool) -> None:
        while self.is_connected and self.streamer and set(self.streamer.kept) - self.sent:
            self.deliver_next(acknowledges=acknowledges)

    def lose_connection(self, *, notes_place: bool) -> None:
        current, position = self.picture.current, self.picture.get_position()
        self.start_bot_connection_anew()
        if current is not None and notes_place:
            self.record(lambda tx: on_air.record_lost(tx, current, position))

    def start_bot_connection_anew(self) -> None:
        self.is_connected = self.is_ready = False
        self.picture.clear()

    # The controller, as `bot.playout.controller` does it; answers come after the reports before them

    def carry_out_plan(self, *, can_open: bool = True) -> None:
        if not self.is_ready or self.streamer is None or not self.must_compare:
            return
        self.must_compare = False
        plan = self.store._run(on_air.make_plan, self.look(), is_writing=False)
        if plan.current is None:
            self.carry_out_silence(plan)
        elif not self.picture.has_ended(plan.current.id):
            if self.picture.current != plan.current.id:
                if not self.send(self.streamer.play, plan.current, can_open):
                    return
                self.picture.record_played(plan.current)
            self.carry_out_following(plan.following, can_open)

    def carry_out_silence(self, plan: Plan) -> None:
        assert self.streamer is not None
        picture, keep = self.picture, plan.keep
        if keep is not None and picture.current != keep and not picture.has_ended(keep):
            self.record(lambda tx: on_air.record_missing(tx, keep))
        if picture.current is not None and picture.current != keep:
            self.streamer.stop()
            self.deliver_all(acknowledges=True)

    def carry_out_following(self, following: Cue | None, can_open: bool) -> None:
        assert self.streamer is not None
        if following is None:
            if self.picture.following is not None:
                self.streamer.unfollow(self.picture.following)
                self.deliver_all(acknowledges=True)
                self.picture.record_unfollowed()
        elif self.picture.lacks_following(following) and self.send(self.streamer.follow, following, can_open):
            self.picture.record_followed(following)

    def send(self, act: Callable[[int, int], None], cue: Cue, can_open: bool) -> bool:
        if not can_open or cue.song.code not in self.sounds:
            self.unplayable.add(cue.id)
            self.record(lambda tx: on_air.record_unplayable(tx, cue.id, "no sound"))
            return False
        act(cue.id, cue.start)
        self.deliver_all(acknowledges=True)
        return True

    def carry_out_seeks(self) -> None:
        while self.sought:
            event = self.sought.pop()
            plan = self.store._run(on_air.make_plan, self.look(), is_writing=False)
            is_there = plan.current is not None and plan.current.id == event.cue == self.picture.current
            if self.is_connected and self.streamer is not None and is_there:
                self.streamer.seek(event.cue, event.frames)
                self.picture.record_sought(event.cue, event.frames)

    # The database, past the core

    def select(self, query: str, parameters: Any = ()) -> list[Any]:
        database = self.store.database
        rows: list[Any] = database.connection().execute(query.replace("?", database.param), parameters).fetchall()
        return rows

    def dump(self) -> list[Any]:
        return [self.select(f"SELECT * FROM {table}") for table in TABLES]
