"""Icecast's questions, as HTTP: who may send, and who may listen."""

import os
import socket
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from twisted.internet.testing import MemoryReactor, StringTransport

from bandstand.bot.live.door import Attempt, Door, DoorPlace

PLACE = DoorPlace("127.0.0.1", 8010, "secret")
Ask = Callable[..., str]


@pytest.fixture
def asked() -> list[Attempt]:
    return []


@pytest.fixture
def ask(asked: list[Attempt]) -> Ask:
    """The answer to a form."""

    async def admit(attempt: Attempt) -> bool:
        asked.append(attempt)
        if attempt.password == "broken":
            raise ValueError("a fault of ours")
        return attempt.password == "right"

    reactor = MemoryReactor()
    door = Door(reactor, PLACE, admit, "station's")
    assert door.start() == ""
    (_, site, *_), *_ = reactor.tcpServers

    def post(path: str = "/secret", **form: str) -> str:
        protocol = site.buildProtocol(None)
        transport = StringTransport()
        protocol.makeConnection(transport)
        body = urlencode(form).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        protocol.dataReceived(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return transport.value().decode()

    return post


SOURCE = {"action": "stream_auth", "mount": "/live/ann", "user": "ann", "pass": "right", "ip": "192.0.2.1"}


def is_in(answer: str) -> bool:
    return "icecast-auth-user: 1" in answer.lower()


def test_a_source_with_the_right_password_is_let_in(ask: Ask, asked: list[Attempt]) -> None:
    assert is_in(ask(**SOURCE))
    assert asked == [Attempt("ann", "right", "192.0.2.1")]
    assert not is_in(ask(**SOURCE | {"pass": "wrong"}))


def test_a_port_that_is_taken_already_is_listened_on() -> None:
    async def admit(_: Attempt) -> bool:
        return False

    reactor = MemoryReactor()
    listening = socket.create_server(("127.0.0.1", 0))
    door = Door(reactor, DoorPlace("127.0.0.1", listening.getsockname()[1], "secret", listening), admit, "station's")
    number = listening.fileno()
    same = os.dup(number)
    assert door.start() == ""
    assert not os.get_blocking(same), "it would stop the reactor"
    os.close(same)
    [(adopted, family, _)] = reactor.adoptedPorts
    assert (adopted, family) == (number, socket.AF_INET)
    assert reactor.tcpServers == []
    assert listening.fileno() == -1, "the reactor has a descriptor of its own"


def test_a_title_is_no_new_source(ask: Ask, asked: list[Attempt]) -> None:
    assert is_in(ask(**SOURCE, admin="1"))
    assert asked[0].is_title


def test_a_client_that_calls_itself_source_is_known_by_its_mount(ask: Ask) -> None:
    assert is_in(ask(**SOURCE | {"user": "source"}))


def test_a_client_that_comes_without_a_password_first_has_not_failed(ask: Ask, asked: list[Attempt]) -> None:
    """libshout does so; Icecast then asks with neither."""
    assert not is_in(ask(**SOURCE | {"user": "", "pass": ""}))
    assert asked == []
    assert is_in(ask(**SOURCE))


@pytest.mark.parametrize(
    "change",
    [
        {"user": "bob"},
        {"mount": "/stream.mp3"},
        {"mount": "/live/"},
        {"mount": "/live/../ann"},
        {"mount": "/live/a b"},
        {"action": "mount_add"},
        {"pass": "broken"},
    ],
)
def test_anything_else_is_refused(ask: Ask, change: dict[str, str]) -> None:
    assert not is_in(ask(**SOURCE | change))


def test_nobody_asks_without_the_key(ask: Ask, asked: list[Attempt]) -> None:
    answer = ask("/other", **SOURCE)
    assert answer.startswith("HTTP/1.1 404")
    assert not asked


def test_only_the_station_hears_a_dj_who_waits(ask: Ask) -> None:
    listener = {"action": "listener_add", "mount": "/live/ann", "user": "", "pass": ""}
    assert not is_in(ask(**listener))
    assert is_in(ask(**listener | {"user": "source", "pass": "station's"}))
    assert is_in(ask(**listener | {"mount": "/favicon.ico"}))
