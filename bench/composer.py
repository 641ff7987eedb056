"""What the composer costs: `python bench/composer.py [SONGS] [--styles]`.

Real workers, started with their two descriptors as `common.jobs` has it. Prints a table. `--styles`: SONGS songs of
each style, or of those named with `--style`: the processor seconds of a waiting worker from the job to the last sample,
and from its start to its end; how many times real time the first is, as on a machine with nothing else to do; and
loudness and true peak of the sound as FFmpeg's ebur128 measures them, the worst of the songs.
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
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rig import ebur128, processor

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
SETTLED = 0.3
"""Seconds without work after which a started worker is waiting."""


class Run(NamedTuple):
    first: float  # seconds from the job to the first sample
    sound: float  # seconds of sound
    spooled: float  # seconds from the job to the last sample
    done: Done
    waiting: int  # PSS in MiB before the job
    peak: int  # RSS in MiB
    processor: float  # seconds
    rendering: float  # seconds of processor from the job to the last sample
    heard: tuple[float, float] | None  # LUFS and dBTP of the sound, by FFmpeg


def run(directory: Path, seed: int, warm: bool, minutes: float | None, band: str = "", listen: bool = False) -> Run:
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
        _wait_for_rest(pid)
    waiting = _mib(pid, "smaps_rollup", "Pss") if warm else 0
    worked = processor(pid)
    begun = time.perf_counter() if warm else begun
    os.write(job_end, msgspec.json.encode(_job(directory, seed, minutes, band)) + b"\n")
    os.read(growth, 1)
    first = time.perf_counter() - begun
    while os.read(growth, 4096):
        pass
    spooled, rendering = time.perf_counter() - begun, processor(pid) - worked
    peak = _mib(pid, "status", "VmHWM")
    with os.fdopen(steps, "rb") as lines:
        last = msgspec.json.decode(list(lines)[-1], type=Step)
    _, _, usage = os.wait4(pid, 0)
    size = os.fstat(spool).st_size
    sound, heard = size / FRAME_BYTES / RATE, ebur128(os.pread(spool, size, 0)) if listen else None
    for fd in (spool, growth, job_end):
        os.close(fd)
    assert isinstance(last, Done), last
    return Run(first, sound, spooled, last, waiting, peak, usage.ru_utime + usage.ru_stime, rendering, heard)


def _wait_for_rest(pid: int) -> None:
    """Return when a started worker has done all that it does before its job."""
    worked = 0.0
    while worked != (now := processor(pid)) or not _is_asleep(pid):
        worked = now
        time.sleep(SETTLED)


def _is_asleep(pid: int) -> bool:
    """Whether a process waits, and is not only kept waiting by others."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S"


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


def measure_styles(songs: int, styles: Sequence[str]) -> None:
    """Print what songs of each style cost and how loud they are; sums and the worst over the styles."""
    every: list[Run] = []
    print(f"{'':<10}{'sound':>7}{'to the last':>13}{'':>9}{'to the':>9}{'loudness,':>11}{'true peak,':>12}")
    print(f"{'style':<10}{'s':>7}{'sample, s':>13}{'x':>9}{'end, s':>9}{'LU off':>11}{'dBTP':>12}")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        for style in styles:
            band = BAND_OF_STYLE[style]
            runs = [run(Path(name), seed, True, None, band, listen=True) for seed in range(1, songs + 1)]
            every += runs
            print(_show_costs(style, runs), flush=True)
    print(_show_costs("all", every))


def _show_costs(style: str, runs: Sequence[Run]) -> str:
    """A row: means of seconds, the slowest song's times of real time, the worst loudness and true peak."""
    seconds = zip(*((each.sound, each.rendering, each.processor) for each in runs), strict=True)
    sound, rendering, ended = map(statistics.mean, seconds)
    heard = [each.heard for each in runs if each.heard]
    off = max((loudness - TARGET for loudness, _ in heard), key=abs)
    slowest = min(each.sound / each.rendering for each in runs)
    peak = max(peak for _, peak in heard)
    return f"{style:<10}{sound:>7.0f}{rendering:>13.1f}{slowest:>9.0f}{ended:>9.1f}{off:>+11.2f}{peak:>12.1f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("songs", type=int, nargs="?")
    parser.add_argument("--styles", action="store_true", help="the table of the styles")
    parser.add_argument("--style", action="append", choices=tuple(BAND_OF_STYLE), help="only this one; may be repeated")
    options = parser.parse_args()
    if options.styles or options.style:
        measure_styles(options.songs or 1, options.style or tuple(BAND_OF_STYLE))
    else:
        main(options.songs or 10)
