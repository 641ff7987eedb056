"""The playout controller against a streamer that is played by the test: every request it gets is written down."""

import os
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock

from bandstand.bot.playout.connection import ANSWER_SECONDS, NumberedReport, StreamerConnection
from bandstand.bot.playout.controller import PlayoutController, Surroundings
from bandstand.bot.playout.sources import SongSource
from bandstand.bot.playout.wire_terms import record_report
from bandstand.bot.station import on_air
from bandstand.bot.station.scheduling import Plan
from bandstand.bot.station.transitions import Transition
from bandstand.common import wire
from bandstand.common.api.events import (
    CueSkipped,
    CueSought,
    Event,
    QueueChanged,
    SeekFailed,
    StreamerCameBack,
    StreamerWentAway,
)
from bandstand.common.api.people import Place
from bandstand.common.api.values import Bars, Cue, CueState, EndReason, Loudness, OnAir, SongBrief, SongState
from bandstand.common.errors import BandstandError, Missing, NotAudio, UnknownCue
from bandstand.common.types import RATE, CueId, Frames, SongCode
from tests.bot.fakes import FakeStore

WALL = 1_000_000.0


def cue(number: int, start: int = 0, **more: Any) -> Cue:
    brief = SongBrief(SongCode("7kq3"), f"song {number}", "a", SongState.READY, 90.0, 0.0)
    return Cue(
        id=CueId(number), song=brief, state=CueState.AIR, name="ann", place=Place("x"), created=0.0,
        start=Frames(start), **more,
    )  # fmt: skip


