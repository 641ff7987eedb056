"""The rhythm of a unit of a tune: beat by beat from the style's cells, a close and a breath after, a pickup before.

Syncopation is the straight rhythm with notes moved an eighth ahead of the beat (Temperley, "Syncopation in Rock",
Popular Music 18:1, 1999). A note that is moved ahead of a bar is held over the bar line. Knows no pitch.
"""

from typing import Final, NamedTuple

import msgspec

from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import Style
from bandstand.composer.voices.tunes.character import draw_character
from bandstand.composer.voices.tunes.idioms import CELL, FIRST_BIT, mix_cells
from bandstand.composer.voices.tunes.plans import Unit

BREATH: Final = 3
"""Steps of rest after a phrase: less is no rest for a listener."""
LONGEST: Final = 16
"""Steps of the longest note inside a phrase; a longer one would stop the tune."""
AHEAD: Final = 2
"""Steps by which a syncopated note comes ahead of the beat."""
EVEN: Final = (1.0, 2.1)
"""Range of the exponent of counts: above 1, what is usual comes more often than it was counted, because one tune has
fewer rhythms than all of its kind."""
PULSES: Final = (8, 10)
"""Cells of which a tune has one more often than its style: it goes in quarter notes or in eighths, most of the time."""
REUSE: Final = (0.5, 1.2)
"""Range of the exponent of the share of bars that have another than a known rhythm."""
SHORTEST_CLOSE: Final = 4
OFTEN, SELDOM = 0.9, 0.06
"""Shares of the units with a pickup in a section whose tune has pickups, and in another: a tune keeps to one."""
PICKUPS: Final[dict[int, tuple[tuple[tuple[int, ...], float], ...]]] = {
    4: (((-2,), 3), ((-4,), 2), ((-4, -2), 4), ((-6, -4, -2), 2), ((-3, -2, -1), 0.5), ((-6, -2), 0.5)),
    3: (((-4,), 4), ((-2,), 1), ((-4, -2), 3), ((-6, -4, -2), 0.5)),
}
"""Beats of a bar -> (steps before the bar on which the notes of a pickup begin, weight)."""
CLOSES: Final[dict[int, tuple[tuple[int, float], ...]]] = {
    4: ((0, 2), (4, 3), (8, 4), (6, 1)),
    3: ((0, 5), (4, 1), (8, 0.5)),
}
"""Beats of a bar -> (step of the last note in the bar of a close, weight)."""


class TuneHabits(msgspec.Struct, frozen=True):
    """How a band's tunes differ from those that are usual for its style, 0 to 1; 0.5 is usual."""

    density: float = 0.5
    syncopation: float = 0.5
    pickups: float = 0.5
    leaps: float = 0.5


class Beat(NamedTuple):
    """A note without pitch: `step` counts from the unit's first bar and is negative in a pickup."""

    step: int
    length: int
    is_last: bool = False
    """Whether a breath follows."""


Beats = tuple[Beat, ...]


