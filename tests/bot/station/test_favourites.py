"""Favourites: whose they are, which song is meant, and who is told when one begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.repositories import Transaction
from bandstand.common.api import refusals, requests
from bandstand.common.api.events import FavouritesChanged
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.values import CueState, SongState
from tests.bot.station.conftest import LISTENER, Station, make_person
from tests.bot.station.test_between import add_jingle
from tests.bot.storage.samples import make_cue, make_song

pytestmark = pytest.mark.usefixtures("either_database")

ANN, BOB = make_person("ann"), make_person("bob")
GUEST = Requester("ann", Place("irc", "home"), Right.LISTENER, Identity("irc:home", mask="Ann!a@Host.Example"))


def list_titles(station: Station, by: Requester = ANN, name: str = "") -> list[str]:
    return [song.title for song in station.ask(requests.ListFavourites(name=name), by).songs]


def play_two(station: Station) -> None:
    """Blue Lantern was heard, and Old Road is on the air."""
    for title in ("Blue Lantern", "Old Road"):
        station.store(title)
        station.ask(requests.Play(song=title), ANN)
        station.start(station.get_air().id)


def test_the_song_on_the_air_is_kept_or_the_one_before_it(station: Station) -> None:
    play_two(station)
    assert station.ask(requests.AddFavourite(), ANN).song.title == "Old Road"
    assert station.ask(requests.AddFavourite(is_last=True), ANN).song.title == "Blue Lantern"
    assert list_titles(station) == ["Blue Lantern", "Old Road"]
    assert station.ask(requests.RemoveFavourite(is_last=True), ANN).was_there
    assert list_titles(station) == ["Old Road"]


def test_in_silence_there_is_nothing_to_like(station: Station) -> None:
    assert station.refuse(requests.AddFavourite()) == refusals.NothingOnAir()
    assert station.refuse(requests.AddFavourite(is_last=True)) == refusals.NothingBefore()
    assert isinstance(station.refuse(requests.AddFavourite(song="nothing")), refusals.NoSuchSong)


def test_a_song_is_liked_once_by_each_person_and_they_are_counted(station: Station) -> None:
    play_two(station)
    first, again = (station.ask(requests.AddFavourite(), ANN) for _ in range(2))
    assert (first.is_new, first.favourites, again.is_new, again.favourites) == (True, 1, False, 1)
    assert station.events == []
    assert station.ask(requests.AddFavourite(), BOB).favourites == 2
    assert station.events == [FavouritesChanged]
    station.listen(20.0)
    assert station.ask(requests.GetNowPlaying()).favourites == 2
    assert station.ask(requests.GetSong(song="old road")).favourites == 2
    gone = station.ask(requests.RemoveFavourite(), ANN)
    assert (gone.was_there, gone.favourites) == (True, 1)
    assert not station.ask(requests.RemoveFavourite(), ANN).was_there


def test_a_name_is_an_account_before_it_is_a_nick(station: Station) -> None:
    play_two(station)
    station.ask(requests.AddFavourite(), GUEST)
    assert list_titles(station, BOB, "ANN") == ["Old Road"]
    station.ask(requests.AddFavourite(song="blue lantern"), ANN)
    assert list_titles(station, BOB, "Ann") == ["Blue Lantern"]
    assert list_titles(station, BOB, "libera/ann") == ["Blue Lantern"]
    assert list_titles(station, GUEST) == ["Old Road"]
    assert station.refuse(requests.ListFavourites(name="carl"), ANN) == refusals.NoSuchFan("carl")


def test_a_host_keeps_its_favourites_under_another_nick(station: Station) -> None:
    play_two(station)
    station.ask(requests.AddFavourite(), GUEST)
    renamed = Requester("zoe", GUEST.place, GUEST.right, Identity("irc:home", mask="zoe!a@host.example"))
    assert list_titles(station, renamed) == ["Old Road"]
    station.ask(requests.SetNotices(is_on=True), renamed)
    assert list_titles(station, BOB, "zoe") == ["Old Road"]


def test_songs_are_found_by_who_likes_them(station: Station) -> None:
    play_two(station)
    station.ask(requests.AddFavourite(), ANN)

    def search(query: str, by: Requester = BOB) -> list[str]:
        return [song.title for song in station.ask(requests.SearchSongs(query=query), by).songs]

    assert search("faves:ann") == search("faves:Ann road") == search("faves:me", ANN) == ["Old Road"]
    assert search("faves:ann lantern") == search("faves:me") == []
    assert station.refuse(requests.SearchSongs(query="faves:carl"), ANN) == refusals.NoSuchFan("carl")


def test_what_is_not_kept_is_no_favourite_and_what_was_removed_is_not_shown(station: Station) -> None:
    tx = station.tx
    tx.songs.add(make_song("f1le", state=SongState.READY, audio="/music/a.flac"))
    assert isinstance(station.refuse(requests.AddFavourite(song="f1le")), refusals.NotKept)
    code = station.store("Old Road")
    station.ask(requests.AddFavourite(song=code), ANN)
    tx.songs.write_state(code, SongState.DISCARDED)
    assert list_titles(station) == []
    assert station.ask(requests.ListFavourites(), ANN).total == 0


def test_fans_are_told_unless_they_said_that_they_do_not_want_to_be(station: Station) -> None:
    play_two(station)
    code = station.get_air().song.code
    for person in (ANN, LISTENER, BOB):
        station.ask(requests.AddFavourite(), person)
    assert not station.ask(requests.SetNotices(is_on=False), BOB).is_on
    assert station.tx.favourites.list_fans(code) == ["libera/ann", "libera/@host.example"]
    assert not station.ask(requests.SetNotices(), BOB).is_on
    station.ask(requests.AddFavourite(is_last=True), BOB)
    assert not station.ask(requests.SetNotices(), BOB).is_on
    assert station.ask(requests.SetNotices(is_on=True), BOB).is_on
    assert "libera/bob" in station.tx.favourites.list_fans(code)
    assert station.ask(requests.SetNotices()).is_on


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from("abc"), st.booleans()), max_size=20))
def test_favourites_are_a_set_for_each_person(steps: list[tuple[str, str, bool]]) -> None:
    station, liked = Station(), {"ann": set[str](), "bob": set[str]()}
    add_songs(station.tx, "a", "b", "c")
    for name, code, is_added in steps:
        request = requests.AddFavourite(song=code) if is_added else requests.RemoveFavourite(song=code)
        station.ask(request, make_person(name))
        (liked[name].add if is_added else liked[name].discard)(code)
    for name, codes in liked.items():
        listed = station.ask(requests.ListFavourites(), make_person(name))
        assert {song.code for song in listed.songs} == codes and listed.total == len(codes)
    for code in "abc":
        assert station.tx.favourites.count(code) == sum(code in codes for codes in liked.values())


def add_songs(tx: Transaction, *codes: str) -> None:
    for code in codes:
        tx.songs.add(make_song(code, state=SongState.READY))


def test_a_visitor_of_the_page_is_found_by_name(station: Station) -> None:
    play_two(station)
    visitor = Requester("Zoe", Place("web"), Right.LISTENER, Identity("web", cookie="8f3a"))
    station.ask(requests.AddFavourite(), visitor)
    assert list_titles(station, BOB, "zoe") == list_titles(station, visitor) == ["Old Road"]


@pytest.mark.parametrize("name", ["\x00", "ann'; --", "%", "x" * 400])
def test_odd_names_have_no_favourites(station: Station, name: str) -> None:
    assert isinstance(station.refuse(requests.ListFavourites(name=name)), refusals.NoSuchFan)


def test_a_jingle_on_the_air_cannot_be_a_favourite(station: Station) -> None:
    add_jingle(station, "ding")
    jingle = station.tx.songs.get("jding")
    station.tx.queue.add(make_cue(jingle, state=CueState.AIR))
    assert station.refuse(requests.AddFavourite()) == refusals.NotKept(jingle.brief)
