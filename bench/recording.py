"""What recording costs: processor time and memory of the streamer with one MP3 mount, without and with a recording,
beside Liquidsoap's `output.file` in the same run where that is installed.

    python bench/recording.py [--seconds 15] [--rounds 3]

Each engine plays the same song in a loop. Bandstand's recording is switched on and off while it plays, so that a
pair of figures is seconds apart; Liquidsoap is started once without and once with the files, and those take turns. All
write FLAC and Opus of 128 kbit/s, then each alone. Share of one core in percent, PSS in MiB; medians.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from contenders import Bandstand, Icecast, Liquidsoap, mount_of
from engine import tone
from rig import memory, processor

SETTLING = 4.0
"""Seconds after a change that are no part of a cost."""
FORMATS = (("flac", "opus"), ("flac",), ("opus",), ("mp3",))
FILES = {
    "flac": '%flac(samplerate=48000, channels=2), "{folder}/record.flac"',
    "opus": '%opus(bitrate=128, samplerate=48000, channels=2, application="audio"), "{folder}/record.opus"',
    "mp3": '%mp3(bitrate=128, samplerate=48000), "{folder}/record.mp3"',
}
"""Format -> what Liquidsoap's `output.file` is told."""


@dataclass(frozen=True)
class Bench:
    icecast: Icecast
    song: Path
    seconds: float
    rounds: int


def measure(pid: int, seconds: float) -> tuple[float, float]:
    """Percent of one core, and MiB."""
    time.sleep(SETTLING)
    began, before = time.monotonic(), processor(pid)
    time.sleep(seconds)
    return 100 * (processor(pid) - before) / (time.monotonic() - began), memory(pid)


def print_costs(name: str, without: list[tuple[float, float]], within: list[tuple[float, float]]) -> None:
    for what, costs in (("not recording", without), ("recording", within)):
        share, size = (statistics.median(values) for values in zip(*costs, strict=True))
        print(f"{name:<28} {what:<14} {share:6.2f} %  {size:6.1f} MiB", flush=True)


def measure_bandstand(bench: Bench, folder: Path, formats: tuple[str, ...]) -> None:
    folder.mkdir()
    written = ", ".join(f'"{one}"' for one in formats)
    engine = Bandstand(folder, bench.icecast.port, [mount_of("Bandstand")], f"[recordings]\nformats = [{written}]\n")
    costs: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    try:
        engine.play(bench.song)
        for _ in range(bench.rounds):
            for is_on in (False, True):
                engine.record(is_on)
                costs[is_on].append(measure(engine.pid, bench.seconds))
    finally:
        engine.close()
    print_costs(f"Bandstand, {' and '.join(formats)}", costs[False], costs[True])


def measure_liquidsoap(bench: Bench, folder: Path, formats: tuple[str, ...]) -> None:
    costs: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for number in range(bench.rounds):
        for is_on in (False, True):
            own = folder.with_name(f"{folder.name}-{number}-{is_on}")
            own.mkdir()
            files = "".join(f"output.file({FILES[one].format(folder=own)}, radio)\n" for one in formats)
            engine = Liquidsoap(own, bench.icecast.port, mount_of("Liquidsoap").path, files if is_on else "")
            try:
                engine.play(bench.song)
                costs[is_on].append(measure(engine.pid, bench.seconds))
            finally:
                engine.close()
    print_costs(f"Liquidsoap, {' and '.join(formats)}", costs[False], costs[True])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recording-") as name:
        folder = Path(name)
        icecast = Icecast(folder, [mount_of(one) for one in ("Bandstand", "Liquidsoap")])
        icecast.start()
        try:
            bench = Bench(icecast, tone(folder / "song.mp3", seconds=900), options.seconds, options.rounds)
            for formats in FORMATS:
                measure_bandstand(bench, folder / f"b-{'-'.join(formats)}", formats)
                if which("liquidsoap"):
                    measure_liquidsoap(bench, folder / f"l-{'-'.join(formats)}", formats)
        finally:
            icecast.kill()


if __name__ == "__main__":
    main()
