"""The drums: a groove for the section's intensity level, a fill in its last bar, and a crash at a loud beginning."""

from collections.abc import Iterator
from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import CLOSED, CRASH, FORCES, KICK, RIDE, SHAKER, DrumPattern
from bandstand.composer.voices.context import GridNote, SectionContext, choose_pattern

CRASH_ENERGY: Final = 0.7
"""Lowest energy of a section that begins with a crash cymbal and ends with a fill of a whole bar."""
STEP_WEIGHTS: Final = (1.0, 0.65, 0.8, 0.65)
"""Metrical weight of the four steps of a beat. A sparse drummer leaves out strokes of low weight."""
THINNING: Final = 1.3
"""Threshold for leaving out strokes, for each unit of density below 0.5."""
FILLING: Final = 0.5
"""Probability of a ghost note, for each unit of density above 0.5."""
FILLED_DRUMS: Final = (CLOSED, RIDE, SHAKER)
"""Drums to which a busy drummer adds ghost notes."""

Groove = list[tuple[int, str]]
"""(drum, bar) for each drum; the bar as in `style.DrumPattern`."""


def play_drums(
    context: SectionContext, member: Member, material: RandomSource, occurrence: RandomSource
) -> list[GridNote]:
    """Play a section: a groove, at times another one in the last bar of a phrase, and a fill at the end.

    The kick rests in the first half of an intro.
    """
    section = context.section
    if section.kind == "ending":
        return [GridNote(0, 1, KICK, 1.0), GridNote(0, 4, CRASH, 0.8)]
    pattern = context.style.drums[context.find_level(member)]
    groove, other = _make_groove(pattern, member, material), _make_groove(pattern, member, material)
    fill = [(drum, occurrence.choose(bars)) for drum, bars in occurrence.choose(context.style.fills)]
    notes: list[GridNote] = []
    for bar in range(section.bars):
        start = bar * context.steps
        if bar == section.bars - 1:
            begin = context.steps // 2 if section.energy < CRASH_ENERGY else 0
            notes += _play_bar(groove, start, 0, begin) + _play_bar(fill, start, begin, context.steps)
        else:
            is_varied = bar % 4 == 3 and material.draw_bool(member.variety)
            notes += _play_bar(other if is_varied else groove, start, 0, context.steps)
    if section.kind == "intro":
        notes = [note for note in notes if note.pitch != KICK or note.step >= section.bars * context.steps // 2]
    if section.energy >= CRASH_ENERGY:
        notes.append(GridNote(0, 4, CRASH, 0.85))
    return notes


def _make_groove(pattern: DrumPattern, member: Member, random: RandomSource) -> Groove:
    return [
        (drum, _adapt_bar(drum, choose_pattern(bars, _count_strokes, member, random), member, random))
        for drum, bars in pattern
    ]


def _count_strokes(bar: str) -> int:
    return sum(mark in FORCES for mark in bar)


def _adapt_bar(drum: int, bar: str, member: Member, random: RandomSource) -> str:
    """Adapt a bar to the member's density: leave out light strokes, or add ghost notes."""
    threshold = THINNING * max(0.0, 0.5 - member.density)
    probability = FILLING * max(0.0, member.density - 0.5) if drum in FILLED_DRUMS else 0.0
    marks = []
    for step, mark in enumerate(bar):
        has_ghost = random.draw_bool(probability)
        if mark in FORCES:
            marks.append(mark if FORCES[mark] * STEP_WEIGHTS[step % 4] >= threshold else ".")
        else:
            marks.append("g" if has_ghost else ".")
    return "".join(marks)


def _play_bar(groove: Groove, start: int, begin: int, end: int) -> list[GridNote]:
    """Play the steps from `begin` up to `end` of a bar that starts at step `start` of the section."""

    def strike() -> Iterator[GridNote]:
        for drum, bar in groove:
            for step, mark in enumerate(bar[begin:end], begin):
                if mark in FORCES:
                    yield GridNote(start + step, 1, drum, FORCES[mark])

    return list(strike())
