"""A streamer as a process, a bot in plain blocking Python that commands it, and sounds to hear again.

For tests only; the Icecast and the listeners are in conftest.py.
"""

import html
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from twisted.protocols import amp

from bandstand.common import wire
from bandstand.common.types import RATE

Sound = NDArray[np.float32]
LOUD = 0.05
"""Half-scale sines are well above it, silence is far below."""


def free_port() -> int:
    """A port of this machine at which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, seconds: float = 120.0, pause: float = 0.02) -> None:
    """Wait for something of another process that tells nobody when it happens; look again after each `pause`."""
    never, last = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, f"not within {seconds} s: {what}"
        never.wait(pause)


class Bot:
    """A bot in plain blocking Python: asks, and keeps the events it is told."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._buffer = b""
        self._asked = self._descriptors = 0
        self.events: list[tuple[str, dict[str, Any]]] = []
        """Name and values of each event; a report counts as the event that it reports."""
        self.reports: list[dict[str, Any]] = []
        """The arguments of each `wire.Report`."""
        self.answers_reports = True

    def ask(self, command: type[amp.Command], fds: tuple[int, ...] = (), **values: Any) -> dict[str, bytes]:
        """The answer's raw fields; an error's code and text are raised as RuntimeError."""
        self._asked += 1
        tag = str(self._asked).encode()
        fields = {b"_command": command.commandName, b"_ask": tag}
        names = iter(range(self._descriptors, self._descriptors + len(fds)))
        for name, kind in command.arguments:
            if isinstance(kind, amp.Descriptor):
                number = next(names, None)
                if number is not None:
                    fields[name] = str(number).encode()
            elif name.decode() in values:
                fields[name] = kind.toString(values[name.decode()])
        self._descriptors += len(fds)
        data = amp.Box(fields).serialize()
        if fds:
            socket.send_fds(self._socket, [data], list(fds))
        else:
            self._socket.sendall(data)
        while True:
            box = self._box()
            if box.get(b"_answer") == tag:
                return {key.decode(): value for key, value in box.items()}
            if box.get(b"_error") == tag:
                raise RuntimeError(box[b"_error_code"].decode(), box[b"_error_description"].decode())
            self._event(box)

    def play(self, cue: int, path: Path, command: type[amp.Command] = wire.Play, **values: Any) -> None:
        fd = os.open(path, os.O_RDONLY)
        try:
            self.send(cue, (fd,), command, **values)
        finally:
            os.close(fd)

    def send(self, cue: int, fds: tuple[int, ...], command: type[amp.Command] = wire.Play, **values: Any) -> None:
        song = {"title": f"Song {cue}", "artist": "Tester", "raw": False, "start": 0, "gain": 0.0}
        self.ask(command, fds, cue=cue, **song | values)

    def state(self) -> wire.StreamerState:
        return msgspec.json.decode(self.ask(wire.GetState)["state"], type=wire.StreamerState)

    def wait_for(self, name: str, **values: object) -> None:
        """Wait for an event with these values, heard already or still to come."""
        wanted = (name, values)
        while not any(name == wanted[0] and values.items() <= told.items() for name, told in self.events):
            self._event(self._box())

    def _event(self, box: dict[bytes, bytes]) -> None:
        name = box[b"_command"].decode()
        kinds = dict(getattr(wire, name).arguments)
        values = {k.decode(): kinds[k].fromString(v) for k, v in box.items() if k in kinds}
        if name == "Report":
            self.reports.append(values)
            report = msgspec.json.decode(values["report"], type=wire.PlayoutReport)
            self.events.append((type(report).__name__, msgspec.structs.asdict(report)))
        else:
            self.events.append((name, values))
        if name != "Report" or self.answers_reports:
            self._socket.sendall(amp.Box({b"_answer": box[b"_ask"]}).serialize())

    def _box(self) -> dict[bytes, bytes]:
        fields: dict[bytes, bytes] = {}
        while key := self._string():
            fields[key] = self._string()
        return fields

    def _string(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def _exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            data = self._socket.recv(65_536)
            if not data:
                raise EOFError("the streamer closed the connection")
            self._buffer += data
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken

    def give_up(self, fd: int) -> None:
        """Send a descriptor with half a request, and go."""
        socket.send_fds(self._socket, [amp.Box({b"_command": b"Play"}).serialize()[:-4]], [fd])
        self.close()

    def close(self) -> None:
        self._socket.close()


class Station:
    """A streamer, and its standby, as processes on an Icecast."""

    def __init__(self, directory: Path, port: int, password: str, more: str = "") -> None:
        """`more` goes to the end of the configuration."""
        self.directory = directory
        self.config = directory / "bandstand.toml"
        icecast = f'[icecast]\nhost = "127.0.0.1"\nport = {port}\npassword = "{password}"\n'
        self.config.write_text(f'[station]\ndirectory = "var"\n[radio]\nidle = "silence"\n{icecast}{more}')
        self.socket = directory / "var" / "streamer.sock"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.within: tuple[str, ...] = ()
        """What the processes are started by, if not directly."""

    def start(self, module: str = "bandstand.streamer") -> subprocess.Popen[bytes]:
        command = [*self.within, sys.executable, "-m", module, "--config", str(self.config)]
        with (self.directory / f"{module.rpartition('.')[2]}.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self.processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", (
            self.directory / f"{module.rpartition('.')[2]}.log"
        ).read_text()
        return process

    def bot(self) -> Bot:
        return Bot(self.socket)

    def on_air(self, bot: Bot) -> bool:
        return all(mount.on_air for mount in bot.state().mounts)

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(10)
            if process.stdout:
                process.stdout.close()


@contextmanager
def listening(icecast: Any, mount: str = "/stream.mp3") -> Iterator[Any]:
    until(lambda: mount in icecast.sources(), f"{mount} is there")
    listener = icecast.listen(mount)
    try:
        yield listener
    finally:
        listener.close()


def open_files(pid: int) -> str:
    """What a process's descriptors are of; one may be closed while they are looked at."""
    names = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            names.append(str(entry.readlink()))
    return " ".join(names)


def title(icecast: Any) -> str:
    """What players are shown; Icecast's JSON has some characters as entities."""
    return html.unescape(str(icecast.sources().get("/stream.mp3", {}).get("title")))


def sine(frames: int, first: int = 0, frequency: float = 1000) -> Sound:
    wave = 0.5 * np.sin(2 * np.pi * frequency * np.arange(first, first + frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def written(path: Path, sound: Sound) -> Path:
    """`sound` as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def loud_frames(sound: Sound) -> int:
    return int(np.count_nonzero(envelope(sound) > LOUD)) * 48


def envelope(sound: Sound) -> Sound:
    """The loudest sample of each millisecond."""
    whole = len(sound) // 48 * 48
    return np.abs(sound[:whole, 0]).reshape(-1, 48).max(axis=1)
