"""The `bandstand` command: a table from its words to the processes and tools.

Imports only the one that is asked for, so that `bandstand ctl` starts quickly.
"""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from bandstand.common.errors import BandstandError, UnusableFile, explain
from bandstand.common.standard_streams import settle_streams
from bandstand.common.text import harmless

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("bandstand.bot.__main__:up", "go on air on this machine, with a console here"),
    "ctl": ("bandstand.bot.shell.ctl:main", "give the running station one command"),
    "status": ("bandstand.bot.shell.watching:main", "show what the station does; --watch draws it anew until Ctrl-C"),
    "passwd": ("bandstand.bot.passwd:main", "make or change an account for telnet"),
    "check": ("bandstand.common.check:main", "say what is wrong with the configuration, and what is missing here"),
    "doctor": ("bandstand.bot.doctor.command:main", "say what is wrong on this machine, with a remedy for each"),
    "import": ("bandstand.bot.shell.importing:main", "take songs into the library of the running station"),
    "database": (
        "bandstand.bot.rebuild:main",
        "move it to another; rebuild: take songs in that are on the disk only",
    ),
    "backup": ("bandstand.bot.backup:back_up", "copy the station, which may run, to another disk"),
    "restore": ("bandstand.bot.backup:restore", "bring a station back from such a copy"),
    "listen": ("bandstand.bot.shell.listen:main", "play the station on the sound device of this machine"),
    "play": ("bandstand.bot.shell.play:main", "let the station play a file, or a pipe: mygen | bandstand play -"),
    "compose": ("bandstand.composer.command:compose", "make a song as a file, without a station"),
    "blindtest": (
        "bandstand.composer.blind_test:main",
        "hear pairs, of a band and of a person, and tell which is which",
    ),
    "worker": (
        "bandstand.composer.farm.machine:main",
        "compose on this machine for a station elsewhere",
    ),
    "bot": ("bandstand.bot.__main__:main", "the command process alone"),
    "streamer": ("bandstand.streamer.__main__:main", "the audio process alone"),
    "standby": ("bandstand.streamer.standby:main", "the silence that listeners hear while the streamer is away"),
    "icecast": ("bandstand.bot.supervision.icecast_command:main", "an Icecast for the station, for systemd to keep"),
    "web": ("bandstand.web.__main__:main", "the page, the HTTP API and the event stream alone"),
}
"""From the word to (module:function, summary). The function takes the arguments and returns the exit status."""


CLOSED = 141
"""The exit status of a program that nobody reads any more, as a shell has it."""


def format_usage() -> str:
    rows = [f"  {word:<9} {summary}" for word, (_, summary) in COMMANDS.items()]
    return "\n".join(["usage: bandstand COMMAND [--config FILE] ...", *rows, "bandstand --version says which it is"])


def main(arguments: Sequence[str] | None = None) -> int:
    settle_streams()
    os.environ.setdefault("PATH", os.defpath)  # some libraries take it for granted
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except BrokenPipeError:
        _give_up_output()
        return CLOSED
    except (BandstandError, OSError) as error:
        with suppress(OSError):  # standard error may be as full or as closed as what failed
            print(harmless(f"bandstand {' '.join(words[:1])}: {explain(error)}"), file=sys.stderr, flush=True)
        try:
            sys.stdout.flush()
        except OSError:
            _give_up_output()
        return 1
    except KeyboardInterrupt:
        return 130


def _give_up_output() -> None:
    """Python flushes standard output once more at its end, and would complain of what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(format_usage(), flush=True)
        return 0
    if words[0] in ("-V", "--version", "version"):
        print(f"Bandstand {metadata.version('bandstand')}", flush=True)
        return 0
    if words[0] not in COMMANDS:
        print(f"bandstand: there is no command of that name\n{format_usage()}", file=sys.stderr, flush=True)
        return 2
    _check_place()
    module, function = COMMANDS[words[0]][0].split(":")
    run: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
    return run(words[1:])


def _check_place() -> None:
    """Raises UnusableFile where the working directory was removed, in which every relative path would be missing."""
    try:
        Path.cwd()
    except OSError as error:
        raise UnusableFile(f"the folder that you are in cannot be used ({error.strerror}); cd to another") from None
