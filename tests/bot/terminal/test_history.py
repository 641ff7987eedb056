"""The history of a prompt: kept in a file, and read without holding up the loop."""

import asyncio
import re
from pathlib import Path

from bandstand.bot.terminal.history import AT_ONCE, HISTORY_BYTES, History


def test_a_long_history_is_halved_and_begins_with_a_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "histories" / "ann"
    History(path)
    path.write_bytes(b"".join(b"\n# 2020-01-01\n+line %d\n" % number for number in range(20_000)))
    assert path.stat().st_size > HISTORY_BYTES
    lines = list(History(path).load_history_strings())
    assert lines[0] == "line 19999"
    assert re.fullmatch(r"line \d+", lines[-1])
    assert path.stat().st_size <= HISTORY_BYTES
    assert path.stat().st_mode & 0o077 == 0


async def load(history: History) -> list[str]:
    return [line async for line in history.load()]


def test_lines_are_loaded_newest_first_and_again_in_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "histories" / "ann"
    first = History(path)
    for line in ("one", "two"):
        first.append_string(line)
    assert asyncio.run(load(first)) == ["two", "one"]
    assert asyncio.run(load(first)) == ["two", "one"]
    assert asyncio.run(load(History(path))) == ["two", "one"]


def test_others_in_the_loop_have_turns_while_a_long_history_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "ann"
    path.write_bytes(b"".join(b"\n# 2020-01-01\n+line %d\n" % number for number in range(10 * AT_ONCE)))

    async def scene() -> int:
        turns, loading = 0, asyncio.ensure_future(load(History(path)))
        while not loading.done():
            turns += 1
            await asyncio.sleep(0)
        assert len(await loading) == 10 * AT_ONCE
        return turns

    assert asyncio.run(scene()) >= 10


def test_a_line_that_is_typed_while_the_history_is_loaded_is_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "ann"
    History(path).append_string("old")

    async def scene() -> list[str]:
        history = History(path)
        loading = asyncio.ensure_future(load(history))
        await asyncio.sleep(0)
        history.append_string("new")
        await loading
        return await load(history)

    assert asyncio.run(scene()) == ["new", "old"]
