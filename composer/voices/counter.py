"""The counter-melody: a second line under the tune, slow where the tune moves, moving where the tune holds or rests.

It takes a note of the chord for each half bar, the one that is nearest to its last note without being the same, and
not what the tune has. Where the tune begins no note in the half bar's second half, a step of the scale leads on. So it
keeps out of the tune's way in pitch and in time.
"""

from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.voices.context import GridNote, SectionContext

BELOW: Final = 3
"""Least distance from the tune, semitones."""
WIDEST: Final = 7
"""Widest interval of the line, semitones."""
FORCE: Final = 0.85
RUBBING: Final = (1, 13)
LEADING: Final = 2
"""Length of a note that leads on, in steps."""


def play_counter(context: SectionContext, member: Member) -> list[GridNote]:
    """Play a section, of which the tune is known. Nothing is left to chance: the tune decides."""
    total, span = context.section.bars * context.steps, 8 if context.style.beats == 4 else context.steps
    goals = _find_goals(context, member, range(0, total, span), span)
    line: list[GridNote] = []
    for index, (step, pitch) in enumerate(goals):
        length, following = span, goals[index + 1][1] if index + 1 < len(goals) else None
        leading = _find_passing(context, step, pitch, following)
        is_free = not any(step + span // 2 <= note.step < step + span for note in context.tune)
        if leading is not None and is_free and index + 1 < len(goals) and goals[index + 1][0] == step + span:
            length = span - LEADING
            line.append(GridNote(step + length, LEADING, leading, FORCE * 0.9))
        line.append(GridNote(step, length, pitch, FORCE))
    return sorted(line)


def _find_goals(context: SectionContext, member: Member, steps: range, span: int) -> list[tuple[int, int]]:
    """(step, pitch) of the notes on the half bars. There is none where the tune leaves no room."""
    now = (member.low + member.high) // 2
    goals: list[tuple[int, int]] = []
    for step in steps:
        tune = [note.pitch for note in context.find_tune(step, step + span)]
        top = min([member.high, *(pitch - BELOW for pitch in tune)])
        low = min(member.low, top - 12)
        chord = context.chord_at(step)
        choices = [
            pitch
            for pitch in range(max(low, now - WIDEST), min(top, now + WIDEST) + 1)
            if pitch % 12 in chord.pitches
            and pitch != now
            and not any(abs(other - pitch) in RUBBING or (other - pitch) % 12 == 0 for other in tune)
        ]
        if not choices:
            now = min(now, top)
            continue
        now = min(choices, key=lambda pitch: (abs(pitch - now), pitch))
        goals.append((step, now))
    return goals


def _find_passing(context: SectionContext, step: int, pitch: int, following: int | None) -> int | None:
    """A step of the scale between two notes that are a third or a fourth apart."""
    if following is None or not 3 <= abs(following - pitch) <= 5:
        return None
    direction = 1 if following > pitch else -1
    key, chord = context.key, context.chord_at(step)
    between = key.pitch_over(key.step_over(following, chord) - direction, chord)
    return between if min(pitch, following) < between < max(pitch, following) else None
