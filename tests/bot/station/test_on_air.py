"""The streamer's reports, and what they do to the queue and the play log."""

import msgspec
import pytest

from bandstand.bot.station import on_air
from bandstand.bot.station.scheduling import Plan
from bandstand.common.api.events import QueueChanged, SongEnded, SongStarted, SongUnplayable
from bandstand.common.api.requests import Enqueue, Generate, ListHistory, Play, Resume, Stop
from bandstand.common.api.values import CueState, EndReason
from bandstand.common.types import RATE, CueId, Frames
from tests.bot.station.conftest import CONSOLE, Station


def queue_up(station: Station, *titles: str) -> list[CueId]:
    """Stored songs, the first on the air and the others queued."""
    for title in titles:
        station.store(title)
        station.ask(Enqueue(song=title))
    return [cue.id for cue in (station.get_air(), *station.get_queue())]


def get_plays(station: Station) -> list[tuple[str, str, float]]:
    """Those that are over."""
    plays = station.ask(ListHistory()).plays
    return [(play.title, play.reason, play.seconds) for play in plays if play.reason]


def test_a_song_that_begins_says_how_long_ago_it_was_asked_for(station: Station) -> None:
    job = station.ask(Generate()).job
    asked = station.tx.now
    station.begin(job)
    cue = station.get_air()
    on_air.record_started(station.tx, cue.id, asked + 0.25)
    [started] = station.get_events(SongStarted)
    assert (started.waited, started.is_first) == (0.25, True)
    station.store("One")
    station.ask(Play(song="one", resumes=True))
    on_air.record_started(station.tx, station.get_air().id, station.tx.now + 0.1)
    assert station.get_events(SongStarted)[0].waited == pytest.approx(0.1)
    station.end(cue.id, EndReason.CUT, 5.0)
    station.end(station.get_air().id)
    station.start(station.get_air().id)
    assert station.get_events(SongStarted)[-1].waited is None, "it goes on from its middle"


def test_each_report_is_new_once_in_one_life_of_a_streamer(station: Station) -> None:
    news = [on_air.is_new_report(station.tx, name, number) for name, number in
            (("a b", 1), ("a b", 1), ("a b", 2), ("a b", 1), ("c", 1), ("c", 1), ("c", 2))]  # fmt: skip
    assert news == [True, False, True, False, True, False, True]


def test_a_song_that_cannot_be_opened_does_not_cost_the_one_that_it_cut_off(station: Station) -> None:
    first, _ = queue_up(station, "One", "Two")
    station.start(first)
    station.pass_time(29.0)
    gone = station.store("Gone")
    station.ask(Play(song=gone))
    on_air.record_unplayable(station.tx, station.get_air().id, "its file cannot be opened")
    assert (station.air, station.queue) == ("One", ["Two"])
    assert station.get_air().start / RATE == pytest.approx(30.0, abs=3.0)


@pytest.mark.parametrize("resumes", [False, True])
def test_it_comes_back_once(resumes: bool, station: Station) -> None:
    (first,) = queue_up(station, "One")
    station.start(first)
    station.ask(Play(song=station.store("Gone"), resumes=resumes))
    on_air.record_unplayable(station.tx, station.get_air().id, "its file cannot be opened")
    assert (station.air, station.queue) == ("One", [])


def test_a_broken_song_is_told_and_the_next_goes_on_the_air(station: Station) -> None:
    one, _ = queue_up(station, "One", "Two")
    station.tx.events.clear()
    on_air.record_unplayable(station.tx, one, "song.flac is\nno audio file")
    assert station.air == "Two"
    [told] = station.get_events(SongUnplayable)
    assert (told.cue, told.song.title, told.place, told.reason) == (one, "One", CONSOLE, "song.flac is no audio file")
    assert station.get_cue(one).reason is EndReason.BROKEN
    assert [play.reason for play in station.ask(ListHistory()).plays] == ["broken"]
    station.tx.events.clear()
    on_air.record_unplayable(station.tx, one, "again")
    on_air.record_unplayable(station.tx, 99, "what")
    assert station.events == []