class Streamer:
    """The far end of a connection, as far as the controller can see."""

    def __init__(self, current: wire.OnAir | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.given: list[dict[str, Any]] = []
        self.current = current
        self.answers: dict[type, Any] = {}
        self.closed = False

    async def ask_state(self) -> wire.StreamerState:
        return wire.StreamerState(1, "life", 5.0, self.current, None, [])

    def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
        self.asked.append((command.__name__, arguments.get("cue"), arguments.get("start")))
        self.given.append(arguments)
        answer = self.answers.get(command)
        if isinstance(answer, Exception):
            return fail(answer)
        return answer if isinstance(answer, Deferred) else succeed({"cue": 1, "frames": 77})

    def close(self) -> None:
        self.closed = True


class Endpoint:
    """Nobody is there."""

    def __init__(self) -> None:
        self.attempts = 0

    def connect(self, factory: object) -> Deferred[Any]:
        self.attempts += 1
        return fail(ConnectionDone())


class Stage:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.store = FakeStore()
        self.endpoint = Endpoint()
        self.plan = Plan()
        self.told: list[tuple[Any, ...]] = []
        self.events: list[Event] = []
        self.missing: set[int] = set()
        self.opened: list[int] = []
        self.known_reports: set[int] = set()
        surroundings = Surroundings(self.clock, lambda: WALL, lambda: 0.0, self._publish)
        self.controller = PlayoutController(self.endpoint, self.store, self._open, surroundings)  # type: ignore[arg-type]
        monkeypatch.setattr(on_air, "make_plan", lambda tx: self.plan)
        monkeypatch.setattr(on_air, "is_new_report", self._is_new)
        for name in ("found", "lost", "started", "ended", "unplayable"):
            monkeypatch.setattr(on_air, f"record_{name}", self._recorder(name))
        self.streamer = Streamer()
        self.join(self.streamer)

    def _publish(self, events: Sequence[Event]) -> None:
        self.events += events

    def _recorder(self, name: str) -> Any:
        return lambda tx, *what: self.told.append((name, *what))

    def _is_new(self, tx: object, streamer: str, number: int) -> bool:
        is_new = number not in self.known_reports
        self.known_reports.add(number)
        return is_new

    def _open(self, cue: Cue) -> SongSource:
        if cue.id in self.missing:
            raise Missing("its file is not to be had")
        self.opened.append(os.open("/dev/null", os.O_RDONLY))
        return SongSource(self.opened[-1])

    def join(self, streamer: Streamer) -> None:
        self.streamer = streamer
        Deferred.fromCoroutine(self.controller.welcome(streamer))  # type: ignore[arg-type]

    def lose(self) -> None:
        self.controller.take_loss(self.streamer)  # type: ignore[arg-type]

    def want(self, current: Cue | None = None, following: Cue | None = None) -> list[tuple[Any, ...]]:
        """What is sent after the plan has become this."""
        self.plan = Plan(current, following)
        self.streamer.asked.clear()
        self.controller.react(QueueChanged())
        return self.streamer.asked

    def report(self, report: wire.PlayoutReport, number: int = 0, ago: float = 0.0) -> Deferred[None]:
        number = number or max(self.known_reports, default=0) + 1
        return Deferred.fromCoroutine(self.controller.take_report(NumberedReport("life", number, ago, report)))

    def end(self, number: int, reason: str = "finished", frames: int = 10) -> None:
        self.report(wire.Ended(number, reason, frames, ""))


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def test_the_plan_is_sent_once(stage: Stage) -> None:
    assert stage.want(cue(1), cue(2)) == [("Play", 1, 0), ("Follow", 2, 0)]
    assert stage.want(cue(1), cue(2)) == []


def test_a_song_that_waits_for_a_bar_is_given_the_frame_where_it_begins(stage: Stage) -> None:
    second = cue(2, bars=Bars(Frames(RATE), Frames(0)))
    stage.want(second)
    assert "until" not in stage.streamer.given[-1]  # nothing is there that has bars
    stage.want(cue(1))
    stage.report(wire.Started(1, 0))
    stage.clock.advance(1.5)
    stage.want(second)
    assert stage.streamer.given[-1]["until"] == 2 * RATE
    stage.want(cue(3))
    stage.clock.advance(0.99)
    stage.want(second)
    assert stage.streamer.given[-1]["until"] == 2 * RATE  # the bar at one second is too near


def test_silence_is_asked_for_only_where_something_plays(stage: Stage) -> None:
    assert stage.want() == []
    stage.want(cue(1))
    assert stage.want() == [("Stop", None, None)]


def test_a_gapless_change_needs_no_request(stage: Stage) -> None:
    stage.want(cue(1), cue(2))
    stage.end(1)
    stage.report(wire.Started(2, 0))
    assert stage.want(cue(2)) == []


def test_a_cue_whose_end_is_reported_is_not_played_again(stage: Stage) -> None:
    stage.want(cue(1))
    stage.end(1, "skipped")
    assert stage.want(cue(1)) == []


def test_a_stopped_cue_is_played_again_from_where_it_was(stage: Stage) -> None:
    stage.want(cue(1))
    stage.plan = Plan()
    stage.end(1, "stopped", 4800)
    assert stage.want(cue(1, 4800)) == [("Play", 1, 4800)]


def test_silence_comes_as_slowly_as_was_asked(stage: Stage) -> None:
    stage.want(cue(1))
    stage.plan = Plan(fade=5.0)
    stage.controller.sync()
    assert stage.streamer.given[-1] == {"fade": 5 * RATE}


def test_where_the_next_song_begins_goes_along_in_frames_and_is_told_anew_when_it_changes(stage: Stage) -> None:
    stage.plan = Plan(cue(1), cue(2), Transition(at=80.0, end=90.0, fade=4.0))
    stage.controller.sync()
    told = [msgspec.json.decode(given["join"], type=wire.Join) for given in stage.streamer.given if "join" in given]
    assert told == [wire.Join(1, 80 * RATE, 90 * RATE, 4 * RATE)]
    stage.controller.sync()
    assert [asked[0] for asked in stage.streamer.asked] == ["Play", "Follow"]
    stage.plan = Plan(cue(1), cue(2), Transition(at=85.0))
    stage.controller.sync()
    assert msgspec.json.decode(stage.streamer.given[-1]["join"], type=wire.Join) == wire.Join(1, 85 * RATE)


def test_a_crossfade_goes_along_in_frames(stage: Stage) -> None:
    stage.want(cue(1), cue(2, crossfade=4.0))
    assert [given["crossfade"] for given in stage.streamer.given] == [0, 4 * RATE]


def test_what_follows_is_told_again_when_it_is_to_go_on_from_elsewhere(stage: Stage) -> None:
    assert stage.want(cue(1), cue(2, 480)) == [("Play", 1, 0), ("Follow", 2, 480)]
    assert stage.want(cue(1), cue(2, 481)) == [("Follow", 2, 481)]
    assert stage.want(cue(1), cue(2, 481)) == []


def test_a_taken_back_queue_is_taken_back_from_the_streamer(stage: Stage) -> None:
    stage.want(cue(1), cue(2))
    assert stage.want(cue(1)) == [("Unfollow", 2, None)]


def test_a_skip_names_its_cue_and_one_that_is_gone_is_no_fault(stage: Stage) -> None:
    stage.streamer.answers[wire.Skip] = UnknownCue("it is gone")
    stage.controller.react(CueSkipped(cue=CueId(7)))
    assert stage.streamer.asked == [("Skip", 7, None)]


def test_a_skip_that_overtakes_its_song_is_carried_out_when_the_streamer_has_that(stage: Stage) -> None:
    stage.streamer.answers = {wire.Play: (held := Deferred()), wire.Skip: UnknownCue("not yet")}
    stage.want(cue(1), cue(2))
    stage.controller.react(CueSkipped(cue=CueId(1)))
    del stage.streamer.answers[wire.Skip]
    held.callback({})
    assert stage.streamer.asked == [("Play", 1, 0), ("Skip", 1, None), ("Follow", 2, 0), ("Skip", 1, None)]
    stage.controller.react(QueueChanged())
    assert len(stage.streamer.asked) == 4


@pytest.mark.parametrize("when", ["before it answered", "before it was asked"])
def test_a_skip_that_a_streamer_has_not_taken_when_it_goes_is_carried_out_by_the_next(stage: Stage, when: str) -> None:
    stage.want(cue(1), cue(2))
    stage.streamer.answers[wire.Skip] = (held := Deferred[Any]())
    if when == "before it was asked":
        stage.lose()
    stage.controller.react(CueSkipped(cue=CueId(1)))
    if when == "before it answered":
        held.errback(ConnectionDone())
        stage.lose()
    stage.join(Streamer())
    assert [asked[:2] for asked in stage.streamer.asked] == [("Play", 1), ("Follow", 2), ("Skip", 1)]


def test_a_streamer_that_stands_still_is_not_waited_for_when_somebody_asks_for_its_state(stage: Stage) -> None:
    async def never() -> wire.StreamerState:
        return await Deferred()

    stage.streamer.ask_state = never  # type: ignore[method-assign]
    asked = Deferred.fromCoroutine(stage.controller.ask_state())
    stage.clock.advance(ANSWER_SECONDS)
    assert asked.result is None


def test_a_seek_hands_over_the_song_from_that_place_and_counts_from_there(stage: Stage) -> None:
    stage.want(cue(1))
    stage.streamer.asked.clear()
    stage.controller.react(CueSought(cue=CueId(1), frames=Frames(10 * RATE)))
    assert stage.streamer.asked == [("Seek", 1, 10 * RATE)]
    assert stage.events == [QueueChanged()], "what follows is heard at another time"
    stage.clock.advance(2.0)
    assert stage.controller.get_on_air() == OnAir(CueId(1), 12.0)


def test_a_late_seek_is_not_for_the_song_that_follows(stage: Stage) -> None:
    stage.want(cue(2))
    stage.streamer.asked.clear()
    stage.controller.react(CueSought(cue=CueId(1), frames=Frames(10 * RATE)))
    stage.streamer.answers[wire.Seek] = UnknownCue("cue 2 is not on the air")
    stage.controller.react(CueSought(cue=CueId(2), frames=Frames(10 * RATE)))
    assert stage.streamer.asked == [("Seek", 2, 10 * RATE)]
    assert stage.controller.get_on_air() == OnAir(CueId(2), 0.0)


def test_a_song_that_cannot_be_opened_for_a_seek_goes_on_as_it_was(stage: Stage) -> None:
    stage.want(cue(1))
    stage.missing.add(1)
    stage.controller.react(CueSought(cue=CueId(1), frames=Frames(10 * RATE)))
    assert stage.events == [SeekFailed(title="song 1", reason="its file is not to be had")]
    assert not [told for told in stage.told if told[0] == "unplayable"]


def test_a_change_while_a_request_is_under_way_is_not_forgotten(stage: Stage) -> None:
    answer: Deferred[Any] = Deferred()
    stage.streamer.answers[wire.Play] = answer
    assert stage.want(cue(1)) == [("Play", 1, 0)]
    assert stage.want(cue(3)) == []
    answer.callback({})
    assert stage.streamer.asked == [("Play", 3, 0)]


@pytest.mark.parametrize("fault", ["refused", "missing"])
def test_a_song_that_cannot_be_played_is_recorded_and_its_descriptor_closed(stage: Stage, fault: str) -> None:
    if fault == "missing":
        stage.missing.add(1)
    stage.streamer.answers[wire.Play] = NotAudio("it is no sound")
    stage.want(cue(1))
    assert [told[:2] for told in stage.told if told[0] == "unplayable"] == [("unplayable", 1)]
    for fd in stage.opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_a_report_is_answered_when_it_is_committed_and_changes_the_picture_at_once(stage: Stage) -> None:
    stage.want(cue(1), cue(2))
    stage.store.is_held = True
    answered: list[None] = []
    stage.report(wire.Ended(1, "finished", 480, "")).addCallback(answered.append)
    stage.report(wire.Started(2, 0), number=2, ago=3.0).addCallback(answered.append)
    assert stage.controller.get_on_air() == OnAir(CueId(2), 3.0)
    assert answered == []
    stage.store.release()
    assert len(answered) == 2
    assert stage.told[-2:] == [("ended", 1, EndReason.FINISHED, 480, "", WALL), ("started", 2, WALL - 3.0)]


def test_a_report_that_comes_again_is_answered_and_not_recorded_again(stage: Stage) -> None:
    for _ in range(2):
        answer = stage.report(wire.Started(1, 0), number=1)
        assert answer.called
    assert [told[0] for told in stage.told].count("started") == 1


def test_a_report_that_is_not_committed_is_not_answered_so_it_comes_again(stage: Stage) -> None:
    stage.store.record_errors.append(BandstandError("the database is damaged"))
    failures: list[type] = []
    stage.report(wire.Started(1, 0)).addErrback(lambda failure: failures.append(failure.type))
    assert failures == [BandstandError]


def test_a_report_that_a_fault_of_ours_keeps_from_being_recorded_is_answered(stage: Stage) -> None:
    stage.store.record_errors.append(KeyError("oh"))
    assert stage.report(wire.Started(1, 0)).called


def test_a_report_that_cannot_be_read_is_answered(stage: Stage) -> None:
    connection = StreamerConnection(stage.controller)
    assert connection.report("life", 1, 0.0, "{}") == {}  # type: ignore[operator]


def test_reports_are_written_down_in_the_streamers_words(stage: Stage) -> None:
    record_report(None, NumberedReport("life", 9, 0.0, wire.Ended(1, "broken", 5, "oh")), 7.0)  # type: ignore[arg-type]
    assert stage.told[-1] == ("ended", 1, EndReason.BROKEN, 5, "oh", 7.0)


def test_music_goes_on_by_itself_after_plans_could_not_be_read(stage: Stage) -> None:
    stage.store.read_errors += [BandstandError("locked")] * 4
    assert stage.want(cue(1)) == []
    for _ in range(20):
        stage.clock.advance(0.5)
    assert stage.streamer.asked == [("Play", 1, 0)]


def test_plans_wait_until_what_the_streamer_has_is_recorded(stage: Stage) -> None:
    stage.lose()
    stage.store.is_held = True
    stage.join(Streamer())
    assert stage.want(cue(1)) == []
    stage.store.release()
    assert stage.streamer.asked == [("Play", 1, 0)]


def test_what_a_lost_streamer_played_is_noted_with_its_place_and_it_is_looked_for(stage: Stage) -> None:
    stage.want(cue(1))
    stage.report(wire.Started(1, 0))
    stage.clock.advance(2.0)
    stage.lose()
    assert stage.told[-1] == ("lost", 1, 2 * RATE)
    assert stage.endpoint.attempts == 1
    assert stage.controller.get_on_air() is None
    assert stage.events == [StreamerWentAway()]
    stage.clock.advance(0.1)
    stage.clock.advance(0.2)
    assert stage.endpoint.attempts == 3 and stage.events == [StreamerWentAway()]
    stage.join(Streamer())
    assert stage.events == [StreamerWentAway(), StreamerCameBack()]


def test_a_streamer_that_was_never_there_is_not_told_to_be_away(stage: Stage) -> None:
    surroundings = Surroundings(stage.clock, lambda: WALL, lambda: 0.0, stage._publish)
    controller = PlayoutController(stage.endpoint, stage.store, stage._open, surroundings)  # type: ignore[arg-type]
    controller.connect()
    Deferred.fromCoroutine(controller.welcome(Streamer()))  # type: ignore[arg-type]
    assert stage.endpoint.attempts == 1 and stage.events == []


def test_the_loudness_is_what_was_told_last_and_goes_with_the_streamer(stage: Stage) -> None:
    assert stage.controller.loudness == Loudness()
    StreamerConnection(stage.controller).level(-16.25, -1.5)  # type: ignore[operator]
    assert stage.controller.loudness == Loudness(-16.25, -1.5)
    stage.lose()
    assert stage.controller.loudness is None


def test_a_streamer_that_already_plays_is_asked_what(stage: Stage) -> None:
    stage.lose()
    stage.join(Streamer(wire.OnAir(9, 48_000)))
    assert stage.told[-1] == ("found", 9)
    assert stage.controller.get_on_air() == OnAir(CueId(9), 1.0)
    assert stage.want(cue(9)) == []


def test_letting_go_keeps_the_place_and_sends_nothing_more(stage: Stage) -> None:
    stage.want(cue(1), cue(2))
    stage.streamer.asked.clear()
    Deferred.fromCoroutine(stage.controller.let_go())
    assert [name for name, *_ in stage.streamer.asked] == ["Stop", "Shutdown"]
    assert ("lost", 1, 77) in stage.told
    assert stage.want(cue(1)) == []
    assert stage.events == []
    stage.plan = Plan(cue(1, start=77))
    stage.join(Streamer())
    assert stage.streamer.asked == [("Play", 1, 77)]


def test_a_streamer_that_dies_before_it_answers_is_tried_again(stage: Stage) -> None:
    class Dying(Streamer):
        async def ask_state(self) -> wire.StreamerState:
            raise ConnectionDone

    Deferred.fromCoroutine(stage.controller.let_go())
    stage.join(Dying())
    assert not stage.controller.is_connected
    stage.clock.advance(0.1)
    assert stage.endpoint.attempts == 1


def test_the_end_shuts_the_streamer_down_only_where_that_is_asked(stage: Stage) -> None:
    stage.want(cue(1))
    stage.streamer.asked.clear()
    Deferred.fromCoroutine(stage.controller.stop(shut_down=False))
    assert stage.streamer.asked == [] and stage.streamer.closed
    stage.controller.connect()
    assert stage.endpoint.attempts == 0


def test_a_stop_that_is_reported_at_the_end_does_not_bring_the_song_back(stage: Stage) -> None:
    stage.want(cue(1))
    stage.streamer.asked.clear()
    stopping: Deferred[Any] = Deferred()
    stage.streamer.answers[wire.Shutdown] = stopping
    ending = Deferred.fromCoroutine(stage.controller.stop(shut_down=True))
    stage.end(1, "stopped", 77)
    stopping.callback({})
    assert ending.called
    assert [name for name, *_ in stage.streamer.asked] == ["Stop", "Shutdown"]


def test_the_end_does_not_wait_for_a_streamer_that_stands_still(stage: Stage) -> None:
    stage.want(cue(1))
    stage.streamer.answers[wire.Stop] = Deferred()
    ending = Deferred.fromCoroutine(stage.controller.stop(shut_down=True))
    assert not ending.called
    stage.clock.advance(ANSWER_SECONDS)
    assert ending.called and stage.streamer.closed


def test_a_state_as_json_is_what_the_connection_reads() -> None:
    state = wire.StreamerState(1, "life", 5.0, None, None, [])

    class Answering(StreamerConnection):
        def ask(self, command: type, **arguments: Any) -> Deferred[Any]:
            return succeed({"state": msgspec.json.encode(state)})

    assert Deferred.fromCoroutine(Answering(None).ask_state()).result == state  # type: ignore[arg-type]
