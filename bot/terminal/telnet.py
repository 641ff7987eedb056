"""The telnet server: negotiation, a login by name and password, and then a terminal.

A client that negotiates nothing (`nc`) gets lines instead of keys. Until somebody has logged in, the number
of connections, the time, and the bytes that are looked at are bounded. Where all places are taken, whoever has been
silent for longest makes room for who comes: a place is kept by typing, not by being first. Knows how somebody logs in,
and no command.
"""

from collections.abc import Callable
from typing import Any, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IListeningPort,
)
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.bot.backpressure import Backpressure
from bandstand.bot.terminal.login import LOGIN_BYTES, TRIES, TYPING_SECONDS, LineEditor
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.telnet_protocol import GREETING, TelnetParser, escape
from bandstand.bot.terminal.terminals import Reactor, Terminal, Terminals
from bandstand.common.text import one_line

log = Logger()

CONNECTIONS = 20
"""Of people who have not typed a name and a password yet."""
CONNECTIONS_OF_ADDRESS = 10
"""The same, from one address."""
CONNECTIONS_IN_ALL = 200
"""Of people who have not logged in, with those whose password is being checked."""
AHEAD = 65_536
"""Bytes that a client may send until it has logged in, with what it types ahead."""
READ_BYTES = 16_384
"""Bytes that are read at a time, so that a client which sends as fast as it can shares the reactor with the others."""
UNREAD = 1 << 20
"""Bytes kept for a client that does not read; with more its connection is ended."""
VISIBLE = " (it will be seen)"


@implementer(IHalfCloseableProtocol)
class TelnetConnection(Protocol):
    """One client, from its connection to its end; also the `bot.terminal.sessions.Connection` of its terminal."""

    def __init__(self, server: "TelnetServer", address: str) -> None:
        self._server = server
        self.address = address
        self._parser = TelnetParser()
        self._editor = LineEditor()
        self._backpressure = Backpressure(self._resume_output)
        self._name: str | None = None
        self._received = 0
        self._pressed = 0
        self._tries = 0
        self.is_checking = False
        """Whether it waits for us to check a password."""
        self._has_finished = False
        self._is_closed = False
        self._limit: IDelayedCall | None = None
        self._terminal: Terminal | None = None

    # The connection.

    def connectionMade(self) -> None:
        self._stream.setTcpKeepAlive(True)
        self._stream.setTcpNoDelay(True)
        self._stream.bufferSize = READ_BYTES
        self._stream.registerProducer(self._backpressure, True)
        self._start_limit(self._refuse_slow)
        self._stream.write(GREETING)
        self._say(f"{self._server.station}\r\nname: ")

    def dataReceived(self, data: bytes) -> None:
        if self._terminal is None:
            self._server.note_activity(self)
        typed, answer = self._parser.feed(data)
        if answer:
            self.send(answer, is_protocol=True)
        if self._terminal is None:
            self._receive_login(typed, len(data))
        else:
            if self._parser.size is not None:
                self._terminal.session.resize(*self._parser.size)
            if typed:
                self._terminal.receive(typed)

    def readConnectionLost(self) -> None:
        """The client has sent all that it will (`nc -N`); it is still answered."""
        self._has_finished = True
        if self._terminal is not None:
            self._terminal.session.end_input()
        elif not self.is_checking:
            self.close()

    def writeConnectionLost(self) -> None:
        """Nothing more can be sent; `readConnectionLost` or `connectionLost` follows."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._is_closed = True
        self._cancel_limit()
        self._server.end_login(self)
        if self._terminal is not None:
            self._terminal.disconnect()

    # For the terminal.

    def send(self, data: bytes, is_protocol: bool = False) -> None:
        if self._is_closed:
            return
        if self._backpressure.is_full:
            self._backpressure.unread += len(data)
            if self._backpressure.unread > UNREAD:
                self._stream.abortConnection()
                return
        self._stream.write(data if is_protocol else escape(data))
        if self._backpressure.is_full and self._terminal is not None:
            self._terminal.session.set_room(False)

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._stream.unregisterProducer()
            self._stream.loseConnection()
            # A client that does not read would keep a connection that has ended.
            self._start_limit(self._stream.abortConnection)

    def pause(self) -> None:
        if not self._has_finished:
            self._stream.pauseProducing()

    def resume(self) -> None:
        if not self._is_closed and not self._has_finished:
            self._stream.resumeProducing()

    def _resume_output(self) -> None:
        if self._terminal is not None:
            self._terminal.session.set_room(True)

    # The login.

    def _receive_login(self, typed: bytes, received: int) -> None:
        self._received += received
        if b"\x03" in typed or b"\x04" in typed or self._received > AHEAD:
            self.close()
            return
        self._editor.feed(typed)
        if not self.is_checking and not self._is_closed:
            self._read_lines()

    def _read_lines(self) -> None:
        for echo, line in self._editor.read_keys():
            self._pressed += 1
            if self._pressed > LOGIN_BYTES:
                self.close()
                return
            if echo and self._parser.echoes and self._name is None:
                self._say(echo)
            if line is not None:
                self._enter(line)
                if self.is_checking:
                    return
        if self._has_finished and not self.is_checking:
            self.close()

    def _enter(self, line: str) -> None:
        """A line is complete: a name, or the password of the name before it."""
        if self._parser.echoes:
            self._say("\r\n")
        if self._name is None:
            if line.strip():
                self._name = line.strip().lower()
            self._say("name: " if self._name is None else f"password{'' if self._parser.echoes else VISIBLE}: ")
            return
        name, self._name = self._name, None
        self.is_checking = True
        self._cancel_limit()
        self.pause()
        Deferred.fromCoroutine(self._log_in(name, line)).addErrback(self._fail)

    async def _log_in(self, name: str, password: str) -> None:
        is_right = await self._server.passwords.check(name, password, self.address)
        self.is_checking = False
        if self._is_closed:
            return
        self.resume()
        trouble = self._server.terminals.find_obstacle(name) if is_right else ""
        if trouble:
            self._say(f"{trouble}\r\n")
            self.close()
        elif is_right:
            self._open_terminal(name)
        else:
            self._refuse()

    def _fail(self, failure: Failure) -> None:
        log.failure("a login failed", failure)
        self.close()

    def _open_terminal(self, name: str) -> None:
        self._server.end_login(self)
        way = f"telnet from {self.address}"
        terminals = self._server.terminals
        if self._parser.echoes:
            self._terminal = terminals.open_prompt(name, way, self, self._parser.size or (80, 24))
        else:
            self._terminal = terminals.open_lines(name, way, self)
        rest = self._editor.take_rest()
        if rest:
            self._terminal.receive(rest)
        if self._has_finished:
            self._terminal.session.end_input()

    def _refuse(self) -> None:
        self._tries += 1
        if self._tries >= TRIES:
            self._say("that was not right either; come back later\r\n")
            self.close()
            return
        self._start_limit(self._refuse_slow)
        self._say("that is not right\r\nname: ")
        self._read_lines()

    def _refuse_slow(self) -> None:
        self._say(f"\r\na login takes at most {TYPING_SECONDS:.0f} s\r\n")
        self.close()

    def make_room(self) -> None:
        """Somebody else needs the place."""
        self._say("\r\ntoo many are logging in; come back and type sooner\r\n")
        self.close()
        self._server.end_login(self)

    def _start_limit(self, end: Callable[[], None]) -> None:
        self._cancel_limit()
        self._limit = self._server.reactor.callLater(TYPING_SECONDS, end)

    def _cancel_limit(self) -> None:
        if self._limit is not None and self._limit.active():
            self._limit.cancel()

    def _say(self, text: str) -> None:
        self.send(text.encode("utf-8", "replace"))

    @property
    def _stream(self) -> Any:
        """The transport; Twisted's type of it promises less than every TCP connection has."""
        return self.transport


