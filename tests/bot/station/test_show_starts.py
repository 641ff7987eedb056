"""Shows begin in the second of their time, and what people have asked for is heard to its end before them."""

from datetime import UTC, datetime

import pytest

from bandstand.bot.station import on_air, planning, programme, show_starts, shows
from bandstand.bot.station.planning import list_planned
from bandstand.common.api.asking import RequestSong
from bandstand.common.api.events import CueSkipped, ShowHeld, ShowMissed, ShowStarted
from bandstand.common.api.people import STATION
from bandstand.common.api.requests import Enqueue, ExplainSong, Play, Skip
from bandstand.common.api.schedule import AddShow, GetSchedule
from bandstand.common.api.shows import RunState
from bandstand.common.api.values import Cue, EndReason, JobState
from bandstand.common.api.wishing import Wish
from tests.bot.simulated_week import make_listener
from tests.bot.station.conftest import LENGTH, Station
from tests.bot.station.test_between import add_jingle

TEN = datetime(2026, 5, 1, 10, tzinfo=UTC).timestamp()


@pytest.fixture
def station(station: Station) -> Station:
    """Songs that a show of bossa does not play."""
    station.settle_bands()
    station.tx.now = TEN - 7200.0
    for number in range(12):
        station.store(f"Song {number}")
    return station


def keep(station: Station, at: float) -> None:
    """The programme is brought up to date at this time; what it has ordered is made in no time."""
    station.tx.now = at
    for _ in range(2):
        programme.keep_going(station.tx)
        for job in station.tx.jobs.list_in_state(JobState.WAITING):
            if job.place == STATION:
                song = station.tx.songs.get(job.song)
                seconds = float(song.parameters.get("seconds", LENGTH))
                artist = planning.name_artist(station.tx, song.brief).artist
                station.finish(job.id, f"Made {job.id}", seconds=seconds, artist=artist)
        station.tx.now = at


def begin(station: Station, at: float) -> Cue:
    """What is to be on the air begins."""
    keep(station, at)
    cue = station.get_air()
    on_air.record_started(station.tx, cue.id, at)
    keep(station, at)
    return cue


def end(station: Station, at: float, reason: EndReason = EndReason.FINISHED) -> Cue:
    """What is on the air ends, and the next begins behind it."""
    station.tx.now = at
    station.tx.events.clear()
    on_air.record_ended(station.tx, station.get_air().id, reason, on_air.Frames(1), "", at)
    return begin(station, at)


def add_show(station: Station, rule: str, target: str = "bossa") -> None:
    station.ask(AddShow(rule=rule, target=target, zone="UTC", name="show"))


def get_show(cue: Cue) -> str:
    return cue.choice.show if cue.choice else ""


def test_a_show_that_is_added_while_a_song_is_on_the_air_rises_over_it_at_its_time(station: Station) -> None:
    before = begin(station, TEN - 60.0)
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 0.1)
    assert station.get_air().id == before.id
    keep(station, TEN)
    air = station.get_air()
    assert (get_show(air), air.crossfade) == ("show", show_starts.RISE)
    ended = station.tx.queue.get(before.id)
    assert ended is not None and ended.reason is EndReason.CUT
    assert [event.start for event in station.get_events(ShowStarted)] == [TEN]
    keep(station, TEN + 1.0)
    assert station.get_air().id == air.id, "once is enough"


def test_nothing_rises_over_a_song_that_ends_with_the_second(station: Station) -> None:
    before = begin(station, TEN - LENGTH + 0.5)
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 60.0)
    keep(station, TEN)
    assert station.get_air().id == before.id
    assert get_show(end(station, TEN + 0.5)) == "show"


def test_a_show_that_is_added_while_its_time_is_on_begins_with_the_next_song(station: Station) -> None:
    before = begin(station, TEN + 10.0)
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN + 20.0)
    assert station.get_air().id == before.id
    assert get_show(end(station, TEN + 100.0)) == "show"


def test_a_jingle_that_is_a_show_is_not_faded(station: Station) -> None:
    add_jingle(station, "news")
    begin(station, TEN - 60.0)
    add_show(station, "daily 10:00", "jingle:news")
    keep(station, TEN)
    assert (station.get_air().song.title, station.get_air().crossfade) == ("news", 0.0)


def test_a_jingle_that_is_not_there_cuts_no_song(station: Station) -> None:
    begin(station, TEN - 30.0)
    add_show(station, "every 20 minutes", "jingle")
    before = station.get_air()
    keep(station, TEN)
    assert station.get_air().id == before.id


def test_what_somebody_asked_for_is_heard_to_its_end_and_the_show_waits_which_is_told(station: Station) -> None:
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 60.0)
    station.ask(Play(song="Song 3"))
    asked = begin(station, TEN - 60.0)
    station.tx.events.clear()
    keep(station, TEN)
    keep(station, TEN + 5.0)
    assert station.get_air().id == asked.id
    (told,) = station.get_events(ShowHeld)
    assert (told.held.song.title, told.held.name, told.held.until) == ("Song 3", "ann", TEN + 30.0)
    assert station.get_events(ShowStarted) == []
    assert station.ask(GetSchedule()).airings[0].state is RunState.HELD
    assert station.ask(GetSchedule()).now is None
    assert station.ask(ExplainSong()).held == told.held
    assert get_show(end(station, TEN + 30.0)) == "show"
    assert len(station.get_events(ShowStarted)) == 1
    assert station.ask(GetSchedule()).airings[0].state is RunState.PLAYED
    assert station.ask(ExplainSong()).held is None


