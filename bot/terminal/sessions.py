"""One person at the end of a connection: lines in, replies out. With keys there is a prompt, without there are lines.

In the reactor's thread, but for the prompt, which has one of its own. Knows neither telnet nor ssh nor any command.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bot import render
from bot.request import Level, Reply
from bot.terminal.command_queue import Turns
from bot.terminal.completion import Complete
from bot.terminal.prompt import Prompt
from bot.terminal.remote_terminal import RemoteKeys, RemoteScreen

log = Logger()

LINES = 50
"""Lines that wait for their answer before no more are read."""
LINE_BYTES = 4096
PIECE = 512
"""Bytes of keys that are worked on before other people's are."""
FAREWELL = "bye"
END_OF_FILE = "\x04"
"""Ctrl-D at the beginning of a line, from a client that has a terminal and no editor."""


class Wire(Protocol):
    """A connection, for the reactor's thread."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None:
        """When all that was sent is gone."""
        ...

    def pause(self) -> None:
        """Read no more for now."""
        ...

    def resume(self) -> None: ...


class Session(Protocol):
    """What a connection is given for its person."""

    def received(self, data: bytes) -> None: ...

    def resized(self, columns: int, rows: int) -> None: ...

    def flowing(self, room: bool) -> None:
        """Whether the other end reads what it is sent."""
        ...

    def no_more(self) -> None:
        """Nothing more will be typed; what was typed is answered."""
        ...

    def lost(self) -> None: ...

    def show(self, reply: Reply) -> None: ...

    def progress(self, job: str, text: str, fraction: float | None) -> None: ...

    def end(self) -> None: ...


class Loop:
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
        with suppress(RuntimeError):  # it has been closed
            self.loop.call_soon_threadsafe(function, *arguments)

    def stop(self) -> None:
        if self._thread.is_alive():
            self.call(self.loop.stop)
        else:
            self.loop.close()


class LineSession:
    """Whole lines, plain text, as `nc` and a shell's pipe have it."""

    def __init__(self, wire: Wire, answer: Callable[[str], Deferred[Reply]], newline: str = "\r\n") -> None:
        self._wire = wire
        self._newline = newline
        self._turns = Turns(answer, self.show, self._idle)
        self._received = b""
        self._ending = False
        self._paused = False
        self._room = True
        self.good = True
        """Whether every answer so far was a good one."""

    def received(self, data: bytes) -> None:
        *lines, self._received = (self._received + data.replace(b"\r", b"\n")).split(b"\n")
        if len(self._received) > LINE_BYTES:
            self._received = b""
            self.show(Reply(f"a line has at most {LINE_BYTES} bytes", Level.USAGE))
        for line in lines:
            self._take(line)
        if self._turns.waiting > LINES:
            self._paused = True
            self._wire.pause()

    def _take(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if self._ending or not text:
            return
        if text.startswith(END_OF_FILE):
            self._finish()
        else:
            self._turns.take(text)

    def no_more(self) -> None:
        last, self._received = self._received, b""
        self._take(last)
        self._finish()

    def _finish(self) -> None:
        self._ending = True
        if not self._turns.waiting:
            self._wire.close()

    def _idle(self) -> None:
        if self._ending:
            self._wire.close()
        elif self._paused and self._room:
            self._paused = False
            self._wire.resume()

    def show(self, reply: Reply) -> None:
        if reply.level is Level.NOTICE and not self._room:
            return  # it would be kept for somebody who does not read
        self.good = self.good and reply.good
        text = render.text(reply).replace("\n", self._newline) + self._newline
        self._wire.send(text.encode("utf-8", "replace"))

    def end(self) -> None:
        self._turns.forget()
        self._wire.close()

    def lost(self) -> None:
        self._turns.forget()

    def resized(self, columns: int, rows: int) -> None:
        """Lines are as long as they are."""

    def flowing(self, room: bool) -> None:
        """Whoever does not read is not read either."""
        self._room = room
        if room:
            self._idle()
        elif not self._paused:
            self._paused = True
            self._wire.pause()

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        """A bar needs a terminal."""


class PromptSession:
    """A terminal with keys: the same prompt as on the station's own."""

    def __init__(
        self,
        reactor: Any,
        loop: Loop,
        wire: Wire,
        answer: Callable[[str], Deferred[Reply]],
        complete: Complete,
        history: Path,
        size: tuple[int, int],
    ) -> None:
        self._reactor = reactor
        self._loop = loop
        self._wire = wire
        self._turns = Turns(answer, self.show, self._resume)
        self._keys = RemoteKeys()
        self._screen = RemoteScreen(self._send, *size)
        self._prompt = Prompt(loop.loop, self._screen, self._keys, history, self._take, complete)
        self._typed = bytearray()
        self._lock = threading.Lock()
        self._gone = False
        self._paused = False
        loop.spawn(self._live())

    # In the reactor's thread.

    def received(self, data: bytes) -> None:
        self._pause()
        with self._lock:
            self._typed += data
        self._loop.call(self._prompt.completion.call_when_idle, self._feed)

    def _fed(self) -> None:
        if self._turns.waiting <= LINES:
            self._resume()

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._wire.pause()

    def _resume(self) -> None:
        if self._paused and self._screen.ready and not self._gone:
            self._paused = False
            self._wire.resume()

    def resized(self, columns: int, rows: int) -> None:
        self._screen.window = (columns, rows)  # prompt_toolkit looks twice a second

    def flowing(self, room: bool) -> None:
        self._screen.ready = room
        if room:
            self._prompt.wake()
            self._fed()
        else:
            self._pause()

    def no_more(self) -> None:
        self._loop.call(self._keys.hang_up)

    def lost(self) -> None:
        self._gone = True
        self._turns.forget()
        self._prompt.end()

    def show(self, reply: Reply) -> None:
        self._prompt.show(reply)

    def progress(self, job: str, text: str, fraction: float | None) -> None:
        self._prompt.progress(job, text, fraction)

    def end(self) -> None:
        self._prompt.end()

    def _left(self) -> None:
        if not self._gone:
            self._wire.send(f"{FAREWELL}\r\n".encode())
            self._wire.close()

    # In the loop's thread.

    async def _live(self) -> None:
        try:
            await self._prompt.live()
        except Exception:
            log.failure("a terminal's prompt ended; its connection is closed")
        finally:
            self._keys.close()
            self._reactor.callFromThread(self._left)

    def _feed(self) -> None:
        with self._lock:
            piece = bytes(self._typed[:PIECE])
            del self._typed[:PIECE]
            more = bool(self._typed)
        self._keys.feed(piece)
        if more:
            self._loop.call(self._prompt.completion.call_when_idle, self._feed)
        else:
            self._reactor.callFromThread(self._fed)

    def _take(self, line: str) -> None:
        self._reactor.callFromThread(self._turns.take, line)

    def _send(self, data: bytes) -> None:
        self._reactor.callFromThread(self._write, data)

    def _write(self, data: bytes) -> None:
        if not self._gone:
            self._wire.send(data)
