"""The telnet server: logins that succeed and fail, time limits, and clients that send too much or do not read."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock, StringTransport

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Reply
from bandstand.bot.station import passwords
from bandstand.bot.station.identity import identify_person
from bandstand.bot.terminal import login, telnet
from bandstand.bot.terminal.login import LONGEST_WAIT
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.telnet import TelnetConnection, TelnetServer
from bandstand.bot.terminal.telnet_protocol import DO, ECHO, GREETING, IAC
from bandstand.bot.terminal.terminals import TERMINALS_OF_PERSON, Terminals
from bandstand.common.api.people import Place, Requester, Right

PASSWORD = "secret pass"
STORED = passwords.hash_password(PASSWORD)


class Pool:
    """A thread pool that works at once, in the test's own thread."""

    def callInThreadWithCallback(self, result: Callable[..., Any], work: Any, *arguments: Any, **named: Any) -> None:
        result(True, work(*arguments, **named))


class Reactor(MemoryReactorClock):
    def getThreadPool(self) -> Pool:
        return Pool()

    def callFromThread(self, work: Any, *arguments: Any, **named: Any) -> None:
        work(*arguments, **named)


class Accounts:
    """There is ann's, and no other."""

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        return succeed(STORED if name == "ann" else None)


class Commands:
    def __init__(self) -> None:
        self.asked: list[Line] = []

    def answer(self, line: Line) -> Deferred[Reply]:
        self.asked.append(line)
        return succeed(Reply(f"did {line.text}"))


class Everybody:
    def get_right(self, _: object) -> Deferred[Right]:
        return succeed(Right.DJ)


class Client(StringTransport):
    """The other end, which can be told to keep its window shut."""

    aborted = False

    def setTcpKeepAlive(self, _: bool) -> None: ...

    def setTcpNoDelay(self, _: bool) -> None: ...

    def abortConnection(self) -> None:
        self.aborted = True

    def text(self) -> str:
        return self.value().replace(GREETING, b"").decode()


class Station:
    def __init__(self, tmp_path: Any) -> None:
        self.reactor = Reactor()
        self.commands = Commands()
        fakes: Any = self.commands, Everybody(), Accounts()
        self.terminals = Terminals(self.reactor, fakes[0], fakes[1], tmp_path, 600.0)
        passwords = PasswordCheck(self.reactor, fakes[2], self.reactor.seconds)
        self.server = TelnetServer(self.reactor, ("127.0.0.1", 8023), "Radio\x1b", passwords, self.terminals)

    def connect(self, address: str = "192.0.2.1") -> tuple[TelnetConnection, Client]:
        connection = self.server.buildProtocol(IPv4Address("TCP", address, 1234))
        assert connection is not None
        client = Client()
        connection.makeConnection(client)
        return connection, client

    def pass_time(self, seconds: float) -> None:
        self.reactor.advance(seconds)


@pytest.fixture
def station(tmp_path: Any) -> Any:
    made = Station(tmp_path)
    yield made
    made.terminals.stop()


def test_a_client_that_negotiates_nothing_logs_in_with_lines_and_is_answered_in_order(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"Ann\n" + PASSWORD.encode() + b"\nwhoami\nnp\n")
    station.pass_time(0)
    said = client.text()
    assert said.startswith("Radio\r\nname: password (it will be seen): * welcome, ann")
    assert said.endswith("ok: did whoami\r\nok: did np\r\n")
    by = Requester("ann", Place("terminal", "ann:1"), Right.DJ, identify_person("ann"))
    assert station.commands.asked[0] == Line("whoami", by, is_terminal=True)


