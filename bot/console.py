"""The console on the terminal: a line with editing, history and completion, and everything else above it.

Knows terminals and no command. All of prompt_toolkit lives in a thread with a loop of its own: a terminal that is slow
or stands still (a frozen window, a dead ssh connection) blocks the thread that writes to it and never the reactor, and
prompt_toolkit's signal handlers, which would take SIGCHLD's wake-up from Twisted, are installed in a main thread only.
"""

import asyncio
import atexit
import contextlib
import os
import sys
import termios
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle
from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import Logger

from bot import render
from bot.frontend import Commands
from bot.request import Level, Reply, Request, Right

PROMPT = "> "
WAITING = 200
"""Replies kept for a terminal that stands still; the oldest make room."""
STOP_SECONDS = 0.5
"""How long a terminal that stands still may hold up the end of the station."""
END_OF_FILE = Reply("the station goes on without this line; quit ends it", Level.NOTICE)
INTERRUPT = Reply("the station stops", Level.NOTICE)

log = Logger()


class Terminal:
    """The terminal's output as prompt_toolkit wants it: unbuffered, so that no lock is held while a write blocks."""

    encoding = "utf-8"

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        """There is nothing to flush."""

    def write(self, text: str) -> int:
        data = memoryview(text.encode("utf-8", "replace"))
        while data:
            data = data[os.write(self._fd, data) :]
        return len(text)

    def size(self) -> Size:
        columns, lines = os.get_terminal_size(self._fd)
        return Size(rows=lines or 24, columns=columns or 80)


class Console:
    """The front end `console`, one place, whose person owns the station. Made only where stdin is a terminal."""

    name = "console"

    def __init__(self, reactor: Any, commands: Commands, history: Path, on_quit: Callable[[], None]) -> None:
        self._reactor = reactor
        self._commands = commands
        self._history = history
        self._on_quit = on_quit
        self._waiting: deque[Reply] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._unshown = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="console", daemon=True)
        self._ended: Deferred[None] | None = None
        self._prompting: asyncio.Task[None] | None = None

    # In the reactor's thread.

    def start(self) -> None:
        fd = sys.stdin.fileno()
        self._saved = termios.tcgetattr(fd)
        atexit.register(self._restore)
        self._terminal = Terminal(os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC))
        self._thread.start()

    def stop(self) -> Deferred[None]:
        """Fires when the terminal is as it was before, or cannot be reached."""
        if not self._thread.is_alive():
            self._restore()
            return succeed(None)
        self._ended = Deferred()
        self._call_in_loop(self._cancel)
        self._ended.addTimeout(STOP_SECONDS, self._reactor)
        return self._ended.addBoth(lambda _: self._restore())

    def tell(self, where: str, reply: Reply) -> bool:
        if where != self.name or not self._thread.is_alive():
            return False
        self.announce(reply)
        return True

    def announce(self, reply: Reply) -> None:
        with self._lock:
            if len(self._waiting) == WAITING:
                self._unshown += 1
            self._waiting.append(reply)
            first = len(self._waiting) == 1
        if first:
            self._call_in_loop(self._show)

    def _call_in_loop(self, function: Callable[[], object]) -> None:
        if self._thread.is_alive() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _restore(self) -> None:
        try:
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._saved)
        except termios.error:
            log.info("the terminal is gone")

    def _take(self, line: str) -> None:
        self._commands.answer(Request(line, self.name, self.name, Right.OWNER, terminal=True)).addCallback(
            self.announce
        )

    def _has_ended(self) -> None:
        if self._ended is not None and not self._ended.called:
            self._ended.callback(None)

    # In the console's thread.

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        except Exception:
            log.failure("the console ended; the station goes on")
        finally:
            self._loop.close()
            self._reactor.callFromThread(self._has_ended)

    async def _live(self) -> None:
        """Until the terminal or the station ends."""
        self._prompting = asyncio.ensure_future(self._prompt())
        self._loop.call_soon(self._show)  # what was said before the thread ran
        with contextlib.suppress(asyncio.CancelledError, EOFError):
            await self._prompting
        self._write_waiting()

    def _cancel(self) -> None:
        if self._prompting is not None:
            self._prompting.cancel()

    async def _prompt(self) -> None:
        session: PromptSession[str] = PromptSession(
            PROMPT,
            output=Vt100_Output(cast(TextIO, self._terminal), self._terminal.size, enable_cpr=False),
            history=_history(self._history),
            completer=WordCompleter(self._completions),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=self._keys(),
            include_default_pygments_style=False,
        )
        while True:
            try:
                text = await session.prompt_async(handle_sigint=False, set_exception_handler=False)
            except KeyboardInterrupt:
                self.announce(INTERRUPT)
                self._reactor.callFromThread(self._on_quit)
                return
            for line in filter(None, map(str.strip, text.splitlines())):  # several, if pasted
                self._reactor.callFromThread(self._take, line)

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        def interrupt(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.reset()
            else:
                event.app.exit(exception=KeyboardInterrupt)

        @keys.add("c-d")
        def end_of_file(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.delete()
            else:
                self.announce(END_OF_FILE)

        return keys

    def _completions(self, text: str) -> list[str]:
        offered = cast(Callable[..., Any], self._commands.completions)
        return list(blockingCallFromThread(self._reactor, offered, text, Right.OWNER))

    def _show(self) -> None:
        if self._waiting:
            run_in_terminal(self._write_waiting)

    def _write_waiting(self) -> None:
        with self._lock:
            replies, unshown = list(self._waiting), self._unshown
            self._waiting.clear()
            self._unshown = 0
        if unshown:
            replies.insert(0, Reply(f"{unshown} earlier lines were not shown: the terminal stood still", Level.NOTICE))
        width = self._terminal.size().columns
        colour = "NO_COLOR" not in os.environ
        self._terminal.write("".join(f"{render.text(reply, width, colour)}\n" for reply in replies))


class WordCompleter(Completer):
    """Completes the word before the cursor; a word that is the only one gets its blank."""

    def __init__(self, words: Callable[[str], list[str]]) -> None:
        self._words = words

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        before = document.current_line_before_cursor
        words = self._words(before)
        start = -len(before.rpartition(" ")[2])
        blank = " " if len(words) == 1 else ""
        return [Completion(word + blank, start, display=word) for word in words]


def _history(path: Path) -> FileHistory:
    path.touch(mode=0o600)
    return FileHistory(path)
