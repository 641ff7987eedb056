"""The prompt at the end of a connection: keys in, text out, in a loop of the test's own."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.prompt import LINE, Ending, LineHandler, Prompt
from bandstand.bot.terminal.remote_terminal import RemoteInput, RemoteOutput

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n\b]")


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        self.sent = bytearray()
        self.keys = RemoteInput()
        self.screen = RemoteOutput(self.sent.extend, 80, 24)
        handler = LineHandler(self.take, self.complete, folder / "history")
        self.prompt = Prompt(asyncio.get_running_loop(), self.screen, self.keys, handler)
        self.life = asyncio.ensure_future(self.prompt.run())

    async def complete(self, text: str) -> list[str]:
        return ["generate"]

    def take(self, line: str) -> None:
        self.lines.append(line)
        self.prompt.show(Reply(f"did {line}"))

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(2000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never; on the screen is {self.text()!r}")

    def text(self) -> str:
        return CONTROL.sub("", self.sent.decode())

    async def end(self) -> Ending:
        self.prompt.end()
        return await self.life


def test_lines_are_taken_and_answered_and_the_word_before_the_cursor_is_completed(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        terminal.keys.feed(b"np\rgen\t\x01again \r\r")
        await terminal.until(lambda: "did again generate" in terminal.text())
        assert terminal.lines == ["np", "again generate"]
        assert await terminal.end() is Ending.STOPPED

    asyncio.run(scene())


def test_what_comes_before_the_prompt_is_there_is_not_lost(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        terminal.prompt.show(Reply("welcome", Level.NOTICE))
        terminal.keys.feed(b"one\rtwo\r")
        await terminal.until(lambda: "did two" in terminal.text())
        assert "welcome" in terminal.text()
        await terminal.end()

    asyncio.run(scene())


def test_a_terminal_that_does_not_read_is_shown_the_newest_and_how_many_it_missed(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        await terminal.until(lambda: ">" in terminal.text())
        terminal.screen.is_ready = False
        before = len(terminal.sent)
        for number in range(1000):
            terminal.prompt.show(Reply(f"notice {number}", Level.NOTICE))
        await asyncio.sleep(0.05)
        assert len(terminal.sent) == before
        terminal.screen.is_ready = True
        terminal.prompt.wake()
        await terminal.until(lambda: "notice 999" in terminal.text())
        assert "800 earlier lines were not shown" in terminal.text()
        assert "notice 799" not in terminal.text()
        await terminal.end()

    asyncio.run(scene())


def test_a_bar_stands_above_the_line_and_goes(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        terminal.prompt.progress("7", "job 7", 0.5)
        await terminal.until(lambda: "50 % job 7" in terminal.text())
        terminal.prompt.progress("7", "", None)
        terminal.keys.feed(b"np\r")
        await terminal.until(lambda: "did np" in terminal.text())
        assert "job 7" not in terminal.text().rpartition("did np")[2]
        await terminal.end()

    asyncio.run(scene())


@pytest.mark.parametrize(("keys", "ending"), [(b"\x04", Ending.END_OF_FILE), (b"half\x03\x04", Ending.END_OF_FILE)])
def test_ctrl_d_on_an_empty_line_ends_it(tmp_path: Path, keys: bytes, ending: Ending) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        terminal.keys.feed(keys)
        assert await asyncio.wait_for(terminal.life, 20) is ending

    asyncio.run(scene())


def test_a_line_without_an_end_does_not_grow(tmp_path: Path) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        terminal.keys.feed(b"\x1b[200~" + b"x" * 3 * LINE + b"\x1b[201~\r")
        await terminal.until(lambda: terminal.lines)
        assert len(terminal.lines[0]) == LINE
        await terminal.end()

    asyncio.run(scene())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_keys_leave_it_alive_and_bring_no_control_code_of_their_own(tmp_path: Path, pieces: list[bytes]) -> None:
    async def scene() -> None:
        terminal = Terminal(tmp_path)
        for piece in pieces:
            terminal.keys.feed(piece.replace(b"\x04", b""))
            await asyncio.sleep(0)
        terminal.keys.feed(b"\x1b[201~\x07\x03\x03np\r")
        await asyncio.sleep(0)
        assert await terminal.end() is Ending.STOPPED
        assert "\x9b" not in terminal.text()
        assert not re.search(r"[\x00-\x06\x0e-\x1a\x7f]", terminal.text())

    asyncio.run(scene())
