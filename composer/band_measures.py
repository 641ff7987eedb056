"""What a whole arrangement is like, in numbers that tell people's arrangements from a machine's.

Development (a second verse is not the first one again), drums (fills, ghost notes), the bass's intervals, expression
(bends, controllers), chord vocabulary, endings. Every measure takes a score; those that need neither sections nor chord
symbols count people's MIDI files as well, as `bench/music.py` does. What concerns the tune alone is in
`tune_measures.py`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean, median
from typing import Final

import msgspec

from bandstand.composer.score import BEND_RANGE, EXPRESSION, STEP, TICKS, Note, Part, Score, Section
from bandstand.composer.techniques import NOTHING, TECHNIQUES
from bandstand.composer.tune_measures import find_skyline

COMPARED: Final = ("melody", "chords", "bass", "drums")
"""Voices whose second verse is compared with the first."""
SNARES: Final = (38, 40)
STROKES: Final = frozenset({*SNARES, 37, 39, 41, 43, 45, 47, 48, 50, 65, 66})
"""Drums that a fill is played on: snares, claps, toms and timbales, by General MIDI's key map."""
SNARES_PER_BAR: Final = 0.25
"""Fewest strokes on a snare a bar of a song in which ghost notes are counted."""
FILL_STROKES: Final = 2
"""Strokes by which a fill exceeds the usual bar."""
GHOST: Final = 0.6
"""A ghost note has at most this share of the velocity of the loudest snare nearby."""
WIDE, NARROW = 10, 2
"""Semitones of a wide interval of the bass, at least, and of a step, at most."""
FAMILIES: Final = {"sus": "sus", "add9": "add9", "six": "6", "nine": "(?<!add)(9|11|13)", "inversion": "/"}
"""Family of chords -> pattern that its symbols have after the root."""
LONG_END: Final = 2 * TICKS
"""A last chord of at least this many ticks is held."""
QUIETER: Final = 0.75
"""A song whose last bar has at most this share of the usual velocity fades."""
SUNK: Final = -BEND_RANGE // 2
"""Cents to which the last chord of a tape that stops sinks, at least."""
GROWN: Final = 2.0
"""Factor by which the expression of a last chord that swells grows, at least."""


class BandMeasures(msgspec.Struct, frozen=True):
    """The measures of one arrangement; None where it has nothing to measure."""

    same_melody: float | None
    """Share of verse 2 that verse 1 has at the same place, notes of the melody; the same for the next three."""
    same_chords: float | None
    same_bass: float | None
    same_drums: float | None
    fills: float | None
    """Drum fills in eight bars."""
    ghosts: float | None
    """Share of snare strokes that are ghost notes."""
    bass_wide: float | None
    """Share of the bass's intervals of a seventh and more, among those that are no repetition."""
    bass_steps: float | None
    """Share of its steps of one or two semitones."""
    bends: float | None
    """Moves of the pitch wheel a bar in the tune's part; None without a melody, and where its instrument, such as a
    vibraphone or an organ, cannot bend a note."""
    controls: float | None
    """Moves of controllers a bar, all parts together, without those that set the mix before the first beat; None where
    nobody moves any and the tune's instrument can do nothing to a note that sounds."""


def measure_band(score: Score) -> BandMeasures:
    """Compute all measures of a score."""
    drums = _join(score, "drums")
    intervals, bars = list_bass_intervals(score), score.ticks // score.bar
    return BandMeasures(
        **{f"same_{voice}": compare_verses(score, voice) for voice in COMPARED},
        fills=count_fills(drums, score.bar),
        ghosts=share_ghosts(drums, score.bar),
        bass_wide=_mean([interval >= WIDE for interval in intervals]),
        bass_steps=_mean([interval <= NARROW for interval in intervals]),
        bends=_mean([len(part.bends) / bars for part in score.parts if part.voice == "melody" and _can_bend(part)]),
        controls=_count_controls(score, bars),
    )


def _can_bend(part: Part) -> bool:
    return bool(part.bends) or TECHNIQUES.get(part.program, NOTHING).scoop > 0


def _count_controls(score: Score, bars: int) -> float | None:
    moves = sum(control.start > TICKS for part in score.parts for control in part.controls)
    leads = [part.program for part in score.parts if part.voice == "melody"]
    return moves / bars if moves or any(program in TECHNIQUES for program in leads) else None


def compare_verses(score: Score, voice: str) -> float | None:
    """Share of notes of the second verse that are in the first at the same place, same step and pitch, by one voice.

    None if there are no two verses in which the voice plays.
    """
    verses = [section for section in score.sections if section.kind == "verse"][:2]
    if len(verses) < 2:
        return None
    first, second = (_cut(score, _join(score, voice), verse) for verse in verses)
    if not first or not second:
        return None
    return sum((first & second).values()) / max(second.total(), first.total())


