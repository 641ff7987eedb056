"""Ssh's door: keys from a file, and then the same terminal as everywhere, or one command with an exit status.

Knows Twisted's Conch; there is no shell, no file transfer and no forwarding behind it.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.conch.avatar import ConchUser
from twisted.conch.checkers import SSHPublicKeyChecker
from twisted.conch.interfaces import IConchUser
from twisted.conch.ssh.channel import SSHChannel
from twisted.conch.ssh.common import getNS
from twisted.conch.ssh.connection import EXTENDED_DATA_STDERR, SSHConnection
from twisted.conch.ssh.factory import SSHFactory
from twisted.conch.ssh.keys import Key
from twisted.conch.ssh.session import parseRequest_pty_req, parseRequest_window_change
from twisted.conch.ssh.transport import SSHServerTransport
from twisted.conch.ssh.userauth import SSHUserAuthServer
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from bot import render
from bot.request import Reply
from bot.terminal.authorized_keys import KeyFile
from bot.terminal.sessions import LineSession
from bot.terminal.telnet_protocol import SIDE
from bot.terminal.terminals import Line, Terminals
from common.text import one_line

log = Logger()

LOGIN_SECONDS = 60
TRIES = 6
CONNECTIONS = 50
UNREAD = 1 << 20
"""Bytes kept for a client that does not read; with more it is dropped."""
COMMAND_BYTES = 4096


class Channel(SSHChannel):
    """One session of a person's; also the `bot.terminal.sessions.Wire` of its terminal."""

    name = b"session"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line: Line | None = None
        self._size: tuple[int, int] | None = None
        self._over = False

    @property
    def _person(self) -> "Person":
        return cast(Person, self.avatar)

    # What the client asks for.

    def request_pty_req(self, data: bytes) -> bool:
        _, (rows, columns, _, _), _ = parseRequest_pty_req(data)
        self._size = _believed(columns, rows)
        return True

    def request_window_change(self, data: bytes) -> bool:
        rows, columns, _, _ = parseRequest_window_change(data)
        self._size = _believed(columns, rows)
        if self._line is not None:
            self._line.session.resized(*self._size)
        return True

    def request_shell(self, _: bytes) -> bool:
        person = self._person
        if self._line is not None or person.terminals.full:
            return False
        if self._size is not None:
            self._line = person.terminals.typing(person.account, person.way, self, self._size)
        else:
            self._line = person.terminals.lines(person.account, person.way, self, newline="\n", notices=False)
        return True

    def request_exec(self, data: bytes) -> bool:
        command = getNS(data)[0]
        if self._line is not None or len(command) > COMMAND_BYTES:
            return False
        person = self._person
        line = command.decode("utf-8", "replace")
        person.terminals.once(person.account, person.way, line).addCallback(self._answered)
        return True

    def _answered(self, reply: Reply) -> None:
        data = f"{render.text(reply)}\n".encode("utf-8", "replace")
        if reply.good:
            self.send(data)
        elif not self._over:
            self.writeExtended(EXTENDED_DATA_STDERR, data)  # type: ignore[no-untyped-call]
        self._end(0 if reply.good else 1)

    def dataReceived(self, data: bytes) -> None:
        if self._line is not None:
            self._line.received(data)

    def eofReceived(self) -> None:
        if self._line is not None:
            self._line.session.no_more()

    def closed(self) -> None:
        self._over = True
        if self._line is not None:
            self._line.lost()

    def stopWriting(self) -> None:
        if self._line is not None:
            self._line.session.flowing(False)

    def startWriting(self) -> None:
        if self._line is not None:
            self._line.session.flowing(True)

    # For the terminal.

    def send(self, data: bytes) -> None:
        if self._over:
            return
        if len(self.buf) > UNREAD:
            self._transport.abortConnection()
        else:
            self.write(data)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        session = self._line.session if self._line is not None else None
        self._end(1 if isinstance(session, LineSession) and not session.good else 0)

    def _end(self, status: int) -> None:
        if not self._over:
            self._over = True
            cast(Any, self.conn).sendRequest(self, b"exit-status", struct.pack(">L", status))
            self.loseConnection()  # type: ignore[no-untyped-call]

    def pause(self) -> None:
        self._transport.pauseProducing()

    def resume(self) -> None:
        if not self._over:
            self._transport.resumeProducing()

    @property
    def _transport(self) -> Any:
        return cast(Any, self.conn).transport.transport


