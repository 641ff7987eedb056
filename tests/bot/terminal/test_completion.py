"""Tab: what it adds to the line, and that nobody waits for another's."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from bandstand.bot.terminal import completion
from bandstand.bot.terminal.completion import ask_for_completions, in_columns
from bandstand.common.api.people import Right
from tests.bot.terminal.test_prompt import Terminal


class Asked(Terminal):
    """A terminal whose completions are answered when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.answer: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        super().__init__(folder)

    async def complete(self, text: str) -> list[str]:
        self.asked.append(text)
        return await self.answer


def run(scene: Any) -> None:
    asyncio.run(asyncio.wait_for(scene, 60))


def test_a_completion_that_is_not_answered_holds_up_no_other_prompt(tmp_path: Path) -> None:
    async def scene() -> None:
        waits, other = Asked(tmp_path / "one"), Terminal(tmp_path / "two")
        waits.keys.feed(b"gen\t")
        await waits.until(lambda: waits.asked == ["gen"])
        other.keys.feed(b"np\r")
        await other.until(lambda: "did np" in other.text())
        assert not waits.answer.done()
        await waits.end()
        await other.end()

    run(scene())


def test_keys_that_follow_a_tab_wait_for_it_and_keep_their_order(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.keys.feed(b"gen\t")
        await terminal.until(lambda: terminal.asked)
        terminal.keys.feed(b"jazz")
        terminal.keys.feed(b"\x01again \r")
        await asyncio.sleep(0.05)
        assert terminal.lines == []
        terminal.answer.set_result(["generate"])
        await terminal.until(lambda: terminal.lines)
        assert terminal.lines == ["again generate jazz"]
        await terminal.end()

    run(scene())


def test_a_second_tab_among_the_keys_that_wait_is_a_completion_too(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.keys.feed(b"gen\t\t\r")
        await terminal.until(lambda: terminal.asked)
        terminal.answer.set_result(["generate"])
        await terminal.until(lambda: terminal.lines)
        assert terminal.asked == ["gen", "generate "]
        await terminal.end()

    run(scene())


@pytest.mark.parametrize(
    ("typed", "offered", "line"),
    [
        (b"gen\t", ["generate"], "generate"),
        (b"GEN\t", ["generate"], "generate"),
        (b"generate gen\t x", ["genre="], "generate genre= x"),
        (b"re\tx", ["request", "requeue"], "requex"),
        (b"RE\tx", ["request", "requeue"], "REx"),
        (b"zz\tx", [], "zzx"),
    ],
)
def test_a_word_is_completed_as_far_as_it_is_clear(tmp_path: Path, typed: bytes, offered: list[str], line: str) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.answer.set_result(offered)
        terminal.keys.feed(typed + b"\r")
        await terminal.until(lambda: terminal.lines)
        assert terminal.lines == [line]
        await terminal.end()

    run(scene())


def test_several_words_without_more_in_common_are_listed_above_the_line(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.answer.set_result(["rock", "rain", "夜の電車"])
        terminal.keys.feed(b"play r\t")
        await terminal.until(lambda: "rock      rain      夜の電車" in terminal.text())
        terminal.keys.feed(b"\r")
        await terminal.until(lambda: terminal.lines == ["play r"])
        await terminal.end()

    run(scene())


def test_a_list_brings_no_control_code_to_the_terminal(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.answer.set_result(["rock\x07", "rain\x1b]0;"])
        terminal.keys.feed(b"r\t")
        await terminal.until(lambda: "rain" in terminal.text())
        assert b"\x07" not in terminal.sent and b"\x1b]" not in terminal.sent
        await terminal.end()

    run(scene())


def test_a_prompt_that_ends_does_not_wait_for_its_completion(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Asked(tmp_path)
        terminal.keys.feed(b"gen\t")
        await terminal.until(lambda: terminal.asked)
        await terminal.end()
        assert terminal.answer.cancelled()

    run(scene())


def test_more_words_than_fit_in_a_row_go_down_the_columns() -> None:
    assert in_columns(["a", "b", "c", "d", "e"], 7) == "a  d\nb  e\nc\n"
    assert in_columns(["x" * 50], 20) == "x" * 50 + "\n"


class OtherThread:
    """A reactor that makes each call in a thread of its own."""

    def callFromThread(self, call: Any, *arguments: Any, **named: Any) -> None:
        thread = threading.Thread(target=call, args=arguments, kwargs=named)
        thread.start()
        thread.join()


class Station:
    def __init__(self, answer: Deferred[list[str]]) -> None:
        self.answer = answer

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        return self.answer


def ask(answer: Deferred[list[str]]) -> list[str]:
    reactor: Any = OtherThread()
    return asyncio.run(ask_for_completions(reactor, Station(answer), "gen", Right.DJ))


def test_the_station_is_asked_in_the_reactors_thread() -> None:
    assert ask(succeed(["generate"])) == ["generate"]


def test_an_answer_that_comes_late_is_not_waited_for_and_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "COMPLETION_SECONDS", 0.01)
    late: Deferred[list[str]] = Deferred()
    assert ask(late) == []
    late.callback(["generate"])
