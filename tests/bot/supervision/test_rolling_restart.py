"""A rolling restart, step by step."""

from collections.abc import Sequence
from typing import Any, cast

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from bandstand.bot.supervision.keeper import Keeper
from bandstand.bot.supervision.rolling_restart import STANDBY_SECONDS, RollingRestart
from bandstand.common.api.events import Event, StreamerRestartFailed, StreamerRestartOrdered
from bandstand.common.api.people import Place
from bandstand.common.errors import CommandError

PLACE = Place("console")


class Parts:
    """A keeper and a playout controller that write down what is asked of them."""

    def __init__(self, waits: Deferred[None]) -> None:
        self.waits = waits
        self.done: list[str] = []
        self.events: list[Event] = []
        self.is_outdated = True

    def start_successor(self) -> Deferred[None]:
        self.done.append("start the successor")
        return self.waits

    def replace_adopted(self) -> None:
        self.done.append("replace the standby")

    async def let_go(self) -> None:
        self.done.append("let go")

    def publish(self, events: Sequence[Event]) -> None:
        self.events += events

    def restart(self, is_kept: bool = True) -> None:
        keeper = cast(Keeper, cast(Any, self)) if is_kept else None
        RollingRestart(keeper, self.let_go, self.publish).react(StreamerRestartOrdered(place=PLACE))


def test_the_one_that_plays_lets_go_only_when_the_next_one_waits() -> None:
    parts = Parts(Deferred())
    parts.restart()
    assert parts.done == ["start the successor"]
    parts.waits.callback(None)
    assert parts.done == ["start the successor", "let go"]
    assert parts.events == []


def test_where_the_next_one_fails_the_one_that_plays_goes_on() -> None:
    parts = Parts(fail(CommandError("the next streamer ended with status 1")))
    parts.restart()
    assert parts.done == ["start the successor"]
    assert parts.events == [StreamerRestartFailed(place=PLACE, reason="the next streamer ended with status 1")]


def test_a_streamer_that_is_kept_elsewhere_is_left_alone() -> None:
    parts = Parts(Deferred())
    parts.restart(is_kept=False)
    assert parts.done == []
    assert [type(event) for event in parts.events] == [StreamerRestartFailed]


def test_what_runs_with_another_configuration_is_replaced_the_standby_first() -> None:
    parts, clock = Parts(succeed(None)), Clock()
    keeper = cast(Keeper, cast(Any, parts))
    restart = RollingRestart(keeper, parts.let_go, parts.publish)
    Deferred.fromCoroutine(restart.replace_outdated(keeper, clock))
    assert parts.done == ["replace the standby"]
    clock.advance(STANDBY_SECONDS)
    assert parts.done == ["replace the standby", "start the successor", "let go"]


def test_what_runs_with_the_same_configuration_is_left_alone() -> None:
    parts = Parts(succeed(None))
    parts.is_outdated = False
    keeper = cast(Keeper, cast(Any, parts))
    restart = RollingRestart(keeper, parts.let_go, parts.publish)
    Deferred.fromCoroutine(restart.replace_outdated(keeper, Clock()))
    assert parts.done == []


def test_a_successor_that_fails_leaves_the_streamer_that_runs() -> None:
    parts = Parts(fail(CommandError("the next streamer ended with status 1")))
    keeper = cast(Keeper, cast(Any, parts))
    restart = RollingRestart(keeper, parts.let_go, parts.publish)
    Deferred.fromCoroutine(restart.replace_outdated(None, Clock()))
    assert parts.done == ["start the successor"]
