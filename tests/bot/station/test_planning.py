"""The plan goes by playlists, clocks and fixed times, and passes over what cannot be filled."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station import fitting, programme
from bandstand.bot.station.lifecycle import OPEN_JOBS, move_song
from bandstand.bot.station.on_air import make_plan
from bandstand.bot.station.planning import (
    GRACE,
    HURRY,
    find_position,
    list_planned,
    read_ground,
    withdraw,
)
from bandstand.bot.station.replacing import replace_starved
from bandstand.common.api import requests
from bandstand.common.api.events import SlotPassed
from bandstand.common.api.people import STATION
from bandstand.common.api.playlists import Clock, PlaylistRule
from bandstand.common.api.requests import PlaylistChanges
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import EndReason, JobState, SongState, read_slot
from bandstand.common.types import RATE, CueId, Frames
from tests.bot.station.conftest import LENGTH, Station
from tests.bot.station.test_between import add_jingle

LENGTHS = st.floats(0, 3600)


@given(LENGTHS, st.floats(20, 900))
def test_what_is_left_after_a_song_is_nothing_or_can_be_composed(left: float, seconds: float) -> None:
    if fitting.leaves_room(left, seconds):
        rest = left - seconds
        assert abs(rest) <= fitting.EXACT or rest >= fitting.SHORTEST


@pytest.fixture
def station(station: Station) -> Station:
    station.settle_bands()
    for number in range(6):
        station.store(f"Song {number}", style="pop")
    return station


def plan(station: Station) -> None:
    for _ in range(2):
        station.pass_time()
        programme.keep_going(station.tx)


def test_a_clock_gives_the_slots_and_an_empty_playlist_is_passed_over_and_told_once(station: Station) -> None:
    station.ask(requests.MakePlaylist(name="empty"))
    station.ask(requests.SetClock(name="day", slots=("style:pop", "playlist:empty", "any")))
    station.ask(requests.UseClock(name="day"))
    plan(station)
    slots = [str(cue.choice.slot) for cue in list_planned(station.tx) if cue.choice]
    assert set(slots) <= {"style:pop", "any"} and slots
    assert len(station.get_events(SlotPassed)) == 1


def test_what_is_passed_over_is_told_once_however_often_the_plan_is_made_anew(station: Station) -> None:
    station.ask(requests.MakePlaylist(name="empty"))
    use_clock(station, "playlist:empty", "style:pop")
    hear(station, 3)
    for _ in range(3):
        withdraw(station.tx, list_planned(station.tx))
        plan(station)
    assert [passed.slot for passed in station.get_events(SlotPassed)] == ["playlist:empty"]


def test_a_playlist_has_its_turn_and_leaves_the_plan_when_it_is_deleted(station: Station) -> None:
    changes = PlaylistChanges(rule=PlaylistRule.SONGS, every=2)
    station.ask(requests.MakePlaylist(name="pop", query="style:pop", changes=changes))
    plan(station)
    assert "pop" in [cue.choice.playlist for cue in (*list_planned(station.tx), station.get_air()) if cue.choice]
    station.ask(requests.DeletePlaylist(name="pop"))
    plan(station)
    assert "pop" not in [cue.choice.playlist for cue in list_planned(station.tx)[1:] if cue.choice]


def test_the_last_song_of_the_hour_is_composed_to_end_at_it(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, is_on_the_hour=True)
    station.tx.now = 3600.0 * 10 - 200.0
    plan(station)
    fitted = [cue for cue in station.tx.queue.list_open() if cue.choice and cue.choice.ends_at is not None]
    assert [cue.choice.ends_at for cue in fitted if cue.choice][:1] == [36000.0]


def use_clock(station: Station, *slots: str) -> None:
    """Written down as it is: a slot may name what was there once."""
    station.tx.clocks.put(Clock(name="day", slots=tuple(map(read_slot, slots))))
    station.ask(requests.UseClock(name="day"))


def hear(station: Station, number: int) -> list[str]:
    """The titles of so many entries as they are heard, one after another."""
    titles = []
    for _ in range(number):
        plan(station)
        cue = station.get_air()
        titles.append(cue.song.title)
        station.start(cue.id)
        station.end(cue.id, seconds=cue.song.seconds)
    return titles


def test_a_clock_s_jingles_come_in_their_slots_again_and_again_and_without_a_name_by_turns(station: Station) -> None:
    add_jingle(station, "a")
    station.pass_time()
    add_jingle(station, "b")
    station.ask(requests.MakePlaylist(name="pop", query="style:pop"))
    use_clock(station, "playlist:pop", "jingle", "playlist:pop", "jingle:b")
    heard = hear(station, 8)
    assert [title if title in ("a", "b") else "" for title in heard] == ["", "a", "", "b"] * 2
    assert station.get_events(SlotPassed) == []


def test_a_jingle_that_is_not_there_is_passed_over(station: Station) -> None:
    use_clock(station, "jingle:none", "any")
    plan(station)
    (passed,) = station.get_events(SlotPassed)
    assert (passed.slot, passed.reason) == ("jingle:none", "there is no such jingle")


def test_songs_of_a_playlist_with_a_crossfade_begin_with_it_and_jingles_never_do(station: Station) -> None:
    add_jingle(station, "a")
    station.ask(requests.MakePlaylist(name="pop", query="style:pop", changes=PlaylistChanges(crossfade=3.0)))
    use_clock(station, "playlist:pop", "jingle", "band:none")
    plan(station)
    fades = {cue.song.title: cue.crossfade for cue in list_planned(station.tx) if cue.choice and cue.choice.slot}
    assert fades.pop("a") is None
    assert set(fades.values()) == {3.0}


def test_what_begins_early_for_a_show_stays_planned_and_is_not_composed_again_and_again(station: Station) -> None:
    station.tx.now = 36000.0
    station.ask(AddShow(rule="daily 10:03-10:05", target="style:bossa", zone="UTC"))
    use_clock(station, "style:swing", "any")
    for _ in range(30):
        plan(station)
        before = [cue.id for cue in list_planned(station.tx)]
        programme.keep_going(station.tx)
        assert [cue.id for cue in list_planned(station.tx)] == before
        station.tx.now += 6.0


def test_a_song_that_was_to_be_composed_for_an_entry_is_not_composed_when_the_entry_is_withdrawn(
    station: Station,
) -> None:
    use_clock(station, "style:bossa", "style:swing")  # nothing is stored of either
    plan(station)
    waiting = [job.id for job in station.tx.jobs.list_in_state(JobState.WAITING) if job.place == STATION]
    planned = {cue.job for cue in list_planned(station.tx)}
    assert planned & set(waiting)
    station.ask(requests.SwitchRadio(is_on=False))
    left = {job.id for job in station.tx.jobs.list_in_state(JobState.WAITING)}
    assert not left & planned


def test_two_jingles_never_come_in_a_row_though_a_clock_has_nothing_else_to_play(station: Station) -> None:
    add_jingle(station, "a")
    station.pass_time()
    add_jingle(station, "b")
    use_clock(station, "any", "jingle", "jingle:b")
    heard = []
    for _ in range(9):
        plan(station)
        for job in station.tx.jobs.list_in_state(JobState.WAITING):
            station.finish(job.id, f"Made {job.id}")
        heard += hear(station, 1)
    assert not any({one, other} <= {"a", "b"} for one, other in pairwise(heard)), heard
    assert {"a", "b"} & set(heard)


def find_next_time(station: Station) -> float:
    """When the programme expects what follows the song on the air, counted from now."""
    return find_position(station.tx, [station.get_air()], read_ground(station.tx)).at - station.tx.now


def test_after_a_seek_the_plan_reckons_from_where_the_song_is_heard(station: Station) -> None:
    use_clock(station, "style:pop")
    plan(station)
    station.listen(60.0)
    assert find_next_time(station) == pytest.approx(LENGTH - 60.0)
    station.pass_time(5.0)
    station.set_position(10.0)
    assert find_next_time(station) == pytest.approx(LENGTH - 10.0)


def test_while_the_streamer_does_not_answer_the_plan_reckons_from_when_the_song_began(station: Station) -> None:
    use_clock(station, "style:pop")
    plan(station)
    station.listen(0.0)
    station.lose_streamer()
    station.pass_time(20.0)
    assert find_next_time(station) == pytest.approx(LENGTH - 20.0)


def test_the_rest_of_a_song_is_expected_to_last_no_longer_than_a_rest(station: Station) -> None:
    use_clock(station, "style:pop")
    plan(station)
    cue = station.get_air()
    station.tx.queue.save(msgspec.structs.replace(cue, start=Frames(60 * RATE)))
    station.start(cue.id)
    assert find_next_time(station) == pytest.approx(LENGTH - 60.0)


def test_a_show_that_is_added_changes_the_whole_plan_and_not_only_what_is_next(station: Station) -> None:
    station.tx.now = 36000.0
    use_clock(station, "style:pop")
    plan(station)
    station.listen(0.0)
    plan(station)
    station.ask(AddShow(rule="daily 10:05-11:00", target="style:bossa", zone="UTC"))
    plan(station)
    cues = [station.get_air(), *station.get_queue()]
    begins = [find_position(station.tx, cues[:number], read_ground(station.tx)).at for number in range(len(cues))]
    first = next(at for at, cue in zip(begins, cues, strict=True) if cue.choice and cue.choice.show)
    assert first == pytest.approx(36300.0, abs=1.0)


def test_what_was_composed_before_a_show_was_added_gives_way_to_what_ends_at_it(station: Station) -> None:
    station.tx.now = 36000.0
    use_clock(station, "style:swing")  # nothing is stored of it
    for _ in range(4):
        plan(station)
        for job in list(station.tx.jobs.list_in_state(*OPEN_JOBS)):
            station.begin(job.id, f"Song of {job.id}")
            station.finish(job.id, f"Song of {job.id}")
    station.listen(0.0)
    plan(station)
    assert len(list_planned(station.tx)) == 4
    station.ask(AddShow(rule="daily 10:04-11:00", target="style:bossa", zone="UTC"))
    plan(station)
    fitted = [cue for cue in list_planned(station.tx) if cue.choice and cue.choice.ends_at == 36240.0]
    assert len(fitted) == 1
    before = [cue.id for cue in list_planned(station.tx)]
    programme.keep_going(station.tx)
    assert [cue.id for cue in list_planned(station.tx)] == before


def test_what_is_composed_to_end_at_a_show_is_composed_anew_after_a_seek(station: Station) -> None:
    station.tx.now = 36000.0
    use_clock(station, "style:pop")
    station.ask(AddShow(rule="daily 10:06-11:00", target="style:bossa", zone="UTC"))
    plan(station)
    station.listen(0.0)
    plan(station)
    (fitted,) = [cue for cue in list_planned(station.tx) if cue.choice and cue.choice.ends_at is not None]
    station.set_position(LENGTH - 20.0)
    plan(station)
    assert fitted.id not in [cue.id for cue in list_planned(station.tx)]
    assert 36360.0 in [cue.choice.ends_at for cue in list_planned(station.tx) if cue.choice]


def add_unready(station: Station, left: float) -> None:
    """A show comes in four minutes, the song on the air ends in `left` seconds, and none that is to come is ready."""
    station.tx.now = 36000.0
    use_clock(station, "style:pop")
    station.ask(AddShow(rule="daily 10:04-11:00", target="style:pop", zone="UTC", name="show"))
    station.ask(requests.Play(song="Song 0"))
    station.listen(LENGTH - left)
    programme.keep_going(station.tx)


def test_what_is_not_ready_shortly_before_its_turn_gives_way_to_what_is(station: Station) -> None:
    add_unready(station, HURRY - 0.5)
    assert not station.get_queue()[0].is_audible, "it may begin within a second"
    station.pass_time(GRACE)
    station.set_position(LENGTH - HURRY + 2.0)
    programme.keep_going(station.tx)
    first = station.get_queue()[0]
    assert first.is_audible
    assert first.choice is not None and not first.choice.show


def test_before_that_it_is_waited_for_and_the_show_behind_it_does_not_come_early(station: Station) -> None:
    add_unready(station, HURRY + 20.0)
    first, second = station.get_queue()[:2]
    assert not first.is_audible
    assert second.is_audible and second.choice is not None and second.choice.not_before == 36240.0
    plan_now = make_plan(station.tx)
    assert plan_now.current is not None and plan_now.following is None


def test_where_nothing_else_is_there_it_is_waited_for(station: Station) -> None:
    for song in station.tx.songs.list_newest(100):
        move_song(station.tx, station.tx.songs.get(song.code), SongState.DISCARDED)
    plan(station)
    waiting = [cue.id for cue in station.get_queue()]
    assert waiting
    station.pass_time(60.0)
    plan(station)
    assert [cue.id for cue in station.get_queue()][: len(waiting)] == waiting


def starve(station: Station) -> int:
    """A song that is composed for its place is on the air, and no more of it comes."""
    use_clock(station, "style:swing")  # nothing is stored of it
    plan(station)
    job = station.tx.jobs.get(next(cue.job for cue in list_planned(station.tx) if cue.job is not None))
    station.begin(job.id, "Slow One")
    cue = station.listen(12.0)
    assert cue.job == job.id
    use_clock(station, "style:pop")
    return cue.id


def test_a_song_that_is_made_more_slowly_than_it_is_heard_gives_way_to_one_that_is_there(station: Station) -> None:
    cue = starve(station)
    replace_starved(station.tx, CueId(cue))
    air = station.get_air()
    assert air.id != cue and air.song.state is SongState.READY
    assert station.get_cue(cue).reason is EndReason.CUT


def test_a_song_that_somebody_ordered_or_that_is_no_longer_heard_does_not(station: Station) -> None:
    cue = starve(station)
    replace_starved(station.tx, CueId(cue + 1))
    assert station.get_air().id == cue
    station.tx.queue.save(msgspec.structs.replace(station.get_cue(cue), choice=None))
    replace_starved(station.tx, CueId(cue))
    assert station.get_air().id == cue
