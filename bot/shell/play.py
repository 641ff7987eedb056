"""`bandstand play FILE` and `mygen | bandstand play -`: heard at once, and kept only with `--keep`.

A file is named to the station by its path. Of a pipe the descriptor is sent, so that the station reads it itself, at
the pace of the air; this program only waits for its end and tells what became of it.
"""

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, get_args

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.shell import ctl
from bandstand.bot.shell.ctl import Station
from bandstand.common import config
from bandstand.common.errors import CommandError
from bandstand.common.files import format_location, show_path
from bandstand.common.generators import Raw
from bandstand.common.types import RATE

STDIN: Final = 0
PIPE: Final = "play_pipe"
FORMATS: Final = tuple(filter(None, get_args(Raw)))


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    path = config.find_directory(config.find(options.config)).bot_socket
    request, pipe = make_request(options), None
    if request["request"] == PIPE:
        pipe = sys.stdin.fileno()
        if os.isatty(pipe):
            raise CommandError("standard input is the terminal; put a program before it: mygen | bandstand play -")
        if stat.S_ISDIR(os.fstat(pipe).st_mode):
            raise CommandError("standard input is a directory")
    good = True
    with closing(Station(path)) as station:
        for reply in station.request(request, pipe, describe_answer):
            ctl.show(reply, as_json=False)
            good = good and reply.is_good
    return 0 if good else 1


def make_request(options: argparse.Namespace) -> dict[str, Any]:
    """What the station is asked, as JSON has it. Raises CommandError."""
    is_plain = options.sound == "-" and not options.format and not options.title
    path = find_redirected(STDIN) if is_plain else None
    if options.sound != "-" or path:
        path = path or Path(options.sound).expanduser()
        if not path.exists():
            raise CommandError(f"{show_path(path)}: there is no such file")
        if path.is_dir():
            raise CommandError(f"{show_path(path)}: it is a directory; bandstand import takes all that is in it")
        return {"request": "play_file", "path": format_location(path.absolute()), "keep": options.keep}
    raw = {"format": options.format, "rate": options.rate, "channels": options.channels} if options.format else {}
    return {"request": PIPE, "keep": options.keep, "title": options.title, **raw}


def find_redirected(fd: int) -> Path | None:
    """The file that the shell gave as standard input (`play - <song.m4a`): some kinds can only be read as a file."""
    try:
        status, path = os.fstat(fd), Path(f"/proc/self/fd/{fd}").readlink()
        is_whole = stat.S_ISREG(status.st_mode) and os.lseek(fd, 0, os.SEEK_CUR) == 0
        return path if is_whole and os.path.samestat(status, path.stat()) else None
    except OSError:
        return None


def describe_answer(answer: dict[str, Any]) -> Reply:
    """The answer to a request as a reply, with the job that is to be followed."""
    if answer.get("sentence"):
        return Reply(answer["sentence"], Level.ERROR)
    result = answer["result"]
    if "job" in result:
        return Reply(f"job {result['job']} plays it as {result['song']}; it cuts in at once", job=str(result["job"]))
    return Reply(f'playing "{result["song"]["title"]}" ({result["song"]["code"]}), which is in the library already')


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bandstand play", description="Let the running station play a file or a pipe.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--keep", action="store_true", help="take it into the library")
    parser.add_argument("--title", default="", help="of a pipe whose sound does not say its own")
    parser.add_argument("--format", choices=FORMATS, help="of raw sound on a pipe; others say it themselves")
    parser.add_argument("--rate", type=int, default=RATE, help=f"frames a second of raw sound ({RATE})")
    parser.add_argument("--channels", type=int, default=2, help="of raw sound (2)")
    parser.add_argument("sound", metavar="FILE", help="any sound file, or - for standard input")
    return parser.parse_args(arguments)