class RhythmWriter:
    """Writes the rhythms of one section."""

    def __init__(self, style: Style, habits: TuneHabits, motif: tuple[int, ...], random: RandomSource) -> None:
        """`motif` is a bar that every section of the song may have."""
        self._known = [motif] if motif else []
        """The bars that were written."""
        self._closes: list[tuple[int, ...]] = []
        self._style = style
        self._steps = style.beats * CELL
        self._cells = mix_cells(style)
        self._weighted: dict[tuple[int, int], list[tuple[int, float]]] = {}
        """The rows of `_cells` that were used, as this tune weighs them."""
        self._fullness = (0.4 + 1.2 * habits.density) ** 2 * style.tune.fullness
        temper = random.song.branch("rhythm")
        even, self._character = _draw_between(EVEN, temper), draw_character(style, random.song)
        self._even = 1 + (even - 1) * min(1.0, self._fullness)  # a sparse tune would be left with one note a bar
        common = [sum(row.get(cell, 0.0) for row in self._cells.values()) ** 2 for cell in PULSES]
        self._pulse = temper.choose_weighted([(PULSES[0], common[0]), (PULSES[1], common[1] * self._fullness)])
        self._reuse = 1 - (1 - style.tune.reuse) ** _draw_between(REUSE, temper)
        self._syncopation = min(0.95, 2 * habits.syncopation * style.tune.syncopation * self._character.straight)
        has_pickups = temper.draw_bool(2 * habits.pickups * style.tune.pickups)
        self._pickups = OFTEN if has_pickups else SELDOM * 2 * habits.pickups
        self._pickup: tuple[int, ...] = ()
        """The pickup that was written."""
        self._ahead: dict[int, bool] = {}
        """Step of the bar -> whether its notes come ahead."""
        self._random = random

    def draw_bar(self) -> tuple[int, ...]:
        """The steps of a new bar."""
        return self._draw_bar(FIRST_BIT)

    def write(self, unit: Unit) -> Beats:
        """Write a unit for the first time."""
        onsets = self._draw_onsets(unit)
        if self._random.draw_bool(self._pickups):
            onsets = [*self._choose_pickup(), *(onsets if 0 in onsets else [0, *onsets])]
        return self._measure(onsets, unit)

    def answer(self, beats: Beats, unit: Unit) -> Beats:
        """Write a unit of the same label again: its rhythm, perhaps with another last bar."""
        last_bar = (unit.bars - 1) * self._steps
        kept = [beat.step for beat in beats if beat.step < last_bar]
        old = [beat.step for beat in beats if last_bar <= beat.step < last_bar + self._steps]
        is_other_close = beats[-1].is_last != (unit.close != "none") or beats[-1].step >= last_bar + self._steps
        change = 0.0 if self._character.is_literal else self._style.tune.change
        has_own_end = unit.bars > 1 and self._random.draw_bool(change)
        end = self._draw_last_bar(unit) if has_own_end or is_other_close or not old else old
        return self._measure([*kept, *end], unit)

    def _choose_pickup(self) -> tuple[int, ...]:
        if not self._pickup or not self._random.draw_bool(self._reuse):
            self._pickup = self._random.choose_weighted(PICKUPS[self._style.beats])
        return self._pickup

    def _draw_onsets(self, unit: Unit) -> list[int]:
        onsets: list[int] = []
        for bar in range(unit.bars - 1):
            onsets += [bar * self._steps + step for step in self._choose_bar()]
        return self._anticipate([*onsets, *self._draw_last_bar(unit)], inside=False)

    def _draw_last_bar(self, unit: Unit) -> list[int]:
        """The bar of the close: a last note, and nothing after it."""
        start = (unit.bars - 1) * self._steps
        bar = self._choose_bar() if unit.close == "none" else self._choose_close()
        return [start + step for step in bar]

    def _choose_close(self) -> tuple[int, ...]:
        if self._closes and self._random.draw_bool(self._reuse):
            return self._random.choose(self._closes)
        last = self._random.choose_weighted(CLOSES[self._style.beats])
        self._closes.append((*(step for step in self._choose_bar() if step < last), last))
        return self._closes[-1]

    def _choose_bar(self) -> tuple[int, ...]:
        """A new bar, or one that was there: a tune lives on few rhythms."""
        if self._known and self._random.draw_bool(self._reuse):
            return self._random.choose(self._known)
        self._known.append(self._draw_bar(FIRST_BIT))
        return self._known[-1]

    def _draw_bar(self, before: int) -> tuple[int, ...]:
        """Draw the cells of a bar. A bar is never empty."""
        bar: list[int] = []
        for beat in range(self._style.beats):
            before = self._draw_cell(beat, before)
            bar += [beat * CELL + step for step in range(CELL) if before & FIRST_BIT >> step]
        return tuple(self._anticipate(bar, inside=True)) or (0,)

    def _draw_cell(self, beat: int, before: int) -> int:
        if (beat, before) not in self._weighted:
            row = self._cells.get((beat, before)) or self._cells[beat, FIRST_BIT]
            self._weighted[beat, before] = [
                (
                    cell,
                    weight**self._even
                    * self._fullness ** (cell.bit_count() - 1)
                    * (self._character.flow if cell == self._pulse else 1.0),
                )
                for cell, weight in row.items()
            ]
        return self._random.choose_weighted(self._weighted[beat, before])

    def _anticipate(self, onsets: list[int], inside: bool) -> list[int]:
        """Move notes on beats ahead, where there is room before them: those inside of a bar, most often that on the
        third beat, or those that begin one. A section does it on the same beats in most of its bars."""
        moved: list[int] = []
        for step in onsets:
            share = self._syncopation if step % (2 * CELL) == 0 else self._syncopation / 2
            is_meant = (step % self._steps == 0) != inside
            is_free = is_meant and step % CELL == 0 and step > AHEAD and (not moved or moved[-1] < step - AHEAD)
            moved.append(step - AHEAD if is_free and self._comes_ahead(step % self._steps, share) else step)
        return moved

    def _comes_ahead(self, place: int, share: float) -> bool:
        drawn = self._random.draw_bool(share)
        known = self._ahead.setdefault(place, drawn)
        return known if self._random.draw_bool(self._reuse) else drawn

    def _measure(self, onsets: list[int], unit: Unit) -> Beats:
        """Give each note its length: up to the next, and up to a breath at a close."""
        end = unit.bars * self._steps
        beats: list[Beat] = []
        for step, following in zip(onsets, [*onsets[1:], end], strict=True):
            is_last = following == end and unit.close != "none"
            length = min(LONGEST, following - step)
            if is_last:
                length = max(min(length, SHORTEST_CLOSE), length - BREATH)
            beats.append(Beat(step, length, is_last))
        return tuple(beats)


def _draw_between(limits: tuple[float, float], random: RandomSource) -> float:
    low, high = limits
    return low + (high - low) * random.draw_uniform()
