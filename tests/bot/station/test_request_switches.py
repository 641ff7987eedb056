"""Where songs may be requested."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.request_switches import change_switch, find_closed, list_places, read_switches
from bandstand.common.api.asking import GetRequestSwitches, RequestSwitch, RequestSwitches, SwitchRequests
from bandstand.common.api.events import RequestsSwitched
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import NoSuchPlace
from bandstand.common.api.values import ChatNetwork
from tests.bot.station.conftest import CONSOLE, Station

RADIO = Place("irc", "libera #radio dee dee")
QUERY = Place("irc", "libera * dee dee")
ELSEWHERE = Place("irc", "oftc #radio dee *")
PAGE = Place("web", "17")
PLACES = [RADIO, QUERY, ELSEWHERE, PAGE, CONSOLE]


@pytest.fixture
def station(station: Station) -> Station:
    networks = {"libera": ChatNetwork(), "oftc": ChatNetwork()}
    station.tx.outside = msgspec.structs.replace(station.tx.outside, networks=networks)
    return station


def switch(station: Station, is_on: bool, where: str, place: Place = RADIO) -> RequestSwitches:
    result = station.ask(SwitchRequests(is_on=is_on, where=where), Requester("dee", place, Right.DJ))
    assert isinstance(result, RequestSwitches)
    return result


def list_open(station: Station) -> list[Place]:
    return [place for place in PLACES if find_closed(read_switches(station.tx), place) is None]


def test_a_place_lies_in_its_channel_in_its_network_and_in_everything() -> None:
    assert list_places(RADIO) == ["libera/#radio", "libera", ""]
    assert list_places(QUERY) == ["libera", ""]
    assert list_places(PAGE) == ["page", ""]
    assert list_places(CONSOLE) == list_places(Place("irc", "")) == [""]


@pytest.mark.parametrize(
    ("where", "still_open"),
    [
        ("", []),
        ("here", [QUERY, ELSEWHERE, PAGE, CONSOLE]),
        ("#radio", [QUERY, ELSEWHERE, PAGE, CONSOLE]),
        ("Libera/#Radio", [QUERY, ELSEWHERE, PAGE, CONSOLE]),
        ("libera", [ELSEWHERE, PAGE, CONSOLE]),
        ("page", [RADIO, QUERY, ELSEWHERE, CONSOLE]),
    ],
)
def test_requests_are_switched_off_where_it_says(where: str, still_open: list[Place], station: Station) -> None:
    switch(station, False, where)
    assert list_open(station) == still_open
    switch(station, True, where)
    assert list_open(station) == PLACES


def test_a_channel_may_be_open_on_a_network_that_is_not_until_the_whole_network_is_switched(station: Station) -> None:
    switch(station, False, "libera")
    switch(station, True, "here")
    assert RADIO in list_open(station) and QUERY not in list_open(station)
    switch(station, False, "libera")
    assert RADIO not in list_open(station)
    switch(station, True, "")
    assert list_open(station) == PLACES


def test_what_is_switched_is_told_and_shown(station: Station) -> None:
    shown = switch(station, False, "here")
    assert station.get_events(RequestsSwitched) == [RequestsSwitched(is_on=False, where="libera/#radio", name="dee")]
    assert shown == RequestSwitches(is_on=True, here=False, exceptions=(RequestSwitch("libera/#radio", False),))
    assert station.ask(GetRequestSwitches()) == msgspec.structs.replace(shown, here=True)


@pytest.mark.parametrize(
    "where", ["nowhere", "libera/radio", "libera/", "/#radio", "#a b", "libera/#a b", "here", "#x"]
)
def test_a_place_that_is_none_is_refused(where: str, station: Station) -> None:
    why = station.refuse(SwitchRequests(is_on=False, where=where), Requester("dee", CONSOLE, Right.DJ))
    assert why == NoSuchPlace(where, ("libera", "oftc"))


def test_at_the_machine_a_channel_without_its_network_is_meant_on_the_only_one(station: Station) -> None:
    station.tx.outside = msgspec.structs.replace(station.tx.outside, networks={"libera": ChatNetwork()})
    switch(station, False, "#radio", CONSOLE)
    assert RADIO not in list_open(station)


wheres = st.sampled_from(["", "page", "libera", "oftc", "libera/#radio", "libera/#other"])


@given(st.lists(st.tuples(wheres, st.booleans()), max_size=12), st.sampled_from(PLACES))
def test_what_was_said_last_of_a_place_or_around_it_holds(said: list[tuple[str, bool]], place: Place) -> None:
    switches: dict[str, bool] = {}
    for where, is_on in said:
        switches = change_switch(switches, where, is_on)
    last = next((is_on for where, is_on in reversed(said) if where in list_places(place)), True)
    assert (find_closed(switches, place) is None) == last
