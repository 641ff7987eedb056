"""Humanising: notes on the grid become a performance with swing, human timing and dynamics.

Timing: a member's constant delay (`late`) and a random error (`loose`), triangular, for each step. Notes of one member
on the same step share their error, because a chord or a drum stroke is one gesture. Dynamics: velocity follows the
energy of the section, the member's force, and the force of the note, and rises a little through each section.
"""

from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, TICKS, Note
from bandstand.composer.voices.context import GridNote, SectionContext

LOWEST_VELOCITY: Final = 28
"""MIDI velocity of a note with force 0."""
QUIET_SHARE: Final = 0.62
"""Share of the full range of velocity in a section with energy 0."""
FORCE_WIDTH: Final = 0.06
"""Largest random change of a note's force, as a share of it."""
LONG_STEPS: Final = 12
"""Notes of at least this many steps keep their full length. `Member.length` does not apply to them."""
SWELL: Final = 0.1
"""Share by which a section begins softer than it ends."""


def humanise(
    notes: list[GridNote], context: SectionContext, member: Member, bpm: float, random: RandomSource
) -> list[Note]:
    """Perform the notes of one member in one section. The result is in ticks from the beginning of the song."""
    section = context.section
    origin = section.bar * context.style.beats * TICKS
    ticks_per_ms = bpm * TICKS / 60_000
    unit = context.style.swing_steps
    swing = context.swing * unit * STEP
    full = (127 - LOWEST_VELOCITY) * (QUIET_SHARE + (1 - QUIET_SHARE) * section.energy) * (0.7 + 0.6 * member.force)
    swell = SWELL / (section.bars * context.steps)
    performed: list[Note] = []
    last, start = -1, 0
    for note in sorted(notes):
        if note.step != last:
            last = note.step
            late = random.draw_triangular(member.loose) + member.late
            start = max(
                0, round(origin + last * STEP + (swing if last % (2 * unit) == unit else 0) + late * ticks_per_ms)
            )
        force = note.force * (1 - SWELL + swell * last) * (1 + random.draw_triangular(FORCE_WIDTH))
        velocity = min(127, round(LOWEST_VELOCITY + full * force))
        length = note.length * (member.length if note.length < LONG_STEPS else 1)
        performed.append(Note(start, max(1, round(length * STEP)), note.pitch, velocity))
    return performed


def trim_overlaps(notes: list[Note]) -> tuple[Note, ...]:
    """Sort notes by time, and end each before the same pitch begins again. Of two that begin at once, keep one."""
    ordered = sorted(notes, key=lambda note: (note.start, note.pitch))
    next_start: dict[int, int] = {}
    clean: list[Note] = []
    for note in reversed(ordered):
        room = next_start.get(note.pitch, note.start + note.length + 1) - note.start - 1
        if room > 0:
            clean.append(Note(note.start, min(note.length, room), note.pitch, note.velocity))
        next_start[note.pitch] = note.start
    return tuple(reversed(clean))
