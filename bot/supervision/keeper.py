"""Keeps a process of the station running: started when needed, adopted when it already runs, restarted if it ends.

Started with `reactor.spawnProcess` as the leader of a session of its own (setsid), so that the terminal's Ctrl-C
reaches the bot alone and the others are stopped in order.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.supervision.pidwatch import PidWatch
from bot.view import ProcessView
from common.errors import CommandError
from common.lock import find_holder

log = Logger()

BACKOFF_FIRST, BACKOFF_LAST = 0.25, 10.0
STEADY = 5.0
"""Seconds of life after which an ending counts as the first one again."""
PATIENCE = 2.2
"""Seconds from SIGTERM to SIGKILL."""
READINESS = 30.0
"""Seconds that a successor may take to be ready."""
LINE_LIMIT = 4096


def ending(reason: Failure) -> str:
    """How a process ended, in a few words."""
    how = reason.value
    if not isinstance(how, ProcessTerminated):
        return "ended by itself"
    return f"ended by signal {how.signal}" if how.signal else f"ended with status {how.exitCode}"


class Child(ProcessProtocol):
    """One life of a process: tells its keeper each line that it says, and its end."""

    def __init__(self, keeper: "Keeper", began: float) -> None:
        self._keeper = keeper
        self.began = began
        self._unfinished = b""

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + data)[-LINE_LIMIT:].split(b"\n")
        for line in lines:
            self._keeper.said(self, line)

    def processEnded(self, reason: Failure) -> None:
        self._keeper.ended(self, ending(reason))

    @property
    def pid(self) -> int | None:
        return self.transport.pid if self.transport is not None else None

    def signal(self, name: str) -> None:
        if self.transport is not None:
            self.transport.signalProcess(name)


class Keeper:
    """One process. `on_ready` is called when it has said `ready` on its standard output.

    There may be a second one for a while, its successor, which has said `waiting` and begins when the first has ended.
    """

    def __init__(
        self,
        reactor: Any,
        name: str,
        argv: list[str],
        chance: Random,
        *,
        lock: Path | None = None,
        environment: Mapping[str, str] | None = None,
        adopted: int | None = None,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._reactor = reactor
        self._argv = ["setsid", *argv]
        self._chance = chance
        self._lock = lock
        self._environment = dict(os.environ, **(environment or {}))
        self._adopted = adopted
        self._on_ready = on_ready
        self._child: Child | None = None
        self._successor: Child | None = None
        self._waits: Deferred[None] | None = None
        self._watch: PidWatch | None = None
        self._stopping = False
        self._again: Any = None
        self._backoff = BACKOFF_FIRST
        self._trouble = ""
        self._gone: Deferred[None] | None = None

    def ensure(self) -> None:
        """Start it, unless it runs, is about to be started again, or runs already without being ours."""
        if self._child or self._successor or self._stopping or self._again is not None or self._adopts():
            return
        self._child = self._spawn(self._argv)

    def succeed(self) -> Deferred[None]:
        """Start a successor; fires when it waits for the one that runs to end, which is then the caller's to see to."""
        if self._successor is not None:
            return fail(CommandError(f"the {self.name} is being restarted already"))
        self._forget_again()
        self._waits = Deferred()
        self._successor = self._spawn([*self._argv, "--successor"])
        last = self._reactor.callLater(READINESS, self._successor.signal, "KILL")

        def settled(result: Failure | None) -> Failure | None:
            if last.active():
                last.cancel()
            return result

        return self._waits.addBoth(settled)

    def view(self) -> ProcessView:
        if self._child is not None:
            uptime = self._reactor.seconds() - self._child.began
            return ProcessView(self.name, "running", self._child.pid, uptime)
        pid = self._adopted_pid()
        if pid is not None:
            return ProcessView(self.name, "running, adopted", pid)
        return ProcessView(self.name, self._trouble or "not running")

    def said(self, child: Child, line: bytes) -> None:
        if line == b"waiting" and child is self._successor:
            waits, self._waits = self._waits, None
            if waits is not None:
                waits.callback(None)
        elif line == b"ready":
            if child is self._successor:
                self._child, self._successor = child, None
            self._on_ready()

    def ended(self, child: Child, how: str) -> None:
        if child is self._successor:
            self._successor = None
            waits, self._waits = self._waits, None
            if waits is not None:
                waits.errback(CommandError(f"the next {self.name} {how}"))
            if self._child is None and not self._adopts():
                self._start_later(how, child.began)
        elif child is self._child:
            self._child = None
            self._over(how, child.began)

    def _over(self, how: str, began: float) -> None:
        """The one that ran has ended; its successor begins by itself."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone.callback(None)
        if self._successor is None:
            self._start_later(how, began)

    def _start_later(self, how: str, began: float) -> None:
        self._trouble = how
        if self._stopping:
            return
        if self._reactor.seconds() - began > STEADY:
            self._backoff = BACKOFF_FIRST
        delay = self._backoff * (0.75 + 0.5 * self._chance.random())
        self._backoff = min(self._backoff * 2, BACKOFF_LAST)
        log.warn("{name} {why}; starting it again in {delay:.1f} s", name=self.name, why=how, delay=delay)
        self._forget_again()
        self._again = self._reactor.callLater(delay, self._restart)

    def stop(self) -> Deferred[None]:
        """SIGTERM, and SIGKILL if it takes that long; fires when it is gone. An adopted one gets SIGTERM only."""
        self._stopping = True
        self._forget_again()
        if self._successor is not None:
            self._successor.signal("KILL")
        if self._child is None:
            return self._stop_adopted()
        self._gone = Deferred()
        self._child.signal("TERM")
        last = self._reactor.callLater(PATIENCE, self._kill, self._child)
        return self._gone.addCallback(lambda _: last.cancel() if last.active() else None)

    def _stop_adopted(self) -> Deferred[None]:
        pid = self._adopted_pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
        if self._watch is not None:
            self._watch.stop()
        return succeed(None)

    def _kill(self, child: Child) -> None:
        if child is self._child:
            log.warn("{name} did not stop in time and is killed", name=self.name)
            child.signal("KILL")

    def _forget_again(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _restart(self) -> None:
        self._again = None
        self.ensure()

    def _spawn(self, argv: list[str]) -> Child:
        child = Child(self, self._reactor.seconds())
        self._reactor.spawnProcess(child, argv[0], argv, env=self._environment, childFDs={0: "w", 1: "r", 2: 2})
        return child

    def _adopts(self) -> bool:
        """Whether one runs that is not ours; its end is heard of from now on."""
        pid = self._adopted_pid()
        if pid is None:
            return False
        if self._watch is None:
            try:
                self._watch = PidWatch(self._reactor, pid, self._adopted_ended)
            except OSError:
                return self._adopted_pid() is not None
        return True

    def _adopted_ended(self) -> None:
        self._watch = self._adopted = None
        self._over("ended, and was not ours", 0.0)

    def _adopted_pid(self) -> int | None:
        if self._lock is not None:
            return find_holder(self._lock)
        if self._adopted is not None and not Path(f"/proc/{self._adopted}").exists():
            self._adopted = None
        return self._adopted
