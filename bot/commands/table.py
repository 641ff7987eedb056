"""What a command is: one entry with its name, parameters, right and texts, and the function that carries it out.

Knows no particular command. A command's function is plain and synchronous: `(call, desk) -> Outcome`, run inside one
transaction, with no reactor in reach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.commands.grammar import Line
from bot.effects import Outcome
from bot.request import Request, Right
from bot.view import StationView
from common.errors import UsageError


@dataclass(frozen=True)
class Param:
    """One parameter. A `number` is checked and handed over as digits; a `rest` takes all words that are left."""

    name: str
    help: str
    required: bool = True
    number: bool = False
    rest: bool = False

    @property
    def usage(self) -> str:
        word = self.name.upper()
        return word if self.required else f"[{word}]"


@dataclass(frozen=True)
class Desk:
    """What a command has before it: the clock's reading, chance, and the station as it is outside the database."""

    now: float
    chance: Random
    view: StationView
    commands: Sequence["Command"] = ()


@dataclass(frozen=True)
class Call:
    """A request whose words have been fitted to the command's parameters; a parameter that was not given is ''."""

    request: Request
    arguments: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.arguments.get(name, "")


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
    asks_icecast: bool = False
    """Wants the listeners' figures in its view, which takes a request to Icecast."""

    @property
    def usage(self) -> str:
        options = [f"[--{option.name}]" for option in self.options]
        values = ["[NAME=VALUE ...]"] if self.any_options else []
        return " ".join([self.name, *(param.usage for param in self.params), *options, *values])


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
        raise UsageError(f"{command.usage} (there are words too many)")
    known = {option.name for option in command.options}
    if not command.any_options and not set(line.options) <= known:
        raise UsageError(f"{command.usage} (it takes no other options)")
    return Call(request, arguments, line.options)
