"""A planned restart, step by step."""

from typing import Any, cast

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from bot.playout.controller import Player
from bot.supervision.keeper import Keeper
from bot.supervision.rolling_restart import replace_streamer
from common.errors import CommandError


class Parts:
    """A keeper and a player that write down what is asked of them."""

    def __init__(self, waits: Deferred[None]) -> None:
        self.waits = waits
        self.done: list[str] = []

    def succeed(self) -> Deferred[None]:
        self.done.append("succeed")
        return self.waits

    def let_go(self) -> Deferred[None]:
        self.done.append("let go")
        return succeed(None)

    def replace(self, kept: bool = True) -> list[Failure]:
        told: list[Failure] = []
        both = cast(Any, self)
        replace_streamer(cast(Keeper, both) if kept else None, cast(Player, both)).addErrback(told.append)
        return told


def test_the_one_that_plays_lets_go_only_when_the_next_one_waits() -> None:
    parts = Parts(Deferred())
    assert parts.replace() == []
    assert parts.done == ["succeed"]
    parts.waits.callback(None)
    assert parts.done == ["succeed", "let go"]


def test_where_the_next_one_fails_the_one_that_plays_goes_on() -> None:
    parts = Parts(fail(CommandError("the next streamer ended with status 1")))
    assert parts.replace()[0].check(CommandError)
    assert parts.done == ["succeed"]


def test_a_streamer_that_is_kept_elsewhere_is_left_alone() -> None:
    parts = Parts(Deferred())
    assert parts.replace(kept=False)[0].check(CommandError)
    assert parts.done == []
