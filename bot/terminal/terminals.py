"""The front end of everybody who is at a terminal elsewhere: who is there, and what is shown to whom.

Telnet and ssh make sure who somebody is, and then open a terminal here with a `bot.terminal.sessions.Connection`. A
place is `terminal`, with the address `PERSON:NUMBER`. A reply to a terminal that is gone goes to the same person's
other terminal, or waits for their next one.
"""

import itertools
from collections import deque
from pathlib import Path

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTCP, IReactorThreads, IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from bandstand.bot.commands.frontend import Access, Commands, Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.station.identity import identify_person
from bandstand.bot.terminal.completion import ask_for_completions
from bandstand.bot.terminal.sessions import Connection, LineSession, Person, PromptThread, Session, TerminalSession
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.values import PersonPresent

log = Logger()

TERMINALS = 50
TERMINALS_OF_PERSON = 10
KEPT = 20
"""Replies that wait for one person to come back."""
PEOPLE = 500
"""People for whom replies wait."""
STOP_SECONDS = 0.3
"""How long terminals have to show their last lines before the station's processes end."""
IDLE = Reply("nothing was typed for a long time; come back when you like", Level.NOTICE)
STOPS = Reply("the station stops", Level.NOTICE)


class Reactor(IReactorTCP, IReactorThreads, IReactorTime):
    """An interface: what remote access needs of the reactor."""


class Terminal:
    """One terminal and the person at it; telnet or ssh tells it what comes in, and its session how that is shown."""

    session: Session

    def __init__(self, terminals: "Terminals", account: str, way: str, *, wants_notices: bool = True) -> None:
        """`way`: how they came, for people to read."""
        self._terminals = terminals
        self.account = account
        self.way = way
        self.right = Right.LISTENER
        self.wants_notices = wants_notices
        self.place = terminals.next_place(account)
        self.idle: IDelayedCall | None = None

    def receive(self, data: bytes) -> None:
        self._terminals.restart_idle_time(self)
        self.session.receive(data)

    def disconnect(self) -> None:
        """The connection is lost."""
        self._terminals.remove(self)
        self.session.disconnect()


