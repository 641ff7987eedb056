"""`bandstand import PATH...`: takes sound files into the library of the running station.

Finds the files and shows the progress; the station's workers do the work, one job for each file.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from prompt_toolkit.shortcuts import ProgressBar

from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell import ctl
from bandstand.bot.shell.ctl import Station
from bandstand.common import config
from bandstand.common.errors import BandstandError, CommandError
from bandstand.common.text import counted

SUFFIXES: Final = {
    *(".aac", ".ac3", ".aif", ".aiff", ".ape", ".au", ".caf", ".flac", ".m4a", ".mka"),
    *(".mp2", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".wma", ".wv"),
}
"""Of the files that are taken from a directory. A file that is named itself is tried whatever its suffix."""


def find_files(paths: Iterable[str]) -> list[Path]:
    """The files to import, each once. Raises CommandError for a path that does not exist, and if there is none."""
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


def import_file(socket: Path, file: Path) -> Reply:
    """Import one file by the bot at the socket and wait for the result. Raises CommandError."""
    try:
        with closing(Station(socket)) as station:
            *_, last = station.ask(ctl.joined(["import", str(file)]), wait=True)
    except BandstandError as error:
        raise CommandError(f"{file}: {error}") from None
    return last


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand import", description="Take songs into the running station's library.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="files at a time")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a sound file, or a directory of them")
    options = parser.parse_args(arguments)
    socket = config.find_directory(config.find(options.config)).bot_socket
    wanted = find_files(options.paths)
    good = 0
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for reply in _show_progress(pool.map(lambda file: import_file(socket, file), wanted), len(wanted)):
            good += reply.is_good
            if not reply.is_good:
                ctl.show(reply, as_json=False)
    print(f"{good} of {counted(len(wanted), 'song')} imported")
    return 0 if good == len(wanted) else 1


def _show_progress(replies: Iterator[Reply], total: int) -> Iterator[Reply]:
    """Pass the replies on, with a bar if standard output is a terminal."""
    if not sys.stdout.isatty():
        yield from replies
        return
    with ProgressBar(title="into the library") as bar:
        yield from bar(replies, total=total)
