"""What every voice is told of the section it plays in, and what it gives back."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from common.bands import Member
from composer.band import Style, level
from composer.draw import Draw
from composer.harmony import HALF, Bar
from composer.score import Section
from composer.theory import Chord, Key

T = TypeVar("T")

SCATTER: Final = 0.6
"""How far from a member's own density a pattern may be."""
BUSY: Final = 0.3
"""How much density weighs beside energy."""


class Hit(NamedTuple):
    """A note on the grid: `step` and `length` are sixteenths from the section's beginning, `force` 0 to 1."""

    step: int
    length: float
    pitch: int
    force: float


class Span(NamedTuple):
    """A chord and the steps of a bar from which and to which it is."""

    begin: int
    end: int
    chord: Chord


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    section: Section
    style: Style
    key: Key
    bars: tuple[Bar, ...]
    following: Chord
    """The chord after the last bar."""
    motif: tuple[int, ...]
    """The song's own turn of melody: moves from note to note, in steps of the scale."""
    swing: float = 0.0

    @property
    def steps(self) -> int:
        """Steps in a bar."""
        return self.style.beats * 4

    def spans(self, bar: int) -> list[Span]:
        chords = self.bars[bar]
        if len(chords) == 1:
            return [Span(0, self.steps, chords[0])]
        return [Span(0, HALF, chords[0]), Span(HALF, self.steps, chords[1])]

    def chord(self, step: int) -> Chord:
        """The chord at a step of the section."""
        bar, place = divmod(step, self.steps)
        return self.bars[bar][-1 if place >= HALF else 0]

    def after(self, bar: int, span: Span) -> Chord:
        """The chord that follows one of a bar's."""
        if span.end < self.steps:
            return self.bars[bar][-1]
        return self.bars[bar + 1][0] if bar + 1 < len(self.bars) else self.following

    def level(self, member: Member) -> int:
        return level(self.section.energy + BUSY * (member.density - 0.5))


def suited(choices: Sequence[T], size: Callable[[T], int], member: Member, draw: Draw) -> T:
    """One of the patterns, sparse or busy as the member is."""
    ordered = sorted(choices, key=size)
    place = member.density + draw.spread(SCATTER)
    return ordered[max(0, min(len(ordered) - 1, int(place * len(ordered))))]


def patterns(choices: Sequence[Sequence[T]], bars: int, member: Member, draw: Draw) -> list[Sequence[T]]:
    """One for each bar: the usual one, and others as often as the member likes, most of all where a phrase ends."""
    usual = suited(choices, len, member, draw)
    chosen: list[Sequence[T]] = []
    for bar in range(bars):
        rare = member.variety if bar % 4 == 3 else member.variety**2 / 2
        differs, other = draw.chance(rare), suited(choices, len, member, draw)
        chosen.append(other if differs else usual)
    return chosen
