"""Errands: a process for each, one after the other, niced; and what their results mean.

Knows how such a process is started and read. Work that takes seconds is done neither on the reactor nor on the
database's thread.
"""

import os
import signal
from typing import Any, Final

import msgspec
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.effects import Effect, Send, Tell
from bot.request import Level, Reply
from bot.songs import bands
from common.background_jobs import BackgroundJob, Bred, Breed, Exported, Refused, Result

log = Logger()

PATIENCE: Final = 600.0
"""Seconds after which an errand is given up."""
decode = msgspec.json.Decoder(Result).decode


class Errands:
    def __init__(self, reactor: Any, argv: list[str]) -> None:
        self._reactor = reactor
        self._argv = argv
        self._lock = DeferredLock()
        self._running: _Running | None = None
        self._stopping = False

    def run(self, errand: BackgroundJob) -> Deferred[Result]:
        """Fires with its result, however it ended."""
        return self._lock.run(self._start, errand)

    def stop(self) -> None:
        self._stopping = True
        if self._running is not None:
            self._running.end()

    def _start(self, errand: BackgroundJob) -> Deferred[Result]:
        done: Deferred[Result] = Deferred()
        if self._stopping:
            done.callback(Refused("the station stops"))
            return done
        self._running = _Running(self._reactor, errand, done)
        try:
            fds = {0: "w", 1: "r", 2: 2}
            self._reactor.spawnProcess(self._running, self._argv[0], self._argv, env=None, childFDs=fds)
        except OSError as error:
            done.callback(Refused(f"no process could be started: {error.strerror}"))
        return done


class _Running(ProcessProtocol):
    def __init__(self, reactor: Any, errand: BackgroundJob, done: Deferred[Result]) -> None:
        self._errand = errand
        self._done = done
        self._received = b""
        self._late = reactor.callLater(PATIENCE, self.end)

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(msgspec.json.encode(self._errand) + b"\n")
        self.transport.closeStdin()

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        self._received += data

    def processEnded(self, reason: Failure) -> None:
        if self._late.active():
            self._late.cancel()
        try:
            result = decode(self._received)
        except msgspec.DecodeError:
            log.error("an errand said nothing that can be read: {why}", why=reason.getErrorMessage())
            result = Refused("it broke off; the log says more")
        self._done.callback(result)

    def end(self) -> None:
        pid = self.transport.pid if self.transport else None
        if pid is not None:
            os.kill(pid, signal.SIGTERM)


def done(sent: Send, result: Result, now: float) -> tuple[Effect, ...]:
    """One piece of a transaction: what came of an errand, and what whoever asked is told."""
    match result:
        case Exported(files):
            said = Reply(f"{sent.name}: {', '.join(files)}")
        case Bred(None):
            said = Reply(f"{sent.name} stays as it is: its ratings do not yet say clearly what is liked", Level.NOTICE)
        case Bred(band, candidates, changes) if isinstance(sent.errand, Breed) and band:
            generation = bands.bred(sent.slug, sent.genome, band, now)
            told = f"{sent.name} is bred, the best of {candidates}: generation {generation}; {'; '.join(changes)}"
            stale = f"{sent.name} has changed meanwhile; nothing was done"
            said = Reply(told if generation else stale, Level.OK if generation else Level.ERROR)
        case Refused(reason):
            said = Reply(f"{sent.name}: {reason}", Level.FAILED)
        case _:
            said = Reply(f"{sent.name}: something else came back than was asked for", Level.FAILED)
    return (Tell(sent.where, said),)
