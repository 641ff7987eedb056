"""From a line to its answer: find the command, check the right, run it in one transaction, then do what it decided.

The one place that every front end's requests go through; whatever happens in here, the person gets a sentence.
"""

import dataclasses
from collections.abc import Callable, Generator, Sequence
from random import Random
from typing import Any, cast

from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.commands import BY_NAME, TABLE, grammar
from bot.commands.table import Call, Command, Desk, Quotas, find, fit
from bot.completion import completions
from bot.confirm import Confirmations, question
from bot.database.store import Store
from bot.effects import Effect, Outcome
from bot.people.identity import person
from bot.people.limits import COMMANDS, Limits
from bot.request import Level, Reply, Request, Right
from bot.view import StationView
from common.errors import BandstandError, Busy, Denied, UsageError
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
        limits: Limits | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        self._store = store
        self._wall = wall
        self._chance = chance
        self._view = view
        self._perform = perform
        self._limits = limits or Limits({})
        self._quotas = quotas or Quotas()
        self._confirmations = Confirmations()

    def answer(self, request: Request) -> Deferred[Reply]:
        reply, command, call = self._fitted(request)
        if command is None or call is None:
            return succeed(reply)
        if not command.private:
            return self._carry_out(command, call)
        return self._carry_out(command, call).addCallback(dataclasses.replace, private=True)

    def completions(self, text: str, right: Right) -> Deferred[list[str]]:
        asked = self._view(False).addCallback(
            lambda view: self._store.transact(completions, text, right, TABLE, view.generators)
        )
        return cast("Deferred[list[str]]", asked.addErrback(lambda _: []))

    def knows(self, line: str) -> bool:
        words = line.lstrip().removeprefix("!").split(maxsplit=1)
        return bool(words) and words[0].lower() in BY_NAME

    def _fitted(self, request: Request) -> tuple[Reply, Command | None, Call | None]:
        """The command and its arguments, or the reply that says why not."""
        no = self._busy(request, COMMANDS)
        if no is not None:
            return no, None, None
        try:
            line = grammar.parse(request.line)
            command = find(line.command, BY_NAME, abbreviated=request.terminal)
            if request.right < command.right:
                raise Denied(f'"{command.name}" needs the right {command.right.name.lower()}')
            call = fit(command, line, request)
        except BandstandError as error:
            return refusal(error), None, None
        if not self._confirmations.given(command, line, request, self._wall()):
            return question(command), None, None
        no = self._busy(request, command.limit)
        return (no, None, None) if no is not None else (Reply(""), command, call)

    def _busy(self, request: Request, kind: str) -> Reply | None:
        """Count the request; the reply where there have been too many."""
        if request.right >= Right.ADMIN:
            return None
        wait = self._limits.take(person(request.identity, request.where), kind, self._wall())
        if wait is None:
            return None
        return Reply(f"try again in {wait.seconds} s", Level.BUSY, repeated=not wait.first)

    @inlineCallbacks
    def _carry_out(self, command: Command, call: Call) -> Generator[Deferred[Any], Any, Reply]:
        def run(desk: Desk) -> Outcome:
            return command.run(call, desk)

        try:
            view = yield self._view(command.asks_icecast)
            desk = Desk(self._wall(), self._chance, view, TABLE, self._quotas)
            outcome = yield self._store.transact(run, desk)
        except Exception as error:
            return refusal(error)
        self._perform(outcome.effects)
        return cast(Reply, outcome.reply)


LEVELS: tuple[tuple[type[BandstandError], Level], ...] = (
    (UsageError, Level.USAGE),
    (Busy, Level.BUSY),
    (Denied, Level.DENIED),
    (BandstandError, Level.ERROR),
)
"""What kind of answer a fault is; the first that fits."""


def refusal(error: BaseException) -> Reply:
    """The sentence for a command that was not carried out. What nobody foresaw is logged whole, under a reference."""
    for kind, level in LEVELS:
        if isinstance(error, kind):
            return Reply(str(error), level)
    mark = reference()
    log.error("a command failed (ref {ref}): {error!r}", ref=mark, error=error, log_failure=Failure(error))
    return Reply(f"something went wrong inside, and nothing was done (ref {mark})", Level.FAILED)