def test_an_end_is_told_with_its_reason_and_how_far_it_was_heard(station: Station) -> None:
    one, _ = queue_up(station, "One", "Two")
    station.start(one)
    station.tx.events.clear()
    station.end(one, EndReason.BROKEN, 30.0, "It is cut off.")
    [ended] = station.get_events(SongEnded)
    assert (ended.cue, ended.reason, ended.seconds, ended.detail) == (one, EndReason.BROKEN, 30.0, "It is cut off.")
    assert station.events[0] is QueueChanged


def test_a_song_that_began_just_before_another_was_put_on_the_air_keeps_its_place(station: Station) -> None:
    first, following = queue_up(station, "One", "Two")
    station.store("Three")
    station.start(first)
    station.ask(Play(song="three"))
    station.end(first)
    station.start(following)
    assert (station.air, station.queue) == ("Three", ["Two"])
    station.end(following, EndReason.CUT, 0.1)
    assert (station.air, station.queue) == ("Three", ["Two"])
    [again] = station.get_queue()
    assert again.id != following, "what is over is over"
    assert (again.start, again.started, again.name) == (0, None, "ann")


def test_a_song_that_began_just_before_another_was_put_on_the_air_keeps_its_place_through_a_stop(
    station: Station,
) -> None:
    first, following = queue_up(station, "One", "Two")
    station.store("Three")
    station.start(first)
    station.ask(Play(song="three"))
    station.ask(Stop())
    station.end(first)
    station.start(following)
    station.end(following, EndReason.STOPPED, 0.1)
    assert (station.air, station.queue) == ("Three", ["Two"])


def test_a_streamer_that_went_on_by_itself_is_believed(station: Station) -> None:
    first, following = queue_up(station, "One", "Two")
    station.start(first)
    on_air.record_found(station.tx, following)
    assert (station.air, station.queue) == ("Two", [])
    assert station.get_cue(first).state is CueState.OVER


def test_what_happened_while_the_bot_was_away_is_recorded_with_its_time_and_reason(station: Station) -> None:
    one, two, three = queue_up(station, "One", "Two", "Three")
    station.start(one)
    record_ended, at = on_air.record_ended, station.tx.now
    record_ended(station.tx, one, EndReason.FINISHED, Frames(90 * RATE), "", at + 90)
    on_air.record_started(station.tx, two, at + 90)
    record_ended(station.tx, two, EndReason.BROKEN, Frames(30 * RATE), "It is cut off.", at + 120)
    on_air.record_started(station.tx, three, at + 120)
    on_air.record_found(station.tx, three)
    assert (station.air, station.queue) == ("Three", [])
    assert get_plays(station) == [("Two", "broken", 30.0), ("One", "finished", 90.0)]
    assert (station.get_cue(two).started, station.get_cue(two).ended) == (at + 90, at + 120)


def test_a_new_streamer_is_given_the_song_where_it_was(station: Station) -> None:
    [cue] = queue_up(station, "One")
    station.start(cue)
    on_air.record_lost(station.tx, cue, Frames(96_000))
    on_air.record_found(station.tx, None)
    plan = on_air.make_plan(station.tx)
    assert plan.current is not None
    assert plan.current.start == 96_000


def test_a_streamer_that_has_the_cue_on_the_air_changes_nothing(station: Station) -> None:
    [cue] = queue_up(station, "One")
    station.start(cue)
    before = station.get_air()
    station.tx.events.clear()
    on_air.record_found(station.tx, cue)
    assert station.get_air() == before
    assert station.events == [QueueChanged]


def test_what_is_unknown_or_over_changes_nothing_and_the_streamer_is_brought_into_step(station: Station) -> None:
    [cue] = queue_up(station, "One")
    station.end(cue)
    over = station.get_cue(cue)
    station.tx.events.clear()
    station.start(cue)
    station.start(99)
    station.end(99)
    assert station.events == [QueueChanged] * 3
    assert station.get_cue(cue) == over


