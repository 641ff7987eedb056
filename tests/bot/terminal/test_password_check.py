"""One count of failed log-ins for telnet and the page, so that changing between them gains nobody a guess."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.logger import LogLevel, globalLogPublisher

from bandstand.bot.terminal.login import LONGEST_WAIT
from bandstand.bot.terminal.password_check import PasswordCheck
from tests.bot.terminal.test_telnet import PASSWORD, Accounts, Reactor


class Door:
    def __init__(self) -> None:
        self.reactor = Reactor()
        self.check = PasswordCheck(self.reactor, Accounts(), self.reactor.seconds)

    def visit(self, password: str, name: str = "ann", address: str = "203.0.113.9") -> list[Any]:
        """What a log-in on the page has given so far: nothing, or whether the password was right."""
        return self._follow(self.check.check_visitor(name, password, address))

    def call(self, password: str, name: str = "ann", address: str = "203.0.113.9") -> list[Any]:
        """The same by telnet."""
        return self._follow(self.check.check(name, password, address))

    def _follow(self, checking: Any) -> list[Any]:
        given: list[Any] = []
        deferred: Deferred[Any] = ensureDeferred(checking)
        deferred.addBoth(given.append)
        self.reactor.advance(0)
        return given


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_right_password_is_told_at_once_and_a_wrong_one_keeps_the_next_waiting(door: Door) -> None:
    assert door.visit(PASSWORD) == [True]
    assert door.visit("wrong") == [False]
    waiting = door.visit(PASSWORD)
    assert waiting == []
    door.reactor.advance(1)
    assert waiting == [True]


def test_failures_on_the_page_count_on_telnet_and_the_other_way_round(door: Door) -> None:
    assert door.visit("wrong") == [False]
    assert door.call(PASSWORD) == []
    door.reactor.advance(LONGEST_WAIT)
    assert door.call("wrong", address="198.51.100.7") == [False]
    assert door.visit(PASSWORD, address="198.51.100.7") == []


def test_others_at_the_same_address_do_not_wait(door: Door) -> None:
    assert door.visit("wrong", name="bob") == [False]
    assert door.visit(PASSWORD) == [True]


def test_whoever_tries_many_accounts_from_one_address_is_answered_late(door: Door) -> None:
    tries = [door.visit("wrong", name=f"n{number}") for number in range(6)]
    assert tries[:3] == [[False]] * 3
    assert tries[4:] == [[], []]
    assert door.visit(PASSWORD) == [True]


def test_a_failure_is_logged_with_its_way_and_without_the_password(door: Door) -> None:
    events: list[dict[str, Any]] = []
    globalLogPublisher.addObserver(events.append)
    try:
        door.visit("hunter2")
        door.call("hunter3")
        door.reactor.advance(LONGEST_WAIT)
    finally:
        globalLogPublisher.removeObserver(events.append)
    warned = [event for event in events if event["log_level"] is LogLevel.warn]
    assert [event["way"] for event in warned] == ["the page", "telnet"]
    assert "hunter" not in str(events)
