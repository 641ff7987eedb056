"""A network's connection, made again after it ends: after how long, by TLS or not, and how it stops."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.bot.irc.network import STEADY_SECONDS, NetworkConnection, Resources
from bandstand.bot.irc.registration import list_nicks, make_login
from bandstand.bot.irc.sasl import SaslFailed
from bandstand.bot.irc.sts import PolicyStore
from bandstand.common.irc import Network
from tests.bot.irc.conftest import Transport


class Server:
    """A server whose answers the test gives: it accepts or refuses each connection. It is its own endpoint."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        values = {"server": "irc.example", "name": "test", "tls": False, "channels": ["#radio"], **settings}
        self.clock = Clock()
        self.policies = PolicyStore(folder / "sts.json")
        self.asked: list[tuple[int, bool]] = []
        self.pending: tuple[IProtocolFactory, Deferred[Any]] | None = None
        resources = Resources(self._make_endpoint, self.policies, self.clock, self.clock.seconds, Random(1))  # type: ignore[arg-type]
        self.connection = NetworkConnection(Network(**values), resources)
        self.connection.start()

    def _make_endpoint(self, network: Network, port: int, is_tls: bool) -> "Server":
        self.asked.append((port, is_tls))
        return self

    def connect(self, factory: IProtocolFactory) -> Deferred[Any]:
        deferred: Deferred[Any] = Deferred()
        self.pending = (factory, deferred)
        return deferred

    def accept(self) -> None:
        assert self.pending is not None
        factory, deferred = self.pending
        self.pending = None
        protocol = factory.buildProtocol(None)  # type: ignore[arg-type]
        assert protocol is not None
        self.protocol: Protocol = protocol  # type: ignore[assignment]
        self.transport = Transport()
        self.protocol.makeConnection(self.transport)
        deferred.callback(protocol)

    def refuse(self) -> None:
        assert self.pending is not None
        _, deferred = self.pending
        self.pending = None
        deferred.errback(Failure(ConnectionRefusedError()))

    def says(self, line: str) -> None:
        self.protocol.dataReceived(line.encode() + b"\r\n")

    def lose(self) -> None:
        self.protocol.connectionLost()

    def wait(self) -> float:
        """Seconds until it tries again."""
        before = self.clock.seconds()
        while self.pending is None:
            self.clock.advance(0.25)
            assert self.clock.seconds() < before + 1000
        return self.clock.seconds() - before


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_a_server_that_accepts_and_closes_is_asked_ever_more_rarely(server: Server) -> None:
    waits = []
    for _ in range(10):
        server.accept()
        server.lose()
        waits.append(server.wait())
    assert waits[0] <= 2
    assert all(150 <= wait <= 300 for wait in waits[8:])


def test_the_next_wait_is_short_only_after_minutes_of_being_registered(server: Server) -> None:
    for _ in range(6):
        server.refuse()
        server.wait()
    server.accept()
    server.says(":srv 001 bandstand :welcome")
    server.clock.advance(1)
    server.lose()
    assert server.wait() > 30
    server.accept()
    server.says(":srv 001 bandstand :welcome")
    for _ in range(int(STEADY_SECONDS)):
        server.clock.advance(1)
        server.says("PING :x")
    server.lose()
    assert server.wait() <= 2


def test_it_never_gives_up(server: Server) -> None:
    for _ in range(200):
        server.refuse()
        server.wait()


def test_after_a_ban_it_waits_at_least_a_minute(server: Server) -> None:
    server.accept()
    server.says(":srv 465 bandstand :you are banned")
    assert server.transport.has_ended
    server.lose()
    assert server.wait() >= 60


def test_a_server_that_demands_tls_is_connected_by_tls_at_once_and_from_then_on(server: Server) -> None:
    server.accept()
    server.says(":srv CAP * LS :sts=port=6697")
    server.lose()
    assert server.wait() <= 0.25
    assert server.asked == [(6667, False), (6697, True)]
    server.refuse()
    server.wait()
    assert server.asked[-1] == (6697, True)


def test_a_kept_policy_is_followed_from_the_first_connection(tmp_path: Path) -> None:
    PolicyStore(tmp_path / "sts.json").store("irc.example", 7000, 3600, now=0)
    assert Server(tmp_path).asked == [(7000, True)]


def test_the_status_says_whether_it_is_connected_and_in_which_channels(server: Server) -> None:
    assert server.connection.status == "connecting"
    server.refuse()
    assert server.connection.status.startswith("not connected: Connection was refused")
    server.wait()
    server.accept()
    server.says(":srv 001 bandstand :welcome")
    assert server.connection.status == "in no channel"
    server.says(":bandstand!b@h JOIN #radio")
    assert server.connection.status == "in #radio"


def test_stopping_sends_quit_and_aborts_a_connection_that_stays_open(server: Server) -> None:
    server.accept()
    server.says(":srv 001 bandstand :welcome")
    stopped: list[object] = []
    server.connection.stop().addCallback(stopped.append)
    assert server.transport.value().endswith(b"QUIT :the station stops\r\n")
    assert server.transport.disconnecting
    server.clock.advance(2.5)
    assert server.transport.aborted
    server.lose()
    assert stopped == [None]
    server.clock.advance(1000)
    assert server.pending is None


def test_stopping_while_it_waits_or_connects_leaves_nothing_behind(server: Server) -> None:
    stopped: list[object] = []
    server.connection.stop().addCallback(stopped.append)
    assert stopped == [None]
    server.clock.advance(1000)
    assert server.clock.getDelayedCalls() == []


def test_the_sasl_mechanisms_follow_from_the_configuration(tmp_path: Path) -> None:
    def mechanisms(**settings: Any) -> list[str]:
        return [make().name for make in make_login(Network(server="x", **settings)).mechanisms]

    assert mechanisms() == []
    assert mechanisms(password="p") == ["SCRAM-SHA-256", "PLAIN"]
    assert mechanisms(certificate="x.pem") == ["EXTERNAL"]
    every = ["EXTERNAL", "ECDSA-NIST256P-CHALLENGE", "SCRAM-SHA-256", "PLAIN"]
    key = tmp_path / "key.pem"
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(pem)
    assert mechanisms(certificate="x.pem", password="p", sasl_key=str(key)) == every
    chosen = ["PLAIN", "EXTERNAL"]
    assert mechanisms(certificate="x.pem", password="p", sasl_mechanisms=chosen) == chosen
    with pytest.raises(SaslFailed, match="No such file"):
        mechanisms(sasl_key=str(tmp_path / "gone.pem"))


def test_the_nicks_to_try_begin_with_the_configured_ones_and_differ_within_nine_characters() -> None:
    nicks = list_nicks("bandstand", ["standband"])
    assert nicks[:5] == ["bandstand", "standband", "bandstand_", "bandsta2", "bandsta3"]
    assert len(set(nicks)) == len(nicks) == 12
