"""`bandstand ctl`: one command, or a line of standard input each, given to the running bot through its socket.

Knows the socket's messages and no command. Imports no Twisted, so that it is quick.
"""

import argparse
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Message, Reply
from bandstand.common import config
from bandstand.common.api.requests import Request
from bandstand.common.api.socket import Answer
from bandstand.common.errors import BandstandError, UsageError
from bandstand.common.text import MARK, one_line

ANSWER_SECONDS = 30.0
MESSAGES = msgspec.json.Decoder(Message)
START_SECONDS = 3.0
"""How long `play` may take until it is heard, or fails."""
CLEAR = "\x1b[K"
"""What a terminal takes for: nothing more in this line."""


class NotRunning(BandstandError):
    """There is no bot to give a command to, or it went away."""


class _Told(msgspec.Struct, frozen=True):
    """What comes after a subscription: a later answer, the station's state, or an event."""

    reply: Reply | None = None
    state: dict[str, Any] = {}
    event: dict[str, Any] = {}

    @property
    def says_that_nothing_starts(self) -> bool:
        return bool(self.state) and self.state["now_playing"]["state"] != "starting"

    def is_start_of(self, song: str) -> bool:
        return self.event.get("event") == "song_started" and self.event["song"]["code"] == song


class Station:
    """A connection to the bot, for one command after another."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NotRunning(f"no station is running in {path.parent}: start it with bandstand up") from None
        except OSError as error:
            raise NotRunning(f"cannot reach the station at {path}: {error.strerror or error}") from None
        self._lines: BinaryIO = self._socket.makefile("rb")
        self._asked = 0

    def hang_up(self) -> None:
        """Have whoever waits for an answer, in another thread, wait no longer: they learn that the station is away."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def request(
        self, request: dict[str, Any], descriptor: int | None, describe: Callable[[dict[str, Any]], Reply]
    ) -> Iterator[Reply]:
        """The answer to a request that begins a job, and what follows up to the job's result.

        `descriptor` goes along; the station has a copy of it then. `describe` makes a reply of the answer.
        """
        line = msgspec.json.encode({"request": request}) + b"\n"
        try:
            socket.send_fds(self._socket, [line], [] if descriptor is None else [descriptor])
        except OSError:
            raise NotRunning("the station went away before it was asked") from None
        self._asked += 1
        reply = describe(msgspec.json.decode(self._read_line()))
        yield reply
        while reply.job:
            message = self._next()
            yield message.reply
            if message.reply.job == reply.job:
                return

    def ask(self, line: str, wait: bool, progress: bool = False) -> Iterator[Reply]:
        """The command's answer, and with `wait` what follows, up to the result of the job that it began.

        With `progress` that job's bar is drawn meanwhile.
        """
        self._send({"line": line, "progress": True} if wait and progress else {"line": line})
        message = self._next()
        while message.answers != self._asked:  # an earlier job's result
            message = self._next()
        yield message.reply
        if wait and message.reply.job:
            yield from self.follow(message.reply.job)

    def carry_out(self, request: Request, answers: msgspec.json.Decoder[Answer]) -> Answer:
        """The value of a request's answer, for one that has what no line could say, or needs no sentence.

        `answers` takes time to make, and is made by one thread: two that decode a new type at once crash in msgspec.
        """
        self._send({"request": request})
        while True:
            with suppress(msgspec.ValidationError):  # of an earlier job
                answer = answers.decode(self._read_line())
                if answer.answers == self._asked:
                    return answer

    def follow(self, job: str) -> Iterator[Reply]:
        """What is told of a job, up to its result."""
        self._socket.settimeout(None)
        while True:
            message = self._next()
            if message.fraction is not None:
                draw(message.fraction, message.reply.summary)
                continue
            yield message.reply
            if message.reply.job == job:
                return

    def wait_until_heard(self, song: str) -> Iterator[Reply]:
        """What goes wrong with a song that is to be played; returns when it is heard, or the station does not say."""
        self._send({"subscribe": {}})
        self._socket.settimeout(START_SECONDS)
        with suppress(TimeoutError, ConnectionError):
            for line in self._lines:
                told = msgspec.json.decode(line, type=_Told)
                if told.reply is not None and not told.reply.is_good:
                    yield told.reply
                    return
                if told.says_that_nothing_starts or told.is_start_of(song):
                    return

    def _send(self, ask: dict[str, object]) -> None:
        self._socket.settimeout(ANSWER_SECONDS)
        try:
            self._socket.sendall(msgspec.json.encode(ask) + b"\n")
        except OSError:
            raise NotRunning("the station went away before it was asked") from None
        self._asked += 1

    def _next(self) -> Message:
        while True:
            with suppress(msgspec.ValidationError):  # an event, of which `wait_until_heard` wanted to know
                return MESSAGES.decode(self._read_line())

    def _read_line(self) -> bytes:
        try:
            line = self._lines.readline()
        except TimeoutError:
            raise NotRunning(f"the station has not answered for {ANSWER_SECONDS:.0f} s; see its log") from None
        except ConnectionError:
            line = b""
        if not line:
            raise NotRunning("the station went away before it answered")
        return line

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def draw(fraction: float, text: str) -> None:
    """A bar on the terminal, in place of the one before it and gone with the next line that is shown."""
    width = shutil.get_terminal_size().columns - 1
    shown = render.cut_text(f"{render.render_bar(fraction)} {one_line(text)}", width)
    print(f"\r{shown}{CLEAR}\r", end="", file=sys.stderr, flush=True)


