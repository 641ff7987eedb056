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

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.view import ProcessView
from common.lock import holder

log = Logger()

BACKOFF_FIRST, BACKOFF_LAST = 0.25, 10.0
STEADY = 60.0
"""Seconds of life after which an ending counts as the first one again."""
PATIENCE = 2.2
"""Seconds from SIGTERM to SIGKILL."""
LINE_LIMIT = 4096


def ending(reason: Failure) -> str:
    """How a process ended, in a few words."""
    how = reason.value
    if not isinstance(how, ProcessTerminated):
        return "ended by itself"
    return f"ended by signal {how.signal}" if how.signal else f"ended with status {how.exitCode}"


class Keeper(ProcessProtocol):
    """One process. `on_ready` is called when it has said `ready` on its standard output."""

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
        self._running = self._stopping = False
        self._again: Any = None
        self._backoff = BACKOFF_FIRST
        self._began = 0.0
        self._trouble = ""
        self._said = b""
        self._gone: Deferred[None] | None = None

    def ensure(self) -> None:
        """Start it, unless it runs, is about to be started again, or runs already without being ours."""
        if self._running or self._stopping or self._again is not None or self._adopted_pid() is not None:
            return
        self._began = self._reactor.seconds()
        self._running = True
        self._reactor.spawnProcess(
            self, self._argv[0], self._argv, env=self._environment, childFDs={0: "w", 1: "r", 2: 2}
        )

    def view(self) -> ProcessView:
        if self._running and self.transport is not None:
            return ProcessView(self.name, "running", self.transport.pid, self._reactor.seconds() - self._began)
        pid = self._adopted_pid()
        if pid is not None:
            return ProcessView(self.name, "running, adopted", pid)
        return ProcessView(self.name, self._trouble or "not running")

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        self._said = (self._said + data)[-LINE_LIMIT:]
        if b"ready\n" in self._said:
            self._said = b""
            self._on_ready()

    def processEnded(self, reason: Failure) -> None:
        self._running = False
        self._trouble = ending(reason)
        if self._gone is not None:
            gone, self._gone = self._gone, None
            gone.callback(None)
        if self._stopping:
            return
        if self._reactor.seconds() - self._began > STEADY:
            self._backoff = BACKOFF_FIRST
        delay = self._backoff * (0.75 + 0.5 * self._chance.random())
        self._backoff = min(self._backoff * 2, BACKOFF_LAST)
        log.warn("{name} {why}; starting it again in {delay:.1f} s", name=self.name, why=self._trouble, delay=delay)
        self._again = self._reactor.callLater(delay, self._restart)

    def stop(self) -> Deferred[None]:
        """SIGTERM, and SIGKILL if it takes that long; fires when it is gone. An adopted one gets SIGTERM only."""
        self._stopping = True
        if self._again is not None:
            self._again.cancel()
        if not self._running or self.transport is None:
            pid = self._adopted_pid()
            if pid is not None:
                os.kill(pid, signal.SIGTERM)
            return succeed(None)
        self._gone = Deferred()
        self.transport.signalProcess("TERM")
        last = self._reactor.callLater(PATIENCE, self._kill)
        return self._gone.addCallback(lambda _: last.cancel() if last.active() else None)

    def _kill(self) -> None:
        if self._running and self.transport is not None:
            log.warn("{name} did not stop in time and is killed", name=self.name)
            self.transport.signalProcess("KILL")

    def _restart(self) -> None:
        self._again = None
        self.ensure()

    def _adopted_pid(self) -> int | None:
        if self._lock is not None:
            return holder(self._lock)
        if self._adopted is not None and not Path(f"/proc/{self._adopted}").exists():
            self._adopted = None
        return self._adopted
