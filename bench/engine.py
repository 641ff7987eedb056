"""How quick, how cheap and how unbroken the streamer is, beside Liquidsoap and MPD where they are installed.

    python bench/engine.py [--only delay,generate,cost,pairs,seam,loudness,faults] [--rounds 20] [--seconds 15]
        [--json FILE]

All engines feed one Icecast in one run and are heard with the same ears; whatever fails is said and the rest goes on.
All of it takes less than 15 minutes.

delay: from just before the command to the arrival of the first packet in which a decoder finds the tone.
generate: the same for a new song. cost: processor time as a share of one core, and PSS.
pairs: the same beside MPD at the same time, which other work on the machine hardly changes: a quiet and a loud song at
44.1 kHz, with MPD at the mount's 48 kHz and at the file's own rate, where it needs no resampling.
seam: two halves of a sine, each a file, on the decoded stream. loudness: FFmpeg's ebur128 on the stream of a new song.
faults: how long a listener who comes back at once hears nothing.
"""

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from contenders import BITRATE, Bandstand, Contender, Icecast, contender, mount_of, present
from onset import Onset
from rig import Ear, Listener, Station, ebur128, memory, percentile, processor, until
from seam import FORMATS, Seam, halves, measured, recorded

from bandstand.common.config import Mount

OPUS = Mount(path="/bandstand.opus", format="opus", bitrate=96)
FLAC = Mount(path="/bandstand.flac", format="flac")
MANY = (8, 32)
"""Mounts beside one; so many only Bandstand is asked for."""
SETTLING = 4.0
"""Seconds after a start, or after a song began, that are no part of a cost."""
JOINED = 3.0
"""Both halves, and what an engine keeps back before it."""
PAIRS = 3
LOUD = 12.0
"""Decibels by which the loud song is too loud; it is clipped, as loud masters are."""
PITCHES = (110, 165, 220, 277, 330, 554, 880, 1760, 3520, 7040)
MPD_RATES = (48_000, 44_100)
RECORDING = 30.0
BACK = 30.0


@dataclass
class Bench:
    folder: Path
    icecast: Icecast
    songs: dict[str, Path]
    rounds: int
    seconds: float
    results: dict[str, float]
    """What was measured, with its unit in its name -> the figure."""

    def note(self, name: str, value: float) -> None:
        self.results[name] = value
        print(f"{name:<66} {value:9.2f}", flush=True)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder)) / "engine"


def tone(path: Path, frequency: int = 1000, seconds: int = 120, decibels: int = 12) -> Path:
    """A sine at half of full scale with the usual 12 dB, since FFmpeg's has an eighth."""
    sine = f"sine={frequency}:r=48000:d={seconds},volume={decibels}dB"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", sine, "-ac", "2", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def delay(bench: Bench) -> None:
    for name in present():
        with contender(name, bench.new_folder(), bench.icecast) as engine:
            delays(bench, name, engine, mount_of(name))
    folder = bench.new_folder()
    folder.mkdir()
    engine = Bandstand(folder, bench.icecast.port, [OPUS])
    try:
        delays(bench, "Bandstand", engine, OPUS)
    finally:
        engine.close()


def delays(bench: Bench, name: str, engine: Contender, mount: Mount) -> None:
    ear = Onset(bench.icecast.port, mount)
    try:
        for before in (None, bench.songs["quiet"]):
            took = [one_delay(engine, ear, bench.songs["mp3"], before) for _ in range(bench.rounds)]
            what = f"{name}, {mount.format}, play into {'a song' if before else 'silence'} to audible"
            bench.note(f"{what}, median, ms", 1000 * statistics.median(took))
            bench.note(f"{what}, 95th percentile, ms", 1000 * percentile(took, 0.95))
    finally:
        ear.close()


def one_delay(engine: Contender, ear: Onset, song: Path, before: Path | None) -> float:
    if before:
        engine.play(before)
    ear.silence()
    time.sleep(random.uniform(0.4, 0.6))
    ear.arm()
    began = time.monotonic()
    engine.play(song)
    onset = ear.onset()
    engine.silence()
    return onset - began


