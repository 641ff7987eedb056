"""What every voice is told of the section it plays in, and what it gives back."""

from typing import NamedTuple

import msgspec

from composer.band import Style
from composer.score import Section
from composer.theory import Chord, Key


class Hit(NamedTuple):
    """A note on the grid: `step` and `length` are sixteenths from the section's beginning, `force` 0 to 1."""

    step: int
    length: float
    pitch: int
    force: float


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    section: Section
    style: Style
    key: Key
    chords: tuple[Chord, ...]
    """One for each bar."""
    following: Chord
    """The chord after the last bar."""
    motif: tuple[int, ...]
    """The song's own turn of melody: moves from note to note, in steps of the scale."""

    @property
    def steps(self) -> int:
        """Steps in a bar."""
        return self.style.beats * 4

    def next_chord(self, bar: int) -> Chord:
        return self.chords[bar + 1] if bar + 1 < len(self.chords) else self.following
