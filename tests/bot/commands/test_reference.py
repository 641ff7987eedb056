"""The reference in docs/ is the table's."""

from pathlib import Path
from random import Random

from bot.commands import BY_NAME, TABLE
from bot.commands.grammar import parse
from bot.commands.reference import reference
from bot.commands.table import Call, Desk, fit
from bot.render import text
from bot.request import Request, Right
from bot.view import StationView


def test_the_document_is_not_stale() -> None:
    document = Path(__file__).parents[3] / "docs" / "commands.md"
    assert document.read_text("utf-8") == reference(), "python -m bot.commands.reference > docs/commands.md"


def test_every_example_is_a_line_that_its_command_takes() -> None:
    for command in TABLE:
        line = parse(command.example)
        assert BY_NAME[line.command] is command
        fit(command, line, Request(command.example, "ann", "console", Right.OWNER))


def test_no_name_or_alias_stands_for_two_commands() -> None:
    names = [name for command in TABLE for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


def test_the_list_of_commands_fits_a_terminal_of_80_columns() -> None:
    request = Request("help", "ann", "console", Right.OWNER)
    desk = Desk(now=0.0, chance=Random(1), view=StationView(connected=True), commands=TABLE)
    reply = BY_NAME["help"].run(Call(request), desk).reply
    assert len(reply.rows) == len(TABLE)
    assert max(len(line) for line in text(reply).splitlines()) <= 80
