"""The ssh server: a login by a key from a file, and then a terminal, or one command with an exit status.

On Twisted's Conch. There is no shell, no file transfer and no forwarding. Knows no command.
"""

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
from twisted.conch.ssh.keys import BadKeyError, EncryptedKeyError, Key
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

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Reply
from bandstand.bot.terminal.authorized_keys import AuthorizedKeys
from bandstand.bot.terminal.sessions import LineSession
from bandstand.bot.terminal.telnet_protocol import believable
from bandstand.bot.terminal.terminals import Reactor, Terminal, Terminals
from bandstand.common.errors import explain
from bandstand.common.files import write_whole
from bandstand.common.text import one_line

log = Logger()

LOGIN_SECONDS = 60
TRIES = 6
CONNECTIONS = 50
"""Where so many are there, the oldest that has not logged in makes room."""
UNREAD = 1 << 20
"""Bytes kept for a client that does not read; with more its connection is ended."""
COMMAND_BYTES = 4096


class SessionChannel(SSHChannel):
    """One session of a person; also the `bot.terminal.sessions.Connection` of its terminal."""

    name = b"session"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._terminal: Terminal | None = None
        self._size: tuple[int, int] | None = None
        self._is_over = False

    @property
    def _user(self) -> "User":
        return cast(User, self.avatar)

    # Requests of the client.

    def request_pty_req(self, data: bytes) -> bool:
        _, (rows, columns, _, _), _ = parseRequest_pty_req(data)
        self._size = believable(columns, rows)
        return True

    def request_window_change(self, data: bytes) -> bool:
        rows, columns, _, _ = parseRequest_window_change(data)
        self._size = believable(columns, rows)
        if self._terminal is not None:
            self._terminal.session.resize(*self._size)
        return True

    def request_shell(self, _: bytes) -> bool:
        user = self._user
        if self._terminal is not None or user.terminals.find_obstacle(user.account):
            return False
        if self._size is not None:
            self._terminal = user.terminals.open_prompt(user.account, user.way, self, self._size)
        else:
            self._terminal = user.terminals.open_pipe(user.account, user.way, self)
        return True

    def request_exec(self, data: bytes) -> bool:
        command = getNS(data)[0]
        if self._terminal is not None or len(command) > COMMAND_BYTES:
            return False
        user = self._user
        line = command.decode("utf-8", "replace")
        user.terminals.run_command(user.account, user.way, line).addCallback(self._send_result)
        return True

    def _send_result(self, reply: Reply) -> None:
        text = f"{render.render_text(reply, self._size[0] if self._size else None)}\n"
        # A client that asked for a terminal has put its own into raw mode, where a line feed alone goes straight down.
        data = (text.replace("\n", "\r\n") if self._size else text).encode("utf-8", "replace")
        if reply.is_good:
            self.send(data)
        elif not self._is_over:
            self.writeExtended(EXTENDED_DATA_STDERR, data)  # type: ignore[no-untyped-call]
        self._end(0 if reply.is_good else 1)

    def dataReceived(self, data: bytes) -> None:
        if self._terminal is not None:
            self._terminal.receive(data)

    def eofReceived(self) -> None:
        if self._terminal is not None:
            self._terminal.session.end_input()

    def closed(self) -> None:
        self._is_over = True
        if self._terminal is not None:
            self._terminal.disconnect()

    def stopWriting(self) -> None:
        if self._terminal is not None:
            self._terminal.session.set_room(False)

    def startWriting(self) -> None:
        if self._terminal is not None:
            self._terminal.session.set_room(True)

    # For the terminal.

    def send(self, data: bytes) -> None:
        if self._is_over:
            return
        if len(self.buf) > UNREAD:
            self._stream.abortConnection()
        else:
            self.write(data)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        session = self._terminal.session if self._terminal is not None else None
        self._end(1 if isinstance(session, LineSession) and not session.is_good else 0)

    def _end(self, status: int) -> None:
        if not self._is_over:
            self._is_over = True
            cast(Any, self.conn).sendRequest(self, b"exit-status", struct.pack(">L", status))
            self.loseConnection()  # type: ignore[no-untyped-call]

    def pause(self) -> None:
        self._stream.pauseProducing()

    def resume(self) -> None:
        if not self._is_over:
            self._stream.resumeProducing()

    @property
    def _stream(self) -> Any:
        """The TCP connection below, which all channels of a client share."""
        return cast(Any, self.conn).transport.transport


