"""What may be asked of a band's song, and the sentence for whoever asked for something else.

The bot checks it before a job is written down, the composer before it begins; neither has to know the other.
"""

import difflib
import math
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from common.errors import ComposeError
from common.generators import Value
from common.text import one_line

KEY: Final = re.compile(r"([A-Ga-g])([#b]?) ?(m|min|minor|M|maj|major|)")
"""A key as people write it: letter, sign, mode."""
KEY_TAKES: Final = "a letter from A to G, then # or b, then m for minor, as in F#m"


class Range(msgspec.Struct, frozen=True):
    low: float
    high: float
    unit: str
    help: str

    @property
    def takes(self) -> str:
        return f"a number of {self.unit} from {self.low:g} to {self.high:g}"


RANGES: Final = {
    "tempo": Range(50, 200, "beats a minute", "how fast"),
    "minutes": Range(1, 15, "minutes", "how long, about"),
}
KNOWN: Final = ("key", *RANGES)


class SongParameters(msgspec.Struct, frozen=True):
    """The parameters, checked; None leaves the choice to the band."""

    key: str | None = None
    """Matches `KEY`."""
    tempo: float | None = None
    minutes: float | None = None


def described() -> tuple[tuple[str, str, str], ...]:
    """Each parameter's name, what it takes, and what it means."""
    return (("key", KEY_TAKES, "where it begins"), *((name, one.takes, one.help) for name, one in RANGES.items()))


def checked(parameters: Mapping[str, Value]) -> SongParameters:
    """Raises ComposeError that names the parameter and says what was expected."""
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
        raise ComposeError(f"key: {one_line(text, 40)!r} is not a key; write {KEY_TAKES}")
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
        raise ComposeError(f"{name}: {one_line(str(value), 40)} is not {limits.takes}")
    return number
