"""The parameters of a band's song: their names, their limits, and the error message for a wrong value.

The bot checks them before it stores a job, and the composer checks them again before it composes.
"""

import difflib
import math
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from bandstand.common.errors import ComposeError
from bandstand.common.generators import Value
from bandstand.common.instruments import find_instrument, list_instrument_names
from bandstand.common.text import one_line

KEY: Final = re.compile(r"([A-Ga-g])([#b]?) ?(m|min|minor|M|maj|major|)")
"""A key as people write it: letter, accidental, mode."""
KEY_SYNTAX: Final = "a letter from A to G, then # or b, then m for minor, as in F#m"


class Range(msgspec.Struct, frozen=True):
    """The limits of a numeric parameter, both included."""

    low: float
    high: float
    unit: str
    help: str

    @property
    def expected(self) -> str:
        return f"a number of {self.unit} from {self.low:g} to {self.high:g}"


RANGES: Final = {
    "tempo": Range(50, 200, "beats a minute", "the tempo"),
    "minutes": Range(1, 15, "minutes", "the length, about"),
    "seconds": Range(20, 900, "seconds", "the length, exactly: the last chord has died away after so many seconds"),
    "energy": Range(0, 1, "strength", "from 0, quiet and sparse, over 0.5, as usual, to 1, loud and busy"),
}
TAIL: Final = 0.8
"""Seconds after the last bar of a composed song in which its last notes decay. They count for its length, and the next
song begins over them (`composer.score`, `bot.station.filling`)."""
MODES: Final = ("major", "minor")
INSTRUMENT_LISTS: Final = {
    "with": "instruments that are to play",
    "without": "instruments, or parts of the band, that are not to play",
}
LIST_SYNTAX: Final = "instruments with commas between them, as in flute,strings"
MOST_INSTRUMENTS: Final = 6
"""In a list."""
KNOWN: Final = ("key", "mode", *RANGES, *INSTRUMENT_LISTS)
"""Names of all parameters."""


class SongParameters(msgspec.Struct, frozen=True):
    """Checked parameters. None leaves the choice to the band."""

    key: str | None = None
    """Matches `KEY`."""
    tempo: float | None = None
    """Beats a minute."""
    minutes: float | None = None
    """About how long, minutes."""
    seconds: float | None = None
    """Exactly how long, with the tail, seconds; it comes before `minutes`."""
    mode: str | None = None
    """One of `MODES`, where there is no `key`."""
    energy: float | None = None
    """0 to 1, see `RANGES`."""
    wanted: tuple[str, ...] = ()
    """Instruments that are to play: names that `find_instrument` knows."""
    unwanted: tuple[str, ...] = ()
    """Instruments that are not to play."""


def described() -> tuple[tuple[str, str, str], ...]:
    """(name, expected value, meaning) of each parameter, in words for a person."""
    ranges = ((name, one.expected, one.help) for name, one in RANGES.items())
    lists = ((name, LIST_SYNTAX, help) for name, help in INSTRUMENT_LISTS.items())
    mode = ("mode", " or ".join(MODES), "the mode of its key, where no key is given")
    return (("key", KEY_SYNTAX, "the key that it begins in"), mode, *ranges, *lists)


def checked(parameters: Mapping[str, Value]) -> SongParameters:
    """Check and convert the parameters of a band's song.

    Raises ComposeError, which names the parameter and says what was expected.
    """
    for name in parameters:
        if name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KNOWN)}"
            raise ComposeError(f"{one_line(name, 40)}: there is no such parameter; {hint}")
    return SongParameters(
        key=_key(parameters),
        mode=_mode(parameters),
        wanted=_instruments("with", parameters),
        unwanted=_instruments("without", parameters),
        **{name: _number(name, parameters) for name in RANGES},
    )


def _key(parameters: Mapping[str, Value]) -> str | None:
    if "key" not in parameters:
        return None
    text = str(parameters["key"]).strip()
    if not KEY.fullmatch(text):
        raise ComposeError(f"key: {one_line(text, 40)!r} is not a key; write {KEY_SYNTAX}")
    return text


def _mode(parameters: Mapping[str, Value]) -> str | None:
    if "mode" not in parameters:
        return None
    text = str(parameters["mode"]).strip().lower()
    if text not in MODES:
        raise ComposeError(f"mode: {one_line(text, 40)} is not {' or '.join(MODES)}")
    return text


def _instruments(name: str, parameters: Mapping[str, Value]) -> tuple[str, ...]:
    words = [word.strip().casefold() for word in str(parameters.get(name, "")).split(",")]
    names = tuple(dict.fromkeys(word for word in words if word))
    if len(names) > MOST_INSTRUMENTS:
        raise ComposeError(f"{name}: at most {MOST_INSTRUMENTS} instruments can be named")
    for word in names:
        if find_instrument(word) is None:
            near = difflib.get_close_matches(word, list_instrument_names(), 1)
            hint = f"did you mean {near[0]}?" if near else f"write {LIST_SYNTAX}"
            raise ComposeError(f"{name}: {one_line(word, 40)} is no instrument that the bands know; {hint}")
    return names


def _number(name: str, parameters: Mapping[str, Value]) -> float | None:
    if name not in parameters:
        return None
    value, limits = parameters[name], RANGES[name]
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except ValueError:
        number = math.nan
    if not limits.low <= number <= limits.high:
        raise ComposeError(f"{name}: {one_line(str(value), 40)} is not {limits.expected}")
    return number
