"""The session of one person at the end of a connection: lines in, replies out.

A client that has a terminal with keys gets a prompt (`TerminalSession`), one that sends whole lines gets plain text
(`LineSession`). Sessions live in the reactor's thread; the prompts of all connections share one more thread, with an
asyncio loop (`PromptThread`).

That loop is shared, so nobody may keep it busy for long. prompt_toolkit takes up to a millisecond for a key, so keys
are fed to it for a few milliseconds, and then everybody else has a turn. The keys that wait are bounded, because the
connection is not read meanwhile. Knows neither telnet nor ssh nor any command.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

from bandstand.bot.commands import render
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.command_queue import CommandQueue
from bandstand.bot.terminal.completion import Complete
from bandstand.bot.terminal.prompt import LineHandler, Prompt
from bandstand.bot.terminal.remote_terminal import RemoteInput, RemoteOutput

log = Logger()

LINES: Final = 50
"""Unanswered lines after which the connection is not read."""
LINE_BYTES: Final = 4096
FEED_SECONDS: Final = 0.005
"""For how long one person's keys are worked on before other people's are."""
FEED_BYTES: Final = 2
"""Bytes of keys that are fed between two looks at the clock."""
FAREWELL: Final = "bye"
END_OF_FILE: Final = "\x04"
"""Ctrl-D at the beginning of a line, from a client that has a terminal and no editor."""


class Connection(Protocol):
    """A connection by telnet or ssh, for its session; for the reactor's thread."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Close it as soon as all that was sent is gone."""
        ...

    def pause(self) -> None:
        """Read no more until `resume`."""
        ...

    def resume(self) -> None: ...


class Session(Protocol):
    """A session, for the connection that feeds it and the front end that shows replies in it."""

    def receive(self, data: bytes) -> None: ...

    def resize(self, columns: int, rows: int) -> None: ...

    def set_room(self, has_room: bool) -> None:
        """Whether the other end reads what it is sent."""
        ...

    def end_input(self) -> None:
        """Nothing more will be typed; what was typed is answered."""
        ...

    def disconnect(self) -> None:
        """The connection is lost."""
        ...

    def show(self, reply: Reply) -> None: ...

    def progress(self, job: str, text: str, fraction: float | None) -> None: ...

    def end(self) -> None: ...


