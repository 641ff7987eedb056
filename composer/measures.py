"""Numbers that tell music from random notes (`measure_score`), and right notes from wrong ones (`measure_notes`).

Pitch-class entropy, scale consistency and groove consistency are those of MusPy (Dong et al., ISMIR 2020), after Wu &
Yang, "The Jazz Transformer" (MusDr, ISMIR 2020). Two details differ: groove is counted on sixteenths, and a song that
changes key is compared with a scale in each of its keys. Small steps and recurrence are our own measures; the first
follows from pitch proximity in melodies (Temperley, "Music and Probability", MIT Press 2007).
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from bandstand.common.instruments import RANGES
from bandstand.composer.harmony import PHRASE_BARS
from bandstand.composer.score import STEP, UNPITCHED, Note, Part, Score
from bandstand.composer.theory import SCALES, Key, find_pitch_classes
from bandstand.composer.tune_measures import find_skyline

SMALL: Final = 5
"""Widest interval that counts as small, semitones."""
PHRASE_REST: Final = 3 * STEP
"""A rest of at least this many ticks ends a phrase. The interval over it does not count."""
HELD: Final = 4 * STEP * 0.8
"""A note of at least this many ticks is held: a quarter, as it is played."""
STRONG: Final = {4: 8, 3: 12}
"""Beats of a bar -> steps from one strong beat to the next."""
RUBBING: Final = (1, 13)
"""Semitones between two notes that rub against each other."""
ACCOMPANIMENT: Final = ("chords", "arpeggio", "pad")


class Measures(msgspec.Struct, frozen=True):
    """The measures of one song."""

    entropy: float  # entropy of pitch classes, bits
    scale: float  # share of notes in the best-fitting scale, key by key
    groove: float  # similarity of the onsets of neighbouring bars, 0 to 1
    small_steps: float  # share of small intervals in the melody
    recurrence: float  # share of bars of melody and bass that occur again
    second_voice: float  # shares of wrong notes, see `WrongNotes`
    cadence: float
    rubs: float
    buried: float

    @property
    def is_musical(self) -> bool:
        """Whether the song passes as music: random notes miss at least one of the limits."""
        is_ordered = self.scale > 0.85 and self.groove > 0.8 and self.small_steps > 0.7 and self.recurrence > 0.3
        return is_ordered and self._is_right

    @property
    def _is_right(self) -> bool:
        """Whether few notes are wrong. Each limit is about double what a whole style may have on average."""
        return self.second_voice <= 0.05 and self.cadence <= 0.2 and self.rubs <= 0.15 and self.buried <= 0.5


def measure_score(score: Score) -> Measures:
    """Compute all measures of a score that has pitched parts, a melody and a bass."""
    pitched = [part for part in score.parts if part.voice not in UNPITCHED]
    classes = Counter(note.pitch % 12 for part in pitched for note in part.notes)
    melody = [part for part in pitched if part.voice == "melody"]
    wrong = measure_notes(score)
    return Measures(
        entropy=compute_entropy(classes),
        scale=compute_scale_by_key(score, pitched),
        groove=compute_groove_consistency(score),
        small_steps=compute_small_steps(melody),
        recurrence=compute_recurrence(
            [part for part in pitched if part.voice in ("melody", "bass")], score.bar, list_transpositions(score)
        ),
        second_voice=wrong.second_voice[0],
        cadence=wrong.cadence[0],
        rubs=wrong.rubs[0],
        buried=wrong.buried[0],
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
        for a, b in pairwise(find_skyline(part.notes))
        if b.start - a.start - a.length < PHRASE_REST
    ]
    return sum(interval <= SMALL for interval in intervals) / len(intervals)


def list_transpositions(score: Score) -> list[int]:
    """For each bar, the semitones by which its key is above or below that of the song, by the shorter way."""
    tonic, shifts = Key.parse(score.key).tonic, [0] * -(-score.ticks // score.bar)
    for section in score.sections:
        shift = (Key.parse(section.key).tonic - tonic + 6) % 12 - 6 if section.key else 0
        shifts[section.bar : section.bar + section.bars] = [shift] * section.bars
    return shifts


def compute_recurrence(parts: list[Part], bar: int, shifts: Sequence[int] = ()) -> float:
    """Share of bars with notes that equal another bar of the same part, also where a section returns in another key.

    `bar` is in ticks; `shifts` has the transposition of each bar, 0 for those that it has not.
    """
    shared = total = 0
    for part in parts:
        bars: dict[int, set[tuple[int, int]]] = {}
        for note in part.notes:
            index, step = divmod(round(note.start / STEP), bar // STEP)
            shift = shifts[index] if index < len(shifts) else 0
            bars.setdefault(index, set()).add((step, note.pitch - shift))
        counts = Counter(frozenset(content) for content in bars.values())
        total += len(bars)
        shared += sum(count for count in counts.values() if count > 1)
    return shared / total


class WrongNotes(msgspec.Struct, frozen=True):
    """Shares of notes that a musician would not play, 0 to 1, and how many notes each is a share of."""

    second_voice: tuple[float, int]
    """Notes of the tune's second voice on strong beats that are outside the chord."""
    cadence: tuple[float, int]
    """First notes of a phrase's last bar that are outside the chord."""
    rubs: tuple[float, int]
    """Held notes of the tune with another part a semitone, or a minor ninth, beside them."""
    buried: tuple[float, int]
    """Notes of the tune that lie under a note of the accompaniment which sounds with them."""
    out_of_range: tuple[float, int]
    """Notes that the instrument does not have."""