def _believed(columns: int, rows: int) -> tuple[int, int]:
    return min(columns, SIDE) or 80, min(rows, SIDE) or 24


class Person(ConchUser):
    """Somebody who has logged in."""

    def __init__(self, account: str, way: str, terminals: Terminals) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.account = account
        self.way = way
        self.terminals = terminals
        self.channelLookup = {b"session": Channel}


@implementer(IRealm)
class Realm:
    def __init__(self, terminals: Terminals) -> None:
        self._terminals = terminals

    def requestAvatar(self, name: Any, _: object, *interfaces: Any) -> tuple[Any, Person, Callable[[], None]]:
        person = Person(name.decode("ascii").lower(), "ssh", self._terminals)
        return IConchUser, person, lambda: None


class Login(SSHUserAuthServer):
    loginTimeout = LOGIN_SECONDS
    attemptsBeforeDisconnect = TRIES
    supportedAuthentications = [b"publickey"]

    def _ebBadAuth(self, reason: Failure) -> Any:
        if self.method != b"none":  # with which every client begins
            user = one_line(cast(bytes, self.user).decode("utf-8", "replace"), 40)
            address = cast(Any, self.transport).transport.getPeer().host
            log.warn("ssh: {user} from {address} failed to log in", user=user, address=address)
        return super()._ebBadAuth(reason)  # type: ignore[no-untyped-call]


class Transport(SSHServerTransport):
    """A connection that has to get somewhere: whoever says nothing is not kept."""

    def connectionMade(self) -> None:
        door = cast(SshDoor, self.factory)
        self._limit = door.reactor.callLater(LOGIN_SECONDS, self._too_long)
        door.connections.add(self)
        super().connectionMade()  # type: ignore[no-untyped-call]

    def _too_long(self) -> None:
        if not hasattr(self, "avatar"):
            cast(Any, self.transport).abortConnection()

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self._limit.active():
            self._limit.cancel()
        cast(SshDoor, self.factory).connections.discard(self)
        super().connectionLost(reason)


class SshDoor(SSHFactory):
    """Listens; the station's own key is made when it is first needed, and kept."""

    noisy = False
    protocol = Transport
    services = {b"ssh-userauth": Login, b"ssh-connection": SSHConnection}

    def __init__(self, reactor: Any, at: tuple[str, int], keys: Path, host_key: Path, terminals: Terminals) -> None:
        self.reactor = reactor
        self.connections: set[Transport] = set()
        self._at = at
        self._host_key = host_key
        self._port: IListeningPort | None = None
        self.portal = Portal(Realm(terminals))
        self.portal.registerChecker(SSHPublicKeyChecker(cast(Any, KeyFile(keys))))

    def start(self) -> str:
        """Listen. A port that is taken is no more than a sentence, and the station goes on without this door."""
        host, port = self._at
        key = own_key(self._host_key)
        self.privateKeys = {key.sshType(): key}
        self.publicKeys = {key.sshType(): key.public()}
        try:
            self._port = self.reactor.listenTCP(port, self, interface=host)
        except CannotListenError as error:
            why = getattr(error.socketError, "strerror", None) or error.socketError
            return f"no ssh at {host}:{port}: {why}; ssh.port names another"
        return ""

    def stop(self) -> Deferred[None]:
        return maybeDeferred(cast(Any, self._port).stopListening) if self._port else succeed(None)

    def hang_up(self) -> None:
        for connection in list(self.connections):
            connection.loseConnection()  # type: ignore[no-untyped-call]

    def getPrimes(self) -> None:
        """Groups of fixed primes and curves only."""

    def buildProtocol(self, addr: IAddress | None) -> Any:
        return super().buildProtocol(addr) if len(self.connections) < CONNECTIONS else None


def own_key(path: Path) -> Key:
    """The key by which clients know the station again."""
    if not path.exists():
        key = Key(Ed25519PrivateKey.generate())
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as stream:
            stream.write(key.toString("openssh"))
        new.replace(path)
    return cast(Key, Key.fromFile(str(path)))