def generate(bench: Bench) -> None:
    """Through the whole station: the command is given to the bot as `bandstand ctl` gives it."""
    folder = bench.new_folder()
    folder.mkdir()
    station = Station(folder)
    try:
        station.up()
        station.wait_for(r"/stream\.mp3 is on the air")
        control = station.control()
        for mount in (Mount(path="/stream.mp3", format="mp3"), Mount(path="/stream.opus", format="opus")):
            ear = Onset(station.port, mount, heard=0.003)
            made, took = len(station.made()), []
            for _ in range(max(3, bench.rounds // 2)):
                all_made(station, made + len(took))
                ear.arm()
                began = time.monotonic()
                reply = next(control.ask("generate minutes=3", wait=False))
                if not reply.is_good:
                    raise RuntimeError(reply.summary)
                took.append(ear.onset() - began)
                next(control.ask("skip", wait=False))
            ear.close()
            bench.note(f"Bandstand, {mount.format}, generate to audible, median, ms", 1000 * statistics.median(took))
            bench.note(f"Bandstand, {mount.format}, generate to audible, slowest, ms", 1000 * max(took))
    finally:
        station.end()


def all_made(station: Station, number: int) -> None:
    """A song that is still being made takes processor time; after it, the next worker is waiting."""
    until(lambda: len(station.made()) == number, "the song before is made")
    time.sleep(SETTLING)


def cost(bench: Bench) -> None:
    for name in present():
        with contender(name, bench.new_folder(), bench.icecast) as engine:
            costs(bench, f"{name}, 1 mp3 mount", engine)
    for number in MANY:
        mounts = [Mount(path=f"/many{n}.mp3", format="mp3", bitrate=BITRATE) for n in range(number)]
        with another_icecast(bench, mounts) as icecast:
            folder = bench.new_folder()
            folder.mkdir()
            many = Bandstand(folder, icecast.port, mounts)
            try:
                costs(bench, f"Bandstand, {number} mp3 mounts", many)
            finally:
                many.close()


def pairs(bench: Bench) -> None:
    if not {"Bandstand", "MPD"} <= set(present()):
        raise RuntimeError("MPD is not installed")
    for rate, level in product(MPD_RATES, ("quiet", "loud")):
        song = music(bench.folder / f"{level}-song.mp3", LOUD if level == "loud" else 0.0)
        ours, theirs = bench.new_folder(), bench.new_folder()
        with (
            contender("Bandstand", ours, bench.icecast) as bandstand,
            contender("MPD", theirs, bench.icecast, rate) as mpd,
        ):
            took = [one_pair(bench, (bandstand, mpd), song) for _ in range(PAIRS)]
            bench.note(f"MPD at {rate} Hz, a {level} song at 44.1 kHz: memory, MiB", memory(mpd.pid))
            bench.note("Bandstand beside it: memory, MiB", memory(bandstand.pid))
        both = [statistics.median(each) for each in zip(*took, strict=True)]
        bench.note(f"MPD at {rate} Hz, a {level} song at 44.1 kHz: processor, % of a core", both[1])
        bench.note("Bandstand beside it: processor, % of a core", both[0])
        bench.note("Bandstand's share of MPD's", statistics.median(mine / its for mine, its in took))


def one_pair(bench: Bench, engines: tuple[Contender, Contender], song: Path) -> tuple[float, float]:
    """Both play the same song at the same time; the processor time of each in % of a core."""
    for engine in engines:
        engine.play(song)
    time.sleep(SETTLING)
    before, began = [processor(engine.pid) for engine in engines], time.monotonic()
    time.sleep(bench.seconds)
    lasted = time.monotonic() - began
    first, second = (
        100 * (processor(engine.pid) - spent) / lasted for engine, spent in zip(engines, before, strict=True)
    )
    return first, second


def music(path: Path, decibels: float) -> Path:
    """A minute of struck chords and a little noise at 44.1 kHz, 192 kbit/s, `decibels` louder than need be."""
    chance, rate = np.random.default_rng(0), MPD_RATES[1]
    at = np.arange(60 * rate) / rate
    sides = 0.03 * chance.standard_normal((len(at), 2))
    for pitch in PITCHES:
        struck = 0.08 * np.exp(-3 * ((at + pitch / 900) % 0.5)) * np.sin(2 * np.pi * pitch * at)
        sides += struck[:, None] * chance.uniform(0.5, 1.0, 2)
    sound = np.clip(sides * 10 ** (decibels / 20), -1, 1).astype(np.float32)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac", "2", "-i", "-", "-b:a", "192k"]
    subprocess.run([*command, str(path)], check=True, input=sound.tobytes())
    return path


@contextmanager
def another_icecast(bench: Bench, mounts: list[Mount]):  # type: ignore[no-untyped-def]
    icecast = Icecast(Path(tempfile.mkdtemp(dir=bench.folder)), mounts)
    icecast.start()
    try:
        yield icecast
    finally:
        icecast.kill()


def costs(bench: Bench, name: str, engine: Contender) -> None:
    for what, song in (("silence", None), ("playing mp3", bench.songs["mp3"])):
        if song:
            engine.play(song)
        time.sleep(SETTLING)
        before, began = processor(engine.pid), time.monotonic()
        time.sleep(bench.seconds)
        share = 100 * (processor(engine.pid) - before) / (time.monotonic() - began)
        bench.note(f"{name}, {what}: processor, % of a core", share)
        bench.note(f"{name}, {what}: memory, MiB", memory(engine.pid))


def seam(bench: Bench) -> None:
    """The engines' MP3 mounts with two FLAC files, and Bandstand's FLAC mount with every pair of formats."""
    files = halves(bench.folder)
    for name in present():
        with contender(name, bench.new_folder(), bench.icecast) as engine:
            found = joined(bench, engine, mount_of(name), files["flac"][0], files["flac"][1])
            bench.note(f"{name}, seam of two flac halves on mp3: gap, ms", found.gap_ms)
            bench.note(f"{name}, seam of two flac halves on mp3: phase, degrees", found.degrees)
    folder = bench.new_folder()
    folder.mkdir()
    engine = Bandstand(folder, bench.icecast.port, [FLAC])
    try:
        pairs = {}
        for first, second in product(FORMATS, repeat=2):
            pairs[first, second] = found = joined(bench, engine, FLAC, files[first][0], files[second][1])
            bench.results[f"Bandstand, seam of {first} and {second} on flac: gap, ms"] = found.gap_ms
            bench.results[f"Bandstand, seam of {first} and {second} on flac: phase, degrees"] = found.degrees
        bench.note("Bandstand, any two formats on flac: gap, at most, ms", max(s.gap_ms for s in pairs.values()))
        bench.note(
            "Bandstand, any two formats on flac: phase, at most, degrees", max(s.degrees for s in pairs.values())
        )
    finally:
        engine.close()


def joined(bench: Bench, engine: Contender, mount: Mount, first: Path, second: Path) -> Seam:
    with recorded(bench.icecast.port, mount.path) as sound:
        engine.play(first)
        engine.follow(second)
        time.sleep(JOINED)
    engine.silence()
    return measured(sound())


def loudness(bench: Bench) -> None:
    folder = bench.new_folder()
    folder.mkdir()
    station = Station(folder)
    try:
        station.up()
        station.wait_for(r"/stream\.mp3 is on the air")
        code = station.make(1, 1)[0]
        station.say("stop")
        with recorded(station.port, "/stream.mp3") as sound:
            time.sleep(1)
            station.say(f"play {code}")
            time.sleep(RECORDING)
        whole, peak = ebur128(sound().tobytes())
    finally:
        station.end()
    bench.note(f"Bandstand, the first {RECORDING:.0f} s of a new song: loudness, LUFS", whole)
    bench.note(f"Bandstand, the first {RECORDING:.0f} s of a new song: true peak, dBTP", peak)


def faults(bench: Bench) -> None:
    for name in present():
        with contender(name, bench.new_folder(), bench.icecast) as engine:
            ear = Ear(bench.icecast.port, mount_of(name).path)
            ear.start()
            try:
                engine.play(bench.songs["mp3"])
                until(lambda ear=ear: ear.heard > time.monotonic() - 0.3, "the song")
                took = icecast_killed(bench, ear)
                bench.note(f"{name}, Icecast killed: heard again after it answers, s", took)
            except TimeoutError as error:
                print(f"{name}: {error}", flush=True)
            finally:
                ear.end()
    station_faults(bench)


def icecast_killed(bench: Bench, ear: Ear) -> float:
    bench.icecast.kill()
    time.sleep(2)
    bench.icecast.start()
    answered = time.monotonic()
    until(lambda: ear.heard > answered, "the song after Icecast was started again", BACK)
    return ear.heard - answered


def station_faults(bench: Bench) -> None:
    """The whole station, which keeps its own Icecast; a listener on the MP3 mount."""
    folder = bench.new_folder()
    folder.mkdir()
    station = Station(folder)
    events: dict[str, Callable[[], object]] = {
        "streamer killed": lambda: station.signal("streamer", signal.SIGKILL),
        "restart streamer": lambda: station.say("restart streamer"),
        "bot killed": lambda: killed_and_up(station),
        "standby killed": lambda: station.signal("standby", signal.SIGKILL),
        "its own Icecast killed": lambda: station.signal("icecast", signal.SIGKILL),
    }
    try:
        station.up()
        station.wait_for(r"/stream\.mp3 is on the air")
        code = station.make(1, 3)[0]
        ear, listener = Ear(station.port, "/stream.mp3"), Listener(station.port, "/stream.mp3")
        ear.start()
        listener.start()
        for name, event in events.items():
            station.say(f"play {code}")
            until(lambda: ear.heard > time.monotonic() - 0.3, "the song")
            time.sleep(2)
            ear.dead_air = listener.longest_wait = 0.0
            lost = listener.dropped
            event()
            time.sleep(6)
            until(lambda: ear.heard > time.monotonic() - 0.3, f"the song after: {name}", BACK)
            bench.note(f"Bandstand, {name}: nothing heard for, s", ear.dead_air)
            bench.note(f"Bandstand, {name}: longest wait for bytes, s", listener.longest_wait)
            bench.note(f"Bandstand, {name}: connections lost", listener.dropped - lost)
    finally:
        station.end()


def killed_and_up(station: Station) -> None:
    assert station.bot is not None
    station.bot.kill()
    station.bot.wait()
    station.up()


PARTS: dict[str, Callable[[Bench], None]] = {
    "delay": delay,
    "generate": generate,
    "cost": cost,
    "pairs": pairs,
    "seam": seam,
    "loudness": loudness,
    "faults": faults,
}


def run(bench: Bench, parts: list[str]) -> list[str]:
    """Every part, in order; those that failed."""
    failed = []
    for part in parts:
        began = time.monotonic()
        try:
            PARTS[part](bench)
        except Exception as error:  # the other parts are worth having
            failed.append(part)
            print(f"{part} failed: {error}", file=sys.stderr, flush=True)
        bench.note(f"{part} took, s", time.monotonic() - began)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help="parts, with commas")
    parser.add_argument("--rounds", type=int, default=20, help="plays for each delay")
    parser.add_argument("--seconds", type=float, default=15.0, help="for each processor figure")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="engine-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        songs = {"mp3": tone(folder / "tone.mp3"), "quiet": tone(folder / "quiet.mp3", decibels=-40)}
        icecast = Icecast(folder, [*(mount_of(name) for name in present()), OPUS, FLAC])
        icecast.start()
        bench = Bench(folder, icecast, songs, arguments.rounds, arguments.seconds, {})
        try:
            failed = run(bench, arguments.only)
        finally:
            icecast.kill()
            if arguments.json:
                arguments.json.write_text(json.dumps(bench.results, indent=2) + "\n")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