def count_fills(drums: Sequence[Note], bar: int) -> float | None:
    """Drum fills in eight bars; None without drums.

    A fill has at least `FILL_STROKES` strokes more, on snare and toms, than the median of the song's bars. Bars in
    which the drums rest do not count.
    """
    bars = {round(note.start / STEP) * STEP // bar: 0 for note in drums}
    for note in drums:
        if note.pitch in STROKES:
            bars[round(note.start / STEP) * STEP // bar] += 1
    if not bars:
        return None
    usual = median(bars.values())
    return 8 * mean(strokes >= usual + FILL_STROKES for strokes in bars.values())


def share_ghosts(drums: Sequence[Note], bar: int) -> float | None:
    """Share of snare strokes that are ghost notes; None where a snare is hardly played.

    A ghost note has at most `GHOST` of the velocity of the loudest snare in its bar and the two beside it: a quiet
    section has softer strokes, which are no ghosts.
    """
    strokes = [(round(note.start / STEP) * STEP // bar, note.velocity) for note in drums if note.pitch in SNARES]
    bars = len({round(note.start / STEP) * STEP // bar for note in drums})
    if len(strokes) < SNARES_PER_BAR * bars:
        return None
    loudest: dict[int, int] = {}
    for index, velocity in strokes:
        for near in (index - 1, index, index + 1):
            loudest[near] = max(velocity, loudest.get(near, 0))
    return _mean([velocity <= GHOST * loudest[index] for index, velocity in strokes])


def list_bass_intervals(score: Score) -> list[int]:
    """Sizes of the bass's intervals, semitones, without repetitions of a note and without those over a bar's rest."""
    return [
        abs(after.pitch - before.pitch)
        for part in score.parts
        if part.voice == "bass"
        for before, after in pairwise(find_skyline(part.notes))
        if after.pitch != before.pitch and after.start - before.start - before.length < score.bar
    ]


def find_chord_families(score: Score) -> set[str]:
    """The families of chords (`FAMILIES`) beyond triads and sevenths that a score's symbols have."""
    suffixes = {mark.symbol[1:].lstrip("#b") for mark in score.chords}
    return {name for name, pattern in FAMILIES.items() if any(re.search(pattern, suffix) for suffix in suffixes)}


def find_ending(score: Score) -> str:
    """How a song ends: `held` (one last chord), `stop` (a short one), `fade` (ever softer), `run` (played to the end),
    `swell` (the last chord grows) or `tape` (it sinks).

    Each with `slow` before it if the tempo falls. Songs of one style that all end alike are a machine's.
    """
    if moved := _find_moved_ending(score):
        return moved
    notes = [note for part in score.parts for note in part.notes]
    last = max(round(note.start / STEP) for note in notes) * STEP
    bar = [note for note in notes if note.start >= last - score.bar]
    usual = mean(note.velocity for note in notes)
    attacks = {round(note.start / STEP) for note in bar}
    final = [note.length for note in notes if round(note.start / STEP) * STEP == last]
    if mean(note.velocity for note in bar) <= QUIETER * usual and len(attacks) > 2:
        kind = "fade"
    elif max(final) >= LONG_END:
        kind = "held"
    else:
        kind = "stop" if len(attacks) <= 3 else "run"
    return f"slow {kind}" if score.tempi[-1].bpm < 0.97 * score.tempi[0].bpm else kind


def _find_moved_ending(score: Score) -> str | None:
    """An ending that is made of moves in the last section: the bass has them as well, which else makes none."""
    begin = score.sections[-1].bar * score.bar
    for part in score.parts:
        if part.voice != "bass":
            continue
        if any(bend.cents <= SUNK for bend in part.bends if bend.start >= begin):
            return "tape"
        levels = [move.value for move in part.controls if move.number == EXPRESSION and move.start >= begin]
        if len(levels) > 1 and levels[-1] >= GROWN * levels[0]:
            return "swell"
    return None


def _join(score: Score, voice: str) -> list[Note]:
    return [note for part in score.parts if part.voice == voice for note in part.notes]


def _cut(score: Score, notes: Sequence[Note], section: Section) -> Counter[tuple[int, int]]:
    """(step in the section, pitch) of the notes in a section."""
    first = section.bar * score.bar // STEP
    steps = section.bars * score.bar // STEP
    placed = [(round(note.start / STEP) - first, note.pitch) for note in notes]
    return Counter((step, pitch) for step, pitch in placed if 0 <= step < steps)


def _mean(values: Sequence[float]) -> float | None:
    return mean(values) if values else None
