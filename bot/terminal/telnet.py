"""Telnet's door: negotiation, a login by name and password, and then a terminal.

Knows how somebody gets in, and nothing of what can be done there. A client that negotiates nothing (`nc`) has lines
instead of keys.
"""

from collections.abc import Generator
from typing import Any, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, DeferredSemaphore, inlineCallbacks, maybeDeferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IDelayedCall, IHalfCloseableProtocol, IListeningPort
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from bot.backpressure import Gauge
from bot.database.store import Store
from bot.people import access, passwords
from bot.people.identity import PERSON
from bot.terminal.login import TRIES, TYPING_SECONDS, Attempts, Typing
from bot.terminal.telnet_protocol import GREETING, Telnet, escaped
from bot.terminal.terminals import Line, Terminals
from common.text import one_line

log = Logger()

CONNECTIONS = 20
"""Of people who have not logged in yet."""
FROM_ONE = 10
"""The same, from one address."""
AHEAD = 65_536
"""Bytes that may be typed before the password has been checked."""
CHECKS = 2
"""Passwords that are checked at a time: each takes a processor and 16 MiB."""
UNREAD = 1 << 20
"""Bytes kept for a client that does not read; with more it is dropped."""
SEEN = " (it will be seen)"


@implementer(IHalfCloseableProtocol)
class TelnetConnection(Protocol):
    """One client, from its connection to its end; also the `bot.terminal.sessions.Wire` of its terminal."""

    def __init__(self, door: "TelnetDoor", address: str) -> None:
        self._door = door
        self.address = address
        self._telnet = Telnet()
        self._typing = Typing()
        self._gauge = Gauge(self._has_room)
        self._name: str | None = None
        self._tries = 0
        self._checking = False
        self._finished = False
        self._closed = False
        self._limit: IDelayedCall | None = None
        self._line: Line | None = None

    # The connection.

    def connectionMade(self) -> None:
        self._wire.setTcpKeepAlive(True)
        self._wire.setTcpNoDelay(True)
        self._wire.registerProducer(self._gauge, True)
        self._limit = self._door.reactor.callLater(TYPING_SECONDS, self._too_long)
        self._wire.write(GREETING)
        self._say(f"{self._door.station}\r\nname: ")

    def dataReceived(self, data: bytes) -> None:
        typed, answer = self._telnet.feed(data)
        if answer:
            self.send(answer, raw=True)
        if self._line is None:
            self._log_in(typed)
        else:
            if self._telnet.size is not None:
                self._line.session.resized(*self._telnet.size)
            if typed:
                self._line.received(typed)

    def readConnectionLost(self) -> None:
        """The client has sent all that it will (`nc -N`); it is still answered."""
        self._finished = True
        if self._line is not None:
            self._line.session.no_more()
        elif not self._checking:
            self.close()

    def writeConnectionLost(self) -> None:
        """Nothing more can be said; the other half says when it is over."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._closed = True
        self._no_limit()
        self._door.gone(self)
        if self._line is not None:
            self._line.lost()

    # For the terminal.

    def send(self, data: bytes, raw: bool = False) -> None:
        if self._closed:
            return
        if self._gauge.full:
            self._gauge.unread += len(data)
            if self._gauge.unread > UNREAD:
                self._wire.abortConnection()
                return
        self._wire.write(data if raw else escaped(data))
        if self._gauge.full and self._line is not None:
            self._line.session.flowing(False)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._wire.unregisterProducer()
            self._wire.loseConnection()
            # A client that does not read would keep a connection that has ended.
            self._limit = self._door.reactor.callLater(TYPING_SECONDS, self._wire.abortConnection)

    def pause(self) -> None:
        if not self._finished:
            self._wire.pauseProducing()

    def resume(self) -> None:
        if not self._closed and not self._finished:
            self._wire.resumeProducing()

    def _has_room(self) -> None:
        if self._line is not None:
            self._line.session.flowing(True)

    # The login.

    def _log_in(self, typed: bytes) -> None:
        if b"\x03" in typed or b"\x04" in typed:
            self.close()
            return
        self._typing.feed(typed[:AHEAD])
        if not self._checking and not self._closed:
            self._take_lines()

    def _take_lines(self) -> None:
        for echo, line in self._typing.steps():
            if echo and self._telnet.echoes and self._name is None:
                self._say(echo)
            if line is not None:
                self._take(line)
                if self._checking:
                    return
        if self._finished and not self._checking:
            self.close()

    def _take(self, line: str) -> None:
        if self._telnet.echoes:
            self._say("\r\n")
        if self._name is None:
            if line.strip():
                self._name = line.strip().lower()
            self._say("name: " if self._name is None else f"password{'' if self._telnet.echoes else SEEN}: ")
            return
        name, self._name = self._name, None
        self._checking = True
        self._no_limit()
        if not self._finished:
            self._wire.pauseProducing()
        self._door.check(name, line, self.address).addCallback(self._checked, name).addErrback(self._failed)

    def _checked(self, good: bool, name: str) -> None:
        self._checking = False
        if self._closed:
            return
        self.resume()
        if good and self._door.terminals.full:
            self._say("too many are here already; try again later\r\n")
            self.close()
        elif good:
            self._sit_down(name)
        else:
            self._refuse()

    def _failed(self, failure: Failure) -> None:
        log.failure("a login failed", failure)
        self.close()

    def _sit_down(self, name: str) -> None:
        self._door.gone(self)
        way = f"telnet from {self.address}"
        terminals = self._door.terminals
        if self._telnet.echoes:
            self._line = terminals.typing(name, way, self, self._telnet.size or (80, 24))
        else:
            self._line = terminals.lines(name, way, self)
        ahead = self._typing.left()
        if ahead:
            self._line.received(ahead)
        if self._finished:
            self._line.session.no_more()

    def _refuse(self) -> None:
        self._tries += 1
        if self._tries >= TRIES:
            self._say("that was not right either; come back later\r\n")
            self.close()
            return
        self._limit = self._door.reactor.callLater(TYPING_SECONDS, self._too_long)
        self._say("that is not right\r\nname: ")
        self._take_lines()

    def _too_long(self) -> None:
        self._say(f"\r\na login takes at most {TYPING_SECONDS:.0f} s\r\n")
        self.close()

    def _no_limit(self) -> None:
        if self._limit is not None and self._limit.active():
            self._limit.cancel()

    def _say(self, text: str) -> None:
        self.send(text.encode("utf-8", "replace"))

    @property
    def _wire(self) -> Any:
        """The transport, of which Twisted's type promises less than every stream has."""
        return self.transport


