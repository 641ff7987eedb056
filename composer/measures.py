"""What separates music from noise, in numbers.

Pitch-class entropy, scale consistency and groove consistency are MusPy's (Dong et al., ISMIR 2020), after Wu & Yang's
"The Jazz Transformer" (MusDr, ISMIR 2020); groove is counted on sixteenths, and a song that changes key is held to one
scale in each of its keys. Small steps and recurrence are our own.
"""

import math
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import Final

import msgspec

from composer.score import STEP, Note, Part, Score
from composer.theory import SCALES

SMALL: Final = 5
"""The widest move that counts as small, in semitones."""
BREATH: Final = 3 * STEP
"""A rest of so many ticks ends a phrase: what comes after it is no move from what came before."""


class Measures(msgspec.Struct, frozen=True):
    entropy: float  # of pitch classes, bits
    scale: float  # share of notes in the scale that fits best, key by key
    groove: float  # how alike neighbouring bars are in their onsets
    small_steps: float  # share of the melody's moves that are small
    recurrence: float  # share of bars of tune and bass that come again

    @property
    def musical(self) -> bool:
        return self.scale > 0.85 and self.groove > 0.8 and self.small_steps > 0.93 and self.recurrence > 0.3


def measured(score: Score) -> Measures:
    pitched = [part for part in score.parts if part.voice != "drums"]
    classes = Counter(note.pitch % 12 for part in pitched for note in part.notes)
    tune = [part for part in pitched if part.voice == "melody"]
    return Measures(
        entropy=entropy(classes),
        scale=scale_by_key(score, pitched),
        groove=groove_consistency(score),
        small_steps=small_steps(tune),
        recurrence=recurrence([part for part in pitched if part.voice in ("melody", "bass")], score.bar),
    )


def entropy(classes: Counter[int]) -> float:
    total = classes.total()
    return -sum(count / total * math.log2(count / total) for count in classes.values())


def scale_consistency(classes: Counter[int]) -> float:
    """The largest share of notes that one of the 24 major and natural minor scales holds."""
    return max(
        sum(classes[(root + interval) % 12] for interval in intervals) / classes.total()
        for intervals in SCALES.values()
        for root in range(12)
    )


def scale_by_key(score: Score, parts: list[Part]) -> float:
    """The scale consistency of each stretch in one key, every note counted alike."""
    stretches: list[tuple[int, Counter[int]]] = []
    for before, section in pairwise([None, *score.sections]):
        if section and (before is None or before.key != section.key):
            stretches.append((section.bar * score.bar - STEP // 2, Counter()))
    begins = [begin for begin, _ in stretches]
    for part in parts:
        for note in part.notes:
            stretches[max(0, bisect_right(begins, note.start) - 1)][1][note.pitch % 12] += 1
    filled = [classes for _, classes in stretches if classes]
    return sum(scale_consistency(classes) * classes.total() for classes in filled) / sum(map(Counter.total, filled))


def groove_consistency(score: Score) -> float:
    """1 less the mean share of steps at which neighbouring bars of a part differ in having an onset.

    Part by part, as all parts together have an onset on nearly every step, whatever they play. Where a part rests in
    both bars there is nothing to compare.
    """
    steps = score.bar // STEP
    differences: list[float] = []
    for part in score.parts:
        bars: dict[int, set[int]] = {}
        for note in part.notes:
            bar, step = divmod(round(note.start / STEP), steps)
            bars.setdefault(bar, set()).add(step)
        grooves = [bars.get(bar, set()) for bar in range(score.ticks // score.bar)]
        differences += [len(one ^ other) / steps for one, other in pairwise(grooves) if one or other]
    return 1 - sum(differences) / len(differences)


def small_steps(parts: list[Part]) -> float:
    """Of the highest notes of each moment, as that is what is heard as the tune, phrase by phrase."""
    moves = [
        abs(b.pitch - a.pitch)
        for part in parts
        for a, b in pairwise(_skyline(part.notes))
        if b.start - a.start - a.length < BREATH
    ]
    return sum(move <= SMALL for move in moves) / len(moves)


def _skyline(notes: tuple[Note, ...]) -> list[Note]:
    highest: dict[int, Note] = {}
    for note in notes:
        step = round(note.start / STEP)
        if step not in highest or note.pitch > highest[step].pitch:
            highest[step] = note
    return [highest[step] for step in sorted(highest)]


def recurrence(parts: list[Part], bar: int) -> float:
    """The share of bars, silent ones left out, whose notes come in another bar of the same part too."""
    shared = total = 0
    for part in parts:
        bars: dict[int, set[tuple[int, int]]] = {}
        for note in part.notes:
            index, step = divmod(round(note.start / STEP), bar // STEP)
            bars.setdefault(index, set()).add((step, note.pitch))
        counts = Counter(frozenset(content) for content in bars.values())
        total += len(bars)
        shared += sum(count for count in counts.values() if count > 1)
    return shared / total
