"""The worked example in docs/programme.md is what a station answers, and its file is one that is taken up."""

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from twisted.internet.defer import Deferred

from bandstand.bot.commands.command_line import CommandLine
from bandstand.bot.commands.frontend import Line
from bandstand.bot.station import bands
from bandstand.bot.station.core import Core
from bandstand.bot.station.rules import Rules
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.values import Outside
from bandstand.common.radio_file import read_radio_file
from tests.bot.memory import DirectStore

PAGE: Final = (Path(__file__).parents[2] / "docs" / "programme.md").read_text("utf-8")
NOON: Final = datetime.fromisoformat("2026-11-26T12:00+01:00").timestamp()
ANN: Final = Requester("ann", Place("console"), Right.OWNER)


def find_blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def look(needs_status: bool) -> Outside:
    return Outside()


def make_commands() -> CommandLine:
    store = DirectStore(now=lambda: NOON, rules=Rules(zone="Europe/Berlin"))
    store.do(bands.settle_house_bands)
    return CommandLine(Core(store, look, {}, lambda: NOON), [], lambda: NOON, lambda: NOON)


def answer(commands: CommandLine, text: str) -> str:
    replies: list[str] = []
    done: Deferred[None] = commands.answer(Line(text, ANN)).addCallback(lambda reply: replies.append(reply.summary))
    done.addErrback(lambda failure: failure.raiseException())
    return replies[0]


def test_the_station_answers_as_the_page_says() -> None:
    (example,) = [block for block in find_blocks("") if block.startswith("> ")]
    commands = make_commands()
    lines = example.splitlines()
    asked = [line.removeprefix("> ") for line in lines[::2]]
    assert [answer(commands, text) for text in asked] == lines[1::2]


def test_the_file_of_the_page_is_taken_up(tmp_path: Path) -> None:
    (text,) = find_blocks("toml")
    path = tmp_path / "radio.toml"
    path.write_text(text, "utf-8")
    found = read_radio_file(path, "UTC")
    assert found.faults == ()
    assert [show.name for show in found.shows] == ["Morning", "playlist:carols"]
