"""`bandstand listen`: plays the running station on this machine's sound device, with whichever player is there.

Asks the station where its mounts are, and becomes the player. Knows how each player is kept quiet on a terminal.
"""

import argparse
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final

import msgspec

from bandstand.bot.shell.ctl import Station
from bandstand.common import config
from bandstand.common.api.requests import GetStatus
from bandstand.common.api.results import Status
from bandstand.common.api.socket import Answer
from bandstand.common.api.values import MountStatus
from bandstand.common.errors import CommandError, Missing

PLAYERS: Final = {
    "mpv": ["--no-video", "--cache=no", "--really-quiet"],
    "ffplay": ["-nodisp", "-loglevel", "error", "-fflags", "nobuffer"],
    "gst-play-1.0": ["--quiet", "--no-interactive"],
}
"""From the program to its options; the first that is there is taken."""
INSTALL: Final = "apt-get install mpv (or ffmpeg, which has ffplay, or gstreamer1.0-plugins-base-apps)"


def build_command(url: str, find: Callable[[str], str | None] = shutil.which) -> list[str]:
    """The player and its arguments. Raises Missing, which says what to install."""
    for name, options in PLAYERS.items():
        if find(name):
            return [name, *options, url]
    raise Missing(f"there is no player on this machine: {INSTALL}; or open {url} in a browser")


def choose_url(mounts: Sequence[MountStatus], path: str) -> str:
    """The address of the mount with this path, or of the first that is on the air. Raises CommandError."""
    for mount in sorted(mounts, key=lambda mount: not mount.is_on_air):
        if mount.url and path in ("", mount.path):
            return mount.url
    known = ", ".join(mount.path for mount in mounts)
    raise CommandError(f"{path}: there is no such mount; there are {known}" if path else "no mount is on the air yet")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand listen", description="Play the station on this machine.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("mount", nargs="?", default="", help="such as /stream.mp3; without it, the first on the air")
    options = parser.parse_args(arguments)
    with closing(Station(config.find_directory(config.find(options.config)).bot_socket)) as station:
        answer = station.carry_out(GetStatus(), msgspec.json.Decoder(Answer))
    if not isinstance(answer.result, Status):
        raise CommandError(answer.sentence)
    command = build_command(choose_url(answer.result.station.mounts, options.mount))
    print(f"{command[0]} plays {command[-1]}; Ctrl-C ends it", flush=True)
    os.execvp(command[0], command)