class User(ConchUser):
    """Somebody who has logged in."""

    def __init__(self, account: str, way: str, terminals: Terminals) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.account = account
        self.way = way
        self.terminals = terminals
        self.channelLookup = {b"session": SessionChannel}


@implementer(IRealm)
class Realm:
    """Gives everybody whose key is accepted a `User`."""

    def __init__(self, terminals: Terminals) -> None:
        self._terminals = terminals

    def requestAvatar(self, name: Any, _: object, *interfaces: Any) -> tuple[Any, User, Callable[[], None]]:
        user = User(name.decode("ascii").lower(), "ssh", self._terminals)
        return IConchUser, user, lambda: None


class KeyLogin(SSHUserAuthServer):
    """By public key only; failures are logged."""

    loginTimeout = LOGIN_SECONDS
    attemptsBeforeDisconnect = TRIES
    supportedAuthentications = [b"publickey"]

    def _ebBadAuth(self, reason: Failure) -> Any:
        if self.method != b"none":  # with which every client begins
            user = one_line(cast(bytes, self.user).decode("utf-8", "replace"), 40)
            address = cast(Any, self.transport).transport.getPeer().host
            log.warn("ssh: {user} from {address} failed to log in", user=user, address=address)
        return super()._ebBadAuth(reason)  # type: ignore[no-untyped-call]


class ServerTransport(SSHServerTransport):
    """A connection that ends if nobody has logged in by it in time."""

    def connectionMade(self) -> None:
        server = cast(SshServer, self.factory)
        self._limit = server.reactor.callLater(LOGIN_SECONDS, self._end_slow_login)
        server.connections[self] = None
        super().connectionMade()  # type: ignore[no-untyped-call]

    def _end_slow_login(self) -> None:
        if not self.has_logged_in:
            cast(Any, self.transport).abortConnection()

    @property
    def has_logged_in(self) -> bool:
        return hasattr(self, "avatar")

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self._limit.active():
            self._limit.cancel()
        cast(SshServer, self.factory).connections.pop(self, None)
        super().connectionLost(reason)


class SshServer(SSHFactory):
    """Listens, with the station's own key."""

    noisy = False
    protocol = ServerTransport
    services = {b"ssh-userauth": KeyLogin, b"ssh-connection": SSHConnection}

    def __init__(self, reactor: Reactor, at: tuple[str, int], keys: Path, host_key: Path, terminals: Terminals) -> None:
        """`at`: host and port. `keys`: the file of keys that may log in. `host_key`: the file of the station's own."""
        self.reactor = reactor
        self.connections: dict[ServerTransport, None] = {}
        """The oldest first."""
        self._at = at
        self._host_key = host_key
        self._port: IListeningPort | None = None
        self.portal = Portal(Realm(terminals))
        self.portal.registerChecker(SSHPublicKeyChecker(cast(Any, AuthorizedKeys(keys))))

    def start(self) -> str:
        """Listen. If the port is taken, return the sentence that says so: the station goes on without ssh."""
        host, port = self._at
        try:
            key = load_host_key(self._host_key)
        except (OSError, BadKeyError, EncryptedKeyError) as error:
            return f"no ssh: {self._host_key} cannot be used: {explain(error)}; without it a new one is made"
        self.privateKeys = {key.sshType(): key}
        self.publicKeys = {key.sshType(): key.public()}
        try:
            self._port = self.reactor.listenTCP(port, cast(Any, self), interface=host)
        except CannotListenError as error:
            why = getattr(error.socketError, "strerror", None) or error.socketError
            return f"no ssh at {host}:{port}: {why}; ssh.port sets another"
        return ""

    def stop(self) -> Deferred[None]:
        return maybeDeferred(cast(Any, self._port).stopListening) if self._port else succeed(None)

    def hang_up(self) -> None:
        for connection in list(self.connections):
            connection.loseConnection()  # type: ignore[no-untyped-call]

    def getPrimes(self) -> None:
        """None: key exchange is by curves and by groups of fixed primes only."""

    def buildProtocol(self, addr: IAddress | None) -> Any:
        if len(self.connections) >= CONNECTIONS:
            oldest = next((one for one in self.connections if not one.has_logged_in), None)
            if oldest is None:
                return None
            self.connections.pop(oldest)
            cast(Any, oldest.transport).abortConnection()
        return super().buildProtocol(addr)


def load_host_key(path: Path) -> Key:
    """The key by which clients recognise the station; made at the first start, and kept."""
    if not path.exists():
        key = Key(Ed25519PrivateKey.generate())
        write_whole(path, key.toString("openssh"), is_private=True)
    return cast(Key, Key.fromFile(str(path)))
