"""What may stand where a line ends: commands, options, and the words that a parameter's name stands for.

Asks the library what there is, so it runs inside a transaction; knows no terminal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.commands.table import Command, Param
from bot.people import access
from bot.request import Right
from bot.songs import bands, library
from common.generators import Generator, parameters, written
from common.lineups import STYLES
from common.song_parameters import KNOWN

NONE: Mapping[str, Generator] = {}
OFFERED = 50
SONGS = 300
"""Songs, the newest, whose titles are offered."""


def songs() -> list[str]:
    return [name for names in library.titles(SONGS) for name in names if name]


def jobs() -> list[str]:
    return [str(job.id) for job in library.open_jobs()]


def names() -> list[str]:
    return [*(str(grant.name) for grant in access.granted()), *access.accounts()]


def rights() -> list[str]:
    return [right.name.lower() for right in Right]


def groups() -> list[str]:
    return [*(view.slug for view in bands.every()), *STYLES]


WORDS: dict[str, Callable[[], list[str]]] = {
    "song": songs,
    "other": songs,
    "job": jobs,
    "name": names,
    "right": rights,
    "band": groups,
    "generator": groups,  # and the users' own
    "topic": groups,
}
"""A parameter's name, and what is offered for it. `command` is offered from the table itself."""


def completions(text: str, right: Right, table: Sequence[Command], known: Mapping[str, Generator] = NONE) -> list[str]:
    """Whole endings for the last word of `text`, the line up to the cursor."""
    allowed = [command for command in table if command.right <= right]
    before, _, last = text.lstrip().removeprefix("!").rpartition(" ")
    words = before.split()
    if not words:
        return _beginning(last, (command.name for command in allowed))
    command = next((command for command in allowed if words[0].lower() in (command.name, *command.aliases)), None)
    if command is None:
        return []
    if last.startswith("--"):
        return _beginning(last, (option.flag for option in command.options))
    given = [word for word in words[1:] if not word.startswith("--") and "=" not in word]
    wishes = _wishes(given, last, known) if command.any_options else []
    return wishes or _words(command, given, last, allowed, list(known))


def _wishes(given: Sequence[str], last: str, known: Mapping[str, Generator]) -> list[str]:
    """Parameters of the generator that was named, and the choices of one of them; else, a band's."""
    generator = known.get(given[0].lower()) if given else None
    if generator is None:
        return _beginning(last, (f"{name}=" for name in KNOWN)) if last and given else []
    wishes = {f"{name}=": [written(choice) for choice in one.choices] for name, one in parameters(generator).items()}
    choices = [wish + choice for wish, offered in wishes.items() for choice in offered]
    return _beginning(last, choices if "=" in last else wishes)


def _words(
    command: Command, given: Sequence[str], last: str, allowed: Sequence[Command], generators: Sequence[str]
) -> list[str]:
    param = _at(command, len(given))
    if param is None:
        return []
    if param.name == "command":
        return _beginning(last, (command.name for command in allowed))
    offered = WORDS[param.name]() if param.name in WORDS else []
    if param.name in ("generator", "program", "topic"):
        offered = [*generators, *offered]
    begun = given[command.params.index(param) :] if param.rest else []
    return _rest(begun, last, offered)


def _at(command: Command, place: int) -> Param | None:
    """The parameter that the word at this place belongs to."""
    if place < len(command.params):
        return command.params[place]
    return command.params[-1] if command.params and command.params[-1].rest else None


def _beginning(word: str, offered: Iterable[str]) -> list[str]:
    folded = word.casefold()
    return list(dict.fromkeys(name for name in offered if name.casefold().startswith(folded)))[:OFFERED]


def _rest(begun: Sequence[str], last: str, offered: Iterable[str]) -> list[str]:
    """Names of several words, of which the first ones have been typed: what is left of them."""
    found = []
    for name in offered:
        parts = name.split()
        if [part.casefold() for part in parts[: len(begun)]] == [word.casefold() for word in begun]:
            found.append(" ".join(parts[len(begun) :]))
    return [name for name in _beginning(last, found) if name]
