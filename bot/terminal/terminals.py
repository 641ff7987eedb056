"""The front end of everybody who is at a terminal elsewhere: who is there, and what is to be shown to whom.

Telnet and ssh are doors to it: they make sure who somebody is and hand over a `bot.terminal.sessions.Wire`. A place is
`terminal:PERSON:NUMBER`; where that terminal is gone, its person's other one or next one is told instead.
"""

import itertools
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import deferLater
from twisted.logger import Logger

from bot.frontend import Access, Commands
from bot.people.identity import own
from bot.request import Level, Reply, Request, Right
from bot.terminal.completion import ask_for_completions
from bot.terminal.sessions import LineSession, Loop, PromptSession, Session, Wire
from bot.view import PersonView

log = Logger()

TERMINALS = 50
KEPT = 20
"""Results that wait for one person to come back."""
PEOPLE = 500
STOP_SECONDS = 0.3
"""What terminals have to show their last lines before the station's processes end."""
IDLE = Reply("nothing was typed for a long time; come back when you like", Level.NOTICE)
STOPS = Reply("the station stops", Level.NOTICE)


@dataclass(eq=False)
class Seat:
    """One terminal, and who is at it."""

    account: str
    number: int
    way: str
    right: Right = Right.LISTENER
    session: Session | None = None
    notices: bool = True
    terminal: bool = True
    """A person types, who may abbreviate."""
    idle: IDelayedCall | None = None

    @property
    def place(self) -> str:
        return f"{Terminals.name}:{self.account}:{self.number}"


class Terminals:
    """`bot.frontend.FrontEnd`."""

    name = "terminal"

    def __init__(self, reactor: Any, commands: Commands, access: Access, histories: Path, idle_seconds: float) -> None:
        self._reactor = reactor
        self._commands = commands
        self._access = access
        self._histories = histories
        self._idle_seconds = idle_seconds
        self._loop = Loop()
        self._numbers = itertools.count(1)
        self._seats: dict[str, Seat] = {}
        self._kept: dict[str, deque[Reply]] = {}

    @property
    def full(self) -> bool:
        return len(self._seats) >= TERMINALS

    def typing(self, account: str, way: str, wire: Wire, size: tuple[int, int]) -> "Line":
        """Somebody has sat down at a terminal with keys."""
        seat = Seat(account, next(self._numbers), way)
        session = PromptSession(
            self._reactor,
            self._loop,
            wire,
            lambda line: self._answer(seat, line),
            lambda text: ask_for_completions(self._reactor, self._commands, text, seat.right),
            self._histories / account,
            size,
        )
        return self._seated(seat, session)

    def lines(self, account: str, way: str, wire: Wire, *, newline: str = "\r\n", notices: bool = True) -> "Line":
        """Somebody, or a program of theirs, sends lines."""
        seat = Seat(account, next(self._numbers), way, notices=notices)
        session = LineSession(wire, lambda line: self._answer(seat, line), newline)
        return self._seated(seat, session)

    def once(self, account: str, way: str, line: str) -> Deferred[Reply]:
        """One line without a terminal."""
        return self._answer(Seat(account, next(self._numbers), way, terminal=False), line)

    def _seated(self, seat: Seat, session: Session) -> "Line":
        seat.session = session
        self._seats[seat.place] = seat
        log.info("{account} is here by {way}", account=seat.account, way=seat.way)
        self._access.right_of(own(seat.account)).addCallback(lambda right: self._welcome(seat, right))
        line = Line(self, seat, session)
        self._stay(seat)
        return line

    def _welcome(self, seat: Seat, right: Right) -> None:
        seat.right = right
        if seat.session is None or not seat.notices:
            return
        seat.session.show(Reply(f"welcome, {seat.account}; help lists what you can say", Level.NOTICE))
        for reply in self._kept.pop(seat.account, ()):
            seat.session.show(reply)

    def _answer(self, seat: Seat, line: str) -> Deferred[Reply]:
        def ask(right: Right) -> Deferred[Reply]:
            seat.right = right
            identity = own(seat.account)
            return self._commands.answer(Request(line, seat.account, seat.place, right, identity, seat.terminal))

        self._stay(seat)
        return self._access.right_of(own(seat.account)).addCallback(ask)

    def _stay(self, seat: Seat) -> None:
        """The person is awake: the time until they are sent away begins anew."""
        if seat.idle is not None and seat.idle.active():
            seat.idle.reset(self._idle_seconds)
        elif self._idle_seconds and seat.place in self._seats:
            seat.idle = self._reactor.callLater(self._idle_seconds, self._send_away, seat)

    def _send_away(self, seat: Seat) -> None:
        if seat.session is not None:
            seat.session.show(IDLE)
            seat.session.end()

    def left(self, seat: Seat) -> None:
        if self._seats.pop(seat.place, None) is None:
            return
        if seat.idle is not None and seat.idle.active():
            seat.idle.cancel()
        log.info("{account} has left ({way})", account=seat.account, way=seat.way)

    def tell(self, where: str, reply: Reply) -> bool:
        """To the terminal that asked; else to its person, who may have come back at another, or will."""
        account = where.removeprefix(f"{self.name}:").partition(":")[0]
        seat = self._seats.get(where) or next((seat for seat in self._of(account) if seat.notices), None)
        if seat is not None and seat.session is not None:
            seat.session.show(reply)
            return True
        if account not in self._kept and len(self._kept) >= PEOPLE:
            self._kept.pop(next(iter(self._kept)))
        self._kept.setdefault(account, deque(maxlen=KEPT)).append(reply)
        return True

    def _of(self, account: str) -> list[Seat]:
        return [seat for seat in self._seats.values() if seat.account == account]

    def announce(self, reply: Reply) -> None:
        for seat in self._seats.values():
            if seat.notices and seat.session is not None:
                seat.session.show(reply)

    def progress(self, where: str, job: str, text: str, fraction: float | None) -> None:
        seat = self._seats.get(where)
        if seat is not None and seat.session is not None:
            seat.session.progress(job, text, fraction)

    def leave(self, where: str) -> None:
        """The person said that they go."""
        seat = self._seats.get(where)
        if seat is not None and seat.session is not None:
            self._reactor.callLater(0, seat.session.end)  # after the command's own answer

    def people(self) -> tuple[PersonView, ...]:
        """Everybody who is here, with the ways in which they came."""
        ways: dict[str, list[str]] = {}
        for seat in self._seats.values():
            ways.setdefault(seat.account, []).append(seat.way)
        return tuple(PersonView(account, ", ".join(found)) for account, found in sorted(ways.items()))

    def stop(self) -> Deferred[None]:
        """Everybody is told, and has a moment to read it."""
        seats = list(self._seats.values())
        for seat in seats:
            if seat.session is not None:
                seat.session.show(STOPS)
                seat.session.end()
        waited = deferLater(self._reactor, STOP_SECONDS, lambda: None) if seats else succeed(None)
        return waited.addCallback(lambda _: self._loop.stop())


class Line:
    """What a door has of a terminal: the session, and that whoever goes leaves the seat."""

    def __init__(self, terminals: Terminals, seat: Seat, session: Session) -> None:
        self._terminals = terminals
        self._seat = seat
        self.session = session

    def received(self, data: bytes) -> None:
        self._terminals._stay(self._seat)
        self.session.received(data)

    def lost(self) -> None:
        self._terminals.left(self._seat)
        self.session.lost()