def test_a_late_place_is_no_place_of_a_cue_that_is_over(station: Station) -> None:
    [cue] = queue_up(station, "One")
    station.end(cue)
    on_air.record_lost(station.tx, cue, Frames(5))
    assert station.get_cue(cue).start == 0


def test_a_stop_that_was_resumed_before_it_was_known_keeps_the_place(station: Station) -> None:
    [cue] = queue_up(station, "One")
    station.start(cue)
    station.ask(Stop())
    station.ask(Resume())
    station.end(cue, EndReason.STOPPED, 20.0)
    assert (station.air, station.get_air().start) == ("One", 20 * RATE)


# Songs that break off


def generate_over(station: Station) -> tuple[CueId, CueId, int]:
    """A song that is still being made has cut off another: the cues, and the job."""
    station.store("Old Road")
    station.ask(Play(song="old road"))
    old = station.get_air().id
    station.start(old)
    job = station.ask(Generate()).job
    station.begin(job)
    return old, station.get_air().id, job


def test_a_song_that_breaks_off_is_heard_to_there_and_what_it_cut_goes_on(station: Station) -> None:
    old, new, job = generate_over(station)
    station.end(old, EndReason.CUT, 2.0)
    station.start(new)
    station.fail(job)
    assert (station.air, station.queue) == ("Blue Lantern", ["Old Road"])
    assert on_air.make_plan(station.tx) == Plan(keep=new)
    station.end(new, EndReason.FINISHED, 0.1)
    assert (station.air, station.queue, station.get_air().start) == ("Old Road", [], 2 * RATE)


def test_a_song_that_fails_before_it_is_heard_gives_the_air_back_at_once(station: Station) -> None:
    _, new, job = generate_over(station)
    station.fail(job)
    assert station.air == "Old Road"
    assert station.get_cue(new).reason is EndReason.BROKEN


def test_a_stop_before_the_streamer_has_cut_a_song_off_does_not_lose_what_is_to_come_back(station: Station) -> None:
    [one] = queue_up(station, "One")
    station.start(one)
    station.store("Two")
    station.ask(Play(song="two", resumes=True))
    station.ask(Stop())
    station.end(one, EndReason.STOPPED, 40.0)
    station.ask(Resume())
    station.start(station.get_air().id)
    station.end(station.get_air().id)
    assert (station.air, station.get_air().start) == ("One", 40 * RATE)


def test_what_was_given_up_does_not_come_back_after_what_breaks_off(station: Station) -> None:
    first = station.ask(Generate()).job
    station.begin(first, "First")
    old = station.listen(5.0)
    second = station.ask(Generate()).job
    station.begin(second, "Second")
    station.end(old.id, EndReason.CUT, 5.0)
    station.listen(1.0)
    station.fail(first)
    station.fail(second)
    assert (station.air, station.queue) == ("Second", [])


def test_what_broke_off_does_not_come_back_with_a_new_streamer(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    cue = station.listen(5.0)
    station.fail(job)
    station.tx.events.clear()
    on_air.record_found(station.tx, None)
    assert station.tx.queue.list_open() == []
    [ended] = station.get_events(SongEnded)
    assert (ended.cue, ended.reason) == (cue.id, EndReason.BROKEN)


@pytest.mark.parametrize("is_failed", [True, False])
def test_what_the_streamer_does_not_have_gives_the_air_up_only_if_there_is_no_such_song(
    station: Station, is_failed: bool
) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    cue = station.listen(5.0)
    station.store("Two")
    station.ask(Enqueue(song="two"))
    if is_failed:
        station.fail(job)
    station.tx.events.clear()
    on_air.record_missing(station.tx, cue.id)
    assert station.air == ("Two" if is_failed else "Blue Lantern")
    assert (station.events != []) is is_failed


def test_the_crossfade_of_the_rules_is_in_the_plan(station: Station) -> None:
    queue_up(station, "One", "Two")
    station.tx.rules = msgspec.structs.replace(station.tx.rules, crossfade=3.0)
    plan = on_air.make_plan(station.tx)
    assert plan.following is not None
    assert plan.following.crossfade == 3.0