def test_what_was_queued_comes_before_the_show_too(station: Station) -> None:
    begin(station, TEN - 60.0)
    add_show(station, "daily 10:00-11:00")
    station.ask(Enqueue(song="Song 3"))
    keep(station, TEN)
    (told,) = station.get_events(ShowHeld)
    assert told.held.until == TEN + 30.0 + LENGTH
    assert end(station, TEN + 30.0).song.title == "Song 3"
    assert get_show(end(station, TEN + 30.0 + LENGTH)) == "show"


def test_what_listeners_ask_for_while_a_show_is_held_comes_behind_its_first_song(station: Station) -> None:
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 60.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN - 60.0)
    station.ask(Enqueue(song="Song 6"))
    keep(station, TEN)
    station.ask(RequestSong(song="Song 5"), make_listener(2))
    station.ask(Wish(words="techno"), make_listener(3))
    keep(station, TEN + 5.0)
    assert end(station, TEN + 30.0).song.title == "Song 6"
    assert get_show(end(station, TEN + 30.0 + LENGTH)) == "show"
    following = end(station, TEN + 30.0 + 2 * LENGTH)
    assert following.is_wish or following.is_request


def test_a_show_whose_first_song_is_on_the_air_has_begun_whatever_is_queued_behind_it(station: Station) -> None:
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 60.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN - 60.0)
    keep(station, TEN)
    assert get_show(end(station, TEN + 30.0)) == "show"
    station.ask(Enqueue(song="Song 4"))
    keep(station, TEN + 40.0)
    assert station.ask(GetSchedule()).airings[0].state is RunState.PLAYED


def test_a_show_that_would_be_over_by_then_is_missed_and_told(station: Station) -> None:
    add_show(station, "daily 10:00-10:01")
    keep(station, TEN - 10.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN - 10.0)
    station.tx.events.clear()
    keep(station, TEN)
    (told,) = station.get_events(ShowHeld)
    assert told.held.until > told.held.end
    keep(station, TEN + 60.0)
    (missed,) = station.get_events(ShowMissed)
    assert missed.is_held and missed.start == TEN
    assert RunState.MISSED in shows.list_records(station.tx).values()
    assert get_show(end(station, TEN + 80.0)) == ""


def test_a_long_show_may_wait_for_longer_than_one_that_nothing_holds(station: Station) -> None:
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 10.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN - 10.0)
    keep(station, TEN)
    keep(station, TEN + 1200.0)  # it was paused, say
    assert get_show(end(station, TEN + 1200.0)) == "show"


def test_a_single_show_is_written_down_when_it_is_heard(station: Station) -> None:
    """Of a show without an end that is played, the schedule knows; another coming of it is another one."""
    add_jingle(station, "news")
    begin(station, TEN - 60.0)
    add_show(station, "daily 10:00", "jingle:news")
    keep(station, TEN - 1.5)
    assert station.ask(GetSchedule()).airings[0].state is None
    begin(station, TEN)
    keep(station, TEN + 1.0)
    assert station.get_air().song.title == "news"
    assert station.ask(GetSchedule()).airings[0].state is RunState.PLAYED
    assert [get_show(cue) for cue in list_planned(station.tx)] == [""] * planning.PLANNED


def test_a_song_that_is_no_part_of_a_single_show_writes_nothing_down(station: Station) -> None:
    add_show(station, "daily 10:00", "bossa")
    keep(station, TEN - 60.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN + 1.0)
    show_starts.record_single_show(station.tx)
    assert station.ask(GetSchedule()).airings[0].state in (None, RunState.HELD)


def test_after_a_skip_a_show_does_not_begin_early(station: Station) -> None:
    """What was composed to end at the show is skipped: another song is composed for what is left."""
    add_show(station, "daily 10:00-11:00")
    fitted = begin(station, TEN - 130.0)
    assert fitted.choice is not None and fitted.choice.ends_at == TEN
    assert get_show(station.get_queue()[0]) == "show"
    station.tx.now = TEN - 101.0
    station.ask(Skip())
    assert get_show(station.get_queue()[0]) == ""
    following = begin(station, TEN - 100.0)
    assert following.choice is not None and following.choice.ends_at == TEN
    ended = station.tx.queue.get(fitted.id)
    assert ended is not None and ended.reason is EndReason.SKIPPED
    assert get_show(end(station, TEN)) == "show"


def test_a_skip_goes_on_to_what_is_next_where_that_is_right(station: Station) -> None:
    before = begin(station, TEN)
    following = station.get_queue()[0]
    station.ask(Skip())
    assert [event.cue for event in station.get_events(CueSkipped)] == [before.id]
    assert station.get_queue()[0].id == following.id


def test_too_short_a_rest_before_a_show_is_filled_and_the_show_begins_over_it(station: Station) -> None:
    add_show(station, "daily 10:00-11:00")
    keep(station, TEN - 100.0)
    station.ask(Play(song="Song 3"))
    begin(station, TEN - 99.0)
    filler = end(station, TEN - 9.0)
    assert get_show(filler) == ""
    keep(station, TEN)
    assert get_show(station.get_air()) == "show"


@pytest.mark.parametrize("order", [Enqueue, Play])
def test_a_song_that_somebody_orders_is_not_heard_again_from_the_plan(
    station: Station, order: type[Enqueue | Play]
) -> None:
    begin(station, TEN)
    planned = station.get_queue()[0]
    station.ask(order(song=planned.song.code))
    keep(station, TEN + 5.0)
    assert planned.id not in [cue.id for cue in station.get_queue()]
    assert planned.song.code not in [cue.song.code for cue in list_planned(station.tx)]
