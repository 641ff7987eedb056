"""The admin socket: commands from this machine's shell, as JSON lines over a UNIX socket that only its owner can open.

A request is `{"line": "..."}`, an answer a `bot.render.Message`; requests are answered as they are done, later answers
go down the connection that asked for as long as it is open. Knows no command and nothing of terminals.
"""

import itertools
import os
import stat
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorUNIX
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from bot.backpressure import Backpressure
from bot.frontend import Commands
from bot.render import Message
from bot.request import Level, Reply, Request, Right
from common.errors import ConfigError

LINE_BYTES = 16_384
UNANSWERED = 32
"""Requests of one connection that are worked on at a time; more are not read until one is answered."""
CONNECTIONS = 64
UNREAD_BYTES = 262_144
"""What is kept for a client that does not read; with more it is dropped."""
PATH_BYTES = 107
"""unix(7): `sun_path` holds 108, the last of which is zero."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as it comes."""

    line: str
    progress: bool = False
    """Tell how far the job is that it begins; by and by, as much as there is room for."""


class Connection(LineReceiver):
    """One client."""

    delimiter = b"\n"
    MAX_LENGTH = LINE_BYTES

    def __init__(self, admin: "AdminSocket", place: str) -> None:
        self._admin = admin
        self._place = place
        self._backpressure = Backpressure()
        self._asked = 0
        self._open = 0
        self._progress = False

    def connectionMade(self) -> None:
        self._wire.registerProducer(self._backpressure, True)
        self._admin.places[self._place] = self

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        del self._admin.places[self._place]

    def lineReceived(self, line: bytes) -> None:
        try:
            ask = msgspec.json.decode(line, type=Ask)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(f'a request is {{"line": "..."}}: {error}')
            return
        self._asked += 1
        self._open += 1
        self._progress = ask.progress
        if self._open >= UNANSWERED:
            self.pauseProducing()  # type: ignore[no-untyped-call]
        number = self._asked
        answer = self._admin.commands.answer(Request(ask.line, "ctl", self._place, Right.OWNER))
        answer.addCallback(self._answered, number)

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse(f"a request has at most {LINE_BYTES} bytes")

    def _refuse(self, sentence: str) -> None:
        self.send(Message(Reply(sentence, Level.USAGE), self._asked + 1))
        self.close()

    def close(self) -> None:
        """End the connection when all that was written has been read."""
        self._wire.unregisterProducer()
        self._wire.loseConnection()

    def _answered(self, reply: Reply, number: int) -> None:
        self._open -= 1
        self.send(Message(reply, number))
        if self._open == UNANSWERED - 1:
            self.resumeProducing()  # type: ignore[no-untyped-call]

    def progress(self, message: Message) -> None:
        if self._progress and not self._backpressure.is_full:
            self.send(message)

    def send(self, message: Message) -> None:
        if self._admin.places.get(self._place) is not self:
            return
        data = msgspec.json.encode(message) + b"\n"
        if self._backpressure.is_full:
            self._backpressure.unread += len(data)
        if self._backpressure.unread > UNREAD_BYTES:
            self._wire.abortConnection()
        else:
            self._wire.write(data)

    @property
    def _wire(self) -> Any:
        """The transport, of which Twisted's type promises less than every stream has."""
        return self.transport


class AdminSocket(ServerFactory):
    """The front end `ctl`: its places are `ctl:1`, `ctl:2`, ..., one for each connection."""

    name = "ctl"
    noisy = False

    def __init__(self, reactor: IReactorUNIX, path: Path, commands: Commands) -> None:
        self.commands = commands
        self.places: dict[str, Connection] = {}
        self._reactor = reactor
        self._path = path
        self._numbers = itertools.count(1)
        self._port: IListeningPort | None = None

    def start(self) -> Deferred[None]:
        """Listen, at once. The caller holds the bot's lock, so a socket that is there already is nobody's."""
        if len(os.fsencode(self._path)) > PATH_BYTES:
            raise ConfigError(f"station.directory: {self._path.parent} is too long a name for a socket in it")
        if self._path.exists() and stat.S_ISSOCK(self._path.stat().st_mode):
            self._path.unlink()
        # Twisted sets the mode only after the socket can be connected to.
        before = os.umask(0o177)
        try:
            self._port = self._reactor.listenUNIX(str(self._path), self, mode=0o600)
        finally:
            os.umask(before)
        return succeed(None)

    def stop(self) -> Deferred[None]:
        """Fires when nobody can connect any more; what was answered is still sent to those who are."""
        for connection in list(self.places.values()):
            connection.close()
        stopped = maybeDeferred(self._port.stopListening) if self._port else succeed(None)
        return stopped.addCallback(lambda _: self._path.unlink(missing_ok=True))

    def buildProtocol(self, address: IAddress | None) -> Connection | None:
        if len(self.places) >= CONNECTIONS:
            return None
        return Connection(self, f"{self.name}:{next(self._numbers)}")

    def tell(self, where: str, reply: Reply) -> bool:
        connection = self.places.get(where)
        if connection:
            connection.send(Message(reply))
        return connection is not None

    def progress(self, where: str, job: str, text: str, fraction: float | None) -> None:
        connection = self.places.get(where)
        if connection and fraction is not None:
            connection.progress(Message(Reply(text, Level.NOTICE, job=job), fraction=fraction))

    def announce(self, reply: Reply) -> None:
        """Nobody here wants notices: a shell's command prints its own answers only."""
