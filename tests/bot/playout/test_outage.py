"""What is heard while the database is away, of a queue and a reserve that the test knows."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.task import Clock

from bandstand.bot.playout.outage import DELAY, EVERY, Outage
from bandstand.bot.playout.picture import StreamerPicture
from bandstand.bot.station import reserve
from bandstand.bot.station.reserve import Outlook
from bandstand.bot.station.scheduling import Plan
from bandstand.common import wire
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, QueueChanged
from bandstand.common.api.people import STATION, Place
from bandstand.common.api.values import Cue, CueState, SongBrief, SongState
from bandstand.common.types import CueId, SongCode
from tests.bot.fakes import FakeStore

WALL = 1_000_000.0


def make_cue(number: int, title: str = "", **more: Any) -> Cue:
    brief = SongBrief(SongCode(f"s{title or number}"), title, "a", SongState.READY, 90.0, 0.0)
    known: dict[str, Any] = {"state": CueState.QUEUED, "name": "ann", "place": Place("x"), "created": 0.0}
    return Cue(id=CueId(number), song=brief, order=float(number), **(known | more))


class Bench:
    """An outage, and the streamer's picture that it is asked with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.picture = StreamerPicture(self.clock.seconds)
        self.outlook = Outlook(cues=(make_cue(1, state=CueState.AIR), make_cue(2), make_cue(3)), is_playing=True)
        self.reserve = tuple(make_cue(0, title, place=STATION) for title in ("one", "two"))
        self.store = FakeStore()
        self.reads: list[str] = []
        self.withdrawn = 0
        self.noted: list[int] = []
        monkeypatch.setattr(reserve, "read_outlook", self._reader("queue", lambda: self.outlook))
        monkeypatch.setattr(reserve, "draw_reserve", self._reader("reserve", lambda: self.reserve))
        monkeypatch.setattr(reserve, "withdraw", lambda tx: setattr(self, "withdrawn", self.withdrawn + 1))
        self.told = 0
        """How often the plan was said to be another."""
        self.outage = Outage(
            self.clock,
            self.store,  # type: ignore[arg-type]
            lambda: WALL + self.clock.seconds(),
            lambda: setattr(self, "told", self.told + 1),
        )

    def _reader(self, name: str, read: Callable[[], Any]) -> Callable[[Any], Any]:
        def work(tx: object) -> Any:
            self.reads.append(name)
            return read()

        return work

    def fail(self) -> None:
        if not self.reads:
            self.outage.start()
        self.outage.react(DatabaseFailed(reason="it is away"))
        self.picture.record_state(wire.StreamerState(1, "life", 5.0, wire.OnAir(1, 0), None, []))

    def plan(self) -> Plan | None:
        return self.outage.plan(self.picture, lambda cue: self.noted.append(cue.id))

    def go_on(self) -> int:
        """Carry out the plan until what is on the air has ended; the number of the cue that is heard then."""
        plan = self.plan()
        assert plan is not None and plan.following is not None
        self.picture.record_followed(plan.following)
        return self.end()

    def end(self) -> int:
        assert self.picture.current is not None
        report = wire.Ended(self.picture.current, "finished", 10, "")
        self.picture.record_report(report, 0.0)
        self.outage.take_report(report)
        return self.picture.current or 0


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_the_queue_goes_on_and_then_the_reserve_and_that_over_again(bench: Bench) -> None:
    bench.fail()
    assert [bench.go_on(), bench.go_on()] == [2, 3]
    assert bench.noted == []
    numbers = [bench.go_on() for _ in range(3)]
    assert numbers == bench.noted[:3] and len(set(numbers)) == 3 and max(numbers) < 0
    plan = bench.plan()
    assert plan is not None and plan.current is not None and plan.following is not None
    assert (plan.current.song.title, plan.following.song.title) == ("one", "two")


def test_a_song_of_the_reserve_that_was_queued_lately_comes_last(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1, "one", state=CueState.AIR),), is_playing=True)
    bench.outage.start()
    bench.outlook = Outlook(cues=(make_cue(2, "two", state=CueState.AIR),), is_playing=True)
    bench.reserve = (*bench.reserve, make_cue(0, "three", place=STATION))
    bench.clock.advance(EVERY)
    bench.outage.react(DatabaseFailed(reason="it is away"))
    bench.picture.record_state(wire.StreamerState(1, "life", 5.0, wire.OnAir(2, 0), None, []))
    titles = []
    for _ in range(4):
        bench.go_on()
        plan = bench.plan()
        assert plan is not None and plan.current is not None
        titles.append(plan.current.song.title)
    assert titles == ["three", "one", "two", "three"]


def test_to_be_asked_again_changes_nothing(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1, state=CueState.AIR),), is_playing=True)
    bench.fail()
    assert bench.plan() == bench.plan() and len(bench.noted) == 1


