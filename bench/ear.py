"""Command to ear: how soon `play` and `generate` are heard at a connected listener, and what each process costs.

    python bench/ear.py [ROUNDS]

Starts a whole station of its own on free loopback ports, listens with PyAV packet by packet, and prints a table. The
clock runs from just before the command is sent through the admin socket to the first decoded packet that is no silence.
"""

import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import av
import numpy as np

BANDSTAND = str(Path(sys.executable).parent / "bandstand")
LOUD = 0.003
COST_SECONDS = 20.0
TICK = os.sysconf("SC_CLK_TCK")


class Listener(threading.Thread):
    """Decodes a mount as it comes; `heard` is set with every packet above silence, `silent` with every one below."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.news = threading.Condition()
        self.loud = False
        self.at = 0.0

    def run(self) -> None:
        options = {"fflags": "nobuffer", "probesize": "4096", "analyzeduration": "0"}
        with contextlib.suppress(OSError), av.open(self._url, options=options) as stream:  # ends with the station
            for frame in stream.decode(audio=0):
                loud = self._loud(frame.to_ndarray())
                with self.news:
                    if loud != self.loud:
                        self.loud, self.at = loud, time.monotonic()
                        self.news.notify_all()

    def _loud(self, samples: np.ndarray) -> bool:
        return float(np.abs(samples).max()) > LOUD

    def wait(self, loud: bool) -> float:
        with self.news:
            if not self.news.wait_for(lambda: self.loud == loud, 120):
                raise SystemExit(f"the listener never heard {'sound' if loud else 'silence'}")
            return self.at


class Station:
    def __init__(self, folder: Path, more: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = folder / "bandstand.toml"
        config.write_text(f'[icecast]\nport = {self.port}\n[radio]\nidle = "silence"\n{more}')
        self.folder, self._socket = folder, folder / "var" / "bot.sock"
        self.process = subprocess.Popen(
            [BANDSTAND, "up", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.logged: list[str] = []
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for("takes commands")
        self._wire = socket.socket(socket.AF_UNIX)
        self._wire.connect(str(self._socket))
        self._lines = self._wire.makefile("rb")
        self._over: set[object] = set()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self.news:
                self.logged.append(line)
                self.news.notify_all()

    def wait_for(self, pattern: str) -> None:
        with self.news:
            if not self.news.wait_for(lambda: any(re.search(pattern, line) for line in self.logged), 120):
                raise SystemExit(f"{pattern} was never logged")

    def say(self, line: str) -> dict[str, object]:
        self._wire.sendall(json.dumps({"line": line}).encode() + b"\n")
        while not (message := self._next()).get("answers"):
            pass
        reply: dict[str, object] = message["reply"]
        return reply

    def wait_for_end(self, job: object) -> None:
        while job not in self._over:
            self._next()

    def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._lines.readline())
        if not message.get("answers") and message.get("fraction") is None:
            self._over.add(message["reply"].get("job"))
        return message

    def processes(self) -> dict[str, int]:
        """Name -> process, by what its arguments say."""
        found = {"bot": self.process.pid}
        marks = {
            "streamer": b"\0bandstand.streamer\0",
            "standby": b"standby",
            "icecast": b"icecast2",
            "worker": b"\0bandstand.composer\0",
        }
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.process.pid:
                words = _read(entry / "cmdline")
                if str(self.folder).encode() in words:
                    found |= {name: int(entry.name) for name, mark in marks.items() if mark in words}
        return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def cost(pids: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Name -> (processor in per cent of one core, PSS in MiB) over COST_SECONDS."""
    before = {name: _ticks(pid) for name, pid in pids.items()}
    time.sleep(COST_SECONDS)
    return {
        name: ((_ticks(pid) - before[name]) / TICK / COST_SECONDS * 100, _pss(pid))
        for name, pid in pids.items()
        if Path(f"/proc/{pid}").exists()
    }


def _ticks(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _pss(pid: int) -> float:
    found = re.search(rb"^Pss:\s+(\d+)", _read(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def delays(station: Station, listener: Listener, command: str, rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        listener.wait(False)
        began = time.monotonic()
        job = station.say(command).get("job")
        took.append(listener.wait(True) - began)
        station.say("skip")
        if job:
            station.wait_for_end(job)
        time.sleep(2.5)  # the next worker, and silence, are to be there: this is a bench, not a test
    return took


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as name:
        station = Station(Path(name))
        try:
            report(station, rounds)
        finally:
            station.process.terminate()
            station.process.wait()


def report(station: Station, rounds: int) -> None:
    station.wait_for(r"job 1: .* is made")
    songs = station.say("songs")["rows"]
    assert isinstance(songs, list)
    code = songs[0][0]
    playing = cost(station.processes())
    station.say("skip")
    print(f"{'command to ear':<28}{'median':>9}{'slowest':>9}   ms, {rounds} rounds")
    for mount in ("/stream.mp3", "/stream.opus"):
        listener = Listener(f"http://127.0.0.1:{station.port}{mount}")
        listener.start()
        time.sleep(2)
        for command in (f"play {code}", "generate minutes=3"):
            took = [1000 * seconds for seconds in delays(station, listener, command, rounds)]
            print(f"{command.split()[0] + ' ' + mount:<28}{statistics.median(took):>9.0f}{max(took):>9.0f}")
    time.sleep(10)
    silent = cost(station.processes())
    print(f"\n{'process':<12}{'silent':>9}{'playing':>9}{'PSS':>9}   % of one core, MiB")
    for name in silent:
        print(f"{name:<12}{silent[name][0]:>9.2f}{playing.get(name, (0.0, 0.0))[0]:>9.2f}{silent[name][1]:>9.1f}")
    print(f"{'all':<12}{sum(c for c, _ in silent.values()):>9.2f}{sum(c for c, _ in playing.values()):>9.2f}")


if __name__ == "__main__":
    main()
