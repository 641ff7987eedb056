"""Keeps a process of the station running: started when needed, adopted when it already runs, restarted when it ends.

A process that runs already, because the bot before this one started it, is adopted: it is known by the lock that it
holds, or by its number, and the kernel tells of its end on a descriptor (pidfd_open, Linux 5.3).

For a rolling restart there is a second process for a while, the successor. It prints `waiting` when it could begin, and
begins (`ready`) when the first one has ended. To end that one is left to the code that asked for the successor.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorFDSet, IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.bot.child import Child, Command, Ending, Launcher
from bandstand.bot.supervision.icecast import Prepared
from bandstand.common.api.values import ProcessStatus
from bandstand.common.backoff import Backoff
from bandstand.common.config import Config
from bandstand.common.errors import CommandError
from bandstand.common.lock import find_holder, read_note
from bandstand.common.python import build_command

log = Logger()

STEADY: Final = 5.0
"""Seconds of life after which an ending counts as the first one again."""
PATIENCE: Final = 2.2
"""Seconds from SIGTERM to SIGKILL."""
READINESS: Final = 30.0
"""Seconds that a successor may take to be ready."""
RECHECK: Final = 1.0
"""Seconds until an adopted process that could not be watched is looked at again."""
LINE_LIMIT: Final = 4096
STREAMER: Final = "streamer"
STANDBY: Final = "standby"
WEB: Final = "web"


@dataclass(frozen=True)
class KeptProcess:
    """What is to be kept running. `lock` or `pid` say whether it runs already without having been started by us."""

    name: str
    argv: list[str]
    lock: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """In addition to the bot's own."""
    pid: int | None = None
    mark: str = ""
    """The first word of its lock's note if it runs as this bot wants it to; empty where that is no question."""

    @property
    def is_outdated(self) -> bool:
        """Whether one runs that was started with another configuration."""
        if not self.lock or not self.mark or find_holder(self.lock) is None:
            return False
        return read_note(self.lock).partition(" ")[0] != self.mark


class _Life:
    """One life of the process."""

    def __init__(self, on_line: Callable[["_Life", bytes], None], began: float) -> None:
        self.child = Child(lambda line: on_line(self, line), LINE_LIMIT)
        self.began = began


