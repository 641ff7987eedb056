"""What benchmarks share: a whole station in a folder of its own, listeners that come back, and what a process costs.

Everything is on free loopback ports and is ended by its own process id.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell.ctl import NotRunning as NotRunning
from bandstand.bot.shell.ctl import Station as Control

BANDSTAND = str(Path(sys.executable).parent / "bandstand")
PATIENCE = 180.0
LOUD = 0.003
RETRY = 0.25
TICK = os.sysconf("SC_CLK_TCK")
MARKS = {
    "streamer": b"\0bandstand.streamer\0",
    "standby": b"standby",
    "icecast": b"icecast2",
    "worker": b"\0bandstand.composer\0",
}
"""Process -> what its arguments have."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> float:
    """Wait for something; how long it took. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - began


def processor(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def find_parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def memory(pid: int) -> float:
    """PSS in MiB."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def descriptors(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def threads(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


class Station:
    """`bandstand up` without a terminal; its log is kept."""

    def __init__(self, folder: Path, settings: str = "", idle: str = "silence") -> None:
        folder.chmod(0o755)  # Icecast's own user must reach what is its own in there
        self.port = free_port()
        self.folder = folder
        self.config = folder / "bandstand.toml"
        self.config.write_text(f'[icecast]\nport = {self.port}\n[radio]\nidle = "{idle}"\n{settings}')
        self.logged: list[str] = []
        self._news = threading.Condition()
        self.bot: subprocess.Popen[str] | None = None

    def up(self) -> None:
        """Start it, and wait until it takes commands and is on the air."""
        with self._news:
            self.logged.clear()
        self.bot = subprocess.Popen(
            [BANDSTAND, "up", "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.bot,), daemon=True).start()
        self.wait_for("takes commands")

    def _read(self, bot: "subprocess.Popen[str]") -> None:
        assert bot.stderr is not None
        for line in bot.stderr:
            with self._news:
                self.logged.append(line)
                self._news.notify_all()

    def wait_for(self, pattern: str) -> None:
        def logged() -> bool:
            return any(re.search(pattern, line) for line in self.logged)

        with self._news:
            if not self._news.wait_for(logged, PATIENCE):
                raise TimeoutError(f"{pattern} was never logged:\n{''.join(self.logged[-20:])}")

    def control(self) -> Control:
        return Control(self.folder / "var" / "bot.sock")

    def say(self, line: str) -> Reply:
        control = self.control()
        try:
            return next(control.ask(line, wait=False))
        finally:
            control.close()

    def make(self, number: int, minutes: float) -> list[str]:
        """So many new songs in the library; their codes."""
        for _ in range(number):
            self.say(f"generate minutes={minutes}")
        until(lambda: len(self.made()) >= number, f"{number} songs are made", 300)
        return self.made()

    def made(self) -> list[str]:
        """A folder has a dot in its name until its song is whole."""
        return [each.name for each in (self.folder / "var" / "songs").glob("*") if "." not in each.name]

    def processes(self) -> dict[str, int]:
        """Name -> process, by what its arguments say."""
        found: dict[str, int] = {}
        if self.bot is not None and self.bot.poll() is None:
            found["bot"] = self.bot.pid
        for pid, words in self._ours():
            if pid not in found.values():
                found |= {name: pid for name, mark in MARKS.items() if mark in words}
        return found

    def _ours(self) -> list[tuple[int, bytes]]:
        """Those that name our folder, and the bot's children: a worker is told nothing of it."""
        found = []
        bot = self.bot.pid if self.bot is not None and self.bot.poll() is None else 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with suppress(OSError):
                    words = (entry / "cmdline").read_bytes()
                    if str(self.folder).encode() in words or (bot and find_parent(int(entry.name)) == bot):
                        found.append((int(entry.name), words))
        return found

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(self.processes()[name], number)

    def end(self) -> None:
        if self.bot is not None and self.bot.poll() is None:
            self.bot.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.bot.wait(15)
        for pid, _ in self._ours():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.bot is not None:
            self.bot.wait(5)


class Listener(threading.Thread):
    """Stays connected to a mount as a player would, and comes back when it was dropped."""

    def __init__(self, port: int, mount: str) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._mount = mount
        self._ended = False
        self.connected = False
        self.dropped = 0
        self.longest_wait = 0.0
        self.bytes = 0

    def run(self) -> None:
        while not self._ended:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.find_port()), 10) as connection:
                self._listen(connection)
            self.dropped += self.connected and not self._ended
            self.connected = False
            time.sleep(RETRY)

    def _listen(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)  # a listener does not leave while nothing comes
        connection.sendall(f"GET {self._mount} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1) or b"\r\n\r\n"
        if b" 200 " not in head.splitlines()[0] + b" ":
            return
        self.begin()
        self.connected, last = True, time.monotonic()
        while not self._ended and (data := connection.recv(65_536)):
            now = time.monotonic()
            self.longest_wait, last = max(self.longest_wait, now - last), now
            self.bytes += len(data)
            self.take(data)

    def find_port(self) -> int:
        """Where to connect, asked each time."""
        return self._port

    def begin(self) -> None:
        """Connected anew."""

    def take(self, data: bytes) -> None:
        """What came."""

    def end(self) -> None:
        self._ended = True


class Ear(Listener):
    """A listener on an MP3 mount that hears whether there is sound."""

    def __init__(self, port: int, mount: str) -> None:
        super().__init__(port, mount)
        self.heard = 0.0
        """When sound was heard last, by the monotonic clock."""
        self.dead_air = 0.0
        """The longest time between two sounds."""

    def begin(self) -> None:
        self._decoder = av.CodecContext.create("mp3float", "r")

    def take(self, data: bytes) -> None:
        for packet in self._decoder.parse(data):
            with suppress(av.FFmpegError):  # the frame in which one source took over from another
                if any(np.abs(frame.to_ndarray()).max() > LOUD for frame in self._decoder.decode(packet)):
                    now = time.monotonic()
                    self.heard, self.dead_air = now, max(self.dead_air, now - self.heard)


def ebur128(sound: bytes) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, of frames of 32-bit float at 48 kHz, by FFmpeg."""
    command = ["ffmpeg", "-hide_banner", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "-"]
    command += ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    said = subprocess.run(command, input=sound, capture_output=True, check=True).stderr.decode()
    summary = said[said.rindex("Summary:") :].split()
    return float(summary[summary.index("I:") + 1]), float(summary[summary.index("Peak:") + 1])


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
