"""Lines of one person, each answered before the next is asked."""

from typing import Any

from twisted.internet.defer import Deferred, succeed

from bandstand.bot.commands.reply import Reply
from bandstand.bot.terminal.command_queue import CommandQueue


class Slow:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[Deferred[Reply]] = []
        self.shown: list[Any] = []
        self.queue = CommandQueue(
            self.ask, lambda reply: self.shown.append(reply.summary), lambda: self.shown.append("idle")
        )

    def ask(self, line: str) -> Deferred[Reply]:
        self.asked.append(line)
        self.answers.append(Deferred())
        return self.answers[-1]


def test_the_next_line_is_asked_when_the_one_before_is_answered() -> None:
    slow = Slow()
    slow.queue.add("one")
    slow.queue.add("two")
    assert (slow.asked, slow.queue.unanswered) == (["one"], 2)
    slow.answers[0].callback(Reply("first"))
    assert slow.asked == ["one", "two"]
    slow.answers[1].callback(Reply("second"))
    assert slow.shown == ["first", "second", "idle"]


def test_what_is_forgotten_is_not_asked() -> None:
    slow = Slow()
    slow.queue.add("one")
    slow.queue.add("two")
    slow.queue.clear()
    slow.answers[0].callback(Reply("first"))
    assert slow.asked == ["one"]


def test_answers_that_come_at_once_may_be_thousands() -> None:
    shown: list[str] = []
    first: Deferred[Reply] = Deferred()
    waiting = [first]

    def ask(line: str) -> Deferred[Reply]:
        return waiting.pop() if waiting else succeed(Reply(line))

    queue = CommandQueue(ask, lambda reply: shown.append(reply.summary))
    for number in range(5000):
        queue.add(str(number))
    first.callback(Reply("0"))
    assert shown == [str(number) for number in range(5000)]
