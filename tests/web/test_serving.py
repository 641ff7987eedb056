"""The server on a socket: clients that do not come to the point."""

import asyncio
import socket
from pathlib import Path

import pytest

from bandstand.web import serving
from bandstand.web.serving import WebServer, make_server_settings
from tests.web.fake_link import make_settings


@pytest.fixture
def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_a_client_whose_head_never_ends_is_sent_away_and_others_are_answered(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.2)
    port = listening.getsockname()[1]

    async def work() -> None:
        server = WebServer(make_server_settings(make_settings(tmp_path)))
        running = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        slow, slow_writer = await asyncio.open_connection("127.0.0.1", port)
        slow_writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b'{"status":"ok"}')
        assert await slow.read() == b""
        for each in (slow_writer, writer):
            each.close()
        server.should_exit = True
        await running

    asyncio.run(asyncio.wait_for(work(), 60))
    assert capsys.readouterr().out == "ready\n"


def test_what_proxies_say_is_believed_only_of_those_that_are_named(tmp_path: Path) -> None:
    settings = make_server_settings(make_settings(tmp_path, web={"proxies": ["192.0.2.1"]}))
    assert settings.proxy_headers and settings.forwarded_allow_ips == ["192.0.2.1"]
