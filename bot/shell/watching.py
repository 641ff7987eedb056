"""`bandstand status`: the station at a glance, once or, with `--watch`, drawn anew every other second until Ctrl-C.

Asks as `bandstand ctl` does: `np`, `status`, `queue`. On a terminal the view has the screen to itself and leaves it as
it was; into a pipe it is written as text without control codes, with `--json` as one object a line. A station that goes
away while it is watched is said to be away, and shown again when it is back.
"""

import argparse
import math
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.shell.ctl import NotRunning, Station, escape_json
from bandstand.common import config

LINES: Final = ("np", "status", "queue")
EVERY: Final = 2.0
SHORTEST, LONGEST = 0.2, 3600.0
ENTER: Final = "\x1b[?1049h\x1b[?25l"
"""A second screen, without a cursor; and back."""
LEAVE: Final = "\x1b[?25h\x1b[?1049l"
HOME: Final = "\x1b[H"
REST_OF_LINE, REST_OF_SCREEN = "\x1b[K", "\x1b[J"


class Source:
    """Asks the station, by a new connection after one that was lost."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._station: Station | None = None

    def ask(self) -> list[Reply]:
        """The replies to `LINES`. Raises NotRunning."""
        try:
            if self._station is None:
                self._station = Station(self._path)
            return [reply for line in LINES for reply in self._station.ask(line, wait=False)]
        except NotRunning:
            self.close()
            raise

    def close(self) -> None:
        station, self._station = self._station, None
        if station is not None:
            station.close()


def render_view(replies: Sequence[Reply], width: int | None, colour: bool) -> list[str]:
    """The lines of all replies; `width` in cells, None for no limit."""
    lines: list[str] = []
    for reply in replies:
        text = render.render_text(reply, width, colour).splitlines()
        lines += [*text, ""]
    return lines[:-1]


def render_away(error: NotRunning) -> list[Reply]:
    return [Reply(f"{error}; it is shown again when it is back", Level.ERROR)]


def draw(lines: Sequence[str], height: int) -> str:
    """What a terminal is sent: each line over the one that was there, so that nothing flickers."""
    shown = lines if len(lines) <= height else [*lines[: height - 1], "…"]
    return (
        HOME + "".join(f"{line}{REST_OF_LINE}\n" for line in shown[:-1]) + f"{shown[-1]}{REST_OF_LINE}{REST_OF_SCREEN}"
    )


@contextmanager
def own_screen(is_terminal: bool) -> Iterator[None]:
    """The second screen of a terminal, which is left whatever happens."""
    if is_terminal:
        sys.stdout.write(ENTER)
    try:
        yield
    finally:
        if is_terminal:
            sys.stdout.write(LEAVE)
            sys.stdout.flush()


def show_once(source: Source, as_json: bool, is_terminal: bool) -> bool:
    """Show the station once; whether it answered well. Raises NotRunning."""
    replies = source.ask()
    if as_json:
        print(format_json(replies), flush=True)
    else:
        width = shutil.get_terminal_size().columns if is_terminal else None
        print("\n".join(render_view(replies, width, is_terminal)), flush=True)
    return all(reply.is_good for reply in replies)


def format_json(replies: Sequence[Reply]) -> str:
    """An object with the value of each answer, by the command that gave it."""
    parts = (f'"{line}":{render.as_json(reply)}' for line, reply in zip(LINES, replies, strict=False))
    return escape_json("{" + ",".join(parts) + "}", sys.stdout.encoding)


def watch(source: Source, as_json: bool, every: float, is_terminal: bool) -> None:
    """Show it again and again; ends with KeyboardInterrupt, or with BrokenPipeError where nobody reads any more."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
    with own_screen(is_terminal and not as_json):
        while True:
            try:
                replies = source.ask()
            except NotRunning as error:
                replies = render_away(error)
            if as_json:
                print(format_json(replies) if len(replies) == len(LINES) else render_failure(replies), flush=True)
            elif is_terminal:
                size = shutil.get_terminal_size()
                sys.stdout.write(draw(render_view(replies, size.columns, True), size.lines))
                sys.stdout.flush()
            else:
                print("\n".join([*render_view(replies, None, False), ""]), flush=True)
            signal.sigtimedwait({signal.SIGWINCH}, every)  # a window that changed is drawn at once


def render_failure(replies: Sequence[Reply]) -> str:
    return escape_json(render.as_json(replies[0]), sys.stdout.encoding)


def parse_seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds) or not SHORTEST <= seconds <= LONGEST:
        raise ValueError(text)
    return seconds


parse_seconds.__name__ = f"seconds (from {SHORTEST} to {LONGEST:.0f})"
"""As argparse names it where it is wrong."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand status", description="Show what the station does.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--watch", action="store_true", help="draw it anew until Ctrl-C")
    parser.add_argument("--every", metavar="SECONDS", type=parse_seconds, default=EVERY, help="with --watch (2)")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line: np, status and queue (docs/api.md)"
    )
    options = parser.parse_args(arguments)
    path = config.find_directory(config.find(options.config)).bot_socket
    is_terminal = sys.stdout.isatty()
    with closing(Source(path)) as source:
        if not options.watch:
            return 0 if show_once(source, options.json, is_terminal) else 1
        source.ask()  # one that does not run from the beginning is an error
        try:
            watch(source, options.json, options.every, is_terminal)
        except KeyboardInterrupt:
            return 0
    return 0
