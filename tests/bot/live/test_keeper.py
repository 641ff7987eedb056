"""The keeper of live shows: who is let in, what the streamer is to read, and what is told of the sources."""

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from bandstand.bot.live.door import Attempt
from bandstand.bot.live.keeper import STALE, LiveAccounts, LiveKeeper, Surroundings
from bandstand.common.api import live
from bandstand.common.api.events import Event
from bandstand.common.api.people import Right
from bandstand.common.api.values import Outside
from bandstand.common.live import LiveInput, make_mount
from tests.bot.memory import DirectStore


class Air:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = DirectStore(now=lambda: 1000.0 + self.clock.seconds())
        self.watched: list[list[str]] = []
        self.told: list[Event] = []
        self.ended: list[str] = []
        self.keeper = LiveKeeper(
            self.store,
            Surroundings(
                clock=self.clock,
                check_password=self._check,
                watch=lambda mounts: self.watched.append(list(mounts)),
                disconnect=self._end,
                look=lambda: Outside(is_connected=True),
                publish=self.told.extend,
            ),
        )
        self.store.do(lambda tx: tx.people.put_account("ann", "hash", 0.0))
        self.store.do(lambda tx: tx.people.put_grant("ann", Right.DJ, "owner", 0.0))

    async def _check(self, name: str, password: str, address: str) -> bool:
        return password == "right"

    async def _end(self, mount: str) -> None:
        self.ended.append(mount)

    def admit(self, name: str = "ann", password: str = "right", *, is_title: bool = False) -> bool:
        result: list[bool] = []
        attempt = Attempt(name, password, "192.0.2.1", is_title)
        Deferred.fromCoroutine(self.keeper.admit(attempt)).addCallback(result.append)
        return result[0]

    def say(self, **more: object) -> None:
        """The streamer says how it is with ann's mount."""
        self.clock.advance(0.5)
        known: dict[str, object] = {"mount": make_mount("ann"), "is_connected": True, "heard": 5.0}
        self.keeper.take_inputs([LiveInput(**(known | more))])  # type: ignore[arg-type]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in (*self.store.events, *self.told)]


@pytest.fixture
def air() -> Air:
    return Air()


def test_the_streamer_reads_the_mount_of_a_dj_who_is_let_in(air: Air) -> None:
    assert air.admit()
    assert air.watched == [["/live/ann"]]
    assert not air.admit(password="wrong")


def test_a_title_changes_nothing(air: Air) -> None:
    assert air.admit(is_title=True)
    assert air.watched == []


def test_a_refusal_is_told_once_in_a_minute(air: Air) -> None:
    air.store.do(lambda tx: tx.people.put_account("eve", "hash", 0.0))
    assert not air.admit("eve")
    assert not air.admit("eve")
    assert air.names() == ["LiveRefused"]
    air.clock.advance(61)
    assert not air.admit("eve")
    assert air.names() == ["LiveRefused"] * 2


def test_what_comes_of_a_dj_is_written_down_once(air: Air) -> None:
    air.admit()
    for _ in range(5):
        air.say()
    assert air.names() == ["LiveConnected"]
    assert air.keeper.inputs["ann"].heard == 5.0


def test_what_a_streamer_said_long_ago_does_not_count(air: Air) -> None:
    air.admit()
    air.say()
    air.clock.advance(STALE)
    assert air.keeper.inputs == {}


def test_a_loss_and_the_return_are_told_once_each(air: Air) -> None:
    air.admit()
    air.say(cue=5)
    for lost in (0.1, 0.5, 1.0, 1.5, 0.0, 0.0):
        air.say(cue=5, lost=lost)
    assert air.names() == ["LiveConnected", "LiveDropped", "LiveReturned"]


def test_who_has_left_the_air_is_not_missed(air: Air) -> None:
    air.admit()
    air.say(cue=5)
    air.keeper.react(live.LiveLeft(name="ann", reason=live.LeftReason.ENDED, seconds=5.0))
    for lost in (0.5, 1.0, 0.0):
        air.say(cue=5, lost=lost)
    air.say(cue=6)
    air.say(cue=6, lost=1.0)
    assert air.names() == ["LiveConnected", "LiveDropped"]


def test_what_stays_wrong_is_told_once(air: Air) -> None:
    air.admit()
    for _ in range(30):
        air.say(is_connected=False, trouble="it is no sound")
    told = [event for event in air.told if isinstance(event, live.LiveTroubled)]
    assert told == [live.LiveTroubled(name="ann", trouble="it is no sound")]


def test_who_is_kicked_is_disconnected(air: Air) -> None:
    air.keeper.react(live.LiveKicked(name="ann", mount="/live/ann"))
    assert air.ended == ["/live/ann"]


def test_it_looks_again_by_itself_and_forgets_who_did_not_come(air: Air) -> None:
    air.keeper.start()
    air.admit()
    air.clock.pump([5.0] * 4)
    assert air.watched[0] == ["/live/ann"]
    assert air.store.do(lambda tx: tx.live.list_connections()) == []
    air.keeper.stop()
    assert air.clock.getDelayedCalls() == []


def test_passwords_are_those_of_accounts_and_guests(air: Air) -> None:
    accounts = LiveAccounts(air.store)
    found: list[str | None] = []
    for name in ("ann", "nobody"):
        accounts.get_password_hash(name).addCallback(found.append)
    assert found == ["hash", None]
