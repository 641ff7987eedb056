"""The booth: what a DJ is told, and that a guest may see it, end their own show, and nothing else."""

from datetime import UTC, datetime

import msgspec
import pytest

from bandstand.bot.station import live_shows, sessions
from bandstand.bot.station.identity import identify_person
from bandstand.bot.station.persons import WEB, get_person
from bandstand.common.api import requests
from bandstand.common.api.live import Booth, DjState, GuestInvited
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import NeedsRight, WrongPassword
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.visiting import LoggedIn
from bandstand.common.live import LiveInput, make_mount
from tests.bot.station.conftest import Station, make_person
from tests.bot.station.test_live_shows import connect, hear, keep

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
ANN = Requester("ann", Place(WEB), Right.DJ, identify_person("ann"))


@pytest.fixture
def station(station: Station) -> Station:
    station.tx.now = NOON - HOUR
    station.tx.people.put_account("ann", "hash", 0.0)
    station.tx.people.put_grant("ann", Right.DJ, "owner", 0.0)
    return station


def invite(station: Station, name: str = "bob") -> GuestInvited:
    invited = station.ask(requests.InviteGuest(name=name))
    assert isinstance(invited, GuestInvited)
    return invited


def visit(station: Station, session: str) -> Requester:
    identity = Identity(WEB, cookie="c1", address="203.0.113.9", session=session, guest="made up")
    visitor = sessions.recognise(station.tx, identity)
    return Requester(visitor.name or "a visitor", Place(WEB), visitor.right, visitor.identity)


def come(station: Station, name: str = "bob") -> str:
    """Log in as a guest; the core has looked at the password before."""
    found = station.ask(requests.LogIn(account=name, password="x", is_guest=True), visit(station, ""))
    assert isinstance(found, LoggedIn) and found.right is Right.LISTENER
    return found.session


def see(station: Station, by: Requester = ANN) -> Booth:
    booth = station.ask(requests.GetBooth(), by)
    assert isinstance(booth, Booth)
    return booth


def test_a_dj_is_told_as_whom_they_connect_and_how_it_is() -> None:
    station = Station()
    assert see(station, make_person("eve")).name == "", "no account of the station's own"
    assert see(station, Requester("the operator")).name == ""


def test_a_djs_state_and_what_is_left_of_the_grace(station: Station) -> None:
    connect(station, ann=5.0)
    assert see(station).live.djs[0].state is DjState.WAITING
    station.ask(requests.GoLive(name="ann"), ANN)
    lost = LiveInput(mount=make_mount("ann"), is_connected=True, lost=3.0)
    station.tx.outside = msgspec.structs.replace(station.tx.outside, live={"ann": lost})
    dj = see(station).live.djs[0]
    assert (dj.state, dj.grace_left) == (DjState.GRACE, 7.0)


def test_who_may_not_connect_is_told_why(station: Station) -> None:
    assert see(station).obstacle == ""
    station.tx.live.put_kicked("ann", station.tx.now + 300)
    assert "kicked" in see(station).obstacle


def test_the_djs_next_time_is_there_and_slots_without_a_pause_are_one(station: Station) -> None:
    assert see(station).time is None
    invite(station)
    for rule in ("daily 12:00-13:00", "daily 13:00-14:30", "daily 20:00-21:00"):
        station.ask(AddShow(rule=rule, target="live:ann", name="Noon", zone="UTC"))
    station.ask(AddShow(rule="daily 11:00-11:30", target="live:bob", zone="UTC"))
    time = see(station).time
    assert time is not None and (time.show, time.start, time.end) == ("Noon", NOON, NOON + 2.5 * HOUR)
    station.tx.now = NOON + 2 * HOUR
    time = see(station).time
    assert time is not None and time.end == NOON + 2.5 * HOUR


def test_what_listeners_asked_for_is_there_the_newest_first_without_what_was_taken_back(station: Station) -> None:
    for title, name in (("One", "eve"), ("Two", "dan"), ("Three", "joe")):
        station.store(title)
        station.ask(requests.RequestSong(song=title), make_person(name, Right.LISTENER))
    asked = see(station).asked
    assert [one.name for one in asked] == ["joe", "dan", "eve"]
    assert [one.is_waiting for one in asked] == [True, True, False], "the first is on the air"
    cue = station.ask(requests.GetQueue()).songs[0].cue
    station.ask(requests.RemoveFromQueue(cue=cue), make_person("owner", Right.OWNER))
    assert [one.name for one in see(station).asked] == ["joe", "eve"]


def test_a_guest_is_a_listener_who_sees_the_booth(station: Station) -> None:
    invited = invite(station)
    by = visit(station, come(station))
    assert (by.name, by.right, get_person(by)) == ("bob", Right.LISTENER, "guest:bob")
    booth = see(station, by)
    assert (booth.name, booth.is_guest, booth.expires) == ("bob", True, invited.expires)
    assert station.ask(requests.GetSelf(), by).is_guest


def test_nobody_is_a_guest_by_saying_so(station: Station) -> None:
    invite(station)
    assert visit(station, "made up").identity == Identity(WEB, cookie="c1", address="203.0.113.9")
    assert station.refuse(requests.LogIn(account="eve", password="x", is_guest=True), visit(station, "")) == (
        WrongPassword()
    )


def test_a_guest_gets_no_right_of_an_account_or_grant_of_the_same_name(station: Station) -> None:
    """Somebody known by a key alone has a grant and no password; a DJ may still invite a guest of that name."""
    station.tx.people.put_grant("bob", Right.OWNER, "owner", 0.0)
    invite(station)
    session = come(station)
    assert visit(station, session).right is Right.LISTENER
    station.tx.people.put_account("bob", "hash", 0.0)
    assert visit(station, session).right is Right.LISTENER


def test_a_guest_goes_with_their_password_a_kick_or_another_invitation(station: Station) -> None:
    invite(station)
    first = come(station)
    station.pass_time()
    invite(station)
    assert visit(station, first).name == "a visitor"
    second = come(station)
    connect(station, bob=5.0)
    station.ask(requests.KickDj(name="bob"))
    assert visit(station, second).name == "a visitor"
    invite(station)
    third = come(station)
    station.pass_time(live_shows.GUEST_SECONDS)
    assert visit(station, third).name == "a visitor"


def test_a_guest_ends_their_own_show_and_nobody_elses(station: Station) -> None:
    invite(station)
    by = visit(station, come(station))
    connect(station, ann=5.0, bob=5.0)
    station.ask(requests.GoLive(name="ann"))
    assert station.refuse(requests.EndLive(), by) == NeedsRight("end_live", Right.DJ)
    station.ask(requests.EndLive())
    hear(station, bob=5.0)
    keep(station)
    station.ask(requests.GoLive(name="bob"))
    assert station.ask(requests.EndLive(), by).name == "bob"
