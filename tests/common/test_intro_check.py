"""Whether the intro that the streamer made reaches a new listener, as `bandstand check` hears it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from bandstand.common.config import Config, load
from bandstand.common.intro_check import find_missing_intros

INTRO = bytes(range(256)) * 12


@contextmanager
def icecast(status: HTTPStatus, body: bytes) -> Iterator[int]:
    """Something that answers a listener in this way; the port."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def station(folder: Path, port: int, keys: str = 'password = "p"\nhost = "127.0.0.1"') -> Config:
    file = folder / "bandstand.toml"
    file.write_text(
        f'[icecast]\n{keys}\nport = {port}\n[[mounts]]\npath = "/stream.mp3"\nformat = "mp3"\nbitrate = 64\n'
    )
    config = load(file, {})
    config.paths.webroot.mkdir(parents=True)
    (config.paths.webroot / "intro_stream.mp3.mp3").write_bytes(INTRO)
    return config


def test_an_icecast_that_sends_it_is_right(tmp_path: Path) -> None:
    with icecast(HTTPStatus.OK, INTRO + b"music") as port:
        assert list(find_missing_intros(station(tmp_path, port))) == []


def test_one_that_begins_with_the_stream_is_told_with_what_that_costs(tmp_path: Path) -> None:
    with icecast(HTTPStatus.OK, b"music" * 4000) as port:
        (found,) = find_missing_intros(station(tmp_path, port))
    assert found.startswith("/stream.mp3: Icecast does not send its intro, so some players are silent for 16 s: see")


def test_what_cannot_be_known_is_not_told(tmp_path: Path) -> None:
    with icecast(HTTPStatus.NOT_FOUND, b"no such mount") as port:
        config = station(tmp_path, port)
        assert list(find_missing_intros(config)) == []
    assert list(find_missing_intros(config)) == []  # nobody answers there any more
    (config.paths.webroot / "intro_stream.mp3.mp3").unlink()
    assert list(find_missing_intros(config)) == []


@pytest.mark.parametrize("is_kept", [True, False])
def test_our_own_icecast_is_asked_where_it_really_is(tmp_path: Path, is_kept: bool) -> None:
    with icecast(HTTPStatus.OK, b"music" * 4000) as port:
        config = station(tmp_path, 1, "")
        if is_kept:
            config.paths.icecast.mkdir()
            (config.paths.icecast / "kept.json").write_bytes(msgspec.json.encode({"asked": 1, "port": port}))
        assert len(list(find_missing_intros(config))) == is_kept
