"""Whether something that was said is meant for the bot. Pure; knows no command."""

from dataclasses import dataclass

from bot.irc.line import fold

PREFIX = "!"


@dataclass(frozen=True)
class Said:
    """A line for the bot. `named`: to it and nobody else, so that an answer is expected whatever it is."""

    line: str
    named: bool


def in_channel(text: str, nick: str, mapping: str) -> Said | None:
    """`!command`, or the bot's nick and `:` or `,`; None for what people say to one another."""
    if text.startswith(PREFIX):
        line = text[len(PREFIX) :].strip()
        return Said(line, named=False) if line and not line.startswith(PREFIX) else None
    name, rest = text[: len(nick)], text[len(nick) :]
    if fold(name, mapping) == fold(nick, mapping) and rest[:1] in (":", ","):
        line = rest[1:].strip()
        return Said(line, named=True) if line else None
    return None


def in_private(text: str) -> Said | None:
    """All that is said in private is for the bot."""
    line = text.strip()
    return Said(line, named=True) if line else None
