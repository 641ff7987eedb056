"""The plan goes by playlists, clocks and fixed times, and passes over what cannot be filled."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station import fitting, programme
from bandstand.bot.station.planning import list_planned
from bandstand.common.api import requests
from bandstand.common.api.events import SlotPassed
from bandstand.common.api.playlists import PlaylistRule
from bandstand.common.api.requests import PlaylistChanges
from tests.bot.station.conftest import Station

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
