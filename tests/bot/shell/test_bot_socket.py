"""The admin socket: requests and answers as JSON lines, and bounds on what a client may cost."""

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from bot.shell.admin import AdminSocket, Connection
from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport

from bot.commands.frontend import Line
from bot.commands.reply import Reply
from bot.shell import admin
from common.api.people import Right
from common.errors import ConfigError


class SlowCommands:
    """Commands that are answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Request, Deferred[Reply]]] = []

    def answer(self, request: Request) -> Deferred[Reply]:
        answer: Deferred[Reply] = Deferred()
        self.asked.append((request, answer))
        return answer

    def completions(self, text: str, right: Right) -> Deferred[list[str]]:
        return succeed([])

    def knows(self, line: str) -> bool:
        return True


class Transport(StringTransport):
    """A client that can be slow to read."""

    aborted = False

    def abortConnection(self) -> None:
        self.aborted = True


class Client:
    def __init__(self, front_end: AdminSocket) -> None:
        self.transport = Transport()
        connection = front_end.buildProtocol(None)
        assert connection is not None
        self.connection: Connection = connection
        connection.makeConnection(self.transport)

    def ask(self, *lines: str) -> None:
        self.connection.dataReceived(b"".join(json.dumps({"line": line}).encode() + b"\n" for line in lines))

    def answers(self) -> list[tuple[int, str]]:
        messages = [json.loads(line) for line in self.transport.value().splitlines()]
        return [(message.get("answers", 0), message["reply"]["summary"]) for message in messages]


@pytest.fixture
def commands() -> SlowCommands:
    return SlowCommands()


@pytest.fixture
def front_end(tmp_path: Path, commands: SlowCommands) -> AdminSocket:
    return AdminSocket(MemoryReactorClock(), tmp_path / "bot.sock", commands)


def test_whoever_can_open_the_socket_owns_the_station(front_end: AdminSocket, commands: SlowCommands) -> None:
    Client(front_end).ask("np")
    assert commands.asked[0][0] == Line("np", "ctl", "ctl:1", Right.OWNER)


def test_answers_say_which_request_they_answer(front_end: AdminSocket, commands: SlowCommands) -> None:
    client = Client(front_end)
    client.ask("first", "second")
    commands.asked[1][1].callback(Reply("two"))
    commands.asked[0][1].callback(Reply("one"))
    assert client.answers() == [(2, "two"), (1, "one")]


def test_a_later_answer_goes_to_the_connection_that_asked(front_end: AdminSocket) -> None:
    one, two = Client(front_end), Client(front_end)
    assert front_end.tell("ctl:2", Reply("your song is done"))
    assert (one.answers(), two.answers()) == ([], [(0, "your song is done")])


def test_a_place_that_is_gone_is_told_nothing(front_end: AdminSocket, commands: SlowCommands) -> None:
    client = Client(front_end)
    client.ask("generate")
    client.connection.connectionLost()
    commands.asked[0][1].callback(Reply("composing"))
    assert not front_end.tell("ctl:1", Reply("done"))
    assert client.answers() == []


@pytest.mark.parametrize("line", [b"generate\n", b'{"line": 3}\n', b'{"lines": "np"}\n', b'"\xff"\n', b"\n"])
def test_what_is_no_request_is_refused_with_how_one_looks(front_end: AdminSocket, line: bytes) -> None:
    client = Client(front_end)
    client.connection.dataReceived(line)
    assert 'a request is {"line": "..."}' in client.answers()[0][1]
    assert client.transport.disconnecting


def test_an_overlong_line_ends_the_connection(front_end: AdminSocket, commands: SlowCommands) -> None:
    client = Client(front_end)
    client.connection.dataReceived(b"x" * (admin.LINE_BYTES + 1))
    assert client.transport.disconnecting
    assert not commands.asked


def test_more_than_so_many_requests_wait_until_one_is_answered(front_end: AdminSocket, commands: SlowCommands) -> None:
    client = Client(front_end)
    client.ask(*["np"] * (admin.UNANSWERED + 5))
    assert len(commands.asked) == admin.UNANSWERED
    assert client.transport.producerState == "paused"
    commands.asked[0][1].callback(Reply("nothing"))
    assert len(commands.asked) == admin.UNANSWERED + 1
    for _, answer in commands.asked[1:]:
        answer.callback(Reply("nothing"))
    assert len(commands.asked) == admin.UNANSWERED + 5
    assert client.transport.producerState == "producing"


def test_a_client_that_does_not_read_is_dropped(front_end: AdminSocket) -> None:
    client = Client(front_end)
    client.transport.producer.pauseProducing()
    told = Reply("x" * 10_000)
    for _ in range(admin.UNREAD_BYTES // 10_000 - 1):
        front_end.tell("ctl:1", told)
    assert not client.transport.aborted
    for _ in range(3):
        front_end.tell("ctl:1", told)
    assert client.transport.aborted


def test_how_far_a_job_is_is_told_to_who_asked_for_that_as_long_as_they_read(front_end: AdminSocket) -> None:
    one, two = Client(front_end), Client(front_end)
    one.connection.dataReceived(b'{"line": "generate", "progress": true}\n')
    two.ask("generate")
    for where in ("ctl:1", "ctl:2", "ctl:3"):
        front_end.progress(where, "7", "job 7", 0.5)
        front_end.progress(where, "7", "job 7", None)
    assert [json.loads(line)["fraction"] for line in one.transport.value().splitlines()] == [0.5]
    assert two.transport.value() == b""
    one.transport.producer.pauseProducing()
    front_end.progress("ctl:1", "7", "job 7", 0.6)
    assert one.transport.value().count(b"\n") == 1


def test_a_client_that_reads_again_is_forgiven(front_end: AdminSocket) -> None:
    client = Client(front_end)
    for _ in range(3):
        client.transport.producer.pauseProducing()
        front_end.tell("ctl:1", Reply("x" * (admin.UNREAD_BYTES // 2)))
        client.transport.producer.resumeProducing()
    assert not client.transport.aborted


def test_too_many_clients_are_turned_away(front_end: AdminSocket) -> None:
    for _ in range(admin.CONNECTIONS):
        Client(front_end)
    assert front_end.buildProtocol(None) is None


class BindingReactor:
    """Binds for real, as Twisted does, and notes who may use the socket at that moment."""

    def __init__(self) -> None:
        self.mode_at_first = 0

    def listenUNIX(self, address: str, *_: Any, **__: Any) -> "BindingReactor":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(address)
        self.mode_at_first = stat.S_IMODE(Path(address).stat().st_mode)
        return self

    def stopListening(self) -> None:
        pass


def test_the_socket_is_its_owners_from_the_first_moment(tmp_path: Path, commands: SlowCommands) -> None:
    reactor = BindingReactor()
    before = os.umask(0o022)
    try:
        AdminSocket(reactor, tmp_path / "bot.sock", commands).start()  # type: ignore[arg-type]
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert reactor.mode_at_first == 0o600


def test_a_socket_left_by_a_crash_is_replaced_and_none_is_left_at_the_end(
    tmp_path: Path, commands: SlowCommands
) -> None:
    path = tmp_path / "bot.sock"
    BindingReactor().listenUNIX(str(path))
    front_end = AdminSocket(BindingReactor(), path, commands)  # type: ignore[arg-type]
    front_end.start()
    front_end.stop()
    assert not path.exists()


def test_a_directory_too_long_for_a_socket_is_named(tmp_path: Path, commands: SlowCommands) -> None:
    with pytest.raises(ConfigError, match=r"station\.directory: .*too long"):
        AdminSocket(MemoryReactorClock(), tmp_path / ("x" * 120) / "bot.sock", commands).start()
