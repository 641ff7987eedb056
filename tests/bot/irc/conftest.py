"""A session on a transport in memory, with a clock that the test moves."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from bandstand.bot.irc.message import Hostmask
from bandstand.bot.irc.session import ChatMessage, FindAccount, Session
from bandstand.common.irc import Network

WALL = 1_800_000_000.0


class Transport(StringTransport):
    """A transport that records whether the session aborted it, or ended what it sends."""

    aborted = False
    is_half_closed = False

    def abortConnection(self) -> None:
        self.aborted = True

    def loseWriteConnection(self) -> None:
        self.is_half_closed = True

    @property
    def has_ended(self) -> bool:
        return self.aborted or self.is_half_closed or self.disconnecting


class Recorder:
    """A listener that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.messages: list[tuple[ChatMessage, FindAccount]] = []

    def handle_registered(self) -> None:
        self.told.append(("registered",))

    def handle_rejected(self, reason: str, is_lasting: bool) -> None:
        self.told.append(("rejected", reason, is_lasting))

    def handle_tls_required(self, port: int) -> None:
        self.told.append(("tls required", port))

    def handle_tls_policy(self, seconds: int) -> None:
        self.told.append(("tls policy", seconds))

    def handle_lost(self, why: str) -> None:
        self.told.append(("lost", why))

    def handle_joined(self, channel: str) -> None:
        self.told.append(("joined", channel))

    def handle_message(self, message: ChatMessage, find_account: FindAccount) -> None:
        self.messages.append((message, find_account))

    def handle_invitation(self, source: Hostmask, channel: str, find_account: FindAccount) -> None:
        self.told.append(("invited", source.nick, channel))


class Connection:
    """A session and the server's side of it."""

    def __init__(self, secure: bool = False, **settings: Any) -> None:
        values = {"server": "127.0.0.1", "name": "test", "tls": secure, "channels": ["#radio"], **settings}
        self.network = Network(**values)
        self.clock = Clock()
        self.listener = Recorder()
        self.now = WALL
        self.session = Session(self.network, self.listener, self.clock, lambda: self.now, secure)
        self.transport = Transport()
        self.session.makeConnection(self.transport)

    def sent(self) -> list[str]:
        """What was sent since this was last asked."""
        lines = self.transport.value().decode().split("\r\n")
        self.transport.clear()
        assert lines[-1] == ""
        return lines[:-1]

    def says(self, *lines: str) -> list[str]:
        """The server sends these; what is sent in answer, at once or when its turn comes."""
        for line in lines:
            self.session.dataReceived(line.encode() + b"\r\n")
        return self.sent()

    def advance(self, seconds: float, alive: bool = True) -> None:
        """Time passes; a server that is alive says something now and then."""
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            self.now += 0.5
            if alive:
                self.session.dataReceived(b":srv NOTICE bandstand :still here\r\n")

    def register(self, *features: str, caps: str = "") -> None:
        """Through the registration and into the channel."""
        if caps:
            self.says(f":srv CAP * LS :{caps}")
            asked = " ".join(name.partition("=")[0] for name in caps.split())
            self.says(f":srv CAP * ACK :{asked}")
        nick = self.network.nick
        self.says(f":srv 001 {nick} :welcome")
        if features:
            self.says(f":srv 005 {nick} {' '.join(features)} :are supported by this server")
        self.says(f":srv 376 {nick} :end")
        self.says(f":{nick}!bs@host.example JOIN #radio")
        self.advance(10)
        self.sent()

    def heard(self) -> list[tuple[str, str, str]]:
        found = [(what.source.nick, what.channel, what.text) for what, _ in self.listener.messages]
        self.listener.messages.clear()
        return found


@pytest.fixture
def connect() -> Callable[..., Connection]:
    return Connection
