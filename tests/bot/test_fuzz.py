"""Whatever outsiders send: no exception, an answer or a refusal, and nothing that grows. `tests/corpus` has what was
thought of or found once; hypothesis adds to it. Lines of commands have theirs in tests/bot/commands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import capturedLogs

from bandstand.bot.commands.command_line import StoredAccess
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Reply
from bandstand.bot.making.spool import Pipes
from bandstand.bot.shell.bot_socket import LINE_BYTES, BotSocket
from bandstand.bot.shell.event_feed import EventFeed
from bandstand.bot.station.core import Core
from bandstand.bot.terminal import login
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.sessions import LineSession
from bandstand.bot.terminal.telnet import TelnetConnection, TelnetServer
from bandstand.common.api.values import Outside
from bandstand.common.text import harmless
from tests.bot.memory import NOW, DirectStore

CORPUS = Path(__file__).parents[1] / "corpus"
quickly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_corpus(name: str) -> list[bytes]:
    lines = (CORPUS / name).read_text("ascii").split("\n")
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in lines if not line.startswith("#")]


class Client(StringTransport):
    def setTcpKeepAlive(self, _: bool) -> None: ...

    def setTcpNoDelay(self, _: bool) -> None: ...

    def abortConnection(self) -> None:
        self.disconnecting = True


class Pool:
    def callInThreadWithCallback(self, result: Callable[..., Any], work: Any, *arguments: Any, **named: Any) -> None:
        result(True, False)  # no password is right


class Reactor(MemoryReactorClock):
    def getThreadPool(self) -> Pool:
        return Pool()

    def callFromThread(self, work: Any, *arguments: Any, **named: Any) -> None:
        work(*arguments, **named)


class Nobody:
    def get_password_hash(self, _: str) -> Deferred[None]:
        return succeed(None)


class NoTerminals:
    def find_obstacle(self, _: str) -> str:
        return ""


def knock(pieces: list[bytes]) -> tuple[TelnetConnection, Client]:
    reactor = Reactor()
    fakes: Any = Nobody(), NoTerminals()
    connection = TelnetServer(
        reactor, ("127.0.0.1", 8023), "Radio", PasswordCheck(reactor, fakes[0]), fakes[1]
    ).buildProtocol(IPv4Address("TCP", "192.0.2.1", 1))
    assert connection is not None
    client = Client()
    connection.makeConnection(client)
    for piece in pieces:
        if not client.disconnecting:
            connection.dataReceived(piece)
            reactor.advance(login.LONGEST_WAIT)
    return connection, client


@pytest.mark.parametrize("data", read_corpus("telnet.txt"))
def test_the_telnet_server_takes_each_of_the_corpus_at_once_and_byte_by_byte(data: bytes) -> None:
    knock([data])
    knock([data[place : place + 1] for place in range(len(data))])


@quickly
@given(st.lists(st.one_of(st.binary(max_size=200), st.sampled_from(read_corpus("telnet.txt"))), max_size=6))
@example([b"\r" * 5000])
@example([b"x" * 100_000])
@example([b"\xff\xfd\x05" * 5000])
def test_the_telnet_server_takes_any_bytes_and_says_no_more_than_it_must(pieces: list[bytes]) -> None:
    connection, client = knock(pieces)
    received = sum(map(len, pieces))
    assert len(client.value()) <= 200 + 10 * received
    assert len(connection._parser._refused) <= 512
    assert len(connection._editor._text) <= login.LINE_CHARACTERS
    connection.connectionLost()


class Echo:
    def answer(self, line: Line) -> Deferred[Reply]:
        return succeed(Reply(f"did {line.text}"))


async def look(_: bool) -> Outside:
    return Outside()


def give_to_socket(folder: Path, data: bytes) -> Client:
    store = DirectStore()
    fake: Any = Echo()
    core = Core(store, look, {}, lambda: NOW)
    feed = EventFeed(lambda: NOW)
    socket = BotSocket(MemoryReactorClock(), folder / "bot.sock", fake, core, StoredAccess(store), feed, Pipes())
    connection = socket.buildProtocol(None)
    assert connection is not None
    client = Client()
    connection.makeConnection(client)
    with capturedLogs() as records:
        connection.dataReceived(data)
    assert not [record for record in records if "log_failure" in record]
    return client


def check_answers(client: Client) -> None:
    """Each is a reply, a result, a refusal in words, or a subscriber's state; events follow that state."""
    for line in client.value().splitlines():
        message = json.loads(line)
        if "reply" in message:
            assert message["reply"]["summary"]
            assert message["reply"].get("level", "ok") in ("ok", "usage")
        elif "refused" in message:
            assert message["sentence"] and message["refused"]["refused"] != "internal_fault"
        else:
            assert "result" in message or "state" in message or "event" in message


@pytest.mark.parametrize("data", read_corpus("socket.txt"))
def test_the_socket_answers_or_refuses_each_of_the_corpus(tmp_path: Path, data: bytes) -> None:
    client = give_to_socket(tmp_path, data + b"\n")
    assert client.value()
    check_answers(client)


@quickly
@given(st.lists(st.one_of(st.binary(max_size=100), st.sampled_from(read_corpus("socket.txt"))), max_size=5))
@example([b"x" * (LINE_BYTES + 1)])
@example([b'{"line": "np"}'] * 100)
@example([b'{"subscribe": {}}'] * 100)
def test_the_socket_takes_any_bytes(tmp_path: Path, lines: list[bytes]) -> None:
    check_answers(give_to_socket(tmp_path, b"\n".join([*lines, b""])))


class Connection:
    def __init__(self) -> None:
        self.sent = bytearray()
        self.closed = False

    def send(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@quickly
@given(st.lists(st.binary(max_size=300), max_size=6))
@example([b"x" * 100_000, b"\n"])
@example([b"\x04}\x14z"])
def test_a_session_of_lines_takes_any_bytes_and_shows_no_control_code(pieces: list[bytes]) -> None:
    connection = Connection()
    session = LineSession(connection, lambda line: succeed(Reply(f"did {line}")))
    for piece in pieces:
        session.receive(piece)
        assert len(session._unfinished) <= 4096
    session.end_input()
    assert connection.closed
    text = connection.sent.decode("utf-8").replace("\r\n", "")
    assert harmless(text) == text
