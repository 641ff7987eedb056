"""The reference of all commands, docs/commands.md, made from the table by
`python -m bandstand.bot.commands.reference`."""

from collections.abc import Iterator

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.table import Command

HEAD = """# Commands

The commands are the same everywhere: at a terminal, through `bandstand ctl`, by telnet and ssh, and on IRC with a `!`
before them. A song is named by its code, or by words of its title; words with blanks that belong together stand in
`"quotes"`, and only `"` quotes. An option is `--name=value`. At a terminal a command may be shortened while it stays
unique, and Tab completes. This page is made from the commands themselves.
"""


def write_reference() -> str:
    """The whole page, as Markdown."""
    return "\n".join([HEAD, *(line for command in TABLE for line in _describe(command))])


def _describe(command: Command) -> Iterator[str]:
    yield f"## {command.name}\n"
    yield f"`{command.usage}`: {command.summary}. {_say_rights(command)}\n"
    for param in command.params:
        yield f"- `{param.name}`: {param.help}"
    for option in command.options:
        yield f"- `{option.flag}{option.value}`: {option.help}"
    if command.aliases:
        yield f"- also: {', '.join(f'`{alias}`' for alias in command.aliases)}"
    if command.is_private:
        yield "- is answered privately, even in a channel"
    if command.needs_confirmation:
        yield "- has to be given twice, or with `--yes`"
    yield f"- example: `{command.example}`\n"


def _say_rights(command: Command) -> str:
    """The right that is needed, and the higher one where some uses of the command need that."""
    lowest, *higher = command.rights
    return f"Needs the right {lowest.value}" + (f", for some uses {higher[-1].value}." if higher else ".")


if __name__ == "__main__":
    print(write_reference(), end="")
