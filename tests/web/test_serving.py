"""The server on a socket: clients that do not come to the point."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from bandstand.web import limits, serving
from bandstand.web.serving import WebServer, make_server_settings
from tests.web.fake_link import make_settings


@pytest.fixture
def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def run_server(listening: socket.socket, folder: Path, work: Callable[[int], Awaitable[None]]) -> None:
    """Serve while `work` talks to the port."""

    async def run() -> None:
        server = WebServer(make_server_settings(make_settings(folder)))
        running = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        await work(listening.getsockname()[1])
        server.should_exit = True
        await running

    asyncio.run(asyncio.wait_for(run(), 60))


async def send(port: int, data: bytes) -> bytes:
    """What is answered until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    return answer


def test_a_client_whose_head_never_ends_is_sent_away_and_others_are_answered(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.2)

    async def work(port: int) -> None:
        slow, slow_writer = await asyncio.open_connection("127.0.0.1", port)
        slow_writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        answer = await send(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.endswith(b'{"status":"ok"}')
        assert await slow.read() == b""
        slow_writer.close()

    run_server(listening, tmp_path, work)
    assert capsys.readouterr().out == "ready\n"


def test_a_body_that_does_not_come_is_not_waited_for(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a byte comes now and then."""
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.4)

    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: 60000\r\n\r\n")
        for _ in range(20):
            writer.write(b" ")
            await asyncio.sleep(0.02)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in answer
        writer.close()

    run_server(listening, tmp_path, work)


def test_who_takes_nothing_of_the_answer_is_sent_away(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(serving, "UNREAD_SECONDS", 0.3)

    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        head = b"GET /static/style.css HTTP/1.1\r\nHost: x\r\n\r\n"
        with suppress(ConnectionError):
            for _ in range(2000):
                writer.write(head)
                await writer.drain()
                await asyncio.sleep(0.001)
        with pytest.raises(ConnectionError):
            await reader.read()
        writer.close()

    run_server(listening, tmp_path, work)


NO_HTTP = [
    (b"nonsense\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\n bad\r\n\r\n", 400),
    (b"GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: rot13\r\n\r\n", 501),
    (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", 431),
]


def test_what_is_no_http_is_answered_as_any_other_error(listening: socket.socket, tmp_path: Path) -> None:
    async def work(port: int) -> None:
        for sent, status in NO_HTTP:
            head, _, body = (await send(port, sent)).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status), (sent[:80], head)
            assert b"content-type: application/problem+json" in head.lower()
            assert msgspec.json.decode(body)["status"] == status

    run_server(listening, tmp_path, work)


def test_requests_that_come_at_once_are_answered_in_order(listening: socket.socket, tmp_path: Path) -> None:
    async def work(port: int) -> None:
        asked = (b"/healthz", b"/nonsense", b"/static/theme.js", b"/healthz")
        sent = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in asked[:-1])
        last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        statuses = [int(part[:3]) for part in (await send(port, sent + last)).split(b"HTTP/1.1 ")[1:]]
        assert statuses == [200, 404, 200, 200]

    run_server(listening, tmp_path, work)


def test_what_proxies_say_is_believed_only_of_those_that_are_named(tmp_path: Path) -> None:
    settings = make_server_settings(make_settings(tmp_path, web={"proxies": ["192.0.2.1"]}))
    assert settings.proxy_headers and settings.forwarded_allow_ips == ["192.0.2.1"]