def measure_notes(score: Score) -> WrongNotes:
    """Count wrong notes in a score. A part whose voice is `melody` is the tune."""
    tune = [note for part in score.parts if part.voice == "melody" for note in part.notes]
    upper, second = _split_voices(tune)
    pitched = [part for part in score.parts if part.voice not in UNPITCHED]
    others = _join_notes([part for part in pitched if part.voice != "melody"])
    above = _join_notes([part for part in pitched if part.voice in ACCOMPANIMENT])
    strong = [note for note in second if round(note.start / STEP) % STRONG[score.beats] == 0]
    held = [note for note in tune if note.length >= HELD]
    played = [(part.program, note.pitch) for part in pitched for note in part.notes]
    return WrongNotes(
        second_voice=_share([not _is_in_chord(score, note) for note in strong]),
        cadence=_share([not _is_in_chord(score, note) for note in _list_cadence_notes(score, upper)]),
        rubs=_share([_rubs(note, others) for note in held]),
        buried=_share([any(other.pitch > note.pitch for other in _find_sounding(above, note)) for note in upper]),
        out_of_range=_share([not RANGES[program][0] <= pitch <= RANGES[program][1] for program, pitch in played]),
    )


def add_wrong_notes(songs: Sequence[WrongNotes]) -> WrongNotes:
    """The shares in all of these songs together."""

    def add(name: str) -> tuple[float, int]:
        pairs: list[tuple[float, int]] = [getattr(song, name) for song in songs]
        count = sum(count for _, count in pairs)
        return (sum(share * each for share, each in pairs) / max(1, count), count)

    return WrongNotes(**{name: add(name) for name in WrongNotes.__struct_fields__})


def _join_notes(parts: Sequence[Part]) -> list[Note]:
    return sorted((note for part in parts for note in part.notes), key=lambda note: note.start)


def _share(wrong: Sequence[bool]) -> tuple[float, int]:
    return (sum(wrong) / max(1, len(wrong)), len(wrong))


def _split_voices(tune: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """The highest note of each step, and those below it."""
    upper = find_skyline(tune)
    highest = set(upper)
    return upper, [note for note in tune if note not in highest]


def _list_cadence_notes(score: Score, tune: Sequence[Note]) -> list[Note]:
    """The first note of the tune in the last bar of each phrase."""
    first: dict[int, Note] = {}
    for note in tune:
        first.setdefault(round(note.start / STEP) * STEP // score.bar, note)
    bars = (
        section.bar + bar
        for section in score.sections
        for bar in range(section.bars)
        if (bar - section.bars) % PHRASE_BARS == PHRASE_BARS - 1
    )
    return [first[bar] for bar in bars if bar in first]


def _is_in_chord(score: Score, note: Note) -> bool:
    tick = round(note.start / STEP) * STEP
    index = bisect_right(score.chords, tick, key=lambda mark: mark.start) - 1
    return note.pitch % 12 in find_pitch_classes(score.chords[max(0, index)].symbol)


def _rubs(note: Note, others: Sequence[Note]) -> bool:
    return any(abs(other.pitch - note.pitch) in RUBBING for other in _find_sounding(others, note))


def _find_sounding(notes: Sequence[Note], with_note: Note) -> list[Note]:
    """Those of the sorted `notes` that sound together with a note for more than half a step."""
    end = with_note.start + with_note.length
    last = bisect_right(notes, end, key=lambda note: note.start)
    first = bisect_right(notes, with_note.start - 20 * 4 * STEP, key=lambda note: note.start)
    return [
        note
        for note in notes[first:last]
        if min(end, note.start + note.length) - max(with_note.start, note.start) > STEP // 2
    ]