class Keeper:
    """One process. `on_ready` is called when it has printed `ready` on its standard output."""

    def __init__(
        self,
        launcher: Launcher,
        reactor: IReactorFDSet,
        process: KeptProcess,
        random: Callable[[], float],
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = process.name
        self._launcher = launcher
        self._clock = launcher.clock
        self._reactor = reactor
        self._process = process
        self._environment = dict(os.environ, **process.environment)
        self._adopted = process.pid
        self._on_ready = on_ready
        self._current: _Life | None = None
        self._successor: _Life | None = None
        self._waiting: Deferred[None] | None = None
        self._watch: PidWatch | None = None
        self._is_stopping = False
        self._restart: IDelayedCall | None = None
        self._backoff = Backoff(random, steady=STEADY)
        self._trouble = ""
        self._gone: Deferred[None] | None = None

    def ensure(self) -> None:
        """Start it, unless it runs, is about to be started again, or runs already without being ours."""
        if self._current or self._successor or self._is_stopping or self._restart is not None or self._adopt():
            return
        self._spawn_current()

    def start_successor(self) -> Deferred[None]:
        """Start a successor; fires when it waits for the one that runs to end. Fails with CommandError."""
        if self._successor is not None:
            return fail(CommandError(f"the {self.name} is being restarted already"))
        self._cancel_restart()
        try:
            successor = self._spawn("--successor")
        except OSError as error:
            return fail(CommandError(f"the next {self.name} could not be started: {error.strerror}"))
        self._successor = successor
        self._waiting = Deferred()
        late = self._clock.callLater(READINESS, successor.child.signal, signal.SIGKILL)
        return self._waiting.addBoth(_cancel_and_pass, late)

    def get_status(self) -> ProcessStatus:
        if self._current is not None:
            uptime = self._clock.seconds() - self._current.began
            return ProcessStatus(self.name, "running", self._current.child.pid, uptime)
        pid = self._find_adopted()
        if pid is not None:
            return ProcessStatus(self.name, "running, adopted", pid)
        return ProcessStatus(self.name, self._trouble or "not running")

    @property
    def is_outdated(self) -> bool:
        """Whether the one that runs was adopted, and was started with another configuration."""
        return self._current is None and self._process.is_outdated

    def replace_adopted(self) -> None:
        """End the one that was adopted; the next is started as after any end."""
        pid = self._find_adopted()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the one that runs; the next is started as after any end."""
        if self._current is not None:
            self._current.child.signal(signal.SIGKILL)
        elif (pid := self._find_adopted()) is not None:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> Deferred[None]:
        """SIGTERM, and SIGKILL if it takes that long; fires when it is gone. An adopted one gets SIGTERM only."""
        self._is_stopping = True
        self._cancel_restart()
        if self._successor is not None:
            self._successor.child.signal(signal.SIGKILL)
        if self._current is None:
            return self._stop_adopted()
        gone = self._gone = Deferred()
        self._current.child.signal(signal.SIGTERM)
        late = self._clock.callLater(PATIENCE, self._kill, self._current)
        return gone.addBoth(_cancel_and_pass, late)

    def _stop_adopted(self) -> Deferred[None]:
        pid = self._find_adopted()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
        if self._watch is not None:
            self._watch.stop()
        return succeed(None)

    def _kill(self, life: _Life) -> None:
        if life is self._current:
            log.warn("{name} did not stop in time and is killed", name=self.name)
            life.child.signal(signal.SIGKILL)

    # What the process says, and its end

    def _take_line(self, life: _Life, line: bytes) -> None:
        if line == b"waiting" and life is self._successor:
            self._answer_waiting(None)
        elif line == b"ready":
            if life is self._successor:
                self._current, self._successor = life, None
            self._on_ready()

    def _answer_waiting(self, error: CommandError | None) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and error is None:
            waiting.callback(None)
        elif waiting is not None:
            waiting.errback(error)

    def _take_end(self, ending: Ending, life: _Life) -> None:
        how = str(ending)
        if life is self._successor:
            self._successor = None
            self._answer_waiting(CommandError(f"the next {self.name} {how}"))
            if self._current is None and not self._adopt():
                self._start_later(how, life.began)
        elif life is self._current:
            self._current = None
            self._settle_end(how, life.began)

    def _settle_end(self, how: str, began: float | None) -> None:
        """The one that ran has ended. Its successor, if there is one, begins by itself."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone.callback(None)
        if self._successor is None:
            self._start_later(how, began)

    # Starting

    def _spawn_current(self) -> None:
        began = self._clock.seconds()
        try:
            self._current = self._spawn()
        except OSError as error:
            self._start_later(f"could not be started: {error.strerror}", began)

    def _spawn(self, *more: str) -> _Life:
        """Raises OSError."""
        life = _Life(self._take_line, self._clock.seconds())
        life.child.ended.addCallback(self._take_end, life)
        self._launcher.start(life.child, Command([*self._process.argv, *more], self._environment))
        return life

    def _start_later(self, how: str, began: float | None) -> None:
        """`began`: when the one that ended did, by the clock; None where that is not known, and long ago."""
        self._trouble = how
        if self._is_stopping:
            return
        self._backoff.record_success(STEADY if began is None else self._clock.seconds() - began)
        wait = self._backoff.next_wait()
        log.warn("{name} {why}; starting it again in {wait:.1f} s", name=self.name, why=how, wait=wait)
        self._cancel_restart()
        self._restart = self._clock.callLater(wait, self._start_again)

    def _start_again(self) -> None:
        self._restart = None
        self.ensure()

    def _cancel_restart(self) -> None:
        if self._restart is not None:
            self._restart.cancel()
            self._restart = None

    # Adopting

    def _adopt(self) -> bool:
        """Whether one runs that is not ours; its end is heard of from now on."""
        pid = self._find_adopted()
        if pid is None:
            return False
        if self._watch is None:
            try:
                self._watch = PidWatch(self._reactor, pid, self._take_adopted_end)
            except OSError:  # it has just ended, or cannot be watched
                if self._restart is None:
                    self._restart = self._clock.callLater(RECHECK, self._start_again)
        return True

    def _take_adopted_end(self) -> None:
        self._watch = self._adopted = None
        if self._current is None:  # or its successor has begun already
            self._settle_end("ended, and was not ours", None)

    def _find_adopted(self) -> int | None:
        if self._process.lock is not None:
            return find_holder(self._process.lock)
        if self._adopted is not None and not Path(f"/proc/{self._adopted}").exists():
            self._adopted = None
        return self._adopted


def _cancel_and_pass(result: Failure | None, timer: IDelayedCall) -> Failure | None:
    if timer.active():
        timer.cancel()
    return result


@implementer(IReadDescriptor)
class PidWatch:
    """Hears when a process ends that is not our child. `on_end` is called once, from the reactor."""

    def __init__(self, reactor: IReactorFDSet, pid: int, on_end: Callable[[], None]) -> None:
        """Raises OSError where the process cannot be watched."""
        self._reactor = reactor
        self._on_end = on_end
        self._fd = os.pidfd_open(pid)
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._fd

    def doRead(self) -> None:
        self.stop()
        self._on_end()

    def connectionLost(self, reason: Failure) -> None:
        self.stop()

    def logPrefix(self) -> str:
        return "process"

    def stop(self) -> None:
        """Watch no longer."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            self._reactor.removeReader(self)
            os.close(fd)


def list_processes(config: Config, icecast: Prepared | None, arguments: Sequence[str]) -> list[KeptProcess]:
    """`icecast` is None where that is not ours to keep; `arguments` name the configuration file for the others.

    Port and password of our own Icecast go to the others in their environment, where nobody else sees them.
    """
    processes = []
    settings = config.icecast
    environment: dict[str, str] = {}
    admin: dict[str, str] = {}
    if icecast is not None:
        environment = {
            "BANDSTAND_ICECAST_PORT": str(icecast.port),
            "BANDSTAND_ICECAST_PASSWORD": icecast.password,
        }
        admin = {"BANDSTAND_ICECAST_ADMIN_PASSWORD": icecast.admin_password}
        processes.append(KeptProcess("icecast", icecast.argv, pid=icecast.pid))
        settings = msgspec.structs.replace(
            settings, port=icecast.port, password=icecast.password, admin_password=icecast.admin_password
        )
    streaming = msgspec.structs.replace(config, icecast=settings)
    locks = {STANDBY: config.paths.standby_lock, STREAMER: config.paths.streamer_lock}
    modules = {STANDBY: "bandstand.streamer.standby", STREAMER: "bandstand.streamer"}
    processes += [
        KeptProcess(
            name,
            build_command(modules[name], arguments),
            lock=lock,
            environment=environment | (admin if name == STANDBY else {}),
            mark=streaming.get_streaming_mark(is_admin=name == STANDBY),
        )
        for name, lock in locks.items()
    ]
    return processes