class PromptThread:
    """A thread with an asyncio loop, for the prompts of all connections."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="terminals", daemon=True)

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        if not self._thread.is_alive():
            self._thread.start()
        asyncio.run_coroutine_threadsafe(work, self.loop)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            self.loop.call_soon_threadsafe(function, *arguments)

    def stop(self) -> None:
        if self._thread.is_alive():
            self.call(self.loop.stop)
        else:
            self.loop.close()


class LineSession:
    """Whole lines and plain text, as `nc` and a shell's pipe have them."""

    def __init__(self, connection: Connection, answer: Callable[[str], Deferred[Reply]], newline: str = "\r\n") -> None:
        self._connection = connection
        self._newline = newline
        self._queue = CommandQueue(answer, self.show, self._go_on)
        self._unfinished = b""
        self._is_ending = False
        self._is_paused = False
        self._has_room = True
        self.is_good = True
        """Whether every answer so far was a good one."""

    def receive(self, data: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + data.replace(b"\r", b"\n")).split(b"\n")
        if len(self._unfinished) > LINE_BYTES:
            self._unfinished = b""
            self.show(Reply(f"a line has at most {LINE_BYTES} bytes", Level.USAGE))
        for line in lines:
            self._add(line)
        if self._queue.unanswered > LINES:
            self._pause()

    def _add(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if self._is_ending or not text:
            return
        if text.startswith(END_OF_FILE):
            self._close_when_answered()
        else:
            self._queue.add(text)

    def end_input(self) -> None:
        last, self._unfinished = self._unfinished, b""
        self._add(last)
        self._close_when_answered()

    def _close_when_answered(self) -> None:
        self._is_ending = True
        if not self._queue.unanswered:
            self._connection.close()

    def _go_on(self) -> None:
        """All is answered: read on, or close."""
        if self._is_ending:
            self._connection.close()
        elif self._is_paused and self._has_room:
            self._is_paused = False
            self._connection.resume()

    def _pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            self._connection.pause()

    def show(self, reply: Reply) -> None:
        if reply.level is Level.NOTICE and not self._has_room:
            return  # it would be kept for a client that does not read
        self.is_good = self.is_good and reply.is_good
        text = render.render_text(reply).replace("\n", self._newline) + self._newline
        self._connection.send(text.encode("utf-8", "replace"))

    def end(self) -> None:
        self._queue.clear()
        self._connection.close()

    def disconnect(self) -> None:
        self._queue.clear()

    def resize(self, columns: int, rows: int) -> None:
        """Lines are not cut to a width."""

    def set_room(self, has_room: bool) -> None:
        """A client that does not read is not read either."""
        self._has_room = has_room
        if not has_room:
            self._pause()
        elif not self._queue.unanswered:
            self._go_on()

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        """A bar needs a terminal."""


@dataclass(frozen=True)
class Person:
    """The person at a prompt. `size` is the window's columns and rows."""

    answer: Callable[[str], Deferred[Reply]]
    complete: Complete
    history: Path
    size: tuple[int, int]


class TerminalSession:
    """A terminal with keys: the same prompt as on the station's own."""

    def __init__(
        self, reactor: IReactorFromThreads, thread: PromptThread, connection: Connection, person: Person
    ) -> None:
        self._reactor = reactor
        self._thread = thread
        self._connection = connection
        self._queue = CommandQueue(person.answer, self.show, self._resume)
        self._input = RemoteInput()
        self._output = RemoteOutput(self._send, *person.size)
        self._prompt = Prompt(
            thread.loop, self._output, self._input, LineHandler(self._add, person.complete, person.history)
        )
        self._typed = bytearray()
        self._lock = threading.Lock()
        self._is_lost = False
        self._is_paused = False
        thread.spawn(self._run())

    # In the reactor's thread.

    def receive(self, data: bytes) -> None:
        self._pause()
        with self._lock:
            self._typed += data
        self._thread.call(self._feed_when_completed)

    def _has_fed(self) -> None:
        if self._queue.unanswered <= LINES:
            self._resume()

    def _pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            self._connection.pause()

    def _resume(self) -> None:
        if self._is_paused and self._output.is_ready and not self._is_lost:
            self._is_paused = False
            self._connection.resume()

    def resize(self, columns: int, rows: int) -> None:
        self._output.window = (columns, rows)  # prompt_toolkit looks twice a second

    def set_room(self, has_room: bool) -> None:
        self._output.is_ready = has_room
        if has_room:
            self._prompt.wake()
            self._has_fed()
        else:
            self._pause()

    def end_input(self) -> None:
        self._thread.call(self._input.hang_up)

    def disconnect(self) -> None:
        self._is_lost = True
        self._queue.clear()
        self._prompt.end()

    def show(self, reply: Reply) -> None:
        self._prompt.show(reply)

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        self._prompt.progress(job, text, fraction)

    def end(self) -> None:
        self._prompt.end()

    def _say_goodbye(self) -> None:
        if not self._is_lost:
            self._connection.send(f"{FAREWELL}\r\n".encode())
            self._connection.close()

    def _write(self, data: bytes) -> None:
        if not self._is_lost:
            self._connection.send(data)

    # In the prompts' thread.

    async def _run(self) -> None:
        try:
            await self._prompt.run()
        except Exception:
            log.failure("a terminal's prompt ended; its connection is closed")
        finally:
            self._input.close()
            self._reactor.callFromThread(self._say_goodbye)

    def _feed_when_completed(self) -> None:
        """Keys that follow a Tab wait for its answer, here where they are bounded."""
        self._prompt.completion.call_when_idle(self._feed)

    def _feed(self) -> None:
        last = time.monotonic() + FEED_SECONDS
        piece = self._next_piece()
        while piece:
            self._input.feed(piece)
            if time.monotonic() > last or piece.endswith(b"\t"):
                self._thread.call(self._feed_when_completed)
                return
            piece = self._next_piece()
        self._reactor.callFromThread(self._has_fed)

    def _next_piece(self) -> bytes:
        """A few bytes, not beyond a Tab: no half of a key may wait for the answer to that."""
        with self._lock:
            length = self._typed.find(b"\t", 0, FEED_BYTES) + 1 or FEED_BYTES
            piece = bytes(self._typed[:length])
            del self._typed[:length]
        return piece

    def _add(self, line: str) -> None:
        self._reactor.callFromThread(self._queue.add, line)

    def _send(self, data: bytes) -> None:
        self._reactor.callFromThread(self._write, data)
