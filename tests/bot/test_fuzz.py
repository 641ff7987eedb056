"""Whatever outsiders send: no exception, an answer or a refusal, and nothing that grows. `tests/corpus` has what was
thought of or found once; hypothesis adds to it."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bot.dispatch import Dispatcher
from bot.shell.admin import LINE_BYTES, AdminSocket
from bot.view import StationView
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from peewee import SqliteDatabase
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport

from bot.commands import render
from bot.commands.all_commands import BY_NAME
from bot.commands.frontend import Line
from bot.commands.reply import Level, Reply
from bot.station.identity import own
from bot.terminal import login
from bot.terminal.password_check import PasswordCheck
from bot.terminal.sessions import LineSession
from bot.terminal.telnet import TelnetConnection, TelnetServer
from common.api.people import Right
from common.generators import Generator, Parameter
from common.text import harmless

CORPUS = Path(__file__).parents[1] / "corpus"
WORDS = ["7kq3", "1", "-1", "+10", "0:10", "new", "X", "--queue", "--seed=3", "--yes", "key=Dm", "tempo=1e9",
         "mine", '"', '""',
         "ann", "dj", "libera/ann", "libera/*!*@host.example", "\x1b[2J", "²", "\ud800", "x" * 300]  # fmt: skip
LINES = st.one_of(
    st.text(max_size=80),
    st.builds(
        lambda name, words: " ".join([name, *words]),
        st.sampled_from(sorted(BY_NAME)),
        st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=4),
    ),
)
quickly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def corpus(name: str) -> list[bytes]:
    lines = (CORPUS / name).read_text("ascii").split("\n")
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in lines if not line.startswith("#")]


class DirectStore:
    """Runs each piece of work at once, in a transaction that is kept."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def transact(self, work: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        def run(_: object) -> Any:
            with self._database.atomic():
                return work(*arguments)

        return succeed(None).addCallback(run)


@pytest.fixture
def commands(database: SqliteDatabase, bench: Any) -> Dispatcher:
    bench.stored("Blue Lantern")
    bench.say("generate")
    mine = Generator(command=["./mine", "{output}"], parameters={"tempo": Parameter(type="int", default=90)})
    view = StationView(connected=True, generators={"mine": mine})
    store: Any = DirectStore(database)
    return Dispatcher(store, lambda: 1e9, Random(1), lambda _: succeed(view), lambda _: None)


def answered(commands: Dispatcher, line: str, right: Right = Right.OWNER) -> Reply:
    replies: list[Reply] = []
    request = Line(line, "ann", "terminal:ann:1", right, own("ann"), terminal=True)
    commands.answer(request).addCallback(replies.append)
    return replies[0]


def is_fit_to_be_shown(reply: Reply) -> None:
    assert reply.level is not Level.FAILED, reply
    for line in render.render_text(reply, 80).split("\n"):
        assert harmless(line) == line


@pytest.mark.parametrize("line", corpus("lines.txt"))
def test_each_line_of_the_corpus_has_an_answer(commands: Dispatcher, line: bytes) -> None:
    is_fit_to_be_shown(answered(commands, line.decode("utf-8", "replace")))


@quickly
@given(LINES, st.sampled_from(Right))
@example("play \ud800", Right.DJ)
def test_any_line_has_an_answer(commands: Dispatcher, line: str, right: Right) -> None:
    is_fit_to_be_shown(answered(commands, line, right))


@quickly
@given(LINES, st.sampled_from(Right))
def test_any_line_can_be_completed(commands: Dispatcher, line: str, right: Right) -> None:
    offered: list[list[str]] = []
    commands.complete(line, right).addCallback(offered.append)
    assert all(harmless(word) == word for word in offered[0])


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
    def transact(self, *_: object) -> Deferred[None]:
        return succeed(None)


class NoTerminals:
    is_full = False


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


@pytest.mark.parametrize("data", corpus("telnet.txt"))
def test_the_telnet_server_takes_each_of_the_corpus_at_once_and_byte_by_byte(data: bytes) -> None:
    knock([data])
    knock([data[place : place + 1] for place in range(len(data))])


@quickly
@given(st.lists(st.one_of(st.binary(max_size=200), st.sampled_from(corpus("telnet.txt"))), max_size=6))
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
    def answer(self, request: Request) -> Deferred[Reply]:
        return succeed(Reply(f"did {line.text}"))


def at_the_socket(folder: Path, data: bytes) -> Client:
    fake: Any = Echo()
    connection = AdminSocket(MemoryReactorClock(), folder / "bot.sock", fake).buildProtocol(None)
    assert connection is not None
    client = Client()
    connection.makeConnection(client)
    connection.dataReceived(data)
    return client


@pytest.mark.parametrize("data", corpus("admin.txt"))
def test_the_admin_socket_answers_or_refuses_each_of_the_corpus(tmp_path: Path, data: bytes) -> None:
    client = at_the_socket(tmp_path, data + b"\n")
    for message in client.value().splitlines():
        assert json.loads(message)["reply"]["level"] in ("ok", "usage")


@quickly
@given(st.lists(st.one_of(st.binary(max_size=100), st.sampled_from(corpus("admin.txt"))), max_size=5))
@example([b"x" * (LINE_BYTES + 1)])
@example([b'{"line": "np"}'] * 100)
def test_the_admin_socket_takes_any_bytes(tmp_path: Path, lines: list[bytes]) -> None:
    client = at_the_socket(tmp_path, b"\n".join([*lines, b""]))
    assert all(json.loads(message)["reply"]["summary"] for message in client.value().splitlines())


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
