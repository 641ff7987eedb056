"""From a line to its answer: find the command, check the right, run it in one transaction, then do what it decided.

The one place that every front end's requests go through; whatever happens in here, the person gets a sentence.
"""

from collections.abc import Callable, Generator, Sequence
from random import Random
from typing import Any, cast

from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.commands import BY_NAME, TABLE, grammar
from bot.commands.table import Command, Desk, fit
from bot.effects import Effect, Outcome
from bot.request import Level, Reply, Request
from bot.store import Store
from bot.view import StationView
from common.errors import BandstandError, CommandError, UsageError
from common.log import reference

log = Logger()


class Dispatcher:
    """`bot.frontend.Commands`, over a store and what carries out effects."""

    def __init__(
        self,
        store: Store,
        wall: Callable[[], float],
        chance: Random,
        view: Callable[[bool], Deferred[StationView]],
        perform: Callable[[Sequence[Effect]], None],
    ) -> None:
        self._store = store
        self._wall = wall
        self._chance = chance
        self._view = view
        self._perform = perform

    def answer(self, request: Request) -> Deferred[Reply]:
        try:
            line = grammar.parse(request.line)
            command = self._command(line, request)
            call = fit(command, line, request)
        except BandstandError as error:
            return succeed(refusal(error))
        if request.right < command.right:
            return succeed(Reply(f'"{command.name}" needs the right {command.right.name.lower()}', Level.DENIED))

        def run(desk: Desk) -> Outcome:
            return command.run(call, desk)

        return self._carry_out(command, run)

    def completions(self, text: str) -> Sequence[str]:
        words = text.lstrip().removeprefix("!").split(" ")
        if len(words) == 1:
            return [command.name for command in TABLE if command.name.startswith(words[0].lower())]
        if words[0].lower() == "help" and len(words) == 2:
            return [command.name for command in TABLE if command.name.startswith(words[1].lower())]
        return []

    def knows(self, line: str) -> bool:
        words = line.lstrip().removeprefix("!").split(maxsplit=1)
        return bool(words) and words[0].lower() in BY_NAME

    def _command(self, line: grammar.Line, request: Request) -> Command:
        if line.command in BY_NAME:
            return BY_NAME[line.command]
        raise CommandError("there is no command of that name; help lists them")

    @inlineCallbacks
    def _carry_out(self, command: Command, run: Callable[[Desk], Outcome]) -> Generator[Deferred[Any], Any, Reply]:
        try:
            view = yield self._view(command.asks_icecast)
            desk = Desk(self._wall(), self._chance, view, TABLE)
            outcome = yield self._store.transact(run, desk)
        except Exception as error:
            return refusal(error)
        self._perform(outcome.effects)
        return cast(Reply, outcome.reply)


def refusal(error: BaseException) -> Reply:
    """The sentence for a command that was not carried out. What nobody foresaw is logged whole, under a reference."""
    if isinstance(error, UsageError):
        return Reply(str(error), Level.USAGE)
    if isinstance(error, BandstandError):
        return Reply(str(error), Level.ERROR)
    mark = reference()
    log.error("a command failed (ref {ref}): {error!r}", ref=mark, error=error, log_failure=Failure(error))
    return Reply(f"something went wrong inside, and nothing was done (ref {mark})", Level.FAILED)
