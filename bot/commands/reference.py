"""The reference of all commands, docs/commands.md, made from the table: `python -m bot.commands.reference`."""

from collections.abc import Iterator

from bot.commands import TABLE
from bot.commands.table import Command

HEAD = """# Commands

In the same words everywhere: at a terminal, through `bandstand ctl`, by telnet and ssh, and on IRC with a `!` before
them. A song is named by its code, or by words of its title; words with blanks that belong together stand in `"quotes"`,
and only `"` quotes. An option is `--name=value`. At a terminal a command may be shortened while it stays unique, and
Tab completes. This page is made from the commands themselves.
"""


def reference() -> str:
    return "\n".join([HEAD, *(line for command in TABLE for line in _entry(command))])


def _entry(command: Command) -> Iterator[str]:
    yield f"## {command.name}\n"
    yield f"`{command.usage}`: {command.summary}. Needs the right {command.right.name.lower()}.\n"
    for param in command.params:
        yield f"- `{param.name}`: {param.help}"
    for option in command.options:
        yield f"- `{option.flag}{option.value}`: {option.help}"
    if command.aliases:
        yield f"- also: {', '.join(f'`{alias}`' for alias in command.aliases)}"
    if command.private:
        yield "- is answered privately, even in a channel"
    if command.confirm:
        yield "- is asked for twice, or said with `--yes`"
    yield f"- example: `{command.example}`\n"


if __name__ == "__main__":
    print(reference(), end="")
