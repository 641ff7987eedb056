"""What may be asked of a song, and the sentence for whoever asked for something else."""

import difflib
import math
from collections.abc import Mapping
from typing import Final

import msgspec

from common.errors import ComposeError
from common.jobs import Value
from composer.theory import Key


class Range(msgspec.Struct, frozen=True):
    low: float
    high: float
    unit: str
    help: str


RANGES: Final = {
    "tempo": Range(50, 200, "beats a minute", "how fast"),
    "minutes": Range(1, 15, "minutes", "how long, about"),
}
KNOWN: Final = ("key", *RANGES)


class Wishes(msgspec.Struct, frozen=True):
    """The parameters, checked; None leaves the choice to the band."""

    key: Key | None = None
    tempo: float | None = None
    minutes: float | None = None


def checked(parameters: Mapping[str, Value]) -> Wishes:
    """Raises ComposeError that names the parameter and says what was expected."""
    for name in parameters:
        if name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KNOWN)}"
            raise ComposeError(f"{name}: there is no such parameter; {hint}")
    key = parameters.get("key")
    return Wishes(
        key=Key.parse(str(key)) if key is not None else None,
        tempo=_number("tempo", parameters),
        minutes=_number("minutes", parameters),
    )


def _number(name: str, parameters: Mapping[str, Value]) -> float | None:
    if name not in parameters:
        return None
    value, limits = parameters[name], RANGES[name]
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except ValueError:
        number = math.nan
    if not limits.low <= number <= limits.high:
        raise ComposeError(f"{name}: {value} is not a number of {limits.unit} from {limits.low:g} to {limits.high:g}")
    return number