def joined(words: Sequence[str]) -> str:
    """The words as one line that the bot takes apart into the same words. A single one is a whole line already."""
    return words[0] if len(words) == 1 else " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    """`"` is the only quote there is, and stands after the `=` of an option so that it remains one."""
    if '"' in word:
        raise UsageError(f'{word}: a " cannot stand inside a word; leave it out, or give the whole line as one word')
    if word and not any(character.isspace() for character in word):
        return word
    name, equals, value = word.partition("=")
    is_option = equals and name.removeprefix("--").isidentifier()
    return f'{name}="{value}"' if is_option else f'"{word}"'


def show(reply: Reply, as_json: bool) -> None:
    """Print a reply: an error goes to standard error, but not as JSON, whose reader looks for it in one place."""
    stream = sys.stdout if reply.is_good or as_json else sys.stderr
    if as_json:
        shown = escape_json(render.as_json(reply), stream.encoding)
    else:
        terminal = stream.isatty()
        width = shutil.get_terminal_size().columns if terminal else None
        shown = render.render_text(reply, width, colour=terminal and "NO_COLOR" not in os.environ)
    print(shown, file=stream, flush=True)


def escape_json(text: str, encoding: str | None) -> str:
    """The same JSON with an escape for each character that the stream's encoding does not have."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), separators=(",", ":"))
    return text


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    path = config.find_directory(config.find(options.config)).bot_socket
    lines = [joined(options.words)] if options.words else (line.removeprefix(MARK).strip() for line in sys.stdin)
    with closing(Station(path)) as station:
        return _ask_all(station, map(said, filter(None, lines)), options)


def said(line: str) -> str:
    """What is no text becomes a mark: bytes of the shell's that are no UTF-8."""
    return line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _ask_all(station: Station, lines: Iterable[str], options: argparse.Namespace) -> int:
    on_terminal = sys.stderr.isatty()
    good = True
    for line in lines:
        for reply in answer_line(station, line, options.wait, on_terminal):
            if on_terminal:
                print(CLEAR, end="", file=sys.stderr, flush=True)
            show(reply, options.json)
            good = good and reply.is_good
    return 0 if good else 1


def answer_line(station: Station, line: str, wait: bool = False, on_terminal: bool = False) -> Iterator[Reply]:
    """The replies to a line. A song that is played is waited for, as the streamer says whether it can be."""
    value = None
    for reply in station.ask(line, wait, progress=on_terminal):
        yield reply
        value = reply.value
    if isinstance(value, dict) and value.get("result") == "playing":
        yield from station.wait_until_heard(value["song"]["code"])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bandstand ctl", description="Give the running station one command.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument(
        "--json", action="store_true", help="print the value of each answer as one JSON object: see docs/api.md"
    )
    parser.add_argument("--wait", action="store_true", help="stay until the job that the command begins is done")
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="WORDS",
        help="the command; none: one from each line of standard input",
    )
    options = parser.parse_args(arguments)
    if not options.words and sys.stdin.isatty():
        parser.error("which command? try: bandstand ctl help")
    return options
