"""Our template with the real Icecast: passwords, the way to the standby and back, adoption, other users' rights."""

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from base64 import b64encode
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import msgspec
import pytest

from bandstand.bot.supervision.icecast import Prepared, find_running, probe
from bandstand.common.config import Config
from tests.bot.supervision.test_icecast import prepare
from tests.integration.conftest import run_icecast
from tests.integration.streaming import free_port, until

pytestmark = pytest.mark.skipif(shutil.which("icecast2") is None, reason="icecast2 is not installed")
MOUNT = "/stream.mp3"
STANDBY = "/standby/stream.mp3"
NOBODY = 65534


def station(directory: Path, **icecast_keys: object) -> Config:
    keys = {"port": free_port(), **icecast_keys}
    return msgspec.convert({"station": {"directory": str(directory)}, "icecast": keys}, Config)


class Source:
    """A source client that puts the same byte on a mount for ever, at about 16 kB/s."""

    def __init__(self, prepared: Prepared, mount: str, byte: bytes) -> None:
        self._socket = socket.create_connection(("127.0.0.1", prepared.port), 10)
        credentials = b64encode(f"source:{prepared.password}".encode()).decode()
        self._socket.sendall(
            f"SOURCE {mount} HTTP/1.0\r\nAuthorization: Basic {credentials}\r\n"
            "Content-Type: audio/mpeg\r\n\r\n".encode()
        )
        self.status = int(self._socket.recv(4096).split()[1])
        self._byte = byte
        self._stopped = threading.Event()
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        while not self._stopped.wait(0.05):
            try:
                with self._sending:
                    self._socket.sendall(self._byte * 800)
            except OSError:
                return

    def send(self, byte: bytes) -> None:
        """From now on this one, or nothing where it is empty."""
        with self._sending:
            self._byte = byte

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def listen(prepared: Prepared, mount: str = MOUNT) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", prepared.port, timeout=15)
    connection.request("GET", mount)
    return connection.getresponse()


def hears(response: HTTPResponse, byte: bytes) -> bool:
    return response.read1(400)[-1:] == byte


def test_the_passwords_are_the_ones_that_count(tmp_path: Path) -> None:
    prepared = prepare(station(tmp_path))
    with run_icecast(prepared):
        assert not probe(prepared.port, "wrong")
        wrong = Prepared(prepared.port, "wrong", "wrong", [], None, None)
        with Source(wrong, MOUNT, b"x") as refused:
            assert refused.status == 401
        with Source(prepared, MOUNT, b"x") as accepted:
            assert accepted.status == 200


def test_a_listener_hears_the_standby_while_the_streamer_is_away_and_stays_connected(tmp_path: Path) -> None:
    prepared = prepare(station(tmp_path))
    with run_icecast(prepared), Source(prepared, STANDBY, b"s"):
        with Source(prepared, MOUNT, b"m"):
            listener = listen(prepared)
            until(lambda: hears(listener, b"m"), "the listener hears the mount")
        until(lambda: hears(listener, b"s"), "the listener hears the standby")
        with Source(prepared, MOUNT, b"m"):
            until(lambda: hears(listener, b"m"), "the listener hears the mount again")
            listener.close()


def test_the_burst_holds_what_the_mount_says(tmp_path: Path) -> None:
    config = station(tmp_path)
    mount = msgspec.structs.replace(config.mounts[0], burst=0.5)
    prepared = prepare(msgspec.structs.replace(config, mounts=[mount]))
    with run_icecast(prepared), Source(prepared, MOUNT, b"m") as source:
        early = listen(prepared)
        received = 0
        while received < 40_000:  # so that there is more to burst than the burst
            received += len(early.read1(4000))
        source.send(b"")
        late = listen(prepared)
        source.send(b"n")
        burst = bytearray()
        while b"n" not in burst:
            burst += late.read1(65536)
        assert 4_000 <= burst.count(b"m") <= 12_000  # 8,000 in whole blocks of 1,400, and what was under way
        early.close()
        late.close()


def test_the_standby_is_not_shown_to_visitors(tmp_path: Path) -> None:
    prepared = prepare(station(tmp_path))
    with run_icecast(prepared), Source(prepared, STANDBY, b"s"), Source(prepared, MOUNT, b"m"):
        until(lambda: MOUNT.encode() in listen(prepared, "/status.xsl").read(), "the mount is on the status page")
        assert STANDBY.encode() not in listen(prepared, "/status.xsl").read()


def test_one_that_runs_is_adopted_and_ended_when_the_configuration_changed(tmp_path: Path) -> None:
    config = station(tmp_path)
    prepared = prepare(config)
    assert prepared.pid is None
    with run_icecast(prepared) as process:
        again = prepare(config)
        assert again.pid == process.pid == find_running(config.paths)
        assert (again.port, again.password) == (prepared.port, prepared.password)
        icecast = msgspec.structs.replace(config.icecast, password="another")
        changed = prepare(msgspec.structs.replace(config, icecast=icecast))
        assert changed.pid is None and changed.port == prepared.port
        assert process.wait(10) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_as_root_it_runs_with_other_rights_even_in_a_directory_that_user_cannot_reach(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    config = station(tmp_path)
    prepared = prepare(config)
    with run_icecast(prepared) as process:
        assert Path(f"/proc/{process.pid}").stat().st_uid != 0
        assert find_running(config.paths) == process.pid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_root_it_runs_as_whoever_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own may be root's alone
        config = station(Path(name))
        monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
        prepared = prepare(config)
        for path in (Path(name), *Path(name).rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        with run_icecast(prepared, ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]) as process:
            assert Path(f"/proc/{process.pid}").stat().st_uid == NOBODY
            assert find_running(config.paths) == process.pid


def test_the_log_says_why_a_start_failed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = station(tmp_path)
        prepared = prepare(config)
        xml = tmp_path / "icecast" / "icecast.xml"
        xml.write_text(xml.read_text().replace(str(prepared.port), str(other.getsockname()[1])))
        process = subprocess.Popen(prepared.argv)
        assert process.wait(15) != 0
    assert "bind" in (tmp_path / "icecast" / "icecast.log").read_text().lower()


def test_its_own_pages_are_there_for_everybody_and_a_djs_mount_is_not(tmp_path: Path) -> None:
    """Nobody is at the door, whom Icecast would ask."""
    prepared = prepare(station(tmp_path))
    pages = ("/", "/status-json.xsl", "/style.css", "/stream.mp3.m3u", "/favicon.ico", "/live/ann", "/other")
    with run_icecast(prepared):
        found = []
        for path in pages:
            connection = http.client.HTTPConnection("127.0.0.1", prepared.port, timeout=30)
            connection.request("GET", path)
            found.append(connection.getresponse().status)
            connection.close()
    assert found == [200, 200, 200, 200, 404, 401, 401]
