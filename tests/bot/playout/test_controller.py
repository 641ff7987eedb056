"""The player against a streamer that is played by the test: every request it gets is written down."""

import os
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from bot.songs.bars import Bars
from bot.songs.station import Programme, Slot
from bot.view import LevelView
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock

from bot.playout.controller import Link, Player, Source
from common import wire
from common.errors import Missing, NotAudio, UnknownCue
from common.types import RATE, CueId, Frames, SongCode


def slot(cue: int, start: int = 0) -> Slot:
    return Slot(CueId(cue), SongCode("7kq3"), f"song {cue}", "a", "ready", "air", 0.0, start)


class Station:
    """`bot.playout.controller.Station`: says what is wanted, keeps what it is told."""

    def __init__(self) -> None:
        self.want = Programme()
        self.told: list[tuple[Any, ...]] = []
        self.missing: set[int] = set()
        self.opened: list[int] = []
        self.written: Deferred[None] = succeed(None)

    def wanted(self) -> Deferred[Programme]:
        return succeed(self.want)

    def source(self, slot: Slot) -> Source:
        if slot.cue in self.missing:
            raise Missing("its file is not to be had")
        self.opened.append(os.open("/dev/null", os.O_RDONLY))
        return Source(self.opened[-1])

    def found(self, current: int | None, uptime: float) -> Deferred[None]:
        self.told.append(("found", current))
        return succeed(None)

    def lost(self, cue: int, frames: int) -> Deferred[None]:
        self.told.append(("lost", cue, frames))
        return succeed(None)

    def away(self) -> None:
        self.told.append(("away",))

    def started(self, cue: int, ago: float) -> Deferred[None]:
        self.told.append(("started", cue, ago))
        return self.written

    def ended(self, report: wire.Ended, ago: float) -> Deferred[None]:
        self.told.append(("ended", report.cue, report.reason, ago))
        return self.written

    def unplayable(self, cue: int, reason: str) -> None:
        self.told.append(("unplayable", cue, reason))


