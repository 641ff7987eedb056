"""Many songs at once without a station: one process for each core, started by exec, each with its share of them."""

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from common import config
from common.errors import BandstandError, ComposeError
from common.jobs import Value
from common.lineups import HOUSE, STYLES
from composer import offline

MOST: Final = 10_000
OF_STYLE: Final = {band.style: slug for slug, band in HOUSE.items()}


class Song(msgspec.Struct, frozen=True):
    band: str
    seed: int
    out: str


class Share(msgspec.Struct, frozen=True):
    """One process's part of the work, as it gets it on standard input."""

    songs: tuple[Song, ...]
    wishes: dict[str, Value] = {}
    config: str | None = None


def planned(count: int, styles: str, first: int, folder: Path, kind: str) -> list[Song]:
    """The styles in turn, each song with a seed of its own. Raises ComposeError."""
    wanted = [name.strip().casefold() for name in styles.split(",") if name.strip()] or list(STYLES)
    for name in wanted:
        if name not in OF_STYLE:
            raise ComposeError(f"--styles: {name}: there is no such style; there are {', '.join(STYLES)}")
    if not 1 <= count <= MOST:
        raise ComposeError(f"--count: {count} is not a number from 1 to {MOST}")
    if kind not in offline.WRITERS:
        raise ComposeError(f"--format: {kind}: known are {', '.join(offline.WRITERS)}")
    names = [wanted[number % len(wanted)] for number in range(count)]
    return [
        Song(OF_STYLE[name], first + number, str(folder / f"{name}-{first + number}.{kind}"))
        for number, name in enumerate(names)
    ]


def made(options: argparse.Namespace, wishes: dict[str, Value]) -> int:
    """Make them all; returns the exit status, 1 where one could not be made. Every process says what it has made."""
    folder, jobs = Path(options.out), options.jobs or os.cpu_count() or 1
    first = secrets.randbelow(2**30) if options.seed is None else options.seed
    songs = planned(options.count, options.styles, first, folder, options.format)
    if jobs < 1:
        raise ComposeError(f"--jobs: {jobs} is not a number of processes")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ComposeError(f"{folder}: {error.strerror}") from None
    shares = [Share(tuple(songs[start::jobs]), wishes, options.config) for start in range(min(jobs, len(songs)))]
    command = [sys.executable, "-m", "composer.batch"]
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
    """One process of them: its share, song after song; one that fails does not hold the others up."""
    os.nice(10)
    share = msgspec.json.decode(sys.stdin.buffer.read(), type=Share)
    settings = config.load(config.find(share.config))
    status = 0
    for song in share.songs:
        try:
            said = offline.song_to_file(song.band, song.seed, share.wishes, Path(song.out), settings)
        except BandstandError as error:
            print(f"{song.out}: {error}", file=sys.stderr, flush=True)
            status = 1
        else:
            print(said, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