class TelnetServer(ServerFactory):
    """Listens, and counts the clients that have not logged in."""

    noisy = False

    def __init__(
        self, reactor: Reactor, at: tuple[str, int], station: str, passwords: PasswordCheck, terminals: Terminals
    ) -> None:
        """`at`: host and port. `station`: its name, for the greeting."""
        self.reactor = reactor
        self.terminals = terminals
        self.passwords = passwords
        self.station = one_line(station)
        self._at = at
        self._logging_in: dict[TelnetConnection, None] = {}
        """The one that has been silent for longest first."""
        self._port: IListeningPort | None = None

    def start(self) -> str:
        """Listen. If the port is taken, return the sentence that says so: the station goes on without telnet."""
        host, port = self._at
        try:
            self._port = self.reactor.listenTCP(port, self, interface=host)
        except CannotListenError as error:
            why = getattr(error.socketError, "strerror", None) or error.socketError
            return f"no telnet at {host}:{port}: {why}; telnet.port sets another"
        return ""

    def stop(self) -> Deferred[None]:
        for connection in list(self._logging_in):
            connection.close()
        return maybeDeferred(cast(Any, self._port).stopListening) if self._port else succeed(None)

    def hang_up(self) -> None:
        """The connections of people who have logged in end with their terminals."""

    def buildProtocol(self, address: IAddress | None) -> TelnetConnection | None:
        host = address.host if isinstance(address, IPv4Address | IPv6Address) else ""
        self._make_room(host)
        if len(self._logging_in) >= CONNECTIONS_IN_ALL:
            return None
        connection = TelnetConnection(self, host)
        self._logging_in[connection] = None
        return connection

    def _make_room(self, address: str) -> None:
        """End what has been silent for longest, of this address where that has all its places, else of all."""
        typing = [connection for connection in self._logging_in if not connection.is_checking]
        same = [connection for connection in typing if connection.address == address]
        if len(same) >= CONNECTIONS_OF_ADDRESS:
            same[0].make_room()
        elif len(typing) >= CONNECTIONS:
            typing[0].make_room()

    def note_activity(self, connection: TelnetConnection) -> None:
        """Something was typed there."""
        if self._logging_in.pop(connection, self) is None:
            self._logging_in[connection] = None

    def end_login(self, connection: TelnetConnection) -> None:
        """It has logged in, or has left."""
        self._logging_in.pop(connection, None)
