"""Playlists: their requests, and when each of them has its turn."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.playlists import (
    EARLY,
    LATEST,
    count_in_utc,
    draw_standard,
    find_due,
    find_next_turn,
    list_codes,
)
from bandstand.bot.station.radio_repositories import LastTurn
from bandstand.common.api import refusals, requests
from bandstand.common.api.events import ProgrammeChanged
from bandstand.common.api.playlists import Playlist, PlaylistRule
from bandstand.common.api.requests import PlaylistChanges
from tests.bot.station.conftest import Station, make_person

pytestmark = pytest.mark.usefixtures("either_database")

HOUR = 3600.0
NOON = 12 * HOUR
MINUTES = st.integers(0, 59)


def name_due(at: float, turns: dict[str, LastTurn], *playlists: Playlist) -> list[str]:
    return [one.name for one in find_due(playlists, turns, at)]


def make(name: str, rule: PlaylistRule, every: int = 0, created: float = 0.0) -> Playlist:
    return Playlist(name=name, rule=rule, every=every, created=created)


def test_once_an_hour_comes_before_every_so_many_songs_before_every_so_many_minutes() -> None:
    lists = [
        make("often", PlaylistRule.MINUTES, 10),
        make("third", PlaylistRule.SONGS, 3),
        make("news", PlaylistRule.HOURLY, 0),
        make("plain", PlaylistRule.STANDARD),
    ]
    assert name_due(NOON, {}, *lists) == ["news", "third", "often"]


def test_of_two_that_are_due_the_one_that_has_waited_longer_comes() -> None:
    lists = [make("a", PlaylistRule.MINUTES, 10), make("b", PlaylistRule.MINUTES, 10)]
    assert name_due(NOON, {"a": LastTurn(NOON - 700, 3), "b": LastTurn(NOON - 900, 4)}, *lists) == ["b", "a"]


@given(MINUTES, st.floats(0, 24 * HOUR))
def test_once_an_hour_is_due_from_its_minute_until_it_was_heard_or_is_missed(minute: int, at: float) -> None:
    news = make("news", PlaylistRule.HOURLY, minute, created=-2 * HOUR)
    late = (at - minute * 60) % HOUR
    is_time = late < LATEST - 2 * EARLY
    heard_before = {"news": LastTurn(at - late - HOUR, 20)}
    if is_time:
        assert name_due(at, heard_before, news) == ["news"]
        assert name_due(at, {"news": LastTurn(at - late, 1)}, news) == []
    elif LATEST < late < HOUR - EARLY - 1:
        assert name_due(at, heard_before, news) == []


@given(MINUTES, st.floats(0, 24 * HOUR))
def test_the_next_turn_is_within_an_hour_and_at_its_minute(minute: int, at: float) -> None:
    turn = find_next_turn([make("news", PlaylistRule.HOURLY, minute)], at)
    assert turn is not None and at < turn <= at + HOUR
    assert turn % HOUR == minute * 60


def test_weights_decide_how_often_a_standard_playlist_comes_first() -> None:
    lists = [make("heavy", PlaylistRule.STANDARD), Playlist(name="never", weight=0.0)]
    chance = Random(3)
    first = [draw_standard(lists, chance)[0] for _ in range(300)]
    assert 100 < first.count("heavy") < 200
    assert "never" not in first


def test_a_list_takes_songs_and_gives_them_back(station: Station) -> None:
    code = station.store("Blue Lantern")
    station.ask(requests.MakePlaylist(name="Late Night"))
    added = station.ask(requests.AddToPlaylist(name="late-night", song="blue"))
    assert station.events == [ProgrammeChanged]
    assert [song.code for song in added.songs] == [code]
    assert station.ask(requests.AddToPlaylist(name="late-night", song="blue")).count == 1, "no song twice"
    (brief,) = station.ask(requests.ListPlaylists()).playlists
    assert (brief.playlist.name, brief.count) == ("late-night", 1)
    assert station.ask(requests.RemoveFromPlaylist(name="late-night", song="blue")).count == 0
    assert isinstance(
        station.refuse(requests.RemoveFromPlaylist(name="late-night", song="blue")), refusals.NotInPlaylist
    )
    station.ask(requests.DeletePlaylist(name="late night"))
    assert isinstance(station.refuse(requests.GetPlaylist(name="late night")), refusals.NoSuchPlaylist)


def test_a_saved_search_has_what_it_finds_then(station: Station) -> None:
    station.ask(requests.MakePlaylist(name="blue", query="blue"))
    assert station.ask(requests.GetPlaylist(name="blue")).count == 0
    station.store("Blue Lantern")
    assert station.ask(requests.GetPlaylist(name="blue")).count == 1
    assert isinstance(station.refuse(requests.AddToPlaylist(name="blue", song="blue")), refusals.PlaylistIsSearch)


def test_a_playlist_is_changed_and_keeps_its_songs(station: Station) -> None:
    station.store("Blue Lantern")
    station.ask(requests.MakePlaylist(name="x"))
    station.ask(requests.AddToPlaylist(name="x", song="blue"))
    changes = PlaylistChanges(rule=PlaylistRule.HOURLY, every=30, weight=2.0, crossfade=4.0)
    changed = station.ask(requests.ChangePlaylist(name="x", changes=changes))
    assert changed.count == 1
    assert (changed.playlist.rule, changed.playlist.every, changed.playlist.crossfade) == ("hourly", 30, 4.0)


@pytest.mark.parametrize(
    ("request_made", "kind"),
    [
        (requests.MakePlaylist(name="?!"), refusals.BadListName),
        (requests.MakePlaylist(name="Bad/Name"), refusals.BadListName),
        (requests.MakePlaylist(name="new"), refusals.BadListName),
        (requests.MakePlaylist(name="x" * 41), refusals.BadListName),
        (requests.MakePlaylist(name="there"), refusals.PlaylistExists),
        (requests.MakePlaylist(name="x", query="colour:red"), refusals.BadQuery),
        (
            requests.MakePlaylist(name="x", changes=PlaylistChanges(rule=PlaylistRule.HOURLY, every=60)),
            refusals.BadRule,
        ),
        (requests.ChangePlaylist(name="x", changes=PlaylistChanges()), refusals.NoSuchPlaylist),
        (requests.AddToPlaylist(name="there", song="nothing"), refusals.NoSuchSong),
    ],
)
def test_what_cannot_be_done_is_refused(
    request_made: requests.Request, kind: type[refusals.Refusal], station: Station
) -> None:
    station.ask(requests.MakePlaylist(name="there"))
    assert isinstance(station.refuse(request_made), kind)


def test_when_a_playlist_had_its_turn_is_read_from_the_play_log(station: Station) -> None:
    assert station.tx.playlists.get_last_turns() == {}


def test_a_saved_search_has_every_song_that_fits(station: Station) -> None:
    oldest = station.store("Blue Lantern", style="bossa")
    for number in range(120):
        station.store(f"Newer {number}", style="bossa")
    shown = station.ask(requests.MakePlaylist(name="bossa", query="style:bossa"))
    assert (shown.count, len(shown.songs)) == (121, 15)
    assert oldest in list_codes(station.tx, shown.playlist)


def test_ones_own_favourites_are_kept_by_ones_name(station: Station) -> None:
    code = station.store("Blue Lantern")
    ann = make_person("ann")
    assert isinstance(station.refuse(requests.MakePlaylist(name="mine", query="faves:me"), ann), refusals.NoSuchFan)
    station.ask(requests.AddFavourite(song=code), ann)
    shown = station.ask(requests.MakePlaylist(name="mine", query="faves:me"), ann)
    assert (shown.playlist.query, [song.code for song in shown.songs]) == ('faves:"ann"', [code])


def test_a_turn_once_an_hour_is_counted_by_the_station_s_hours() -> None:
    news, songs = make("news", PlaylistRule.HOURLY, 45), make("songs", PlaylistRule.SONGS, 45)
    assert [one.every for one in count_in_utc([news, songs], 30)] == [15, 45]
