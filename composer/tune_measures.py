"""What a tune is like, in numbers that tell people's tunes from a machine's: rhythm, repetition, leaps, pickups, peaks.

Every measure takes the notes of one voice and the ticks of a bar, so that it counts a song's tune and a folk song from
a collection alike; `bench/music.py` does both and says what people's tunes have. Knows no chords and no other parts:
`measures.py` has the notes that are wrong beside those, `band_measures.py` what a whole arrangement does.

A tune is read in windows of `WINDOW` bars, those in which it has a note, because a long song repeats more than a short
one does, and a song has rests where a collection's tune has none. A tune of fewer bars has no value for such a measure.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean, median
from typing import Final

import msgspec

from bandstand.composer.score import STEP, Note, Score

WINDOW: Final = 16
"""Bars in which rhythms, repetitions and peaks are counted: two of the usual sections, or a whole folk song."""
LEAP: Final = 8
"""Narrowest interval that counts as a leap, semitones: wider than a fifth."""
REST: Final = 3
"""A rest of at least this many steps ends a phrase."""
LONG: Final = 3 / 8
"""A note that is followed at least this share of a bar later, and after twice the tune's usual time, ends a phrase."""
SHORTEST_PHRASE: Final = 4
"""Fewest notes of a phrase; fewer are a fragment, of which nobody can say where it begins."""

Bar = frozenset[tuple[int, int]]
"""The notes of one bar: (step in the bar, pitch) of each."""


class TuneMeasures(msgspec.Struct, frozen=True):
    """The measures of one tune; None where the tune is too short for it."""

    rhythms: float | None
    """Different rhythms among the bars of a window, by the steps on which notes begin; mean of the windows."""
    repeats: float | None
    """Share of a window's bars that equal another bar of it, rhythm and pitches; mean of the windows."""
    peaks: float | None
    """How often a window's highest note is struck; mean of the windows."""
    leaps: float | None
    """Share of intervals of at least `LEAP` semitones, without those over the end of a phrase."""
    pickups: float | None
    """Share of phrases that begin in the second half of a bar and go on over the next bar line."""


def find_tune(score: Score) -> list[Note]:
    """The tune that a listener hears: the highest notes of the melody with most notes. Empty if there is no melody."""
    melodies = [part.notes for part in score.parts if part.voice == "melody"]
    return find_skyline(max(melodies, key=len)) if melodies else []


def find_skyline(notes: Sequence[Note]) -> list[Note]:
    """The highest note of each step, in order of time."""
    highest: dict[int, Note] = {}
    for note in notes:
        step = round(note.start / STEP)
        if step not in highest or note.pitch > highest[step].pitch:
            highest[step] = note
    return [highest[step] for step in sorted(highest)]


def measure_tune(tune: Sequence[Note], bar: int) -> TuneMeasures:
    """Compute all measures of a tune: notes of one voice, none at once. `bar` is in ticks."""
    windows = _cut_windows(list_bars(tune, bar))
    phrases = split_phrases(tune, bar)
    return TuneMeasures(
        rhythms=_mean([len({_find_rhythm(one) for one in window}) for window in windows]),
        repeats=_mean([_share_repeated(window) for window in windows]),
        peaks=_mean([_count_peaks(window) for window in windows]),
        leaps=_mean(
            [abs(b.pitch - a.pitch) >= LEAP for phrase in phrases for a, b in pairwise(phrase) if a.pitch != b.pitch]
        ),
        pickups=_mean([is_pickup(phrase, bar) for phrase in phrases if len(phrase) >= SHORTEST_PHRASE]),
    )


def list_bars(notes: Sequence[Note], bar: int) -> list[Bar]:
    """The bars that have a note, in order. `bar` is in ticks."""
    bars: dict[int, set[tuple[int, int]]] = {}
    for note in notes:
        index, step = divmod(round(note.start / STEP), bar // STEP)
        bars.setdefault(index, set()).add((step, note.pitch))
    return [frozenset(bars[index]) for index in sorted(bars)]


def list_rhythms(tune: Sequence[Note], bar: int) -> set[frozenset[int]]:
    """The different rhythms of a tune's bars, each the steps on which its notes begin. `bar` is in ticks."""
    return {_find_rhythm(one) for one in list_bars(tune, bar)}


def split_phrases(tune: Sequence[Note], bar: int) -> list[list[Note]]:
    """Cut a tune after each rest of `REST` steps, and after each note that is long for this tune (see `LONG`).

    `bar` is in ticks.
    """
    if not tune:
        return []
    usual = median([b.start - a.start for a, b in pairwise(tune)] or [0])
    phrases = [[tune[0]]]
    for before, note in pairwise(tune):
        apart = note.start - before.start
        is_rest = apart - before.length >= REST * STEP
        if is_rest or apart >= max(LONG * bar - STEP // 2, 2 * usual):
            phrases.append([])
        phrases[-1].append(note)
    return phrases


def is_pickup(phrase: Sequence[Note], bar: int) -> bool:
    """Whether a phrase begins in the second half of a bar and leads over the bar line after it."""
    first, last = (round(note.start / STEP) for note in (phrase[0], phrase[-1]))
    steps = bar // STEP
    return first % steps >= steps / 2 and first // steps < last // steps


def _cut_windows(bars: Sequence[Bar]) -> list[Sequence[Bar]]:
    return [bars[first : first + WINDOW] for first in range(0, len(bars) - WINDOW + 1, WINDOW)]


def _find_rhythm(bar: Bar) -> frozenset[int]:
    return frozenset(step for step, _ in bar)


def _share_repeated(window: Sequence[Bar]) -> float:
    return sum(count for count in Counter(window).values() if count > 1) / len(window)


def _count_peaks(window: Sequence[Bar]) -> int:
    pitches = [pitch for bar in window for _, pitch in bar]
    return pitches.count(max(pitches))


def _mean(values: Sequence[float]) -> float | None:
    return mean(values) if values else None
