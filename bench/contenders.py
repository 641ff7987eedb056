"""The engines that are measured, each on one Icecast and with the same handles: Bandstand's streamer, Liquidsoap, MPD.

Each gets the configuration that a careful user would give it; none is slowed down or sped up.
"""

import signal
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Any, Final, Protocol

import msgspec
from rig import free_port, until

from bandstand.bot.supervision.icecast import prepare, probe
from bandstand.common import config, wire
from bandstand.common.config import Mount
from bandstand.common.types import RATE
from tests.integration.streaming import Bot

PASSWORD: Final = "bench"
BITRATE: Final = 128
START = 60.0


class Icecast:
    """One Icecast for all of them, configured as Bandstand configures its own; can be killed and started again."""

    def __init__(self, folder: Path, mounts: Sequence[Mount]) -> None:
        folder.chmod(0o755)  # Icecast's own user must reach what is its own in there
        text = f'[station]\ndirectory = "icecast"\n[icecast]\nport = {free_port()}\npassword = "{PASSWORD}"\n'
        text += "[live]\nenabled = false\n"  # there is no bot that could be asked who may send
        for mount in mounts:
            text += f'[[mounts]]\npath = "{mount.path}"\nformat = "{mount.format}"\nbitrate = {mount.bitrate}\n'
        (folder / "icecast.toml").write_text(text)
        self._prepared = prepare(config.load(folder / "icecast.toml", {}))
        self.port = self._prepared.port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = self._open()
        until(self._answers, "Icecast answers", START)

    def _open(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._prepared.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _answers(self) -> bool:
        """Icecast 2.4.4 may crash when it is asked in its first moments; then it is started again."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._open()
        return probe(self.port, self._prepared.admin_password)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


class Contender(Protocol):
    """An engine that is on the air with silence."""

    name: str
    pid: int

    def play(self, song: Path) -> None:
        """Now, in place of what is on the air."""

    def follow(self, song: Path) -> None:
        """After what is on the air, without a gap."""

    def silence(self) -> None: ...


class Bandstand:
    name = "Bandstand"

    def __init__(self, folder: Path, port: int, mounts: Sequence[Mount], more: str = "") -> None:
        """`more` goes to the end of the configuration."""
        path = folder / "bandstand.toml"
        text = f'[station]\ndirectory = "var"\n[icecast]\nhost = "127.0.0.1"\nport = {port}\npassword = "{PASSWORD}"\n'
        for mount in mounts:
            text += f'[[mounts]]\npath = "{mount.path}"\nformat = "{mount.format}"\nbitrate = {mount.bitrate}\n'
        path.write_text(text + more)
        command = [sys.executable, "-m", "bandstand.streamer", "--config", str(path)]
        with (folder / "streamer.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError((folder / "streamer.log").read_text())
        self.pid = self._process.pid
        self._bot = Bot(folder / "var" / "streamer.sock")
        self._cue = 0
        until(lambda: all(mount.on_air for mount in self._bot.state().mounts), "Bandstand is on the air", START)

    def play(self, song: Path) -> None:
        self._cue += 1
        self._bot.play(self._cue, song)
        self._bot.events.clear()

    def follow(self, song: Path) -> None:
        self._cue += 1
        self._bot.play(self._cue, song, wire.Follow)

    def silence(self) -> None:
        self._bot.ask(wire.Stop)

    def record(self, is_on: bool) -> None:
        self._bot.ask(wire.Record, on=is_on, ends_shows=not is_on)

    def go_live(self, mount: str) -> None:
        """Put the source of this mount on the air."""
        self._cue += 1
        self._bot.play(self._cue, Path("/dev/null"), live=mount)

    def find_live(self, mount: str) -> wire.LiveInput:
        """How it is with a live source, as it was told last."""
        self._bot.events.clear()
        self._bot.state()  # takes in what was told before
        self._bot.wait_for("LiveInputs")
        told = [values["inputs"] for name, values in self._bot.events if name == "LiveInputs"]
        inputs = msgspec.json.decode(told[-1], type=list[wire.LiveInput])
        return next(one for one in inputs if one.mount == mount)

    def close(self) -> None:
        self._bot.close()
        ended(self._process)


LIQUIDSOAP = """
settings.init.allow_root.set(true)
settings.log.stdout.set(false)
settings.server.socket.set(true)
settings.server.socket.path.set("{folder}/liquidsoap.sock")
settings.frame.audio.samplerate.set(48000)
q = request.queue(id="q")
radio = fallback(track_sensitive=false, [q, blank()])
output.icecast(%mp3(bitrate={bitrate}, samplerate=48000), host="127.0.0.1", port={port}, password="{password}",
    mount="{mount}", radio)
"""


class Liquidsoap:
    name = "Liquidsoap"

    def __init__(self, folder: Path, port: int, mount: str, more: str = "", template: str = LIQUIDSOAP) -> None:
        """`more` goes to the end of the script."""
        script = folder / "radio.liq"
        text = template.format(folder=folder, port=port, mount=mount, password=PASSWORD, bitrate=BITRATE)
        script.write_text(text + more)
        with (folder / "liquidsoap.log").open("wb") as log:
            self._process = subprocess.Popen(["liquidsoap", str(script)], stdout=log, stderr=log)
        self.pid = self._process.pid
        self._path = folder / "liquidsoap.sock"
        until(self._path.exists, "Liquidsoap answers", START)
        self._on = False

    def _say(self, line: str) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._path))
            server.sendall(line.encode() + b"\n")
            data = b""
            while not data.endswith(b"END\r\n"):
                data += server.recv(4096) or b"END\r\n"

    def play(self, song: Path) -> None:
        self._say(f"q.push {song}")
        if self._on:
            self._say("q.skip")
        self._on = True

    def follow(self, song: Path) -> None:
        self._say(f"q.push {song}")

    def silence(self) -> None:
        if self._on:
            self._say("q.skip")
        self._on = False

    def close(self) -> None:
        ended(self._process)


MPD = """
bind_to_address "{folder}/mpd.sock"
log_file "{folder}/mpd.log"
audio_output_format "{rate}:16:2"
audio_output {{
    type "shout"
    name "bench"
    encoder "lame"
    host "127.0.0.1"
    port "{port}"
    mount "{mount}"
    password "{password}"
    bitrate "{bitrate}"
    format "{rate}:16:2"
    always_on "yes"
    mixer_type "none"
}}
"""


class Mpd:
    name = "MPD"

    def __init__(self, folder: Path, port: int, mount: str, rate: int) -> None:
        settings = folder / "mpd.conf"
        names = {"folder": folder, "port": port, "mount": mount, "rate": rate}
        settings.write_text(MPD.format(**names, password=PASSWORD, bitrate=BITRATE))
        command = ["mpd", "--no-daemon", str(settings)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self._process.pid
        self._server = socket.socket(socket.AF_UNIX)
        until(lambda: (folder / "mpd.sock").exists(), "MPD answers", START)
        self._server.connect(str(folder / "mpd.sock"))
        self._lines = self._server.makefile("rb")
        self._lines.readline()
        with wave.open(str(folder / "silence.wav"), "wb") as file:
            file.setparams((2, 2, 48_000, 48_000, "NONE", ""))
            file.writeframes(bytes(4 * 48_000))
        self.play(folder / "silence.wav")  # only then does it connect

    def _say(self, *lines: str) -> None:
        text = "\n".join(("command_list_begin", *lines, "command_list_end", ""))
        self._server.sendall(text.encode())
        while (answer := self._lines.readline()) != b"OK\n":
            if answer.startswith(b"ACK") or not answer:
                raise RuntimeError(answer.decode())

    def play(self, song: Path) -> None:
        self._say("clear", f'add "{song}"', "play")

    def follow(self, song: Path) -> None:
        self._say(f'add "{song}"')

    def silence(self) -> None:
        self._say("stop")

    def close(self) -> None:
        self._lines.close()
        self._server.close()
        ended(self._process)


def ended(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


NAMES: Final = {"Bandstand": sys.executable, "Liquidsoap": "liquidsoap", "MPD": "mpd"}
"""Contender -> the program that must be there."""


def present() -> list[str]:
    return [name for name, program in NAMES.items() if which(program)]


def mount_of(name: str) -> Mount:
    return Mount(path=f"/{name.lower()}.mp3", format="mp3", bitrate=BITRATE)


@contextmanager
def contender(name: str, folder: Path, icecast: Icecast, rate: int = RATE) -> Iterator[Contender]:
    """One of NAMES with one MP3 mount, on the air, in a new folder. Only MPD can have another `rate` than 48 kHz."""
    folder.mkdir()
    mount = mount_of(name).path
    made: Bandstand | Liquidsoap | Mpd
    if name == "Bandstand":
        made = Bandstand(folder, icecast.port, [mount_of(name)])
    elif name == "Liquidsoap":
        made = Liquidsoap(folder, icecast.port, mount)
    else:
        made = Mpd(folder, icecast.port, mount, rate)
    try:
        until(lambda: answers(icecast.port, mount), f"{name} is on the air", START)
        yield made
    finally:
        made.close()


def answers(port: int, mount: str) -> bool:
    """Whether there is a stream to be heard."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(f"GET {mount} HTTP/1.0\r\n\r\n".encode())
        return b" 200" in connection.recv(12)
    return False
