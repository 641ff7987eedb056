"""Whether streamer and standby grow the longer they run: a whole station that plays, and nothing else happens.

    python bench/memory.py [--minutes 10]

Prints the resident memory of each every few seconds, and ends with 1 if one has grown by more than 1 MiB between the
first third of the time, after a minute of warming up, and the last.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from rig import Station

WARMING_UP = 60.0
"""Seconds in which buffers and allocators reach their size."""
EVERY = 5.0
GROWTH = 1.0
"""MiB."""
PROCESSES = ("streamer", "standby")
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> float:
    """Resident memory that is the process's own, in MiB: pages that it shares with files come and go."""
    _, all_pages, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
    return (all_pages - shared) * PAGE / 2**20


def watch(station: Station, seconds: float) -> dict[str, list[float]]:
    """Process -> its memory, again and again."""
    found: dict[str, list[float]] = {name: [] for name in PROCESSES}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(EVERY)
        running = station.processes()
        for name in PROCESSES:
            found[name].append(resident(running[name]))
        print(time.strftime("%H:%M:%S"), *(f"{name} {found[name][-1]:.2f} MiB" for name in PROCESSES), flush=True)
    return found


def find_growth(taken: list[float]) -> float:
    third = max(1, len(taken) // 3)
    return statistics.median(taken[-third:]) - statistics.median(taken[:third])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        station = Station(Path(folder))
        try:
            station.up()
            station.wait_for(r"/stream\.mp3 is on the air")
            song = station.make(1, 10)[0]
            station.say(f"play {song}")
            time.sleep(WARMING_UP)
            found = watch(station, 60 * arguments.minutes)
        finally:
            station.end()
    grown = {name: find_growth(taken) for name, taken in found.items()}
    print("\n" + "\n".join(f"{name} grew by {by:+.2f} MiB" for name, by in grown.items()))
    sys.exit(any(by > GROWTH for by in grown.values()))


if __name__ == "__main__":
    main()
