"""A child process that speaks lines: one kit for every process that the bot starts.

Knows how a process is started, heard line by line, signalled, given a time limit, and how it ended; not what its lines
mean.

Each child leads a session of its own (setsid). So the terminal's Ctrl-C reaches the bot alone, which stops the others
in order; and a signal to the child's process group also reaches what the child has started. Between the start and
setsid there is a moment in which the group does not exist; then the process itself is signalled.
"""

import os
import signal
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessTerminated
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

LINE_LIMIT: Final = 1 << 20
"""Bytes of one line. Of a longer one only the end is kept."""
STANDARD: Final[Mapping[int, int | str]] = {0: "w", 1: "r", 2: 2}
"""Standard input and output are pipes to the bot; standard error is the bot's own."""


class Ending(NamedTuple):
    """How a process ended: by itself with an exit status, or by a signal."""

    status: int | None = 0
    signal: int | None = None

    @classmethod
    def of(cls, reason: Failure) -> "Ending":
        """From the failure that Twisted gives to `processEnded`."""
        how = reason.value
        return cls(how.exitCode, how.signal) if isinstance(how, ProcessTerminated) else cls()

    @property
    def is_success(self) -> bool:
        return self.status == 0 and self.signal is None

    def __str__(self) -> str:
        """A few words that follow a name: `ended by signal 9`."""
        if self.is_success:
            return "ended by itself"
        return f"ended by signal {self.signal}" if self.signal else f"ended with status {self.status}"


@dataclass(frozen=True)
class Command:
    """What to start. `descriptors` maps the child's numbers to ours, or to "r" or "w": a pipe that we read or write."""

    argv: Sequence[str]
    environment: Mapping[str, str] | None = None
    """None: the bot's own."""
    directory: str | None = None
    descriptors: Mapping[int, int | str] = field(default_factory=lambda: dict(STANDARD))


class Child(ProcessProtocol):
    """One run of a program. `ended` fires when it is gone and all that it said has been passed on; it never fails."""

    def __init__(self, on_line: Callable[[bytes], None], line_limit: int = LINE_LIMIT) -> None:
        """`on_line` is called with each line of its standard output, without the line's end."""
        self.ended: Deferred[Ending] = Deferred()
        self._on_line = on_line
        self._line_limit = line_limit
        self._unfinished = b""

    @property
    def pid(self) -> int | None:
        """None before it is started and after it has ended."""
        return self.transport.pid if self.transport is not None else None

    def write_line(self, line: bytes, *, is_last: bool = True) -> None:
        """Give it a line on its standard input; after the last one that is closed."""
        assert self.transport is not None
        self.transport.write(line + b"\n")
        if is_last:
            self.transport.closeStdin()

    def signal(self, number: signal.Signals) -> None:
        """Signal it and all that it has started; nothing, if it has ended."""
        pid = self.pid
        if pid is None:
            return
        with suppress(ProcessLookupError):
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                os.kill(pid, number)

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, rest = (self._unfinished + data).split(b"\n")
        self._unfinished = rest[-self._line_limit :]
        for line in lines:
            self._on_line(line[-self._line_limit :])

    def processEnded(self, reason: Failure) -> None:
        self.ended.callback(Ending.of(reason))


class CollectingChild(Child):
    """A child that is heard to its end: keeps all that it says, and is killed where that is too much."""

    def __init__(self, limit: int) -> None:
        """`limit` in bytes, for each of its descriptors."""
        super().__init__(lambda line: None)
        self._limit = limit
        self._said: defaultdict[int, bytearray] = defaultdict(bytearray)

    @property
    def output(self) -> bytes:
        return bytes(self._said[1])

    @property
    def errors(self) -> bytes:
        """Its standard error, where that is a pipe to us."""
        return bytes(self._said[2])

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        said = self._said[childFD]
        said += data[: self._limit + 1 - len(said)]
        if len(said) > self._limit:
            self.signal(signal.SIGKILL)


class Launcher:
    """Starts children on a reactor; `clock` measures how long they take."""

    def __init__(self, reactor: IReactorProcess, clock: IReactorTime) -> None:
        self._reactor = reactor
        self.clock = clock

    def start(self, child: Child, command: Command, seconds: float | None = None) -> None:
        """Start it, and kill it after so many seconds. Raises OSError where no process can be started."""
        argv = ["setsid", *command.argv]
        self._reactor.spawnProcess(
            child,
            argv[0],
            argv,
            env=command.environment,
            path=command.directory,
            childFDs=command.descriptors,
        )
        if seconds is not None:
            late = self.clock.callLater(seconds, child.signal, signal.SIGKILL)
            child.ended.addCallback(_cancel_timer, late)


def _cancel_timer(ending: Ending, timer: IDelayedCall) -> Ending:
    if timer.active():
        timer.cancel()
    return ending
