"""Makes many songs without a station: one process for each core, started by exec, each with its share of the songs.

With a farm in the configuration there are as many processes as the farm makes songs at once. They have the sound made
there, and what is left to them is to write it to files.
"""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import config
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError, ComposeError
from bandstand.common.jobs import Value
from bandstand.common.lineups import HOUSE, STYLES
from bandstand.common.priority import give_way
from bandstand.common.python import build_command
from bandstand.composer import offline
from bandstand.composer.compose import find_band

MOST_SONGS: Final = 10_000
MOST_FOR_EACH_CORE: Final = 4
"""Processes that write what a farm makes: to write takes a fifth of the time that composing does."""
BAND_OF_STYLE: Final = {band.style: slug for slug, band in HOUSE.items()}


class BatchSong(msgspec.Struct, frozen=True):
    """One song to make: the slug of a house band, a seed, and the path of the file."""

    band: str
    seed: int
    out: str


class Share(msgspec.Struct, frozen=True):
    """The songs of one process. It reads them from standard input as JSON."""

    songs: tuple[BatchSong, ...]
    parameters: dict[str, Value] = {}
    config: str | None = None
    client: str = ""
    """Socket of the farm client; empty: the songs are composed here."""


def find_bands(band: str | None, styles: str) -> dict[str, str]:
    """The bands that are to play: how each is called in the files' names, and its slug. Raises ComposeError.

    `styles` has names separated by commas. Empty where neither a band nor a style was asked for.
    """
    names = [name.strip().casefold() for name in styles.split(",") if name.strip()]
    if band and names:
        raise ComposeError("--band and --styles: give one of the two")
    if band:
        find_band(band)
        return {band: band}
    for name in names:
        if name not in BAND_OF_STYLE:
            raise ComposeError(f"--styles: {name}: there is no such style; there are {', '.join(STYLES)}")
    return {name: BAND_OF_STYLE[name] for name in names}


def plan_batch(count: int, bands: Mapping[str, str], first: int, folder: Path, kind: str) -> list[BatchSong]:
    """Plan `count` songs: the bands in turn, the seeds counted up from `first`. Raises ComposeError.

    `bands` is as `find_bands` gives it; `kind` is the suffix of the files.
    """
    if not 1 <= count <= MOST_SONGS:
        raise ComposeError(f"--count: {count} is not a number from 1 to {MOST_SONGS}")
    if kind not in offline.WRITERS:
        raise ComposeError(f"--format: {kind}: known are {', '.join(offline.WRITERS)}")
    names = list(bands)
    planned = [(names[number % len(names)], first + number) for number in range(count)]
    return [BatchSong(bands[name], seed, str(folder / f"{name}-{seed}.{kind}")) for name, seed in planned]


def run_batch(
    options: argparse.Namespace, bands: Mapping[str, str], parameters: dict[str, Value], settings: Config
) -> int:
    """Make all songs: `--count`, or one by each band; without a band, by those of all styles.

    Returns the exit status: 1 if a song could not be made. Raises ComposeError for wrong options.
    """
    folder = options.out or Path("songs")
    first = secrets.randbelow(2**30) if options.seed is None else options.seed
    count = len(bands) if options.count is None else options.count
    songs = plan_batch(count, bands or BAND_OF_STYLE, first, folder, options.format or offline.USUAL)
    if options.jobs is not None and options.jobs < 1:
        raise ComposeError(f"--jobs: {options.jobs} is not a number of processes")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ComposeError(f"{folder}: {error.strerror}") from None
    plan = Share(tuple(songs), parameters, options.config)
    cores = os.cpu_count() or 1
    if not settings.farm.scheduler or options.format == "mid":
        return _run_shares(plan, options.jobs or cores)
    from bandstand.composer.farm.blocks import start_client

    with start_client(settings) as (client, farm):
        if farm.trouble:
            print(f"songs are composed here: {farm.trouble}", file=sys.stderr)
            return _run_shares(plan, options.jobs or cores)
        plan = msgspec.structs.replace(plan, client=str(client))
        return _run_shares(plan, options.jobs or min(farm.slots, MOST_FOR_EACH_CORE * cores))


def _run_shares(plan: Share, jobs: int) -> int:
    """Make the songs of `plan` with so many processes; the exit status."""
    songs = plan.songs
    shares = [msgspec.structs.replace(plan, songs=songs[start::jobs]) for start in range(min(jobs, len(songs)))]
    command = build_command("bandstand.composer.batch")
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in shares]
    try:
        for worker, share in zip(workers, shares, strict=True):
            assert worker.stdin is not None
            worker.stdin.write(msgspec.json.encode(share))
            worker.stdin.close()
        failed = sum(worker.wait() != 0 for worker in workers)
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.terminate()
    return int(failed > 0)


def main() -> int:
    """Run one process of a batch: make its songs, and print a line for each. Goes on after a song that fails."""
    give_way(10)
    share = msgspec.json.decode(sys.stdin.buffer.read(), type=Share)
    settings = config.load(config.find(share.config))
    status = 0
    for song in share.songs:
        try:
            order = offline.SongOrder(song.band, song.seed, share.parameters)
            line = offline.write_song(order, Path(song.out), settings, Path(share.client) if share.client else None)
        except offline.NoRoom as error:
            print(f"{song.out}: {error}", file=sys.stderr, flush=True)
            return 1
        except BandstandError as error:
            print(f"{song.out}: {error}", file=sys.stderr, flush=True)
            status = 1
        else:
            print(line, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
