"""What a command is: one entry with its name, parameters, right and texts, and the function that carries it out.

Knows no particular command. A command's function is plain and synchronous: `(call, desk) -> Outcome`, run inside one
transaction, with no reactor in reach.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.commands.grammar import Line
from bot.effects import Outcome
from bot.people.identity import person
from bot.request import Request, Right
from bot.view import StationView
from common.errors import CommandError, UsageError

YES = "yes"
"""The option that confirms a command which is else carried out only when it is said twice."""


@dataclass(frozen=True)
class Param:
    """One parameter. A `number` is checked and handed over as digits; a `rest` takes all words that are left.

    `value` stands for what is given in a usage, where the name does not say it; an option without one is a plain yes.
    """

    name: str
    help: str
    required: bool = True
    number: bool = False
    rest: bool = False
    value: str = ""

    @property
    def usage(self) -> str:
        word = self.value or self.name.upper()
        return word if self.required else f"[{word}]"

    @property
    def flag(self) -> str:
        """How it begins where it is an option."""
        return f"--{self.name}=" if self.value else f"--{self.name}"


@dataclass(frozen=True)
class Quotas:
    """What one person may have under way; 0 is no limit."""

    open_jobs: int = 0
    queued_songs: int = 0


@dataclass(frozen=True)
class Desk:
    """What a command has before it: the clock's reading, chance, and the station as it is outside the database."""

    now: float
    chance: Random
    view: StationView
    commands: Sequence["Command"] = ()
    quotas: Quotas = Quotas()


@dataclass(frozen=True)
class Call:
    """A request whose words have been fitted to the command's parameters; a parameter that was not given is ''."""

    request: Request
    arguments: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.arguments.get(name, "")

    @property
    def person(self) -> str:
        """Whose request it is, as limits count them."""
        return person(self.request.identity, self.request.where)


@dataclass(frozen=True)
class Command:
    name: str
    run: Callable[[Call, Desk], Outcome]
    summary: str
    example: str
    right: Right
    params: tuple[Param, ...] = ()
    options: tuple[Param, ...] = ()
    aliases: tuple[str, ...] = ()
    any_options: bool = False
    """Takes `name=value` for names of the generator's, checked by it."""
    private: bool = False
    """Its answer is for whoever asked, even where others read along."""
    confirm: bool = False
    """Is carried out by a person only when it is said twice, or with --yes."""
    limit: str = ""
    """What it is counted as by `people.limits`, besides being a command."""
    asks_icecast: bool = False
    """Wants the listeners' figures in its view, which takes a request to Icecast."""

    @property
    def usage(self) -> str:
        options = [f"[{option.flag}{option.value}]" for option in self.options]
        values = ["[NAME=VALUE ...]"] if self.any_options else []
        yes = ["[--yes]"] if self.confirm else []
        return " ".join([self.name, *(param.usage for param in self.params), *options, *values, *yes])


def find(word: str, by_name: Mapping[str, Command], abbreviated: bool) -> Command:
    """The command of that name; where abbreviations are understood, the one whose name alone begins so."""
    if word in by_name:
        return by_name[word]
    if abbreviated and word:
        begun = {command.name: command for name, command in by_name.items() if name.startswith(word)}
        if len(begun) == 1:
            return next(iter(begun.values()))
        if begun:
            raise CommandError(f"that may be {' or '.join(sorted(begun))}; say more of it")
    near = difflib.get_close_matches(word, by_name, 1)
    hint = f"did you mean {near[0]}?" if near else "help lists them"
    raise CommandError(f"there is no command of that name; {hint}")


def fit(command: Command, line: Line, request: Request) -> Call:
    """The line's words as the command's arguments. Raises UsageError with the command's usage."""
    arguments: dict[str, str] = {}
    words = list(line.words)
    for param in command.params:
        value = " ".join(words) if param.rest else "".join(words[:1])
        words = [] if param.rest else words[1:]
        if param.required and not value.strip():
            raise UsageError(f"{command.usage} ({param.name}: {param.help})")
        if param.number and value and not (value.isascii() and value.isdigit()):
            raise UsageError(f"{command.usage} ({param.name} is a whole number)")
        arguments[param.name] = value
    if words:
        raise UsageError(f"{command.usage} (too many words)")
    options = {name: value for name, value in line.options.items() if not (command.confirm and name == YES)}
    known = {option.name for option in command.options}
    if not command.any_options and not set(options) <= known:
        raise UsageError(f"{command.usage} (it takes no other options)")
    return Call(request, arguments, options)
