"""What each fault costs a listener: one whole station, one fault after the other, a table for docs/faults.md.

    python bench/faults.py [--only WORDS ...] [--results FILE]

Two listeners stay on the MP3 mount and the Opus mount of a station that plays a tone. Each fault is thrown in, taken
back where it can be, and watched until the tone has been steady for some seconds. All of them take half an hour;
`--only` runs those whose name has all of these words, and `--results` keeps what was measured, so that the table can be
made in parts. Clock steps need Debian's libfaketime, a full disk needs root (a small tmpfs).
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from rig import Ear, Listener, NotRunning, Station, until

PROCESSES = ("bot", "streamer", "standby", "icecast", "worker")
STOPS = (5, 20)
"""Seconds for which a process stands still."""
LONG = 8.0
"""Seconds for which the database is locked or the disk is full."""
STEADY = 4.0
BACK = 40.0
PAUSE = 0.5
"""A silence longer than this is counted."""
TOLD = 2
"""Sentences of each fault that the table shows."""
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@dataclass
class Result:
    """One row. Times are in seconds."""

    fault: str
    closed: int
    gap: float
    silence: float
    music: float | None
    """From the end of the fault until the tone goes on for good; None if it did not within `BACK`."""
    told: list[str]


class SteadyEar(Ear):
    """Knows when the tone went on after the last silence."""

    resumed = 0.0

    def take(self, data: bytes) -> None:
        before = self.heard
        super().take(data)
        if self.heard - before > PAUSE:
            self.resumed = self.heard


class Bench:
    """The station, its listeners and a song that is a tone."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        os.environ.update(environment)
        self.station = Station(folder)
        self.var = folder / "var"

    def begin(self) -> None:
        station = self.station
        station.up()
        for mount in ("/stream.mp3", "/standby/stream.mp3", "/standby/stream.opus"):
            station.wait_for(f"{mount} is on the air")
        self.song = station.make(1, 1)[0]
        source = [
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=900:sample_rate=48000",
            "-af",
            "volume=4",
            "-ac",
            "2",
        ]
        target = str(self.var / "songs" / self.song / "song.flac")
        subprocess.run(["ffmpeg", "-v", "error", "-y", *source, target], check=True)
        self.ear = SteadyEar(station.port, "/stream.mp3")
        self.listeners = [self.ear, Listener(station.port, "/stream.opus")]
        for listener in self.listeners:
            listener.start()

    def play(self) -> None:
        self.station.say(f"play {self.song}")
        until(lambda: time.monotonic() - self.ear.heard < 0.3, "the tone")
        time.sleep(STEADY / 2)

    def measure(self, name: str, fault: Callable[["Bench"], None]) -> Result:
        self.play()
        for listener in self.listeners:
            listener.dropped, listener.longest_wait = 0, 0.0
        self.ear.dead_air, before = 0.0, len(self.station.logged)
        fault(self)
        over = time.monotonic()
        time.sleep(1)
        try:
            until(self.is_steady, f"the tone after {name}", BACK)
            music = max(0.0, self.ear.resumed - over)
        except TimeoutError:
            music = None
        gap = max(listener.longest_wait for listener in self.listeners)
        closed = sum(listener.dropped for listener in self.listeners)
        told = list_told(self.station.logged[before:])
        return Result(name, closed, gap, self.ear.dead_air, music, told)

    def is_steady(self) -> bool:
        now = time.monotonic()
        is_heard = now - self.ear.heard < PAUSE and now - self.ear.resumed > STEADY
        return is_heard and all(listener.connected for listener in self.listeners)

    def kill(self, *names: str) -> None:
        """End these at once; a bot is started again, as systemd would do."""
        if "worker" in names:
            self.compose()
        running = self.find(*names)
        for name in names:
            os.kill(running[name], signal.SIGKILL)
        if "bot" in names:
            assert self.station.bot is not None
            self.station.bot.wait()
            self.station.up()

    def find(self, *names: str) -> dict[str, int]:
        """Their process ids; raises TimeoutError if one does not run."""
        until(lambda: set(names) <= set(self.station.processes()), f"{names} run", 10)
        return self.station.processes()

    def stop(self, name: str, seconds: float) -> None:
        if name == "worker":
            self.compose()
        pid = self.find(name)[name]
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    def compose(self) -> None:
        self.station.say("generate minutes=2 queue=true")
        time.sleep(1)

    def lock_database(self) -> None:
        with closing(sqlite3.connect(self.var / "bandstand.db", isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN EXCLUSIVE")
            self.end_song()
            time.sleep(LONG)
            other.execute("ROLLBACK")

    def fill_disk(self) -> None:
        with closing(sqlite3.connect(self.var / "bandstand.db", isolation_level=None, timeout=10)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or what it has room for would still be taken
        filler = self.var / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        self.end_song()
        time.sleep(LONG)
        filler.unlink()

    def end_song(self) -> None:
        """The streamer reports an end, and the next song can be known only when that is written down."""
        self.station.say(f"play {self.song}")

    def corrupt_database(self) -> None:
        with (self.var / "bandstand.db").open("r+b") as file:
            file.write(os.urandom(8192))
        self.end_song()

    def delete_song(self) -> None:
        (self.var / "songs" / self.song / "song.flac").rename(self.var / "gone.flac")
        time.sleep(LONG)
        (self.var / "gone.flac").rename(self.var / "songs" / self.song / "song.flac")

    def step_clock(self, hours: int) -> None:
        (self.var.parent / "clock").write_text(f"{hours:+d}h")
        time.sleep(LONG)


def list_told(lines: list[str]) -> list[str]:
    """What the bot announced or warned of, once each, without dates."""
    found: list[str] = []
    for line in lines:
        _, process, rest = line.partition(" bot ")
        level, _, said = rest.partition(": ")
        said = said.strip()
        if process and level in ("info", "warn", "error") and said not in found and "takes commands" not in said:
            found.append(said)
    return found


def list_faults() -> dict[str, Callable[[Bench], None]]:
    faults: dict[str, Callable[[Bench], None]] = {}
    for names in [(name,) for name in PROCESSES] + list(combinations(PROCESSES, 2)):
        faults[f"kill -9 {' and '.join(names)}"] = lambda bench, names=names: bench.kill(*names)
    for name in PROCESSES:
        for seconds in STOPS:
            faults[f"SIGSTOP {name}, {seconds} s"] = lambda bench, name=name, seconds=seconds: bench.stop(name, seconds)
    faults["database locked, 8 s"] = Bench.lock_database
    faults["disk full, 8 s"] = Bench.fill_disk
    faults["song file deleted while on the air"] = Bench.delete_song
    faults["clock set forward by an hour"] = lambda bench: bench.step_clock(1)
    faults["clock set back by an hour"] = lambda bench: bench.step_clock(-1)
    faults["database overwritten in part"] = Bench.corrupt_database
    return faults


def make_table(results: list[Result]) -> str:
    lines = [
        "| fault | closed | longest gap, s | longest silence, s | music after, s | what was told |",
        "|---|---|---|---|---|---|",
    ]
    for row in results:
        music = "not within 40" if row.music is None else f"{row.music:.1f}"
        told = "; ".join(each.replace("|", "/")[:120] for each in row.told[:TOLD]) or "nothing"
        lines.append(f"| {row.fault} | {row.closed} | {row.gap:.2f} | {row.silence:.2f} | {music} | {told} |")
    return "\n".join(lines)


def run(names: list[str], keep: Callable[[Result], None]) -> None:
    """Measure these faults, with a station of their own on a small disk where that can be mounted."""
    faults = list_faults()
    with tempfile.TemporaryDirectory(prefix="faults-") as text:
        folder = Path(text)
        var, is_mounted = folder / "var", False
        var.mkdir()
        if any("disk" in name for name in names):
            mount = ["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", str(var)]
            is_mounted = subprocess.run(mount, check=False).returncode == 0
        environment = {}
        if any("clock" in name for name in names) and FAKETIME.is_file():
            (folder / "clock").write_text("+0h")
            environment = {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_NO_CACHE": "1",
            }
        bench = Bench(folder, environment)
        try:
            bench.begin()
            for name in names:
                if ("disk" in name and not is_mounted) or ("clock" in name and not environment):
                    print(f"{name}: cannot be tried here")
                    continue
                try:
                    result = bench.measure(name, faults[name])
                except (NotRunning, TimeoutError) as error:
                    print(f"{name}: not measured: {error}", flush=True)
                    continue
                print(make_table([result]).splitlines()[-1], flush=True)
                keep(result)
        finally:
            bench.station.end()
            if is_mounted:
                subprocess.run(["umount", "-l", str(var)], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], help="words that the fault's name has")
    parser.add_argument("--results", type=Path, help="JSON lines: what was measured before, and now")
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is needed: it makes the tone")
    measured: dict[str, Result] = {}
    if arguments.results and arguments.results.is_file():
        for line in arguments.results.read_text().splitlines():
            measured[json.loads(line)["fault"]] = Result(**json.loads(line))

    def keep(result: Result) -> None:
        measured[result.fault] = result
        if arguments.results:
            arguments.results.write_text("".join(json.dumps(asdict(each)) + "\n" for each in measured.values()))

    names = [name for name in list_faults() if all(word in name for word in arguments.only)]
    run(names, keep)
    print("\n" + make_table([measured[name] for name in list_faults() if name in measured]))


if __name__ == "__main__":
    main()
