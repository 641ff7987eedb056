"""What people write of songs, and songs that are removed."""

import pytest

from bandstand.common.api.asking import RequestSong
from bandstand.common.api.events import QueueChanged, SongDiscarded, SongsRemoved
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import BadLabel, IsOnAir, NoSuchSong, NotYourSong, StillBeingMade
from bandstand.common.api.requests import (
    DeleteSong,
    EditSong,
    Enqueue,
    Generate,
    Play,
    RemakeSong,
    SearchSongs,
    TagSong,
    Wish,
)
from bandstand.common.api.values import SongState
from bandstand.common.jobs import Original
from tests.bot.station.conftest import LISTENER, Station, make_person


def search(station: Station, query: str) -> list[str]:
    return [song.title for song in station.ask(SearchSongs(query=query)).songs]


def test_only_what_is_given_changes_and_the_song_is_found_by_it(station: Station) -> None:
    code = station.store("Blue Lantern")
    station.ask(EditSong(song=code, title="Red\nLantern", album="Night Buses", year=1994))
    song = station.get_song(code)
    assert (song.title, song.artist, song.album, song.year) == ("Red Lantern", "The Robots", "Night Buses", 1994)
    assert station.events == [QueueChanged]
    assert search(station, "red buses") == ["Red Lantern"]
    assert search(station, "blue") == []
    station.ask(EditSong(song=code, album="", year=0, genre="x" * 500))
    song = station.get_song(code)
    assert (song.title, song.album, song.year, len(song.genre)) == ("Red Lantern", "", None, 120)


def test_without_a_song_the_one_on_the_air_is_edited(station: Station) -> None:
    station.ask(Play(song=station.store("Blue Lantern")))
    station.store("Old Road")
    station.ask(EditSong(genre="Dub"))
    assert station.get_song(station.get_air().song.code).genre == "Dub"


@pytest.mark.parametrize(
    ("fields", "problem"), [({"title": " \n"}, "no_title"), ({"year": 5}, "year"), ({"year": 10**30}, "year")]
)
def test_what_no_song_can_be_called_is_refused(station: Station, fields: dict[str, object], problem: str) -> None:
    refused = station.refuse(EditSong(song=station.store("Blue Lantern"), **fields))  # type: ignore[arg-type]
    assert isinstance(refused, BadLabel)
    assert refused.problem == problem


def test_tags_are_words_in_small_letters_that_come_and_go(station: Station) -> None:
    code = station.store("Blue Lantern")
    assert station.ask(TagSong(song=code, add=("#Calm", "late-night"))).tags == ("calm", "late-night")
    assert station.ask(TagSong(song=code, add=("dub",), remove=("CALM", "never"))).tags == ("dub", "late-night")
    assert search(station, "dub") == ["Blue Lantern"]


@pytest.mark.parametrize("tag", ["", "#", "-", "two words", "a,b", "x" * 31, "a\nb", "\x00"])
def test_what_is_no_word_is_no_tag(station: Station, tag: str) -> None:
    refused = station.refuse(TagSong(song=station.store("Blue Lantern"), add=(tag,)))
    assert isinstance(refused, BadLabel)
    assert refused.problem == "tag"


def test_a_song_has_only_so_many_tags(station: Station) -> None:
    code = station.store("Blue Lantern")
    many = tuple(f"t{number}" for number in range(17))
    assert station.refuse(TagSong(song=code, add=many)) == BadLabel("", "too_many_tags")
    assert len(station.ask(TagSong(song=code, add=many[:16])).tags) == 16


def test_a_removed_song_leaves_the_queue_and_can_be_imported_again(station: Station) -> None:
    station.ask(Play(song=station.store("Old Road")))
    code = station.store("Blue Lantern")
    station.tx.originals.put(Original(path="/a", size=1, modified=1, sound="ab"), code)
    station.ask(Enqueue(song=code))
    assert station.queue == ["Blue Lantern"]
    deleted = station.ask(DeleteSong(song=code))
    assert (deleted.queued, deleted.is_linked, station.queue) == (1, False, [])
    assert station.events == [SongsRemoved, QueueChanged, SongDiscarded]
    assert station.get_song(code).state is SongState.DISCARDED
    assert search(station, "lantern") == []
    assert station.tx.originals.find("/a") is None
    assert isinstance(station.refuse(DeleteSong(song=code)), NoSuchSong)


def test_whoever_asked_for_a_song_that_is_deleted_is_told(station: Station) -> None:
    station.ask(Play(song=station.store("Old Road")))
    code = station.store("Blue Lantern")
    station.pass_time(3600)
    station.ask(RequestSong(song=code), LISTENER)
    station.ask(DeleteSong(song=code))
    assert [(one.place, one.by) for one in station.get_events(SongsRemoved)] == [(LISTENER.place, "ann")]


def test_a_song_that_is_on_the_air_or_in_the_making_is_not_removed(station: Station) -> None:
    code = station.store("Blue Lantern")
    station.ask(Play(song=code))
    assert isinstance(station.refuse(DeleteSong(song=code)), IsOnAir)
    ordered = station.ask(Generate())
    station.begin(ordered.job, "Old Road")
    assert isinstance(station.refuse(DeleteSong(song="old road")), StillBeingMade)


def test_whoever_ordered_a_song_writes_of_it_but_not_its_artist(station: Station) -> None:
    station.settle_bands()
    eve, other = make_person("eve", Right.LISTENER), LISTENER
    wished = station.ask(Wish(words="slow bossa"), eve)
    station.begin(wished.job, "Low Tide")
    station.finish(wished.job, "Low Tide")
    assert station.ask(EditSong(song=wished.song, title="High Tide"), eve).song.title == "High Tide"
    assert station.ask(TagSong(song=wished.song, add=("calm",)), eve).tags == ("calm",)
    brief = station.get_song(wished.song).brief
    assert station.refuse(EditSong(song=wished.song, artist="Eve"), eve) == NotYourSong(brief, True)
    assert station.refuse(EditSong(song=wished.song, title="Mine"), other) == NotYourSong(brief, False)
    assert station.refuse(TagSong(song=wished.song, add=("mine",)), other) == NotYourSong(brief, False)
    station.ask(EditSong(song=wished.song, artist="Eve"), make_person("dj"))


def test_to_have_a_song_made_again_does_not_make_it_ones_own(station: Station) -> None:
    code = station.store("Blue Lantern")
    ann = make_person("ann", Right.LISTENER)
    station.ask(RemakeSong(song=code), ann)
    assert isinstance(station.refuse(EditSong(song=code, title="Mine"), ann), NotYourSong)
