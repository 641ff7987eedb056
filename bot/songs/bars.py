"""Where in a song's bars and sections a moment is, from what the song says of itself. Pure.

A song says its `tempo` (beats a minute), `beats` in a bar, the `offset` in seconds of its first bar, and its `sections`
as `intro 1, verse 5`: each with the bar that it begins with.
"""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from common.types import RATE, Frames

BEATS: Final = 4.0
SLOWEST, FASTEST = 10.0, 1000.0


class Bars(NamedTuple):
    """The grid of a song's bars, in frames."""

    bar: Frames
    phase: Frames
    """Where the first bar begins."""

    def next_from(self, frames: int) -> int:
        """The first beginning of a bar at `frames` or after it."""
        return self.phase + math.ceil((frames - self.phase) / self.bar) * self.bar

    def number(self, frames: int) -> int:
        """From 1; 0 for what is before the first bar."""
        return max(0, (frames - self.phase) // self.bar + 1)


def bars(facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> Bars | None:
    """None where the song does not say its tempo."""
    tempo = _number(facts.get("tempo", parameters.get("tempo")))
    beats = _number(facts.get("beats", parameters.get("beats"))) or BEATS
    if tempo is None or not SLOWEST <= tempo <= FASTEST or not 1 <= beats <= 64:
        return None
    offset = _number(facts.get("offset")) or 0.0
    return Bars(Frames(round(beats * 60 / tempo * RATE)), Frames(round(max(0.0, offset) * RATE)))


def section(facts: Mapping[str, Any], bar: int) -> str:
    """The section that this bar is in, empty where the song does not say."""
    found = ""
    for part in str(facts.get("sections", "")).split(", "):
        name, _, first = part.rpartition(" ")
        if first.isdigit() and int(first) <= bar:
            found = name
    return found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
