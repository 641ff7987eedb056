"""Songs that the station picks for whoever requests one: by chance, among favourites, by a search."""

from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.api import refusals, requests
from bandstand.common.api.people import Right
from tests.bot.station.conftest import Station, make_person

ANN, BOB = make_person("ann", Right.LISTENER), make_person("bob", Right.LISTENER)


def fill(station: Station, *titles: str) -> dict[str, str]:
    return {title: station.store(title) for title in titles}


def test_a_random_favourite_is_one_of_them_and_may_be_searched(station: Station) -> None:
    codes = fill(station, "Blue Lantern", "Old Road", "Low Tide")
    assert station.refuse(requests.RequestRandom(is_favourite=True), ANN) == refusals.NoFavourites()
    for title in ("Blue Lantern", "Low Tide"):
        station.ask(requests.AddFavourite(song=codes[title]), ANN)
    nothing = requests.RequestRandom(query="road", is_favourite=True)
    assert station.refuse(nothing, ANN) == refusals.NothingFits(True)
    picked = station.ask(requests.RequestRandom(query="tide", is_favourite=True), ANN)
    assert picked.song.title == "Low Tide"


def test_the_first_song_of_a_search_that_may_be_requested_is_taken(station: Station) -> None:
    fill(station, "Blue Lantern", "Blue Lantern Waltz")
    assert station.ask(requests.RequestFirst(query="blue lantern"), ANN).song.title == "Blue Lantern"
    assert station.ask(requests.RequestFirst(query="blue lantern"), BOB).song.title == "Blue Lantern Waltz"
    assert station.refuse(requests.RequestFirst(query="green"), BOB) == refusals.NothingFits(False)


def test_the_rules_of_requests_hold_for_persons_and_songs(station: Station) -> None:
    fill(station, "Blue Lantern", "Old Road")
    station.ask(requests.RequestFirst(query="blue"), ANN)
    assert isinstance(station.refuse(requests.RequestFirst(query="road"), ANN), refusals.RequestTooSoon)
    assert isinstance(station.refuse(requests.RequestFirst(query="blue"), BOB), refusals.SongTooSoon)


def test_the_last_request_of_somebody_is_told(station: Station) -> None:
    fill(station, "Blue Lantern")
    assert station.ask(requests.GetLastRequest(), ANN).song is None
    station.ask(requests.RequestFirst(query="blue"), ANN)
    assert station.ask(requests.GetLastRequest(), ANN).song.title == "Blue Lantern"
    assert station.ask(requests.GetLastRequest(), BOB).song is None
    told = station.ask(requests.GetLastRequest(), ANN)
    assert told.allowed_at is not None
    station.pass_time(told.wait)
    assert station.ask(requests.GetLastRequest(), ANN).allowed_at is None
    assert station.ask(requests.GetLastRequest(name="zoe"), BOB).song is None


def test_whoever_has_requested_is_found_by_name_without_any_favourite(station: Station) -> None:
    fill(station, "Blue Lantern")
    station.ask(requests.RequestFirst(query="blue"), BOB)
    assert station.ask(requests.GetLastRequest(name=BOB.name.upper()), ANN).song.title == "Blue Lantern"


@given(st.sets(st.sampled_from(["One", "Two", "Three", "Four"]), min_size=1))
def test_chance_never_picks_what_is_no_favourite(liked: set[str]) -> None:
    station = Station()
    codes = fill(station, "One", "Two", "Three", "Four")
    for title in liked:
        station.ask(requests.AddFavourite(song=codes[title]), ANN)
    assert station.ask(requests.RequestRandom(is_favourite=True), ANN).song.title in liked


def test_chance_picks_from_every_song_that_fits_and_not_from_the_newest_alone(station: Station) -> None:
    oldest = station.store("Blue Lantern", style="bossa")
    for number in range(120):
        station.store(f"Newer {number}", style="bossa")
    station.ask(requests.AddFavourite(song=oldest), ANN)
    picked = station.ask(requests.RequestRandom(query="style:bossa", is_favourite=True), ANN)
    assert picked.song.code == oldest
