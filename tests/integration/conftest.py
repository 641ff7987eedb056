"""A real Icecast on a free loopback port, and a listener that decodes what it hears. Both are ended by their own id."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from bandstand.bot.supervision.icecast import Prepared, end, probe
from tests.integration.streaming import Station, until

os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
"""Whatever processes the tests start run the code that lies beside the tests."""

PASSWORD = "source-password"
MOUNT = """
  <mount type="normal">
    <mount-name>{path}</mount-name>
    <fallback-mount>/standby{path}</fallback-mount>
    <fallback-override>1</fallback-override>
  </mount>
"""


@contextmanager
def run_icecast(prepared: Prepared, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """Run the station's own Icecast, as it was prepared; it answers. `before`: words that it is started by."""
    processes: list[subprocess.Popen[bytes]] = []

    def answers() -> bool:
        """Icecast 2.4.4 may crash when it is asked in its first moments; then it is started again."""
        if not processes or processes[-1].poll() == -signal.SIGSEGV:
            processes.append(subprocess.Popen([*before, *prepared.argv]))
        return probe(prepared.port, prepared.admin_password)

    try:
        until(answers, "Icecast answers")
        yield processes[-1]
    finally:
        end(processes[-1].pid)
        processes[-1].wait(10)


class Status(msgspec.Struct):
    """What `/status-json.xsl` answers; in its first moments Icecast has nothing there, which is a ValidationError."""

    icestats: dict[str, Any]


class IcecastServer:
    """icecast2 on a port of its own, with a standby for each mount; can be killed and started again."""

    password = PASSWORD

    def __init__(self, mounts: tuple[str, ...] = ("/stream.mp3", "/stream.opus")) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="icecast-"))
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.port = int(other.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self.within: tuple[str, ...] = ()
        """What it is started by, if not directly; it is then not to be reached from here."""
        template = Path(__file__).with_name("icecast.xml").read_text()
        values = {"port": self.port, "password": PASSWORD, "directory": self.directory, "owner": self._owner()}
        text = template.format(mounts="".join(MOUNT.format(path=path) for path in mounts), **values)
        (self.directory / "icecast.xml").write_text(text)

    def _owner(self) -> str:
        """Icecast refuses to run as root; whom it changes to must own the directory of its log."""
        if os.getuid() != 0:
            return ""
        known = {user.pw_name: user for user in pwd.getpwall()}
        user = known.get("icecast2") or known["nobody"]
        os.chown(self.directory, user.pw_uid, user.pw_gid)
        group = grp.getgrgid(user.pw_gid).gr_name
        return f"<changeowner><user>{user.pw_name}</user><group>{group}</group></changeowner>"

    def start(self, answers: bool = True) -> None:
        """`answers`: to plain HTTP, which is then waited for."""
        command = [*self.within, "icecast2", "-c", str(self.directory / "icecast.xml")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if answers and not self.within:
            until(self._answers, "Icecast answers", 40)

    def configure(self, before: str, after: str, start: bool = True) -> None:
        """Start again, or later, with this part of the configuration changed."""
        self.stop()
        path = self.directory / "icecast.xml"
        path.write_text(path.read_text().replace(before, after))
        if start:
            self.start()

    def _answers(self) -> bool:
        """Icecast 2.4.4 may crash when it is asked in its first moments; then it is started again."""
        assert self._process is not None
        if self._process.poll() == -signal.SIGSEGV:
            self._process = subprocess.Popen(self._process.args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert self._process.poll() is None, "Icecast did not stay"
        with suppress(OSError, HTTPException, msgspec.DecodeError):  # its very first answers are not whole
            self.sources()
            return True
        return False

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.directory)

    def sources(self) -> dict[str, dict[str, object]]:
        """What Icecast says of each mount with a source, by its path."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/status-json.xsl")
        answer = msgspec.json.decode(connection.getresponse().read(), type=Status)
        connection.close()
        said = answer.icestats.get("source", [])
        listed = said if isinstance(said, list) else [said]
        return {"/" + str(source["listenurl"]).split("/", 3)[3]: source for source in listed}

    def listen(self, mount: str) -> "Listener":
        return Listener(self.port, mount)


class Listener:
    """A connected listener that keeps all that it is sent."""

    def __init__(self, port: int, mount: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.sendall(f"GET {mount} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._socket.recv(1)
        assert b" 200 " in head.split(b"\r\n")[0] + b" ", head
        self._format = "mp3" if b"audio/mpeg" in head else "ogg"
        self.connected = True
        self.longest_wait = 0.0
        self._data = bytearray()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def _receive(self) -> None:
        last = time.monotonic()
        with suppress(OSError):
            while data := self._socket.recv(65_536):
                now = time.monotonic()
                self.longest_wait, last = max(self.longest_wait, now - last), now
                self._data += data
        self.connected = False

    def data(self) -> bytes:
        return bytes(self._data)

    def sound(self) -> NDArray[np.float32]:
        """All that was heard so far, shape (frames, 2) at 48 kHz.

        As players do, it goes by the content type: a crash in the first frames may look like any format.
        """
        taken, given = ["-f", self._format, "-i", "-"], ["-f", "f32le", "-ar", "48000", "-ac", "2", "-"]
        command = ["ffmpeg", "-v", "quiet", *taken, *given]
        decoded = subprocess.run(command, input=self.data(), stdout=subprocess.PIPE, check=False).stdout
        return np.frombuffer(decoded[: len(decoded) // 8 * 8], dtype=np.float32).reshape(-1, 2)

    def wait_until(self, heard: Callable[[NDArray[np.float32]], bool], what: str, seconds: float = 60.0) -> None:
        until(lambda: heard(self.sound()), what, seconds, pause=0.2)  # each look costs the processor what FFmpeg takes

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()


@pytest.fixture
def icecast() -> Iterator[IcecastServer]:
    """A running Icecast."""
    if shutil.which("icecast2") is None:
        pytest.skip("icecast2 is not installed")
    server = IcecastServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def station(icecast: IcecastServer, tmp_path: Path) -> Iterator[Station]:
    """A streamer's directory and configuration for that Icecast; nothing runs yet."""
    made = Station(tmp_path, icecast.port, icecast.password)
    try:
        yield made
    finally:
        made.close()
