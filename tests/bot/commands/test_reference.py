"""The reference in docs/ is made from the table."""

from pathlib import Path

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.reference import write_reference


def test_the_document_is_not_stale() -> None:
    document = Path(__file__).parents[3] / "docs" / "commands.md"
    assert document.read_text("utf-8") == write_reference(), (
        "python -m bandstand.bot.commands.reference > docs/commands.md"
    )


def test_every_command_is_in_it_with_its_right() -> None:
    text = write_reference()
    assert all(f"\n## {command.name}\n" in text for command in TABLE)
    assert "Needs the right owner." in text
    assert "Needs the right listener, for some uses dj." in text
