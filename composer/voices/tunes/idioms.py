"""How the tunes of a style move: which rhythm of a beat follows which, and which interval follows which.

A style mixes kinds of tunes that were counted (`learned.py`) with the rhythms that are its own (`Style.call_rhythms`
and the like). A beat's rhythm, a *cell*, is a number of four bits, one for each sixteenth, the first the highest, set
where a note begins: 8 is a quarter note on the beat, 0 a beat in which a note is held, 10 two eighths. Knows no
pitch.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bandstand.composer.style import Rhythm, Style, TuneStyle
from bandstand.composer.voices.tunes.learned import LEARNED

CELL: Final = 4
"""Steps in a cell."""
FIRST_BIT: Final = 8
WIDEST: Final = 7
"""Scale steps of the widest interval: an octave."""
SMOOTHING: Final = 0.002
"""Probability of an interval that was never counted."""

Weights = dict[int, float]
"""Cell or interval -> probability."""
CellTable = dict[tuple[int, int], Weights]
"""(beat of the bar, cell before) -> weights of the cell."""


def make_cells(rhythm: Rhythm, beats: int) -> list[int]:
    """The cells of a bar."""
    onsets = {step for step, _ in rhythm}
    return [sum(FIRST_BIT >> step for step in range(CELL) if beat * CELL + step in onsets) for beat in range(beats)]


def mix_cells(style: Style) -> CellTable:
    """The rhythms of a style's tunes: those that were learned, and its own. The weights of a row add up to 1."""
    return _mix_cells(style.tune, style.beats, (*style.call_rhythms, *style.chorus_rhythms, *style.response_rhythms))


@lru_cache
def _mix_cells(tune: TuneStyle, beats: int, own: tuple[Rhythm, ...]) -> CellTable:
    table: CellTable = {}
    for name, weight in tune.idioms:
        for place, row in _read_cells(LEARNED[name].cells):
            _add_row(table.setdefault(place, {}), row, weight)
    for place, row in _count_own([make_cells(rhythm, beats) for rhythm in own]).items():
        _add_row(table.setdefault(place, {}), row, tune.own)
    totals = {place: sum(row.values()) for place, row in table.items()}
    return {place: {cell: weight / totals[place] for cell, weight in row.items()} for place, row in table.items()}


@lru_cache
def mix_intervals(tune: TuneStyle) -> dict[int, Weights]:
    """Interval before -> probability of each interval up to `WIDEST`, in scale steps."""
    steps = range(-WIDEST, WIDEST + 1)
    mixed = {before: dict.fromkeys(steps, SMOOTHING) for before in steps}
    for name, weight in tune.idioms:
        for before, row in _read_intervals(LEARNED[name].intervals):
            _add_row(mixed[before], row, weight)
    return mixed


def _read_cells(table: str) -> Iterator[tuple[tuple[int, int], Weights]]:
    """((beat, cell before), counts) of each row, such as `2a 8:12 0:3`."""
    for line in table.split("\n"):
        place, *pairs = line.split()
        yield (int(place[0]), int(place[1], 16)), {int(pair[0], 16): float(pair[2:]) for pair in pairs}


def _read_intervals(table: str) -> Iterator[tuple[int, Weights]]:
    """(interval before, counts) of each row, such as `-1 -1:12 2:3`."""
    for line in table.split("\n"):
        before, *pairs = line.split()
        yield int(before), {int(interval): float(n) for interval, n in [pair.split(":") for pair in pairs]}


def _count_own(bars: list[list[int]]) -> CellTable:
    """The counts of a style's own bars; each may follow each."""
    table: CellTable = {}
    for bar in bars:
        for beat, cell in enumerate(bar):
            for before in {one[-1] for one in bars} if beat == 0 else {bar[beat - 1]}:
                row = table.setdefault((beat, before), {})
                row[cell] = row.get(cell, 0.0) + 1.0
    return table


def _add_row(row: Weights, counts: Weights, weight: float) -> None:
    total = sum(counts.values())
    known = row.get
    for value, count in counts.items():
        row[value] = known(value, 0.0) + weight * count / total
