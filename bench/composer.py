"""What the composer costs: `python bench/composer.py [SONGS] [--styles]`.

Real workers, started with their two descriptors as `common.jobs` has it. Prints a table. `--styles`: the processor
seconds of SONGS songs of each style, from the start of a worker to its end, beside the seconds of sound.
"""

import argparse
import fcntl
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from bandstand.common.jobs import GROWTH_FD, SPOOL_FD, Done, Job, Step
from bandstand.common.types import FRAME_BYTES, RATE, SongCode
from bandstand.composer.batch import BAND_OF_STYLE

TARGET = -16.0
BANDS = tuple(BAND_OF_STYLE.values())
"""The house bands, one of each style, in turn."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""A station does not compile its modules for each song."""
HOURLY = 8
"""Songs by which the yield of an hour is measured."""
SETTLED = 2.0
"""Seconds after which a started worker is certainly waiting."""


class Run(NamedTuple):
    first: float  # seconds from the job to the first sample
    sound: float  # seconds of sound
    spooled: float  # seconds from the job to the last sample
    done: Done
    waiting: int  # PSS in MiB before the job
    peak: int  # RSS in MiB
    processor: float  # seconds


def run(directory: Path, seed: int, warm: bool, minutes: float | None, band: str = "") -> Run:
    spool = _high(os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o600))
    growth, told = map(_high, os.pipe())
    jobs, job_end = map(_high, os.pipe())
    steps, steps_end = map(_high, os.pipe())
    places = {0: jobs, 1: steps_end, SPOOL_FD: spool, GROWTH_FD: told}
    actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in places.items()]
    begun = time.perf_counter()
    pid = os.posix_spawn(
        sys.executable, [sys.executable, "-m", "bandstand.composer"], ENVIRONMENT, file_actions=actions
    )
    for fd in (jobs, steps_end, told):
        os.close(fd)
    if warm:
        time.sleep(SETTLED)
        begun = time.perf_counter()
    waiting = _mib(pid, "smaps_rollup", "Pss") if warm else 0
    os.write(job_end, msgspec.json.encode(_job(directory, seed, minutes, band)) + b"\n")
    os.read(growth, 1)
    first = time.perf_counter() - begun
    while os.read(growth, 4096):
        pass
    spooled = time.perf_counter() - begun
    peak = _mib(pid, "status", "VmHWM")
    with os.fdopen(steps, "rb") as lines:
        last = msgspec.json.decode(list(lines)[-1], type=Step)
    _, _, usage = os.wait4(pid, 0)
    sound = os.fstat(spool).st_size / FRAME_BYTES / RATE
    for fd in (spool, growth, job_end):
        os.close(fd)
    assert isinstance(last, Done), last
    return Run(first, sound, spooled, last, waiting, peak, usage.ru_utime + usage.ru_stime)


def _job(directory: Path, seed: int, minutes: float | None, band: str) -> Job:
    name = f"{seed}-{time.monotonic_ns()}"
    return Job(
        song=SongCode(name),
        generator=band or BANDS[seed % len(BANDS)],
        seed=seed,
        parameters={} if minutes is None else {"minutes": minutes},
        directory=str(directory / "songs" / name),
        loudness=TARGET,
    )


def _high(fd: int) -> int:
    """The same descriptor above those that a worker gets."""
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 50)
    os.close(fd)
    return high


def _mib(pid: int, file: str, key: str) -> int:
    found = re.search(rf"{key}:\s+(\d+)", Path(f"/proc/{pid}/{file}").read_text())
    return int(found[1]) // 1024 if found else 0


def _hourly(directory: Path) -> float:
    """What `bandstand compose --count` makes, from its start to its end."""
    words = ["--count", str(HOURLY), "--seed", "1", "--out", str(directory / "many")]
    program = "import sys; from bandstand.composer.command import compose; sys.exit(compose(sys.argv[1:]))"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *words], check=True, stdout=subprocess.DEVNULL)
    return HOURLY / (time.perf_counter() - begun) * 3600


def main(songs: int) -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        directory = Path(name)
        runs = [run(directory, seed, warm=True, minutes=None) for seed in range(songs)]
        cold = [run(directory, seed, warm=False, minutes=1).first for seed in range(3)]
        long = run(directory, 1, warm=True, minutes=15)
        hourly = _hourly(directory)
    errors = [each.done.loudness - TARGET for each in runs]
    firsts = sorted(each.first * 1000 for each in runs)
    rows = [
        ("job to first sample, waiting worker, median", f"{statistics.median(firsts):.0f} ms"),
        ("  the slowest", f"{firsts[-1]:.0f} ms"),
        ("  a song of 15 minutes", f"{long.first * 1000:.0f} ms"),
        ("start to first sample, cold, median", f"{statistics.median(cold) * 1000:.0f} ms"),
        ("song", f"{statistics.mean(each.sound for each in runs):.0f} s"),
        ("speed, to the last sample", f"{statistics.mean(each.sound / each.spooled for each in runs):.0f} x"),
        ("  to the finished folder", f"{statistics.mean(each.sound / each.done.making for each in runs):.0f} x"),
        ("processor, a song, start included", f"{statistics.mean(each.processor for each in runs):.1f} s"),
        ("memory, waiting (PSS)", f"{max(each.waiting for each in runs)} MiB"),
        ("memory, at most (RSS)", f"{max(each.peak for each in runs)} MiB"),
        ("  a song of 15 minutes", f"{long.peak} MiB"),
        ("loudness error, mean and worst", f"{statistics.mean(errors):+.2f} {max(errors, key=abs):+.2f} LU"),
        (f"songs an hour, {os.cpu_count()} cores, as FLAC", f"{hourly:.0f}"),
        ("true peak, highest", f"{max(each.done.peak for each in runs):.1f} dBTP"),
    ]
    print(f"{songs} songs")
    for what, figure in rows:
        print(f"{what:<46}{figure:>16}")


def measure_styles(songs: int) -> None:
    """Print what songs of each style cost, and the median over the styles."""
    costs, sounds = [], []
    print(f"{'style':<12}{'processor, s':>14}{'sound, s':>10}{'for a minute, s':>17}")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        for style, band in BAND_OF_STYLE.items():
            runs = [run(Path(name), seed, warm=False, minutes=None, band=band) for seed in range(1, songs + 1)]
            cost, sound = (sum(values) / songs for values in zip(*((r.processor, r.sound) for r in runs), strict=True))
            costs.append(cost)
            sounds.append(sound)
            print(f"{style:<12}{cost:>14.1f}{sound:>10.0f}{60 * cost / sound:>17.2f}", flush=True)
    each = 60 * sum(costs) / sum(sounds)
    print(f"{'median':<12}{statistics.median(costs):>14.1f}{statistics.median(sounds):>10.0f}")
    print(f"{'mean':<12}{statistics.mean(costs):>14.1f}{statistics.mean(sounds):>10.0f}{each:>17.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("songs", type=int, nargs="?")
    parser.add_argument("--styles", action="store_true")
    options = parser.parse_args()
    if options.styles:
        measure_styles(options.songs or 1)
    else:
        main(options.songs or 10)
