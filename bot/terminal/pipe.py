"""Commands from a pipe: each line of standard input is one, and its answer goes to standard output (`up --stdin`).

Reading and writing may block for as long as they like, so each has a thread of its own. A line is read when the one
before it is answered and the answer is written: nothing is lost, and nothing grows with a slow reader. Knows no
command.
"""

import os
import queue
import threading
from concurrent.futures import Future

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.logger import Logger

from bandstand.bot.commands import render
from bandstand.bot.commands.frontend import Commands, Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.text import MARK

log = Logger()

NOTICES = 200
"""Notices kept for a reader that does not read; further ones are dropped."""
LINE_BYTES = 16_384
STOP_SECONDS = 1.0
"""How long the end of the station waits for a reader that does not read."""

HERE = Place("console")
OWNER = Requester("console", HERE, Right.OWNER)


class Reactor(IReactorFromThreads, IReactorTime):
    """An interface: what the pipe needs of the reactor."""


class Pipe:
    """The front end `console` where standard input is no terminal. The person who may write to it owns the station."""

    name = "console"

    def __init__(self, reactor: Reactor, commands: Commands, reading: int = 0, writing: int = 1) -> None:
        """`reading` and `writing` are the descriptors."""
        self._reactor = reactor
        self._commands = commands
        self._reading = reading
        self._writing = writing
        self._unwritten: queue.Queue[tuple[Reply, Future[None]] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="stdin", daemon=True)
        self._writer = threading.Thread(target=self._write, name="stdout", daemon=True)
        self._ended: Deferred[None] | None = None

    # In the reactor's thread.

    def start(self) -> str:
        """Returns an empty string: there is nothing that could keep it from starting."""
        self._writer.start()
        self._reader.start()
        return ""

    def stop(self) -> Deferred[None]:
        """Fires when all answers are written, or nobody reads them."""
        if not self._writer.is_alive():
            return succeed(None)
        ended: Deferred[None] = Deferred()
        self._ended = ended
        self._unwritten.put(None)
        return ended.addTimeout(STOP_SECONDS, self._reactor).addErrback(lambda _: None)

    def tell(self, place: Place, reply: Reply) -> bool:
        if place != HERE:
            return False
        self.announce(reply)
        return True

    def announce(self, reply: Reply) -> None:
        if reply.besides == HERE:
            return
        if reply.level is not Level.NOTICE or self._unwritten.qsize() < NOTICES:
            self._unwritten.put((reply, Future()))

    def _ask(self, line: str, answered: "Future[Reply]") -> None:
        self._commands.answer(Line(line, OWNER)).addCallback(answered.set_result)

    def _fire_ended(self) -> None:
        if self._ended is not None and not self._ended.called:
            self._ended.callback(None)

    # In the threads.

    def _read(self) -> None:
        with os.fdopen(self._reading, "rb", closefd=False) as stream:
            while data := stream.readline(LINE_BYTES):
                line = data.decode("utf-8", "replace").removeprefix(MARK).strip()
                if line:
                    answered: Future[Reply] = Future()
                    self._reactor.callFromThread(self._ask, line, answered)
                    written: Future[None] = Future()
                    self._unwritten.put((answered.result(), written))
                    written.result()

    def _write(self) -> None:
        try:
            while (item := self._unwritten.get()) is not None:
                reply, written = item
                data = memoryview(f"{render.render_text(reply)}\n".encode("utf-8", "replace"))
                while data:
                    data = data[os.write(self._writing, data) :]
                written.set_result(None)
        except OSError as error:
            log.info("standard output is gone: {why}; no more commands are read", why=error.strerror)
        self._reactor.callFromThread(self._fire_ended)
