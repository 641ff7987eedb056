"""The bot's programme and its player over the streamer's real programme: what is heard is what the database says.

No process and no thread between them: a link that answers at once or later, and events in their order.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
import pytest
from bot.database.models import MODELS, Cue, Song
from bot.database.store import MIGRATIONS
from bot.effects import Effect, Seek, Skip, Sync
from bot.request import Request, Right
from bot.songs import library, programme, station
from bot.songs.station import Programme, Slot
from bot.view import StationView
from peewee import SqliteDatabase
from playhouse.migrations import Runner
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock

from bot.commands import grammar
from bot.commands.all_commands import BY_NAME, TABLE
from bot.commands.table import Desk, fit
from bot.playout.controller import Player, Source
from common import wire
from common.errors import BandstandError, CommandError
from common.types import RATE, CueId, Frames
from streamer.block import Samples, zeros
from streamer.playout import Cue as StreamerCue
from streamer.playout import Ended, Playout, Started
from streamer.reports import Reports

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
class Telling:
    """An answer or an event on its way from the streamer to the bot."""

    answer: Deferred[Any] | None
    arrive: Callable[[], None]


class Streamer:
    """The far end of a link: carries out what it is asked on a `Playout`."""

    transport = None

    def __init__(self, clock: Clock) -> None:
        self.playout = Playout()
        self.reports = Reports(clock.seconds)
        self.under_way: deque[Telling] = deque()
        self._clock = clock
        self._began = clock.seconds()

    def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
        """Carried out at once; the answer is under way to the bot, after all that was told before."""
        answer: Deferred[Any] = Deferred()
        try:
            value = self._act(command, **arguments)
        except BandstandError as error:
            self.under_way.append(Telling(answer, lambda error=error: answer.errback(error)))  # type: ignore[misc]
        else:
            self.under_way.append(Telling(answer, lambda: answer.callback(value)))
        return answer

    def die(self) -> None:
        """Nothing more is heard of it, and whoever waits for an answer learns that."""
        lost, self.under_way = list(self.under_way), deque()
        for telling in lost:
            if telling.answer is not None:
                telling.answer.errback(ConnectionLost())

    def _act(self, command: type, **arguments: Any) -> dict[str, Any]:
        match command:
            case wire.GetState:
                return {"state": msgspec.json.encode(self._state())}
            case wire.Play:
                self.playout.cut(self._cue(**arguments))
            case wire.Follow:
                self.playout.follow(self._cue(**arguments))
            case wire.Seek:
                self.playout.seek(self._cue(**arguments))
            case wire.Unfollow:
                self.playout.unfollow(arguments["cue"])
            case wire.Skip:
                self.playout.skip(arguments["cue"])
            case wire.Stop:
                self.playout.stop()
        return {}

    def _cue(self, cue: int, title: str, start: int, crossfade: int, **_: Any) -> StreamerCue:
        sound = Sound(LENGTHS[title] - start)
        return StreamerCue(CueId(cue), sound, title, "", Frames(start), Frames(crossfade))

    def _state(self) -> wire.StreamerState:
        now, current, following = self._clock.seconds(), self.playout.current, self.playout.following
        return wire.StreamerState(
            pid=1,
            streamer=self.reports.streamer,
            uptime=now - self._began,
            current=wire.OnAir(current.cue, current.frames) if current else None,
            following=wire.OnAir(following.cue, following.frames) if following else None,
            mounts=[],
        )


class Whole:
    """The station: commands, database, player and streamer; `bot.playout.controller.Station` for its own player."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.streamer = Streamer(self.clock)
        self.answers: list[int] = []
        for title, frames in LENGTHS.items():
            Song.create(
                code=title.lower(), title=title, state="ready", generator="band", seed=1, created=0.0,
                seconds=max(1, frames) / RATE,
            )  # fmt: skip
        self.new_bot()

    def new_bot(self) -> None:
        self.player = Player(None, "/nowhere", self, self.clock, lambda _: None)
        self.player.connect = self.connect  # type: ignore[method-assign]
        self.connected = True
        self.connect()

    def connect(self) -> None:
        for number in self.streamer.reports.unanswered():
            self.send_report(number)
        self.player._connected(self.streamer)  # type: ignore[arg-type]
        self.deliver()

    def deliver(self, most: int = 1000) -> None:
        """So much of what is under way arrives, and the answers to what arrived before."""
        for number in self.answers:
            self.streamer.reports.acknowledge(number)
        self.answers.clear()
        while self.streamer.under_way and most:
            self.streamer.under_way.popleft().arrive()
            most -= 1

    def say(self, line: str) -> None:
        view = StationView(connected=self.player.connected, air=self.player.air)
        parsed = grammar.parse(line)
        command = BY_NAME[parsed.command]
        call = fit(command, parsed, Request(line, "ann", "console", Right.OWNER))
        try:
            self.perform(command.run(call, Desk(self.clock.seconds(), self.chance, view, TABLE)).effects)
        except CommandError:
            return  # nothing is on the air, or past its end

    def perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Sync():
                    self.player.sync()
                case Skip(cue):
                    self.player.skip(cue)
                case Seek(cue, frames):
                    self.player.seek(cue, frames)

    def play(self, seconds: float) -> None:
        """So much time passes; what happens in it arrives sooner or later."""
        left = round(seconds * RATE)
        while left:
            frames = min(left, RATE // 2)
            left -= frames
            _, events = self.streamer.playout.next_block(frames)
            self.clock.advance(frames / RATE)
            for event in events:
                self.tell(event)
            self.deliver(self.chance.choice([0, 1, 2, 1000]))

    def tell(self, event: object) -> None:
        reports = self.streamer.reports
        if isinstance(event, Started):
            number = reports.add(wire.Started(event.cue, event.frames))
        elif isinstance(event, Ended):
            number = reports.add(wire.Ended(event.cue, event.reason, event.frames, event.detail))
        else:
            return
        if self.connected:
            self.send_report(number)

    def send_report(self, number: int) -> None:
        """It is under way; whether the bot lives until it has answered is another matter."""
        player, reports = self.player, self.streamer.reports
        sent = reports.arguments(number)
        report = msgspec.json.decode(str(sent["report"]), type=wire.PlayoutReport)

        def arrive() -> None:
            written = player.reported(report, float(str(sent["ago"])))
            written.addCallback(lambda _: self.answers.append(number))

        self.streamer.under_way.append(Telling(None, arrive))

    def settle(self) -> None:
        """Until all has arrived and what came of it is done."""
        for _ in range(6):
            self.play(0.01)
            self.deliver()

    def kill_streamer(self) -> None:
        old, self.streamer = self.streamer, Streamer(self.clock)
        self.answers.clear()
        old.die()
        self.player.disconnected(old)  # type: ignore[arg-type]

    def away(self, seconds: float) -> None:
        """The bot dies, and another one comes after so long. Answers that are under way are lost."""
        self.streamer.under_way.clear()
        self.answers.clear()
        self.connected = False
        self.play(seconds)
        self.new_bot()

    # What the player asks and tells.

    def wanted(self) -> Deferred[Programme]:
        return succeed(station.programme(library.slots(), library.stopped(), 0.0, library.stop_fade()))

    def source(self, slot: Slot) -> Source:
        return Source(os.open(os.devnull, os.O_RDONLY))

    def found(self, current: int | None, uptime: float) -> Deferred[None]:
        now = self.clock.seconds()
        self.perform(programme.found(current, now - uptime, now))
        return succeed(None)

    def lost(self, cue: int, frames: int) -> Deferred[None]:
        programme.stopped_at(cue, frames)
        return succeed(None)

    def started(self, cue: int, ago: float) -> Deferred[None]:
        self.perform(programme.started(cue, self.clock.seconds() - ago))
        return succeed(None)

    def ended(self, report: wire.Ended, ago: float) -> Deferred[None]:
        at = self.clock.seconds() - ago
        self.perform(programme.ended(report.cue, report.reason, report.frames, report.detail, at))
        return succeed(None)

    def unplayable(self, cue: int, reason: str) -> None:
        raise AssertionError(reason)

    def check(self) -> None:
        """What is on the air is what the database has there, and silence only where nothing is to be played."""
        air = station.on_air(library.slots())
        heard = self.streamer.playout.current
        if library.stopped():
            assert heard is None
        elif air is None:
            assert heard is None and station.in_order(library.slots()) == []
        else:
            assert heard is not None and heard.cue == air.cue
            following = self.streamer.playout.following
            after = station.next_up(library.slots())
            assert (following.cue if following else None) == (after.cue if after else None)
            assert following is None or after is None or following.frames == after.start


@contextmanager
def database() -> Iterator[None]:
    memory = SqliteDatabase(":memory:", pragmas={"foreign_keys": 1})
    with memory.bind_ctx(MODELS):
        memory.connect()
        Runner(memory, directory=str(MIGRATIONS)).up()
        yield
    memory.close()


def lines(chance: Random) -> str:
    song = chance.choice(list(LENGTHS)).lower()
    fade = chance.choice(["", "", " --crossfade=2"])
    return chance.choice(
        [f"play {song}{fade}", f"play {song} --resume{fade}", f"queue {song}{fade}", f"queue {song}{fade}",
         f"queue {song}", "skip", "pause", "stop --fade=2", "resume", "resume", "seek 0:20", "seek +5", "seek -5"]
    )  # fmt: skip


def acts(whole: Whole) -> list[Callable[[], None]]:
    return [whole.kill_streamer, lambda: whole.away(0.0), lambda: whole.away(whole.chance.choice([1.0, 30.0, 100.0]))]


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 10))])
def test_whatever_is_said_and_whoever_dies_what_is_heard_is_what_the_database_says(seed: int) -> None:
    with database():
        whole = Whole(seed)
        for _ in range(60):
            if whole.chance.random() < 0.1:
                whole.chance.choice(acts(whole))()
            else:
                whole.say(lines(whole.chance))
            if whole.chance.random() < 0.7:
                whole.play(whole.chance.choice([0.5, 2.0, 5.0, 45.0]))
            if whole.chance.random() < 0.5:
                whole.settle()
                whole.check()
        whole.say("resume")
        for _ in range(40):
            whole.play(100.0)
        whole.settle()
        whole.check()
        assert whole.streamer.playout.silent, "everything that was queued has been played"
        for row in Cue.select().where(Cue.reason == "finished", Cue.started.is_null(False)):
            assert row.frames == LENGTHS[row.song.title]
