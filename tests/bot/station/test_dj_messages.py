"""What is written to the DJ on the air: when it is taken, who reads it, and how much of it."""

import pytest

from bandstand.bot.station import dj_messages
from bandstand.bot.station.persons import WEB
from bandstand.common.api import requests
from bandstand.common.api.live import Booth, DjIsTold, DjMessage, DjTold, NobodyLive, NothingToTell, TooManyMessages
from bandstand.common.api.people import Identity, Place, Requester, Right
from tests.bot.station.conftest import Station, make_person
from tests.bot.station.test_live_shows import connect, go

EVE = make_person("eve", Right.LISTENER)
GUEST = Requester("bob", Place(WEB), Right.LISTENER, Identity(WEB, cookie="c1", guest="bob", session="s"))


@pytest.fixture
def station(station: Station) -> Station:
    for name in ("ann", "bob"):
        station.tx.people.put_account(name, "hash", 0.0)
        station.tx.people.put_grant(name, Right.DJ, "owner", 0.0)
    return station


def put_on_air(station: Station, name: str) -> None:
    connect(station, **{name: 5.0})
    go(station, name, is_now=True)


def read(station: Station, by: Requester) -> list[tuple[str, str, str]]:
    booth = station.ask(requests.GetBooth(), by)
    assert isinstance(booth, Booth)
    return [(one.dj, one.name, one.text) for one in booth.messages]


def test_without_a_dj_on_the_air_nobody_is_told(station: Station) -> None:
    connect(station, ann=5.0)
    assert station.refuse(requests.TellDj(text="hello"), EVE) == NobodyLive(), "ann waits"


def test_the_dj_on_the_air_is_told_and_reads_the_newest_first(station: Station) -> None:
    put_on_air(station, "ann")
    assert station.ask(requests.TellDj(text="hello\r\nthere"), EVE) == DjIsTold("ann")
    assert station.get_events(DjTold)[0].message == DjMessage(
        dj="ann", name="eve", text="hello there", at=station.tx.now
    )
    station.pass_time()
    station.ask(requests.TellDj(text="x" * 1000), EVE)
    texts = [text for _, _, text in read(station, make_person("ann"))]
    assert (len(texts[0]), texts[1]) == (dj_messages.LONGEST, "hello there")


def test_words_are_needed(station: Station) -> None:
    put_on_air(station, "ann")
    assert station.refuse(requests.TellDj(text=" \n"), EVE) == NothingToTell()


def test_a_guest_reads_what_was_written_to_them(station: Station) -> None:
    put_on_air(station, "ann")
    station.ask(requests.TellDj(text="to ann"), EVE)
    station.tx.people.remove_account("bob")
    station.ask(requests.InviteGuest(name="bob"))
    put_on_air(station, "bob")
    station.ask(requests.TellDj(text="to bob"), EVE)
    assert read(station, GUEST) == [("bob", "eve", "to bob")]
    assert [text for _, _, text in read(station, make_person("ann"))] == ["to bob", "to ann"]


def test_what_all_people_write_in_a_minute_has_an_end_and_is_forgotten_later(station: Station) -> None:
    put_on_air(station, "ann")
    for number in range(dj_messages.A_MINUTE):
        station.ask(requests.TellDj(text=str(number)), make_person(f"fan{number}", Right.LISTENER))
    assert station.refuse(requests.TellDj(text="one more"), EVE) == TooManyMessages("ann")
    station.pass_time(61)
    station.ask(requests.TellDj(text="later"), EVE)
    station.pass_time(dj_messages.KEPT_SECONDS)
    station.ask(requests.TellDj(text="much later"), EVE)
    station.pass_time(1)
    assert [text for _, _, text in read(station, make_person("ann"))] == ["much later"]
