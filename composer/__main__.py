"""The composer's two doors: the worker that the bot starts and hands one job, and `bandstand compose`.

Knows the descriptors, the signals and the command line; the work itself is in `host.py`.
"""

import argparse
import gc
import logging
import os
import secrets
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import msgspec

from common import config
from common.errors import BandstandError, Missing
from common.jobs import GROWTH_FD, SPOOL_FD, Failed, Job, Value
from common.lineups import STYLES
from composer import batch, host, offline
from composer.bands import BANDS
from composer.generators import run
from composer.spool import Spool, Steps

NICENESS: Final = 10
"""The air and the bot come first."""
log = logging.getLogger("composer")


def main(arguments: list[str]) -> int:
    """One worker: waits for a job on standard input, makes the song, and ends."""
    parser = argparse.ArgumentParser(prog="python -m composer", description="a worker; started by the bot")
    parser.add_argument("--config", metavar="FILE", help="the configuration file")
    options = parser.parse_args(arguments)
    spool = _descriptors()
    if spool is None:
        print(f"composer: needs descriptors {SPOOL_FD} and {GROWTH_FD}; it is the bot that starts it", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the bot to act on
    signal.signal(signal.SIGTERM, _end)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    os.nice(NICENESS)
    say = _steps()
    settings = config.load(config.find(options.config))
    ready: host.Ready | Missing
    try:
        ready = host.prepared(settings.composer.soundfont)
    except Missing as error:
        ready = error
    waiting = run.caller() if any(one.callable for one in settings.generators.values()) else None
    gc.disable()  # one song and the process is over; looking for cycles only holds its first sample up
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return 0
    try:
        job = msgspec.json.decode(line, type=Job)
    except msgspec.DecodeError as error:
        say(Failed(f"the job cannot be read: {error}"))
        return 1
    if waiting and not (job.program and job.program.callable):
        waiting.kill()
    return host.finish(job, ready, spool, say, waiting)


def _descriptors() -> Spool | None:
    """The two that only this process has; no program that it starts gets them."""
    try:
        for fd in (SPOOL_FD, GROWTH_FD):
            os.set_inheritable(fd, False)
        return Spool(SPOOL_FD, GROWTH_FD)
    except OSError:
        return None


def _steps() -> Steps:
    """Standard output is the steps' alone: whatever a library prints goes to standard error."""
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return Steps(own)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Unwinds, so that half a folder goes."""
    raise SystemExit(128 + number)


def compose(arguments: list[str]) -> int:
    """`bandstand compose`: a song to a file, or many to a folder, without a station."""
    parser = argparse.ArgumentParser(prog="bandstand compose", description="make songs into files, without a station")
    parser.add_argument("--band", default=next(iter(BANDS)), help=f"one of {', '.join(BANDS)}")
    parser.add_argument("--seed", type=int, help="the same seed makes the same song")
    parser.add_argument("--key", help="such as C, F#m or Bb")
    parser.add_argument("--tempo", help="beats a minute")
    parser.add_argument("--minutes", help="about how long")
    parser.add_argument("--out", type=Path, help="the file: flac, mp3, ogg, wav or mid; with --count a folder")
    parser.add_argument("--count", type=int, help="so many songs, on all cores")
    parser.add_argument("--jobs", type=int, help="with --count: so many at a time; every core without it")
    parser.add_argument("--styles", default="", help=f"with --count: some of {','.join(STYLES)}; all without it")
    parser.add_argument("--format", default="flac", help="with --count: the kind of file")
    parser.add_argument("--config", metavar="FILE", help="the configuration file")
    options = parser.parse_args(arguments)
    settings = config.load(config.find(options.config))
    wishes: dict[str, Value] = {
        name: value for name in ("key", "tempo", "minutes") if (value := getattr(options, name)) is not None
    }
    options.out = options.out or Path("song.flac" if options.count is None else "songs")
    if options.count is not None:
        return batch.made(options, wishes)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    print(offline.song_to_file(options.band, seed, wishes, options.out, settings))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BandstandError as error:
        sys.exit(f"composer: {error}")
