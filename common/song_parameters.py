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
}
KNOWN: Final = ("key", *RANGES)
"""Names of all parameters."""


class SongParameters(msgspec.Struct, frozen=True):
    """Checked parameters. None leaves the choice to the band."""

    key: str | None = None
    """Matches `KEY`."""
    tempo: float | None = None
    """Beats a minute."""
    minutes: float | None = None


def described() -> tuple[tuple[str, str, str], ...]:
    """(name, expected value, meaning) of each parameter, in words for a person."""
    ranges = ((name, one.expected, one.help) for name, one in RANGES.items())
    return (("key", KEY_SYNTAX, "the key that it begins in"), *ranges)


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
        key=_key(parameters), tempo=_number("tempo", parameters), minutes=_number("minutes", parameters)
    )


def _key(parameters: Mapping[str, Value]) -> str | None:
    if "key" not in parameters:
        return None
    text = str(parameters["key"]).strip()
    if not KEY.fullmatch(text):
        raise ComposeError(f"key: {one_line(text, 40)!r} is not a key; write {KEY_SYNTAX}")
    return text


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
