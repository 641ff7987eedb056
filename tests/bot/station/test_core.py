"""The one door: right, then limits, then one transaction."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred, succeed

from bandstand.bot.station import bands
from bandstand.bot.station.core import Core
from bandstand.bot.station.limits import COMMANDS, LOG_INS_OF_ADDRESS, SONGS
from bandstand.bot.station.rules import Rules
from bandstand.bot.station.visitors import HOUSEHOLD
from bandstand.bot.storage.databases import StoreError
from bandstand.common.api.events import JobOrdered
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import (
    BadRequest,
    NeedsRight,
    NoSuchSong,
    NothingOnAir,
    Refused,
    TooManyJobs,
    TooManyLogIns,
    TooSoon,
    WishUnheard,
    WrongPassword,
)
from bandstand.common.api.requests import (
    CancelJob,
    Enqueue,
    Generate,
    GetNowPlaying,
    GetStatus,
    Grant,
    LogIn,
    Request,
    Skip,
    Wish,
)
from bandstand.common.api.results import LoggedIn, NowPlaying, Ordered
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
        self.checked: list[tuple[str, str, str]] = []
        self.verdict: Deferred[bool] = succeed(True)
        self.core = Core(self.store, self.look, {COMMANDS: 20, SONGS: 3}, lambda: self.now, self.check)

    def check(self, account: str, password: str, address: str) -> Deferred[bool]:
        self.checked.append((account, password, address))
        return self.verdict

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


def visit(cookie: str = "c1", address: str = "203.0.113.9") -> Requester:
    return Requester("x", Place("web"), identity=Identity("web", cookie=cookie, address=address))


def test_a_password_is_looked_at_before_anything_happens_and_only_a_right_one_logs_in(house: House) -> None:
    house.store.do(lambda tx: tx.people.put_account("ann", "hash", tx.now))
    assert isinstance(house.ask(LogIn(account=" Ann ", password="secret"), visit()), LoggedIn)
    assert house.checked == [("ann", "secret", "203.0.113.9")]
    house.verdict = succeed(False)
    assert house.refuse(LogIn(account="ann", password="wrong"), visit()) == WrongPassword()


def test_log_ins_that_wait_are_few_from_one_address_and_leave_room_when_they_end(house: House) -> None:
    house.verdict = waiting = Deferred()
    given: list[Any] = []
    for _ in range(LOG_INS_OF_ADDRESS):
        ensureDeferred(house.core.carry_out(LogIn(account="ann", password=""), visit())).addBoth(given.append)
    assert isinstance(house.refuse(LogIn(account="ann", password=""), visit()), TooManyLogIns)
    waiting.callback(False)
    assert len(given) == LOG_INS_OF_ADDRESS
    house.verdict = succeed(False)
    assert house.refuse(LogIn(account="ann", password=""), visit()) == WrongPassword()


def test_where_no_passwords_are_looked_at_nobody_logs_in_by_one(house: House) -> None:
    core = Core(house.store, house.look, {}, lambda: 0.0)
    given: list[Any] = []
    ensureDeferred(core.carry_out(LogIn(account="ann", password=""), visit())).addErrback(given.append)
    assert given[0].value.why == WrongPassword()


def test_one_address_cannot_come_as_any_number_of_persons(house: House) -> None:
    """Each new cookie would have wishes of its own."""
    house.store.do(bands.settle_house_bands)
    asked = [house.ask(Wish(words="bossa"), visit(f"c{number}")) for number in range(HOUSEHOLD + 2)]
    assert [isinstance(one, Refused) for one in asked] == [False] * (HOUSEHOLD + 1) + [True]
    assert isinstance(asked[-1].why, WishUnheard)


@pytest.mark.parametrize("request_", [CancelJob(10**30), Skip(cue=-(2**63) - 1)])  # type: ignore[arg-type]
def test_a_number_that_no_database_has_room_for_is_refused(request_: Request) -> None:
    refused = House().ask(request_)
    assert isinstance(refused, Refused) and isinstance(refused.why, BadRequest)