class TelnetDoor(ServerFactory):
    """Listens, and checks passwords."""

    noisy = False

    def __init__(self, reactor: Any, at: tuple[str, int], station: str, store: Store, terminals: Terminals) -> None:
        self.reactor = reactor
        self.terminals = terminals
        self.station = one_line(station)
        self._at = at
        self._store = store
        self._attempts = Attempts()
        self._checks = DeferredSemaphore(CHECKS)
        self._outside: set[TelnetConnection] = set()
        self._port: IListeningPort | None = None

    def start(self) -> str:
        """Listen. A port that is taken is no more than a sentence, and the station goes on without this door."""
        host, port = self._at
        try:
            self._port = self.reactor.listenTCP(port, self, interface=host)
        except CannotListenError as error:
            why = getattr(error.socketError, "strerror", None) or error.socketError
            return f"no telnet at {host}:{port}: {why}; telnet.port names another"
        return ""

    def stop(self) -> Deferred[None]:
        for connection in list(self._outside):
            connection.close()
        return maybeDeferred(cast(Any, self._port).stopListening) if self._port else succeed(None)

    def hang_up(self) -> None:
        """Those who had logged in have been sent away with their terminals."""

    def buildProtocol(self, address: IAddress | None) -> TelnetConnection | None:
        host = address.host if isinstance(address, IPv4Address | IPv6Address) else ""
        same = sum(connection.address == host for connection in self._outside)
        if len(self._outside) >= CONNECTIONS or same >= FROM_ONE:
            return None
        connection = TelnetConnection(self, host)
        self._outside.add(connection)
        return connection

    def gone(self, connection: TelnetConnection) -> None:
        """It has logged in, or has left."""
        self._outside.discard(connection)

    @inlineCallbacks
    def check(self, name: str, password: str, address: str) -> Generator[Deferred[Any], Any, bool]:
        """Whether that is the person's password; takes longer for an address that has failed before."""
        yield deferLater(self.reactor, self._attempts.wait(address, self.reactor.seconds()), lambda: None)
        try:
            known = PERSON.fullmatch(name) is not None
            stored = (yield self._store.transact(access.password, name)) if known else None
            pool = self.reactor.getThreadPool()
            good = yield self._checks.run(deferToThreadPool, self.reactor, pool, passwords.right, password, stored)
        except Exception:
            log.failure("a password could not be checked")
            return False
        if good:
            self._attempts.succeeded(address)
        else:
            self._attempts.failed(address, self.reactor.seconds())
            log.warn("telnet: {name} from {address} failed to log in", name=one_line(name, 40), address=address)
        return bool(good)
