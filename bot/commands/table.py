"""What a command is: one entry with its name, parameters and texts, and two functions.

`parse` turns the words of a call into a request to the core, and `show` turns the core's result into a reply. Both are
plain functions: no reactor, no database, no clock. Knows no particular command, and no right or limit: those belong to
the requests that a command makes, and are in `bot.station.table`.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.grammar import ParsedLine
from bandstand.bot.commands.reply import Reply
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.errors import CommandError, UsageError

YES = "yes"
"""The option that confirms a command which is otherwise carried out only when it is given twice."""
UNKNOWN = "there is no command of that name"


@dataclass(frozen=True)
class Param:
    """One parameter, or an option.

    An `is_number` is checked and handed over as digits; an `is_rest` takes all words that are left, which a
    `keeps_quotes` has as they were typed, for phrases of a search. `value` stands for
    what is given in a usage, where the name does not say it; an option without a `value` is a plain yes.
    """

    name: str
    help: str
    is_required: bool = True
    is_number: bool = False
    is_rest: bool = False
    keeps_quotes: bool = False
    value: str = ""
    names: tuple[str, ...] = ()
    """What its words are names of, for completion: kinds of `ListNames`, and those of `bot.commands.completion`."""

    @property
    def usage(self) -> str:
        word = self.value or self.name.upper()
        return word if self.is_required else f"[{word}]"

    @property
    def flag(self) -> str:
        """How it begins where it is an option."""
        return f"--{self.name}=" if self.value else f"--{self.name}"


@dataclass(frozen=True)
class Call:
    """A line whose words have been fitted to a command's parameters; a parameter that was not given is ''."""

    line: Line
    arguments: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
    """Unix time; what `3:05 ago` is counted from."""
    allowed: tuple["Command", ...] = ()
    """The commands that this person may use."""

    def __getitem__(self, name: str) -> str:
        return self.arguments.get(name, "")

    def can_use(self, name: str) -> bool:
        return any(command.name == name for command in self.allowed)


@dataclass(frozen=True)
class Command:
    """One command. `parse` gives a reply instead of a request where the core need not be asked (`help`)."""

    name: str
    parse: Callable[[Call], Request | Reply]
    show: Callable[[Any, Call], Reply]
    """Given the result of the request that `parse` made."""
    summary: str
    example: str
    requests: tuple[type[Request], ...] = ()
    """What `parse` may make; the lowest right among them is needed to see the command."""
    params: tuple[Param, ...] = ()
    options: tuple[Param, ...] = ()
    aliases: tuple[str, ...] = ()
    takes_any_option: bool = False
    """Takes `NAME=VALUE` for parameters of a generator, which the core checks."""
    is_private: bool = False
    """Its answer is for the one who asked, even where others read along."""
    needs_confirmation: bool = False
    """A person has to give it twice, or with --yes."""
    ends_session: bool = False
    """Ends the session of the one who gave it, at a front end where people log in."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def usage(self) -> str:
        options = [f"[{option.flag}{option.value}]" for option in self.options]
        values = ["[NAME=VALUE ...]"] if self.takes_any_option else []
        yes = [f"[--{YES}]"] if self.needs_confirmation else []
        return " ".join([self.name, *(param.usage for param in self.params), *options, *values, *yes])

    @property
    def rights(self) -> tuple[Right, ...]:
        """The rights that its requests need, the lowest first: with that one the command can be seen and given."""
        return tuple(sorted({REQUESTS[request].right for request in self.requests})) or (Right.LISTENER,)


def find_command(word: str, by_name: Mapping[str, Command], is_abbreviated: bool) -> Command:
    """The command of that name; where abbreviations are understood, the only one whose name begins so.

    Raises CommandError that says which commands it may have been.
    """
    if word in by_name:
        return by_name[word]
    if is_abbreviated and word:
        begun = {command.name: command for command in by_name.values() if command.name.startswith(word)}
        if len(begun) == 1:
            return next(iter(begun.values()))
        if begun:
            raise CommandError(f"that may be {' or '.join(sorted(begun))}; type more of it")
    near = difflib.get_close_matches(word, by_name, 1)
    raise CommandError(f"{UNKNOWN}; " + (f"did you mean {near[0]}?" if near else "help lists them"))


def fit_line(command: Command, parsed: ParsedLine, call: Call) -> Call:
    """`call` with the line's words as the command's arguments. Raises UsageError with the command's usage."""
    arguments: dict[str, str] = {}
    words = list(parsed.words)
    for place, param in enumerate(command.params):
        value = " ".join(words) if param.is_rest else "".join(words[:1])
        if param.keeps_quotes:
            value = " ".join(parsed.typed[place:])
        words = [] if param.is_rest else words[1:]
        if param.is_required and not value.strip():
            raise UsageError(f"{command.usage} ({param.name}: {param.help})")
        if param.is_number and value and not (value.isascii() and value.isdigit()):
            raise UsageError(f"{command.usage} ({param.name} is a whole number)")
        arguments[param.name] = value
    if words:
        raise UsageError(f"{command.usage} (too many words)")
    options = {
        name: value for name, value in parsed.options.items() if not (command.needs_confirmation and name == YES)
    }
    if not command.takes_any_option:
        _check_options(command, options)
    return Call(call.line, arguments, options, call.now, call.allowed)


def _check_options(command: Command, options: Iterable[str]) -> None:
    known = {option.name for option in command.options}
    if not set(options) <= known:
        what = "no other options" if known else "no options"
        raise UsageError(f"{command.usage} (it takes {what})")
