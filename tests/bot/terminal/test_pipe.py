"""Commands from a pipe, with a real pipe at either end."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.pipe import NOTICES, Pipe
from bandstand.common.api.people import Place, Requester, Right


class ThreadedClock(Clock):
    """A reactor whose calls from threads are made by a thread of the test's."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def callFromThread(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._calls.put(lambda: function(*arguments))

    def end(self) -> None:
        self._calls.put(None)


class Commands:
    def __init__(self) -> None:
        self.asked: list[Line] = []

    def answer(self, line: Line) -> Deferred[Reply]:
        self.asked.append(line)
        return succeed(Reply(f"did {line.text}"))


class Ends:
    def __init__(self) -> None:
        self.reactor = ThreadedClock()
        self.commands = Commands()
        given, self.stdin = os.pipe()
        stdout, taken = os.pipe()
        self.output = os.fdopen(stdout)
        self.descriptors = [given, taken]
        fake: Any = self.commands
        self.pipe = Pipe(self.reactor, fake, given, taken)
        self.pipe.start()

    def give(self, data: bytes) -> None:
        os.write(self.stdin, data)

    def lines(self, number: int) -> list[str]:
        return [self.output.readline().rstrip("\n") for _ in range(number)]


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.pipe.stop()
    made.pipe._writer.join(10)
    os.close(made.stdin)
    made.pipe._reader.join(10)
    made.reactor.end()
    made.output.close()
    for descriptor in made.descriptors:
        os.close(descriptor)


def test_each_line_is_answered_in_order_and_the_last_needs_no_newline(ends: Ends) -> None:
    ends.give(b"one\n\n  two \r\n\xff")
    os.close(ends.stdin)
    ends.stdin = os.open(os.devnull, os.O_WRONLY)
    assert ends.lines(3) == ["ok: did one", "ok: did two", "ok: did �"]
    assert ends.commands.asked[0] == Line("one", Requester("console", Place("console"), Right.OWNER))


def test_results_and_notices_come_as_well(ends: Ends) -> None:
    assert ends.pipe.tell(Place("console"), Reply("your song is done"))
    ends.pipe.announce(Reply("X is", Level.NOTICE, besides=Place("console")))
    ends.pipe.announce(Reply("now: Blue\x1b[31m Lantern", Level.NOTICE))
    assert not ends.pipe.tell(Place("ctl", "1"), Reply("not here"))
    assert ends.lines(2) == ["ok: your song is done", "* now: Blue [31m Lantern"]


def test_with_a_slow_reader_nothing_is_lost_and_nothing_grows(ends: Ends) -> None:
    for _ in range(2000):
        ends.pipe.announce(Reply("x" * 300, Level.NOTICE))
    ends.give(b"".join(b"%d\n" % number for number in range(500)))
    assert ends.pipe._unwritten.qsize() <= NOTICES + 1
    answers: list[str] = []
    while len(answers) < 500:
        answers += [line for line in ends.lines(1) if line.startswith("ok")]
    assert answers == [f"ok: did {number}" for number in range(500)]
