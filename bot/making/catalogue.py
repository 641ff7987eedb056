"""The users' generators with what their programs say of themselves when they are asked with `--describe`.

A program that does not answer keeps what the configuration declares; why is told in the log and in `troubles`.
"""

import contextlib
import os
import signal
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec
from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.supervision.keeper import ending
from common import generators
from common.errors import BandstandError, ConfigError
from common.generator_files import check_startable
from common.generators import Description, Generator
from common.text import one_line

log = Logger()

PATIENCE: Final = 10.0
"""Seconds."""
LONGEST: Final = 1 << 18
"""Bytes of a description."""


class Asking(ProcessProtocol):
    """One run of `PROGRAM --describe`; `answer` fires with what it printed, or fails with ConfigError."""

    def __init__(self, clock: Any) -> None:
        self.answer: Deferred[bytes] = Deferred()
        self._clock = clock
        self._printed: dict[int, bytes] = {1: b"", 2: b""}
        self._late: Any = None

    def connectionMade(self) -> None:
        self._late = self._clock.callLater(PATIENCE, self._end)

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        self._printed[childFD] += data
        if len(self._printed[childFD]) > LONGEST:
            self._end()

    def _end(self) -> None:
        pid = cast(Any, self.transport).pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def processEnded(self, reason: Failure) -> None:
        if self._late.active():
            self._late.cancel()
        code = getattr(reason.value, "exitCode", None)
        if code == 0:
            self.answer.callback(self._printed[1])
            return
        words = self._printed[2].decode("utf-8", "replace").strip().splitlines()
        last = f": {one_line(words[-1], 200)}" if words else ""
        self.answer.errback(ConfigError(f"it {ending(reason)} when it was asked to describe itself{last}"))


class Catalogue:
    """`known` is always whole: as declared, and as described as soon as that is known."""

    def __init__(self, reactor: Any, declared: Mapping[str, Generator]) -> None:
        self._reactor = reactor
        self._declared = declared
        self.known: dict[str, Generator] = dict(declared)
        self.troubles: dict[str, str] = {}

    def start(self) -> Deferred[Any]:
        return DeferredList([self.refresh(name) for name in self._declared])

    def refresh(self, name: str) -> Deferred[None]:
        """Ask the program anew; fires when that is done, and never fails."""
        declared = self._declared[name]
        self.troubles.pop(name, None)
        if not declared.describe:
            return succeed(None)
        try:
            check_startable(name, declared)
            asking = self._ask(declared)
        except (BandstandError, OSError) as error:
            self._trouble(Failure(error), name)
            return succeed(None)
        return asking.answer.addCallback(self._described, name).addErrback(self._trouble, name)

    def _ask(self, declared: Generator) -> Asking:
        given = {name: one.default for name, one in generators.parameters(declared).items() if one.default is not None}
        argv = ["setsid", *generators.build_arguments(declared, 0, given, ""), "--describe"]
        environment = generators.inherit_environment(os.environ) | generators.build_variables(0, given, "")
        asking = Asking(self._reactor)
        self._reactor.spawnProcess(asking, argv[0], argv, env=environment, path=declared.directory)
        return asking

    def _described(self, printed: bytes, name: str) -> None:
        try:
            said = msgspec.json.decode(printed, type=Description)
        except msgspec.DecodeError as error:
            raise ConfigError(f"what it prints for --describe is no description: {error}") from None
        for fault in generators.find_parameter_faults(said.parameters):
            raise ConfigError(f"what it prints for --describe is wrong: {fault.lstrip('.')}")
        self.known[name] = generators.described(self._declared[name], said)

    def _trouble(self, failure: Failure, name: str) -> None:
        self.troubles[name] = str(failure.value)
        log.warn("{name}: {why}", name=name, why=str(failure.value))
