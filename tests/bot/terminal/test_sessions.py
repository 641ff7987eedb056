"""Sessions at terminals: nobody's keys hold up another's, and nothing that a client sends grows without an end."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.remote_terminal import PASTE_CHARACTERS, RemoteInput
from bandstand.bot.terminal.sessions import LineSession, Person, PromptThread, TerminalSession

PATIENCE = 60.0


class Direct:
    """A reactor that makes the calls of other threads at once."""

    def callFromThread(self, call: Callable[..., Any], *arguments: Any) -> None:
        call(*arguments)


class Connection:
    def __init__(self) -> None:
        self.sent = bytearray()
        self.is_paused = False
        self.is_closed = False

    def send(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.is_closed = True

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False


@pytest.fixture
def prompts() -> Iterator[PromptThread]:
    made = PromptThread()
    yield made
    made.stop()
    made._thread.join(PATIENCE)


async def no_words(_: str) -> list[str]:
    return []


def answer(line: str) -> Deferred[Reply]:
    return succeed(Reply(f"did {line}"))


def terminal(prompts: PromptThread, history: Path) -> tuple[TerminalSession, Connection]:
    reactor: Any = Direct()
    connection = Connection()
    session = TerminalSession(reactor, prompts, connection, Person(answer, no_words, history, (80, 24)))
    until(lambda: b">" in connection.sent, "the prompt")
    return session, connection


def close(*terminals: tuple[TerminalSession, Connection]) -> None:
    for session, connection in terminals:
        session.end()
        until(lambda connection=connection: connection.is_closed, "the end")


def until(condition: Callable[[], object], what: str) -> None:
    last, pause = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < last, what
        pause.wait(0.002)


def test_many_keys_of_one_terminal_hold_up_no_other(prompts: PromptThread, tmp_path: Path) -> None:
    (flood, flooded), (other, quick) = terminal(prompts, tmp_path / "ann"), terminal(prompts, tmp_path / "bob")
    worked_on: list[int] = []

    def answer_and_count(line: str) -> Deferred[Reply]:
        worked_on.append(2000 - len(flood._typed))
        return answer(line)

    other._queue._answer = answer_and_count
    flood.receive(b"x\b" * 1000)
    until(lambda: len(flood._typed) < 2000, "the first keys")
    other.receive(b"np\r")
    until(lambda: b"did np" in quick.sent, "the other's answer")
    assert worked_on[0] < 500
    until(lambda: not flooded.is_paused, "all keys")
    close((flood, flooded), (other, quick))


def test_a_client_is_not_read_until_its_keys_are_worked_on(prompts: PromptThread, tmp_path: Path) -> None:
    session, connection = terminal(prompts, tmp_path / "ann")
    session.receive(b"x" * 200)
    assert connection.is_paused
    until(lambda: not connection.is_paused, "reading again")
    session.receive(b"\r")
    until(lambda: b"did " + b"x" * 200 in connection.sent.replace(b"\r\n", b""), "the line")
    close((session, connection))


def test_a_session_that_ends_before_its_prompt_was_drawn_ends_all_the_same(
    prompts: PromptThread, tmp_path: Path
) -> None:
    reactor: Any = Direct()
    connection = Connection()
    session = TerminalSession(reactor, prompts, connection, Person(answer, no_words, tmp_path / "ann", (80, 24)))
    session.end()
    until(lambda: connection.is_closed, "the end")


@pytest.mark.slow
def test_a_paste_without_an_end_does_not_grow() -> None:
    keys = RemoteInput()
    keys.feed(b"\x1b[200~")
    for _ in range(10):
        keys.feed(b"y" * PASTE_CHARACTERS)
        assert len(keys._parser._paste_buffer) <= 2 * PASTE_CHARACTERS
        keys.read_keys()
    assert not keys._parser._in_bracketed_paste


def lines() -> tuple[LineSession, Connection, list[Deferred[Reply]]]:
    connection, answers = Connection(), list[Deferred[Reply]]()

    def ask(_: str) -> Deferred[Reply]:
        answers.append(Deferred())
        return answers[-1]

    return LineSession(connection, ask), connection, answers


def test_a_client_that_reads_again_after_its_last_line_still_gets_the_answer() -> None:
    session, connection, answers = lines()
    session.receive(b"np")
    session.set_room(False)
    session.end_input()
    session.set_room(True)
    assert not connection.is_closed
    answers[0].callback(Reply("silence"))
    assert connection.is_closed
    assert connection.sent == b"ok: silence\r\n"


def test_notices_are_not_kept_for_a_client_that_does_not_read() -> None:
    session, connection, _ = lines()
    session.set_room(False)
    session.show(Reply("now: Blue Lantern", Level.NOTICE))
    session.show(Reply("your song is done"))
    assert connection.sent == b"ok: your song is done\r\n"
