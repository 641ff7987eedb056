"""`bandstand import PATH...`: songs that were there before, into the library of the running station.

Finds the files and shows how far it is; the station's workers do the work, one job a file.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from prompt_toolkit.shortcuts import ProgressBar

from bot.request import Reply
from bot.shell import ctl
from bot.shell.ctl import Station
from common import config
from common.errors import BandstandError, CommandError
from common.text import counted

SUFFIXES: Final = {
    *(".aac", ".ac3", ".aif", ".aiff", ".ape", ".au", ".caf", ".flac", ".m4a", ".mka"),
    *(".mp2", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".wma", ".wv"),
}
"""Of the files that are taken where a directory is named; one that is named itself is tried whatever it is called."""


def files(paths: Iterable[str]) -> list[Path]:
    """What is to be imported, each file once. Raises CommandError for a path that is not there."""
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or directory")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file == path or (file.suffix.lower() in SUFFIXES and file.is_file()):
                found[file.resolve()] = None
    if not found:
        raise CommandError("there is no sound file in " + ", ".join(paths))
    return list(found)


def handed_over(socket: Path, file: Path) -> Reply:
    """What became of one file."""
    try:
        with closing(Station(socket)) as station:
            *_, last = station.ask(ctl.joined(["import", str(file)]), wait=True)
    except BandstandError as error:
        raise CommandError(f"{file}: {error}") from None
    return last


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand import", description="Take songs into the running station's library.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many at a time")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a sound file, or a directory of them")
    options = parser.parse_args(arguments)
    environment = {**os.environ, "BANDSTAND_ICECAST_PASSWORD": "not needed here"}
    socket = config.load(config.find(options.config), environment).paths.bot_socket
    wanted = files(options.paths)
    good = 0
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for reply in _shown(pool.map(lambda file: handed_over(socket, file), wanted), len(wanted)):
            good += reply.good
            if not reply.good:
                ctl.show(reply, as_json=False)
    print(f"{good} of {counted(len(wanted), 'song')} imported")
    return 0 if good == len(wanted) else 1


def _shown(replies: Iterator[Reply], total: int) -> Iterator[Reply]:
    """With a bar, where somebody may be looking at it."""
    if not sys.stdout.isatty():
        yield from replies
        return
    with ProgressBar(title="into the library") as bar:
        yield from bar(replies, total=total)
