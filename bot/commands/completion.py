"""What may stand where a line ends: commands, options, parameters, and the names that a parameter stands for.

Names come from the core, by requests like any other; a completion is one of the whole endings of the last word. Knows
no terminal.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from bandstand.bot.commands.grammar import strip_prefix
from bandstand.bot.commands.table import Command, Param
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import DescribeGenerator, ListGenerators, ListNames, Request
from bandstand.common.api.results import GeneratorDetails, Generators, Names, Result
from bandstand.common.generators import Parameter, written
from bandstand.common.wish_grammar import list_words

WORDS: Final = "words"
"""The kind of names of a parameter that takes words for a song, in any order."""
CHOICES: Final = {"switch": ("on", "off"), "recording action": ("remove", "publish", "hide")}
"""Kinds of names that are always the same."""
OFFERED: Final = 50
"""Endings that are offered at the most."""
Ask = Callable[[Request], Awaitable[Result]]


async def complete_line(text: str, allowed: Sequence[Command], ask: Ask) -> list[str]:
    """Endings for the last word of `text`, the line up to the cursor. Raises what the core raises."""
    before, _, last = strip_prefix(text).rpartition(" ")
    words = before.split()
    if not words:
        return _pick(last, (command.name for command in allowed))
    command = next((command for command in allowed if words[0].lower() in command.names), None)
    if command is None:
        return []
    if last.startswith("--"):
        return _pick(last, (option.flag for option in command.options))
    given = [word for word in words[1:] if not word.startswith("--") and "=" not in word]
    if command.takes_any_option and given:
        found = _pick_parameter(last, await _get_parameters(" ".join(given), ask))
        if found:
            return found
    return await _complete_name(command, given, last, allowed, ask)


async def _get_parameters(name: str, ask: Ask) -> dict[str, Parameter]:
    """What may be asked of the generator or band of this name; nothing where there is none."""
    try:
        details = await ask(DescribeGenerator(name=name.lower()))
    except Refused:
        return {}
    return details.parameters if isinstance(details, GeneratorDetails) else {}


def _pick_parameter(last: str, parameters: dict[str, Parameter]) -> list[str]:
    """Names of parameters, or after a `=` the choices of one."""
    if "=" not in last:
        return _pick(last, (f"{name}=" for name in parameters))
    return _pick(last, (f"{name}={written(choice)}" for name, one in parameters.items() for choice in one.choices))


async def _complete_name(
    command: Command, given: Sequence[str], last: str, allowed: Sequence[Command], ask: Ask
) -> list[str]:
    param = _get_param(command, len(given))
    if param is None:
        return []
    offered = [name for kind in param.names for name in await _list_names(kind, allowed, ask)]
    begun = given[command.params.index(param) :] if param.is_rest else []
    found = _pick_rest(begun, last, offered)
    return found or (_pick(last, list_words()) if WORDS in param.names and last else [])


async def _list_names(kind: str, allowed: Sequence[Command], ask: Ask) -> Sequence[str]:
    """All names of this kind: see `Param.names`."""
    if kind in CHOICES:
        return CHOICES[kind]
    match kind:
        case "words":
            return []
        case "command":
            return [command.name for command in allowed]
        case "right":
            return [right.value for right in Right]
        case "generator":
            generators = await ask(ListGenerators())
            return [one.name for one in generators.generators] if isinstance(generators, Generators) else []
    names = await ask(ListNames(kind=kind))
    return names.names if isinstance(names, Names) else []


def _get_param(command: Command, place: int) -> Param | None:
    """The parameter that the word at this place belongs to."""
    if place < len(command.params):
        return command.params[place]
    return command.params[-1] if command.params and command.params[-1].is_rest else None


def _pick(word: str, offered: Iterable[str]) -> list[str]:
    """Those that begin with `word`, in any case of letters."""
    folded = word.casefold()
    return list(dict.fromkeys(name for name in offered if name.casefold().startswith(folded)))[:OFFERED]


def _pick_rest(begun: Sequence[str], last: str, offered: Iterable[str]) -> list[str]:
    """What is left of names of several words, the first of which have been typed."""
    folded = [word.casefold() for word in begun]
    rests = []
    for name in offered:
        parts = name.split()
        if [part.casefold() for part in parts[: len(begun)]] == folded:
            rests.append(" ".join(parts[len(begun) :]))
    return [name for name in _pick(last, rests) if name]
