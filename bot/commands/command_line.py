"""From a line to its reply: the one way by which every front end's lines reach the core.

line -> count it -> take it apart -> find the command -> check the right -> fit the words -> confirm, where the command
is dangerous -> the core carries out the request -> show its result. Whatever happens on the way, the person gets one
reply. The core checks rights and limits again, for requests that come without words; here the right is checked so that
nobody is told how a command is used that they may not give.

Beside it stands what front ends ask for before there is a line: the right of whoever gives it (`StoredAccess`).
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.bot.commands.all_commands import BY_NAME, TABLE
from bandstand.bot.commands.completion import complete_line
from bandstand.bot.commands.frontend import CanBeLeft, FrontEnd, Line
from bandstand.bot.commands.grammar import ParsedLine, parse_line, strip_prefix
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.sentences import show_denied, show_error, show_refusal
from bandstand.bot.commands.table import YES, Call, Command, find_command, fit_line
from bandstand.bot.station import access, sessions
from bandstand.bot.station.persons import Visitor
from bandstand.bot.station.repositories import Store
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import NeedsRight, TooSoon
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from bandstand.common.errors import CommandError
from bandstand.common.reference import get_reference, make_reference, refer_to

log = Logger()

CONFIRM_SECONDS: Final = 30.0
QUESTIONS: Final = 1000
"""So many people may be asked at the same time; then all questions are forgotten, and have to be asked again."""
COMPLETER: Final = "completion"


class Core(Protocol):
    """What is asked of `bot.station.core.Core`."""

    async def carry_out(self, request: Request, by: Requester) -> Result:
        """Raises Refused, StoreError, or whatever went wrong."""
        ...

    async def explain_denial(self, request: type[Request], right: Right, by: Requester) -> NeedsRight:
        """What somebody is told who lacks the right for this request."""
        ...

    def count_command(self, by: Requester) -> TooSoon | None:
        """Count one more line of this person; None where it may go on."""
        ...


class CommandLine:
    """`bot.commands.frontend.Commands`, over the core.

    `wall` gives Unix time and `monotonic` seconds that only go forward; `front_ends` is the list that others fill.
    """

    def __init__(
        self,
        core: Core,
        front_ends: Sequence[FrontEnd],
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._core = core
        self._front_ends = front_ends
        self._wall = wall
        self._confirmations = Confirmations(monotonic)
        self._allowed = {right: tuple(command for command in TABLE if command.rights[0] <= right) for right in Right}

    def answer(self, line: Line) -> Deferred[Reply]:
        return Deferred.fromCoroutine(self._answer(line))

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        return Deferred.fromCoroutine(self._complete(text, right))

    def knows(self, text: str) -> bool:
        words = strip_prefix(text).split(maxsplit=1)
        return bool(words) and words[0].lower() in BY_NAME

    async def _answer(self, line: Line) -> Reply:
        with refer_to(get_reference() or make_reference()):
            return await self._answer_under_reference(line)

    async def _answer_under_reference(self, line: Line) -> Reply:
        command: Command | None = None
        try:
            too_soon = self._core.count_command(line.by)
            if too_soon is not None:
                return show_refusal(too_soon)
            parsed = parse_line(line.text)
            command = find_command(parsed.command, BY_NAME, is_abbreviated=line.is_terminal)
            reply = await self._give(command, parsed, line)
        except Exception as error:
            reply = show_error(error)
        return msgspec.structs.replace(reply, is_private=True) if command and command.is_private else reply

    async def _give(self, command: Command, parsed: ParsedLine, line: Line) -> Reply:
        """Give this command, if the person may. Raises CommandError and what the core raises."""
        if line.by.right < command.rights[0]:
            why = await self._core.explain_denial(command.requests[0], command.rights[0], line.by)
            return show_denied(command, why)
        call = fit_line(command, parsed, Call(line, now=self._wall(), allowed=self._allowed[line.by.right]))
        if not self._confirmations.is_confirmed(command, parsed, line):
            return ask_again(command)
        request = command.parse(call)
        if isinstance(request, Reply):
            if command.ends_session:
                self._leave(line.by.place)
            return request
        log_request(request, line.by)
        result = await self._core.carry_out(request, line.by)
        return msgspec.structs.replace(command.show(result, call), value=result)

    def _leave(self, place: Place) -> None:
        """End the session at this place. Raises CommandError where nobody logs in."""
        for front_end in self._front_ends:
            if front_end.name == place.front_end and isinstance(front_end, CanBeLeft):
                front_end.leave(place)
                return
        raise CommandError("you are not logged in; quit stops the whole station")

    async def _complete(self, text: str, right: Right) -> list[str]:
        by = Requester(COMPLETER, right=right)
        try:
            return await complete_line(text, self._allowed[right], lambda request: self._core.carry_out(request, by))
        except Exception:
            return []  # a completion is only an offer; the line itself gets a reply that says what is wrong


class Confirmations:
    """Remembers for each person and place which dangerous line was given last, until it is given again."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._asked: dict[tuple[str, Place], tuple[ParsedLine, float]] = {}

    def is_confirmed(self, command: Command, parsed: ParsedLine, line: Line) -> bool:
        """Whether to go ahead. A program (`ctl`) means what it says; a person may have slipped."""
        now, key = self._monotonic(), (line.by.name, line.by.place)
        before, then = self._asked.pop(key, (None, 0.0))  # another command in between takes the question back
        is_typed = line.is_terminal or line.by.identity is not None
        if not command.needs_confirmation or not is_typed or YES in parsed.options:
            return True
        if before == parsed and now - then <= CONFIRM_SECONDS:
            return True
        if len(self._asked) >= QUESTIONS:
            self._asked.clear()
        self._asked[key] = (parsed, now)
        return False


def log_request(request: Request, by: Requester) -> None:
    """Log who asks for a change, so that a reference can be followed from its beginning. What they say is theirs."""
    if REQUESTS[type(request)].writes:
        log.info("{name} ({place}) asks: {tag}", name=by.name, place=by.place, tag=request.__struct_config__.tag)


def ask_again(command: Command) -> Reply:
    again = f"if you mean it, give it again within {CONFIRM_SECONDS:.0f} s, or with --{YES}"
    return Reply(f"this would {command.summary}; {again}", Level.USAGE)


class StoredAccess:
    """`bot.commands.frontend.Access`, and the passwords' hashes of accounts, over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_right(self, identity: Identity) -> Deferred[Right]:
        """The right that was granted to this identity. If the lookup fails, it is the lowest."""
        return Deferred.fromCoroutine(self._find_right(identity))

    async def _find_right(self, identity: Identity) -> Right:
        try:
            return await self._store.read(lambda tx: access.get_right(tx, identity))
        except Exception as error:
            log.error("a right could not be looked up: {why}", why=error)
            return Right.LISTENER

    def recognise(self, identity: Identity) -> Deferred[Visitor]:
        """Who this visitor of the page is, by their session. Fails with StoreError."""
        return Deferred.fromCoroutine(self._recognise(identity))

    async def _recognise(self, identity: Identity) -> Visitor:
        return await self._store.read(lambda tx: sessions.recognise(tx, identity))

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        """The hash of this account's password; None where there is no such account. Fails with StoreError."""
        return Deferred.fromCoroutine(self._find_hash(name))

    async def _find_hash(self, name: str) -> str | None:
        return await self._store.read(lambda tx: tx.people.get_password(name))