class Streamer:
    """The far end of a link, as far as the player can see."""

    transport = None

    def __init__(self, current: wire.OnAir | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.current = current
        self.crossfades: list[int] = []
        self.fades: list[int | None] = []
        self.untils: list[int] = []
        self.answers: dict[type, Any] = {}

    def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
        if command is wire.GetState:
            state = wire.StreamerState(1, "life", 5.0, self.current, None, [])
            return succeed({"state": msgspec.json.encode(state)})
        self.asked.append((command.__name__, arguments.get("cue"), arguments.get("start")))
        if "crossfade" in arguments:
            self.crossfades.append(arguments["crossfade"])
        if "fade" in arguments:
            self.fades.append(arguments["fade"])
        if "until" in arguments:
            self.untils.append(arguments["until"])
        answer = self.answers.get(command)
        if isinstance(answer, Exception):
            failing: Deferred[Any] = Deferred()
            failing.errback(answer)
            return failing
        return answer if isinstance(answer, Deferred) else succeed({"cue": 1, "frames": 77})


class Stage:
    def __init__(self) -> None:
        self.clock = Clock()
        self.station = Station()
        self.notices: list[str] = []
        self.player = Player(None, "/nowhere", self.station, self.clock, self.notices.append)
        self.streamer = Streamer()
        self.join(self.streamer)

    def join(self, streamer: Streamer) -> None:
        self.streamer = streamer
        self.player._connected(streamer)  # type: ignore[arg-type]

    def want(self, current: Slot | None = None, following: Slot | None = None) -> list[tuple[Any, ...]]:
        self.station.want = Programme(current, following)
        self.streamer.asked.clear()
        self.player.sync()
        return self.streamer.asked


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_the_programme_is_sent_once(stage: Stage) -> None:
    assert stage.want(slot(1), slot(2)) == [("Play", 1, 0), ("Follow", 2, 0)]
    assert stage.want(slot(1), slot(2)) == []


def test_a_song_that_waits_for_a_bar_is_given_the_frame_where_it_begins(stage: Stage) -> None:
    second = replace(slot(2), bars=Bars(Frames(RATE), Frames(0)))
    stage.want(second)
    assert stage.streamer.untils == []  # nothing is there that has bars
    stage.want(slot(1))
    stage.player.reported(wire.Started(1, 0), 0.0)
    stage.clock.advance(1.5)
    stage.want(second)
    assert stage.streamer.untils == [2 * RATE]
    stage.want(slot(3))
    stage.clock.advance(0.99)
    stage.want(second)
    assert stage.streamer.untils == [2 * RATE, 2 * RATE]  # the bar at one second is too near


def test_silence_is_asked_for_only_where_something_plays(stage: Stage) -> None:
    assert stage.want() == []
    stage.want(slot(1))
    assert stage.want() == [("Stop", None, None)]


def test_a_gapless_change_needs_no_request(stage: Stage) -> None:
    stage.want(slot(1), slot(2))
    stage.player.reported(wire.Ended(1, "finished", 10), 0.0)
    stage.player.reported(wire.Started(2, 0), 0.0)
    assert stage.want(slot(2)) == []


def test_a_cue_whose_end_is_reported_is_not_played_again(stage: Stage) -> None:
    stage.want(slot(1))
    stage.player.reported(wire.Ended(1, "skipped", 10), 0.0)
    assert stage.want(slot(1)) == []


def test_a_stopped_cue_is_played_again_from_where_it_was(stage: Stage) -> None:
    stage.want(slot(1))
    stage.player.reported(wire.Ended(1, "stopped", 4800), 0.0)
    assert stage.want(slot(1, 4800)) == [("Play", 1, 4800)]


def test_a_stop_lets_go_of_what_follows_so_that_is_sent_again(stage: Stage) -> None:
    stage.want(slot(1), slot(2))
    stage.want()
    stage.player.reported(wire.Ended(1, "stopped", 10), 0.0)
    assert stage.want(slot(2)) == [("Play", 2, 0)]


def test_silence_comes_as_slowly_as_was_asked(stage: Stage) -> None:
    stage.want(slot(1))
    stage.station.want = Programme(fade=5.0)
    stage.player.sync()
    assert stage.streamer.fades == [5 * RATE]


def test_a_crossfade_goes_along_in_frames(stage: Stage) -> None:
    stage.want(slot(1), replace(slot(2), crossfade=4.0))
    assert stage.streamer.crossfades == [0, 4 * RATE]


def test_what_follows_is_told_again_when_it_is_to_go_on_from_elsewhere(stage: Stage) -> None:
    assert stage.want(slot(1), slot(2, 480)) == [("Play", 1, 0), ("Follow", 2, 480)]
    assert stage.want(slot(1), slot(2, 481)) == [("Follow", 2, 481)]
    assert stage.want(slot(1), slot(2, 481)) == []


def test_a_seek_hands_over_the_song_from_that_place_and_counts_from_there(stage: Stage) -> None:
    stage.want(slot(1))
    stage.streamer.asked.clear()
    stage.player.seek(1, 10 * RATE)
    assert stage.streamer.asked == [("Seek", 1, 10 * RATE)]
    stage.clock.advance(2.0)
    assert stage.player.air is not None and stage.player.air.seconds == 12.0


def test_a_late_seek_is_not_for_the_song_that_follows(stage: Stage) -> None:
    stage.want(slot(2))
    stage.streamer.asked.clear()
    stage.player.seek(1, 10 * RATE)
    stage.streamer.answers[wire.Seek] = UnknownCue("cue 2 is not on the air")
    stage.player.seek(2, 10 * RATE)
    assert stage.streamer.asked == [("Seek", 2, 10 * RATE)]
    assert stage.player.air is not None and stage.player.air.seconds == 0.0


def test_a_song_that_cannot_be_opened_for_a_seek_goes_on_as_it_was(stage: Stage) -> None:
    stage.want(slot(1))
    stage.station.missing.add(1)
    stage.player.seek(1, 10 * RATE)
    assert stage.notices == ['"song 1" goes on where it was: its file is not to be had']
    assert stage.player.air is not None and not [told for told in stage.station.told if told[0] == "unplayable"]


def test_a_taken_back_queue_is_taken_back_from_the_streamer(stage: Stage) -> None:
    stage.want(slot(1), slot(2))
    assert stage.want(slot(1)) == [("Unfollow", 2, None)]


def test_a_change_while_a_request_is_under_way_is_not_forgotten(stage: Stage) -> None:
    answer: Deferred[Any] = Deferred()
    stage.streamer.answers[wire.Play] = answer
    assert stage.want(slot(1)) == [("Play", 1, 0)]
    assert stage.want(slot(3)) == []
    answer.callback({})
    assert stage.streamer.asked == [("Play", 3, 0)]


@pytest.mark.parametrize("fault", ["refused", "missing"])
def test_a_song_that_cannot_be_played_is_reported_and_its_descriptor_closed(stage: Stage, fault: str) -> None:
    if fault == "missing":
        stage.station.missing.add(1)
    stage.streamer.answers[wire.Play] = NotAudio("it is no sound")
    stage.want(slot(1))
    assert [told[:2] for told in stage.station.told if told[0] == "unplayable"] == [("unplayable", 1)]
    for fd in stage.station.opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_what_a_new_streamer_lacks_is_noted_with_its_place(stage: Stage) -> None:
    stage.want(slot(1))
    stage.player.reported(wire.Started(1, 0), 0.0)
    stage.clock.advance(2.0)
    stage.player._stopping = False
    stage.player.connect = lambda: stage.station.told.append(("connect",))  # type: ignore[method-assign]
    stage.player.disconnected(stage.streamer)  # type: ignore[arg-type]
    assert stage.station.told[-2:] == [("lost", 1, 2 * RATE), ("connect",)]
    assert stage.player.air is None


def test_the_level_is_what_was_told_last_and_goes_with_the_streamer(stage: Stage) -> None:
    assert stage.player.level == LevelView()
    Link(stage.player).level(-16.25, -1.5)
    assert stage.player.level == LevelView(-16.25, -1.5)
    stage.player.connect = lambda: None  # type: ignore[method-assign]
    stage.player.disconnected(stage.streamer)  # type: ignore[arg-type]
    assert stage.player.level is None


def test_a_report_is_answered_when_it_is_written_down(stage: Stage) -> None:
    stage.station.written = Deferred()
    answers: list[dict[str, object]] = []
    link = Link(stage.player)
    report = msgspec.json.encode(wire.Ended(8, "finished", 4800)).decode()
    link.report("life", 1, 2.5, report).addCallback(answers.append)
    assert stage.station.told[-1] == ("ended", 8, "finished", 2.5) and not answers
    stage.station.written.callback(None)
    assert answers == [{}]


def test_a_song_that_began_a_while_ago_is_as_far_as_it_is(stage: Stage) -> None:
    stage.want(slot(1))
    stage.player.reported(wire.Started(1, RATE), 2.5)
    assert stage.player.air is not None and stage.player.air.seconds == 3.5


def test_a_streamer_that_already_plays_is_asked_what(stage: Stage) -> None:
    stage.player.disconnected(stage.streamer)  # type: ignore[arg-type]
    stage.join(Streamer(wire.OnAir(9, 48_000)))
    assert ("found", 9) in stage.station.told
    assert stage.player.air is not None
    assert stage.player.air.seconds == 1.0
    assert stage.want(slot(9)) == []


def test_letting_go_keeps_the_place_and_sends_nothing_more(stage: Stage) -> None:
    stage.want(slot(1), slot(2))
    stage.streamer.asked.clear()
    stage.player.let_go()
    assert [name for name, *_ in stage.streamer.asked] == ["Stop", "Shutdown"]
    assert ("lost", 1, 77) in stage.station.told
    assert stage.want(slot(1)) == []
    stage.join(Streamer())
    assert stage.want(slot(1, start=77)) == [("Play", 1, 77)]


def test_a_streamer_that_dies_before_it_answers_is_tried_again(stage: Stage) -> None:
    class Dying(Streamer):
        def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
            return fail(ConnectionDone())

    stage.player.let_go()
    stage.station.told.clear()
    stage.join(Dying())
    assert not stage.player.connected
    assert stage.station.told == [("away",)]
    assert [call.func for call in stage.clock.getDelayedCalls()] == [stage.player.connect]