def test_a_client_that_has_sent_all_is_answered_before_the_end(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\nnp")
    connection.readConnectionLost()
    station.pass_time(0)
    assert client.text().endswith("ok: did np\r\n")
    assert client.disconnecting


def test_a_terminals_name_is_echoed_and_its_password_is_not(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(bytes([IAC, DO, ECHO]))
    connection.dataReceived(b"ann\r\0wrong\r\0")
    station.pass_time(0)
    assert client.text() == "Radio\r\nname: ann\r\npassword: \r\nthat is not right\r\nname: "


@pytest.mark.parametrize("name", ["nobody", "ann ", "../ann", "\xff", "x" * 500])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(station: Station, name: str) -> None:
    connection, client = station.connect()
    connection.dataReceived(f"{name}\nwrong\n".encode())
    station.pass_time(0)
    assert "that is not right" in client.text()


def test_after_three_tries_it_is_over(station: Station) -> None:
    connection, client = station.connect()
    for _ in range(login.TRIES):
        assert not client.disconnecting
        connection.dataReceived(b"ann\nwrong\n")
        station.pass_time(login.LONGEST_WAIT)
    assert client.disconnecting


def test_an_address_that_has_failed_waits_at_its_next_connection_too(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\nwrong\nann\nwrong\n")
    station.pass_time(0)
    station.pass_time(1)
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(1.9)
    assert "welcome" not in client.text()
    station.pass_time(0.1)
    assert "welcome" in client.text()
    other, elsewhere = station.connect("192.0.2.2")
    other.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    assert "welcome" in elsewhere.text()


def test_a_login_has_a_time_limit_and_a_session_has_not(station: Station) -> None:
    _, slow = station.connect()
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    station.pass_time(login.TYPING_SECONDS)
    assert slow.disconnecting
    assert not client.disconnecting
    assert slow.text().endswith("a login takes at most 60 s\r\n")


def test_an_idle_terminal_is_closed_and_one_in_use_is_not(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    station.pass_time(599)
    connection.dataReceived(b"np\n")
    station.pass_time(599)
    assert not client.disconnecting
    station.pass_time(1)
    assert client.disconnecting


def test_a_port_that_is_taken_is_a_sentence_and_the_station_goes_on(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(port: int, _: object, interface: str) -> None:
        raise CannotListenError(interface, port, OSError(98, "Address already in use"))

    monkeypatch.setattr(station.reactor, "listenTCP", taken)
    assert station.server.start() == "no telnet at 127.0.0.1:8023: Address already in use; telnet.port sets another"
    station.server.stop()


def test_who_has_been_silent_for_longest_makes_room_for_who_comes(station: Station) -> None:
    connections = [station.connect() for _ in range(telnet.CONNECTIONS_OF_ADDRESS)]
    connections[0][0].dataReceived(b"an")
    connection, client = station.connect()
    assert [other.disconnecting for _, other in connections] == [False, True, *[False] * 8]
    assert connections[1][1].text().endswith("too many are logging in; come back and type sooner\r\n")
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    assert "welcome, ann" in client.text()
    for number in range(2 * telnet.CONNECTIONS):
        station.connect(f"192.0.2.{number + 10}")
    assert len(station.server._logging_in) == telnet.CONNECTIONS


def test_a_right_password_does_not_wait_for_the_failures_of_others_at_the_same_address(station: Station) -> None:
    for number in range(30):
        connection, _ = station.connect()
        connection.dataReceived(f"mallory{number % 4}\nwrong\n".encode())
        station.pass_time(0.1)
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(LONGEST_WAIT / 2)
    assert "welcome, ann" in client.text()


def test_one_person_does_not_take_every_terminal(station: Station) -> None:
    for _ in range(TERMINALS_OF_PERSON):
        connection, client = station.connect()
        connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
        station.pass_time(0)
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    assert "you are here 10 times already; end one of those sessions" in client.text()
    assert station.terminals.find_obstacle("bob") == ""


@pytest.mark.parametrize("key", [b"\x03", b"\x04", bytes([IAC, 244])])
def test_ctrl_c_and_ctrl_d_leave_the_login(station: Station, key: bytes) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"an" + key)
    assert client.disconnecting


def test_a_notice_is_not_shown_where_it_was_an_answer_already(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    [place] = station.terminals._open
    station.terminals.announce(Reply("X is a", besides=place))
    station.terminals.announce(Reply("X is b", besides=Place("terminal", "bob:1")))
    assert b"X is b" in client.value()
    assert b"X is a" not in client.value()


def test_a_client_that_does_not_read_is_not_read_and_keeps_nothing_growing(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    client.producer.pauseProducing()
    connection.dataReceived(b"np\n")
    assert client.producerState == "paused"
    before = len(client.value())
    for _ in range(1000):
        station.terminals.announce(Reply("x" * 500))
    assert client.aborted or len(client.value()) - before < 2 * telnet.UNREAD
    client.producer.resumeProducing()
    assert client.producerState == "producing"


def test_a_result_finds_its_person_at_another_connection_or_later(station: Station) -> None:
    connection, _ = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    connection.connectionLost()
    assert station.terminals.tell(Place("terminal", "ann:1"), Reply("your song is done"))
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n")
    station.pass_time(0)
    assert client.text().endswith("ok: your song is done\r\n")
    assert station.terminals.tell(Place("terminal", "ann:1"), Reply("and another"))
    assert client.text().endswith("ok: and another\r\n")


@pytest.mark.parametrize("flood", [b"\x7f" * 5000, b"\r" * 5000, b"ann" * 5000])
def test_a_client_that_types_without_end_before_it_has_logged_in_is_hung_up_on(station: Station, flood: bytes) -> None:
    connection, client = station.connect()
    connection.dataReceived(flood)
    assert client.disconnecting


def test_negotiation_without_end_before_a_login_is_hung_up_on(station: Station) -> None:
    connection, client = station.connect()
    for _ in range(5):
        connection.dataReceived(bytes([IAC, DO, ECHO]) * 5000)
    assert client.disconnecting


def test_lines_that_follow_the_password_may_be_many(station: Station) -> None:
    connection, client = station.connect()
    connection.dataReceived(b"ann\n" + PASSWORD.encode() + b"\n" + b"np\n" * 3000)
    station.pass_time(0)
    assert client.text().count("ok: did np") == 3000