def test_silence_that_has_come_already_is_ended(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1, state=CueState.AIR),), is_playing=True)
    bench.fail()
    bench.end()
    plan = bench.plan()
    assert plan is not None and plan.current is not None and plan.current.song.title == "one"


def test_where_the_programme_is_quiet_only_the_queue_is_played(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1, state=CueState.AIR), make_cue(2)))
    bench.fail()
    assert bench.go_on() == 2
    plan = bench.plan()
    assert plan is not None and plan.following is None and bench.noted == []


def test_a_station_that_was_stopped_stays_so(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1),), is_stopped=True, is_playing=True)
    bench.fail()
    assert bench.plan() is None


def test_what_cannot_be_played_is_given_up_until_nothing_is_left(bench: Bench) -> None:
    bench.outlook = Outlook(cues=(make_cue(1, state=CueState.AIR),), is_playing=True)
    bench.fail()
    for _ in range(2):
        plan = bench.plan()
        assert plan is not None and plan.following is not None
        bench.outage.give_up(plan.following)
    plan = bench.plan()
    assert plan is not None and plan.following is None


def test_what_the_bot_does_not_know_is_left_alone(bench: Bench) -> None:
    bench.fail()
    bench.picture.record_state(wire.StreamerState(1, "life", 5.0, wire.OnAir(99, 0), None, []))
    assert bench.plan() is None


def test_what_is_over_is_not_heard_again_from_another_streamer(bench: Bench) -> None:
    bench.outage.start()
    bench.outage.take_report(wire.Ended(1, "finished", 10, ""))
    bench.outage.react(DatabaseFailed(reason="it is away"))
    plan = bench.plan()
    assert plan is not None and plan.current is not None and plan.current.id == 2


def test_a_song_that_was_stopped_comes_again(bench: Bench) -> None:
    bench.outage.start()
    bench.outage.take_report(wire.Ended(1, "stopped", 10, ""))
    bench.outage.react(DatabaseFailed(reason="it is away"))
    plan = bench.plan()
    assert plan is not None and plan.current is not None and plan.current.id == 1


def test_the_queue_is_read_after_a_change_and_the_reserve_now_and_then(bench: Bench) -> None:
    bench.outage.start()
    assert bench.reads == ["queue", "reserve"]
    for _ in range(3):
        bench.outage.react(QueueChanged())
    bench.clock.advance(DELAY)
    assert bench.reads[2:] == ["queue"]
    bench.clock.advance(EVERY)
    assert bench.reads[3:] == ["queue", "reserve"]


def test_what_was_queued_just_before_the_database_failed_is_heard(bench: Bench) -> None:
    queue, bench.outlook = bench.outlook, Outlook()
    bench.outage.start()
    bench.outlook = queue
    bench.outage.react(QueueChanged())
    bench.outage.react(DatabaseFailed(reason="another program holds it"))
    assert bench.told == 1
    bench.picture.record_state(wire.StreamerState(1, "life", 5.0, wire.OnAir(1, 0), None, []))
    assert [bench.go_on(), bench.go_on()] == [2, 3]


def test_what_is_read_late_keeps_what_was_lined_up_and_what_is_over(bench: Bench) -> None:
    queue, bench.outlook = bench.outlook, Outlook(cues=(make_cue(1, state=CueState.AIR),), is_playing=True)
    bench.outage.start()
    bench.outage.react(QueueChanged())
    bench.fail()
    drawn = bench.go_on()
    bench.outlook = queue
    bench.clock.advance(DELAY)
    assert bench.told == 2
    assert [bench.go_on(), bench.go_on()] == [2, 3]
    assert drawn < 0 and bench.go_on() < 0


def test_a_library_that_was_empty_is_soon_looked_at_again(bench: Bench) -> None:
    filled, bench.reserve = bench.reserve, ()
    bench.outage.start()
    bench.reserve = filled
    bench.outage.react(QueueChanged())
    bench.clock.advance(DELAY)
    assert bench.reads == ["queue", "reserve"] * 2


def test_while_the_database_is_away_it_is_not_asked_and_what_was_left_over_is_withdrawn_afterwards(
    bench: Bench,
) -> None:
    bench.fail()
    bench.reads.clear()
    bench.outage.react(QueueChanged())
    bench.clock.advance(EVERY)
    assert bench.reads == [] and bench.outage.is_on
    bench.outage.react(DatabaseRecovered())
    assert not bench.outage.is_on and bench.withdrawn == 1
    assert bench.reads == ["queue", "reserve"]


def test_once_stopped_it_asks_for_nothing(bench: Bench) -> None:
    bench.outage.start()
    bench.outage.react(QueueChanged())
    bench.outage.stop()
    bench.reads.clear()
    bench.clock.advance(2 * EVERY)
    assert bench.reads == []
