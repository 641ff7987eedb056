"""The one door: right, then limits, then one transaction."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred, succeed

from bandstand.bot.station.core import Core
from bandstand.bot.station.limits import COMMANDS, SONGS
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.store import StoreError
from bandstand.common.api.events import JobOrdered
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import NeedsRight, NoSuchSong, NothingOnAir, Refused, TooManyJobs, TooSoon
from bandstand.common.api.requests import Enqueue, Generate, GetNowPlaying, GetStatus, Grant, Request, Skip
from bandstand.common.api.results import NowPlaying, Ordered
from bandstand.common.api.values import Outside
from tests.bot.memory import DirectStore
from tests.bot.station.conftest import ANN, make_person

DJ = make_person("ann")


class House:
    """A core over a database in memory; `looks` says for each request whether streamer and Icecast were asked."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks: list[bool] = []
        self.store = DirectStore(rules=Rules(open_jobs=4))
        self.core = Core(self.store, self.look, {COMMANDS: 20, SONGS: 3}, lambda: self.now)

    def look(self, asks: bool) -> Deferred[Outside]:
        self.looks.append(asks)
        return succeed(Outside(is_connected=True))

    def ask(self, request: Request, by: Requester = DJ) -> Any:
        """The result, or what was raised."""
        given: list[Any] = []
        ensureDeferred(self.core.carry_out(request, by)).addBoth(given.append)
        return given[0].value if hasattr(given[0], "value") and hasattr(given[0], "check") else given[0]

    def refuse(self, request: Request, by: Requester = DJ) -> Any:
        refused = self.ask(request, by)
        assert isinstance(refused, Refused)
        return refused.why


@pytest.fixture
def house() -> House:
    return House()


def test_a_request_is_carried_out_and_its_events_published_after_the_commit(house: House) -> None:
    assert isinstance(house.ask(Generate()), Ordered)
    assert [type(event) for event in house.store.events] == [JobOrdered]
    assert house.ask(GetNowPlaying()) == NowPlaying(state="silence")


def test_a_request_needs_its_right_before_anything_else_is_said_of_it(house: House) -> None:
    listener = make_person("bob", Right.LISTENER)
    assert house.core.get_right(Skip) is Right.DJ
    assert house.refuse(Skip(), listener) == NeedsRight("skip", Right.DJ)
    assert house.refuse(Grant(name="", right="king"), DJ) == NeedsRight("grant", Right.ADMIN)
    assert house.refuse(Skip(), DJ) == NothingOnAir()
    assert house.looks == [False]


def test_songs_are_limited_and_the_time_left_is_told_once(house: House) -> None:
    for _ in range(3):
        assert isinstance(house.ask(Generate()), Ordered)
    assert house.refuse(Generate()) == TooSoon(20, is_first=True)
    assert house.refuse(Generate()) == TooSoon(20, is_first=False)
    assert isinstance(house.ask(GetNowPlaying()), NowPlaying)
    assert isinstance(house.ask(Generate(), make_person("bob")), Ordered)
    house.now += 20
    assert isinstance(house.ask(Generate()), Ordered)
    house.now += 20
    assert house.refuse(Generate()) == TooManyJobs(4)


def test_commands_are_counted_for_each_person(house: House) -> None:
    assert [house.core.count_command(DJ) for _ in range(20)] == [None] * 20
    assert house.core.count_command(DJ) == TooSoon(3, is_first=True)
    assert house.core.count_command(make_person("bob")) is None
    house.now += 3
    assert house.core.count_command(DJ) is None


def test_an_admin_is_not_limited(house: House) -> None:
    admin = make_person("ann", Right.ADMIN)
    assert all(isinstance(house.ask(Generate(), admin), Ordered) for _ in range(30))
    assert all(house.core.count_command(admin) is None for _ in range(30))


def test_streamer_and_icecast_are_asked_only_where_that_is_needed(house: House) -> None:
    house.ask(GetStatus())
    house.ask(GetNowPlaying())
    assert house.looks == [True, False]


def test_what_is_refused_has_not_happened(house: House) -> None:
    assert house.refuse(Enqueue(song="x")) == NoSuchSong("x", 0)
    assert house.store.events == []


def test_a_database_that_cannot_is_told_as_such(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Deferred[Any]:
        raise StoreError("the disk is full")

    monkeypatch.setattr(house.store, "transact", fail)
    assert isinstance(house.ask(Generate(), ANN), StoreError)
