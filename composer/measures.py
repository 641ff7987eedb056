"""Numbers that tell music from random notes.

Pitch-class entropy, scale consistency and groove consistency are those of MusPy (Dong et al., ISMIR 2020), after Wu &
Yang, "The Jazz Transformer" (MusDr, ISMIR 2020). Two details differ: groove is counted on sixteenths, and a song that
changes key is compared with a scale in each of its keys. Small steps and recurrence are our own measures; the first
follows from pitch proximity in melodies (Temperley, "Music and Probability", MIT Press 2007).
"""

import math
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import Final

import msgspec

from bandstand.composer.score import STEP, Note, Part, Score
from bandstand.composer.theory import SCALES

SMALL: Final = 5
"""Widest interval that counts as small, semitones."""
PHRASE_REST: Final = 3 * STEP
"""A rest of at least this many ticks ends a phrase. The interval over it does not count."""


class Measures(msgspec.Struct, frozen=True):
    """The measures of one song."""

    entropy: float  # entropy of pitch classes, bits
    scale: float  # share of notes in the best-fitting scale, key by key
    groove: float  # similarity of the onsets of neighbouring bars, 0 to 1
    small_steps: float  # share of small intervals in the melody
    recurrence: float  # share of bars of melody and bass that occur again

    @property
    def is_musical(self) -> bool:
        """Whether the song passes as music: random notes miss at least one of the limits."""
        return self.scale > 0.85 and self.groove > 0.8 and self.small_steps > 0.93 and self.recurrence > 0.3


def measure_score(score: Score) -> Measures:
    """Compute all measures of a score that has pitched parts, a melody and a bass."""
    pitched = [part for part in score.parts if part.voice != "drums"]
    classes = Counter(note.pitch % 12 for part in pitched for note in part.notes)
    melody = [part for part in pitched if part.voice == "melody"]
    return Measures(
        entropy=compute_entropy(classes),
        scale=compute_scale_by_key(score, pitched),
        groove=compute_groove_consistency(score),
        small_steps=compute_small_steps(melody),
        recurrence=compute_recurrence([part for part in pitched if part.voice in ("melody", "bass")], score.bar),
    )


def compute_entropy(classes: Counter[int]) -> float:
    """Shannon entropy of counts, bits."""
    total = classes.total()
    return -sum(count / total * math.log2(count / total) for count in classes.values())


def compute_scale_consistency(classes: Counter[int]) -> float:
    """Share of notes in the best-fitting of the 24 major and natural minor scales. `classes` counts pitch classes."""
    return max(
        sum(classes[(root + interval) % 12] for interval in intervals) / classes.total()
        for intervals in SCALES.values()
        for root in range(12)
    )


def compute_scale_by_key(score: Score, parts: list[Part]) -> float:
    """Mean scale consistency of the stretches between changes of key, weighted by their numbers of notes."""
    stretches: list[tuple[int, Counter[int]]] = []
    for before, section in pairwise([None, *score.sections]):
        if section and (before is None or before.key != section.key):
            stretches.append((section.bar * score.bar - STEP // 2, Counter()))
    begins = [begin for begin, _ in stretches]
    for part in parts:
        for note in part.notes:
            stretches[max(0, bisect_right(begins, note.start) - 1)][1][note.pitch % 12] += 1
    filled = [classes for _, classes in stretches if classes]
    return sum(compute_scale_consistency(classes) * classes.total() for classes in filled) / sum(
        map(Counter.total, filled)
    )


def compute_groove_consistency(score: Score) -> float:
    """1 minus the mean share of steps at which only one of two neighbouring bars has an onset.

    Each part is compared with itself, because all parts together have an onset on nearly every step. Two bars in which
    a part rests do not count.
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


def compute_small_steps(parts: list[Part]) -> float:
    """Share of small intervals between the highest notes of neighbouring onsets, which a listener hears as the tune."""
    intervals = [
        abs(b.pitch - a.pitch)
        for part in parts
        for a, b in pairwise(_find_skyline(part.notes))
        if b.start - a.start - a.length < PHRASE_REST
    ]
    return sum(interval <= SMALL for interval in intervals) / len(intervals)


def _find_skyline(notes: tuple[Note, ...]) -> list[Note]:
    """The highest note of each step."""
    highest: dict[int, Note] = {}
    for note in notes:
        step = round(note.start / STEP)
        if step not in highest or note.pitch > highest[step].pitch:
            highest[step] = note
    return [highest[step] for step in sorted(highest)]


def compute_recurrence(parts: list[Part], bar: int) -> float:
    """Share of bars with notes that equal another bar of the same part. `bar` is in ticks."""
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
