"""The console: the prompt on the station's own terminal, whose person owns the station.

The prompt lives in a thread with a loop of its own, for two reasons: a terminal that does not read (a frozen window, a
dead ssh connection) blocks the thread that writes to it, which must not be the reactor's; and prompt_toolkit installs
signal handlers, which would take SIGCHLD's wake-up from Twisted, in a main thread only. Knows this machine's terminals
and no command.
"""

import asyncio
import atexit
import os
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from prompt_toolkit.data_structures import Size
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.logger import Logger

from bandstand.bot.commands.frontend import Commands, Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.own_terminal import open_terminal
from bandstand.bot.terminal.command_queue import CommandQueue
from bandstand.bot.terminal.completion import ask_for_completions
from bandstand.bot.terminal.prompt import Ending, LineHandler, Prompt
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.errors import explain

STOP_SECONDS = 0.5
"""How long the end of the station waits for a terminal that does not read."""
END_OF_FILE = Reply("Ctrl-D does not end the station; quit ends it", Level.NOTICE)
INTERRUPT = Reply("the station stops", Level.NOTICE)

log = Logger()


class Reactor(IReactorFromThreads, IReactorTime):
    """An interface: what the console needs of the reactor."""


class ConsoleOutput:
    """`bot.terminal.prompt.Screen` on a descriptor: unbuffered, so that no lock is held while a write blocks."""

    is_ready = True

    def __init__(self, fd: int, encoding: str) -> None:
        self._fd = fd
        self.encoding = encoding
        self.has_colour = "NO_COLOR" not in os.environ

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        """There is nothing to flush."""

    def write(self, text: str) -> int:
        data = memoryview(text.encode(self.encoding, "replace"))
        while data:
            data = data[os.write(self._fd, data) :]
        return len(text)

    def size(self) -> Size:
        columns, lines = os.get_terminal_size(self._fd)
        return Size(rows=lines or 24, columns=columns or 80)


HERE = Place("console")
OWNER = Requester("console", HERE, Right.OWNER)


class Console:
    """The front end `console`, which has one place. Only where standard input is a terminal."""

    name = "console"

    def __init__(self, reactor: Reactor, commands: Commands, history: Path, on_quit: Callable[[], None]) -> None:
        self._reactor = reactor
        self._commands = commands
        self._history = history
        self._on_quit = on_quit
        self._queue = CommandQueue(self._answer, self.announce)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="console", daemon=True)
        self._ended: Deferred[None] | None = None
        self._saved: list[Any] | None = None

    # In the reactor's thread.

    def start(self) -> str:
        """Show the prompt. If that cannot be, return the sentence that says so: the station goes on without it."""
        fd = sys.stdin.fileno()
        try:
            self._saved = termios.tcgetattr(fd)
            output = ConsoleOutput(open_terminal(fd), sys.stdin.encoding)
        except (OSError, termios.error) as error:
            return f"no prompt at this terminal: {explain(error)}; bandstand ctl gives commands"
        atexit.register(self._restore)
        handler = LineHandler(
            lambda line: self._reactor.callFromThread(self._queue.add, line),
            lambda text: ask_for_completions(self._reactor, self._commands, text, Right.OWNER),
            self._history,
            end_of_file=END_OF_FILE,
            interrupt=INTERRUPT,
        )
        self._prompt = Prompt(self._loop, output, None, handler)
        self._thread.start()
        return ""

    def stop(self) -> Deferred[None]:
        """Fires when the terminal is as it was before, or does not react."""
        if not self._thread.is_alive():
            if self._saved is not None:
                self._restore()
            return succeed(None)
        self._ended = Deferred()
        self._prompt.end()
        self._ended.addTimeout(STOP_SECONDS, self._reactor)
        return self._ended.addBoth(lambda _: self._restore())

    def tell(self, place: Place, reply: Reply) -> bool:
        if place != HERE or not self._thread.is_alive():
            return False
        self._prompt.show(reply)
        return True

    def announce(self, reply: Reply) -> None:
        if self._saved is not None and reply.besides != HERE:
            self._prompt.show(reply)

    def show_progress(self, place: Place, job: str, text: str, fraction: float | None) -> None:
        if place == HERE:
            self._prompt.progress(job, text, fraction)

    def _restore(self) -> None:
        with suppress(termios.error):  # the terminal may be gone
            assert self._saved is not None
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._saved)

    def _answer(self, line: str) -> Deferred[Reply]:
        return self._commands.answer(Line(line, OWNER, is_terminal=True))

    def _fire_ended(self) -> None:
        if self._ended is not None and not self._ended.called:
            self._ended.callback(None)

    # In the console's thread.

    def _run(self) -> None:
        try:
            if self._loop.run_until_complete(self._prompt.run()) is Ending.INTERRUPT:
                self._reactor.callFromThread(self._on_quit)
        except OSError as error:
            log.info("the terminal is gone: {why}", why=error.strerror)
        except Exception:
            log.failure("the console ended; the station goes on")
        finally:
            self._loop.close()
            self._reactor.callFromThread(self._fire_ended)