class Terminals:
    """`bot.commands.frontend.FrontEnd`."""

    name = "terminal"

    def __init__(
        self, reactor: Reactor, commands: Commands, access: Access, histories: Path, idle_seconds: float
    ) -> None:
        """`histories`: the folder of what people typed. `idle_seconds`: after so long without a key a terminal is
        closed; 0 is never."""
        self._reactor = reactor
        self._commands = commands
        self._access = access
        self._histories = histories
        self._idle_seconds = idle_seconds
        self._prompts = PromptThread()
        self._numbers = itertools.count(1)
        self._open: dict[Place, Terminal] = {}
        self._kept: dict[str, deque[Reply]] = {}

    # For telnet and ssh.

    def find_obstacle(self, account: str) -> str:
        """A sentence that says why this person cannot have a terminal; empty if they can."""
        own = sum(terminal.account == account for terminal in self._open.values())
        if own >= TERMINALS_OF_PERSON:
            return f"you are here {own} times already; end one of those sessions"
        return "too many are here already; try again later" if len(self._open) >= TERMINALS else ""

    def next_place(self, account: str) -> Place:
        return Place(self.name, f"{account}:{next(self._numbers)}")

    def open_prompt(self, account: str, way: str, connection: Connection, size: tuple[int, int]) -> Terminal:
        """For a client with keys and a window of that many columns and rows."""
        terminal = Terminal(self, account, way)
        person = Person(
            lambda line: self._answer(terminal, line),
            lambda text: ask_for_completions(self._reactor, self._commands, text, terminal.right),
            self._histories / account,
            size,
        )
        terminal.session = TerminalSession(self._reactor, self._prompts, connection, person)
        return self._add(terminal)

    def open_lines(self, account: str, way: str, connection: Connection) -> Terminal:
        """For a person whose client sends whole lines."""
        return self._open_lines(Terminal(self, account, way), connection, "\r\n")

    def open_pipe(self, account: str, way: str, connection: Connection) -> Terminal:
        """For a program that sends lines: it gets its answers and no notices, as lines of UNIX."""
        return self._open_lines(Terminal(self, account, way, wants_notices=False), connection, "\n")

    def _open_lines(self, terminal: Terminal, connection: Connection, newline: str) -> Terminal:
        terminal.session = LineSession(connection, lambda line: self._answer(terminal, line), newline)
        return self._add(terminal)

    def run_command(self, account: str, way: str, line: str) -> Deferred[Reply]:
        """Carry out one line, without a terminal."""
        return self._answer(Terminal(self, account, way), line, may_abbreviate=False)

    def _add(self, terminal: Terminal) -> Terminal:
        self._open[terminal.place] = terminal
        log.info("{account} is here by {way}", account=terminal.account, way=terminal.way)
        self._access.get_right(identify_person(terminal.account)).addCallback(
            lambda right: self._welcome(terminal, right)
        )
        self.restart_idle_time(terminal)
        return terminal

    def _welcome(self, terminal: Terminal, right: Right) -> None:
        terminal.right = right
        if not terminal.wants_notices:
            return
        terminal.session.show(Reply(f"welcome, {terminal.account}; help lists what you can say", Level.NOTICE))
        for reply in self._kept.pop(terminal.account, ()):
            terminal.session.show(reply)

    def _answer(self, terminal: Terminal, line: str, may_abbreviate: bool = True) -> Deferred[Reply]:
        identity = identify_person(terminal.account)

        def ask(right: Right) -> Deferred[Reply]:
            terminal.right = right
            by = Requester(terminal.account, terminal.place, right, identity)
            return self._commands.answer(Line(line, by, may_abbreviate))

        self.restart_idle_time(terminal)
        return self._access.get_right(identity).addCallback(ask)

    def restart_idle_time(self, terminal: Terminal) -> None:
        """The person has just done something."""
        if terminal.idle is not None and terminal.idle.active():
            terminal.idle.reset(self._idle_seconds)
        elif self._idle_seconds and terminal.place in self._open:
            terminal.idle = self._reactor.callLater(self._idle_seconds, self._close_idle, terminal)

    def _close_idle(self, terminal: Terminal) -> None:
        terminal.session.show(IDLE)
        terminal.session.end()

    def remove(self, terminal: Terminal) -> None:
        if self._open.pop(terminal.place, None) is None:
            return
        if terminal.idle is not None and terminal.idle.active():
            terminal.idle.cancel()
        log.info("{account} has left ({way})", account=terminal.account, way=terminal.way)

    # For the bot.

    def tell(self, place: Place, reply: Reply) -> bool:
        account = place.address.partition(":")[0]
        terminal = self._open.get(place) or self._find_other(account)
        if terminal is not None:
            terminal.session.show(reply)
            return True
        if account not in self._kept and len(self._kept) >= PEOPLE:
            self._kept.pop(next(iter(self._kept)))
        self._kept.setdefault(account, deque(maxlen=KEPT)).append(reply)
        return True

    def _find_other(self, account: str) -> Terminal | None:
        terminals = (terminal for terminal in self._open.values() if terminal.account == account)
        return next((terminal for terminal in terminals if terminal.wants_notices), None)

    def announce(self, reply: Reply) -> None:
        for terminal in self._open.values():
            if terminal.wants_notices and terminal.place != reply.besides:
                terminal.session.show(reply)

    def show_progress(self, place: Place, job: str, text: str, fraction: float | None) -> None:
        terminal = self._open.get(place)
        if terminal is not None:
            terminal.session.progress(job, text, fraction)

    def leave(self, place: Place) -> None:
        """End a session whose person asked for that."""
        terminal = self._open.get(place)
        if terminal is not None:
            self._reactor.callLater(0, terminal.session.end)  # after the command's own answer

    def list_people(self) -> tuple[PersonPresent, ...]:
        """Everybody who is here, with the ways by which they came."""
        ways: dict[str, list[str]] = {}
        for terminal in self._open.values():
            ways.setdefault(terminal.account, []).append(terminal.way)
        return tuple(PersonPresent(account, ", ".join(found)) for account, found in sorted(ways.items()))

    def stop(self) -> Deferred[None]:
        """Tell everybody, and give them a moment to read it."""
        terminals = list(self._open.values())
        for terminal in terminals:
            terminal.session.show(STOPS)
            terminal.session.end()
        waited = deferLater(self._reactor, STOP_SECONDS, lambda: None) if terminals else succeed(None)
        return waited.addCallback(lambda _: self._prompts.stop())
