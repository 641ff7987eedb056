"""Has the machine examined while the station runs: `bandstand doctor`, in a process of its own.

A look may block or be costly, so none is taken in the bot. Questions that come at the same time share an examination,
and its answer is kept for some seconds, so that a page that is loaded again and again costs no more than one.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.child import CollectingChild, Command, Launcher
from bandstand.common.api.observing import Diagnosis
from bandstand.common.api.values import Grade, Symptom
from bandstand.common.python import build_command

log = Logger()

PATIENCE: Final = 40.0
"""Seconds for the process, whose own limit is shorter; on a busy machine it takes as long again to start."""
FRESH: Final = 5.0
LONGEST: Final = 1 << 18
"""Bytes of its answer."""
MODULE: Final = "bandstand.bot.doctor.command"


class MachineExaminer:
    def __init__(self, launcher: Launcher, arguments: Sequence[str]) -> None:
        """`arguments` name the configuration, as those of all our processes."""
        self._launcher = launcher
        self._command = build_command(MODULE, [*arguments, "--json"])
        self._waiting: list[Deferred[tuple[Symptom, ...]]] | None = None
        """Who waits for the examination that is under way; None: there is none."""
        self._symptoms: tuple[Symptom, ...] = ()
        self._at: float | None = None

    async def look(self) -> dict[str, Any]:
        """As a field of `Outside`."""
        return {"machine": await self.examine()}

    async def examine(self) -> tuple[Symptom, ...]:
        """The symptoms, the worst first. Never fails: an examination that does is a symptom itself."""
        now = self._launcher.clock.seconds()
        if self._at is not None and now - self._at < FRESH:
            return self._symptoms
        answer: Deferred[tuple[Symptom, ...]] = Deferred()
        if self._waiting is None:
            self._waiting = [answer]
            Deferred.fromCoroutine(self._run()).addBoth(self._tell)
        else:
            self._waiting.append(answer)
        return await answer

    async def _run(self) -> tuple[Symptom, ...]:
        child = CollectingChild(LONGEST)
        self._launcher.start(child, Command(self._command), PATIENCE)
        ending = await child.ended
        try:
            return msgspec.json.decode(child.output, type=Diagnosis).symptoms
        except msgspec.DecodeError:
            return (_describe_failure(f"bandstand doctor {ending}"),)

    def _tell(self, outcome: tuple[Symptom, ...] | Failure) -> None:
        if isinstance(outcome, Failure):
            log.failure("the machine could not be examined", outcome)
            outcome = (_describe_failure(outcome.getErrorMessage()),)
        self._symptoms, self._at = outcome, self._launcher.clock.seconds()
        waiting, self._waiting = self._waiting or [], None
        for answer in waiting:
            answer.callback(outcome)


def _describe_failure(why: str) -> Symptom:
    return Symptom("doctor", Grade.WORSE, f"the machine could not be examined: {why}", "run bandstand doctor there")
