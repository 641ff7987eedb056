"""The command line over a core that records what it is asked and gives the results that a test wants."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from bandstand.bot.commands.command_line import CommandLine
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Reply
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api import refusals
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import NeedsRight, Refusal, Refused, TooSoon
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from tests.bot.commands.samples import RESULTS

ANN = Identity("irc:libera", account="ann")
RADIO = Place("irc", "libera/#radio")


class FakeCore:
    """Answers each request with a sample, unless a test has put something else into `results`."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.results: dict[type, Result | Refusal | Exception] = {}
        self.too_soon: TooSoon | None = None
        self.lines = 0
        self.granters: tuple[str, ...] = ()

    def count_command(self, by: Requester) -> TooSoon | None:
        self.lines += 1
        return self.too_soon

    async def explain_denial(self, request: type[Request], right: Right, by: Requester) -> NeedsRight:
        return NeedsRight(str(request.__struct_config__.tag), right, self.granters)

    async def carry_out(self, request: Request, by: Requester) -> Result:
        needed = REQUESTS[type(request)].right
        if by.right < needed:
            raise Refused(NeedsRight(str(type(request).__struct_config__.tag), needed))
        self.asked.append(request)
        result: Any = self.results.get(type(request), RESULTS[type(request)])
        if isinstance(result, Exception):
            raise result
        if isinstance(result, refusals.Base):
            raise Refused(result)
        return result


class Terminals:
    """A front end at which people log in."""

    name = "terminal"

    def __init__(self) -> None:
        self.left: list[Place] = []

    def tell(self, place: Place, reply: Reply) -> bool:
        return True

    def announce(self, reply: Reply) -> None: ...

    def leave(self, place: Place) -> None:
        self.left.append(place)


def get_fired(deferred: Deferred[Any]) -> Any:
    """What a Deferred has fired with already."""
    fired: list[Any] = []
    deferred.addCallback(fired.append)
    return fired[0]


class Person:
    """Says lines to a command line; `wall` and `monotonic` are its clocks."""

    def __init__(self) -> None:
        self.core = FakeCore()
        self.terminals = Terminals()
        self.wall = 1000.0
        self.monotonic = 50.0
        self.commands = CommandLine(self.core, [self.terminals], lambda: self.wall, lambda: self.monotonic)

    def say(
        self,
        text: str,
        right: Right = Right.OWNER,
        identity: Identity | None = ANN,
        place: Place = RADIO,
        is_terminal: bool = False,
    ) -> Reply:
        by = Requester("ann", place, right, identity)
        reply = get_fired(self.commands.answer(Line(text, by, is_terminal)))
        assert isinstance(reply, Reply)
        return reply

    def ask(self, text: str, right: Right = Right.OWNER) -> Request:
        """The one request that this line becomes."""
        self.core.asked.clear()
        reply = self.say(text, right)
        assert reply.is_good, reply
        [request] = self.core.asked
        return request

    def see(self, text: str, result: Result | Refusal | Exception, right: Right = Right.OWNER) -> Reply:
        """The reply to this line where the core gives this result, whatever it is asked."""
        self.core.results = dict.fromkeys(RESULTS, result)
        return self.say(text, right)

    def complete(self, text: str, right: Right = Right.OWNER) -> list[str]:
        offered: list[str] = get_fired(self.commands.complete(text, right))
        return offered


@pytest.fixture
def person() -> Person:
    return Person()
