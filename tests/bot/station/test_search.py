"""Which songs a search finds, and which comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.api import requests
from bandstand.common.api.refusals import BadQuery, NoSuchSong, Refused
from bandstand.common.jobs import Value
from tests.bot.station.conftest import Station

pytestmark = pytest.mark.usefixtures("either_database")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_searched_for_or_refused(text: str) -> None:
    station = Station()
    try:
        station.ask(requests.SearchSongs(query=text))
    except Refused as refused:
        assert isinstance(refused.why, BadQuery)


@pytest.fixture
def library(station: Station) -> Station:
    station.store("Blue Lantern", style="bossa", tempo=124, key="Dm")
    station.store("Lantern", style="techno", tempo=137, key="Gm, later Am")
    station.store("The Blue Road", style="bossa", tempo=118, key="F")
    station.store("Ärger im Café", style="waltz", tempo=150, key="C")
    return station


@pytest.mark.parametrize("tempo", ["null", "fast", True, 0, -5.0, 1e9, 10**30])
def test_what_a_program_says_that_is_no_tempo_hinders_nothing(tempo: Value, station: Station) -> None:
    station.store("Odd Lantern", style="bossa", tempo=tempo)
    assert find(station, "lantern style:bossa") == ["Odd Lantern"]
    assert find(station, "lantern tempo:20-300") == []


def find(station: Station, query: str) -> list[str]:
    return [song.title for song in station.ask(requests.SearchSongs(query=query)).songs]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("lantern", ["Lantern", "Blue Lantern"]),
        ("blue", ["Blue Lantern", "The Blue Road"]),
        ("lant", ["Lantern", "Blue Lantern"]),
        ("blue -road", ["Blue Lantern"]),
        ("-road style:bossa", ["Blue Lantern"]),
        ('"blue road"', ["The Blue Road"]),
        ("style:bossa", ["The Blue Road", "Blue Lantern"]),
        ("bossa", ["The Blue Road", "Blue Lantern"]),
        ("style:bossa tempo:120-130", ["Blue Lantern"]),
        ("key:Gm", ["Lantern"]),
        ("ÄRGER", ["Ärger im Café"]),
        ("robots title:road", ["The Blue Road"]),
        ("artist:robots waltz", ["Ärger im Café"]),
        ("nothing like this", []),
    ],
)
def test_songs_are_found_the_best_first(library: Station, query: str, titles: list[str]) -> None:
    found = find(library, query)
    assert sorted(found) == sorted(titles)
    assert not titles or found[0] == titles[0]


def test_a_typing_error_finds_the_nearest_word_and_says_so(library: Station) -> None:
    result = library.ask(requests.SearchSongs(query="lanterm"))
    assert [song.title for song in result.songs] == ["Lantern", "Blue Lantern"]
    assert result.corrected == {"lanterm": "lantern"}


def test_who_orders_a_song_with_a_typing_error_is_asked_what_they_meant(library: Station) -> None:
    why = library.refuse(requests.Play(song="blue lamtern"))
    assert isinstance(why, NoSuchSong)
    assert [song.title for song in why.near] == ["Blue Lantern"]


def test_unplayed_songs_are_those_that_were_never_heard(library: Station) -> None:
    library.ask(requests.Play(song="blue road"))
    library.start(library.get_air().id)
    assert find(library, "unplayed style:bossa") == ["Blue Lantern"]


def test_a_song_that_is_given_up_is_not_found(library: Station) -> None:
    job = library.ask(requests.Generate()).job
    library.begin(job, "Broken Lantern")
    assert "Broken Lantern" in find(library, "lantern")
    library.fail(job)
    assert "Broken Lantern" not in find(library, "lantern")


def test_a_new_title_replaces_the_one_before(library: Station) -> None:
    job = library.ask(requests.Generate()).job
    library.begin(job, "Working Title")
    library.finish(job, "Final Title")
    assert find(library, "working") == []
    assert find(library, "final") == ["Final Title"]


def test_songs_are_found_by_album_genre_year_and_tags(station: Station) -> None:
    for number, (album, genre, year) in enumerate([("Night Buses", "Dub", 1994), ("Night", "Drum & Bass", 2003)]):
        code = station.store(f"Song {number}", style="bossa", tempo=120 + number)
        station.ask(requests.EditSong(song=code, album=album, genre=genre, year=year))
        station.ask(requests.TagSong(song=code, add=("late-night" if number else "calm",)))
    for query, numbers in (
        ("buses", [0]), ("album:night", [1, 0]), ("genre:dub", [0]), ("genre:bass", [1]), ("year:1990s", [0]),
        ("tag:late-night", [1]), ("tag:calm", [0]), ("calm", [0]), ("1994", [0]), ("year:1994-2003", [1, 0]),
        ("song year:2003", [1]), ("song style:bossa tempo:120-129 year:2000s", [1]), ("song year:1000-2999", [1, 0]),
        ("genre:dub -buses", []), ("tag:dub", []), ("t12", []), ("=t12", []),
    ):  # fmt: skip
        found = station.ask(requests.SearchSongs(query=query)).songs
        assert [song.title for song in found] == [f"Song {number}" for number in numbers], query


@pytest.mark.parametrize("typed", ["lntern", "lanntern", "lantren", "lamtern", "lantern"])
def test_one_slip_leads_to_the_word_that_was_meant(station: Station, typed: str) -> None:
    station.store("Blue Lantern")
    station.store("Long Lantana")
    assert [song.title for song in station.ask(requests.SearchSongs(query=typed)).songs] == ["Blue Lantern"]
