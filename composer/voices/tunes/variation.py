"""Varies a tune when its section returns: a long note gets a passing note, two short ones become one, the climax rises.

The strong notes stay, so that a listener knows the tune again. Knows no plan: it works on notes.
"""

from typing import Final

from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.context import GridNote, SectionContext

ORNAMENT: Final = 2
"""Steps of a note that is put in."""
SPLIT_LENGTH: Final = 4
"""A note of at least this many steps may get one after it."""
SHARE: Final = 0.32
"""Share of the notes that change where they can, at the usual development."""
HIGHER: Final = (3, 4, 5, 2)
"""Semitones by which the climax of the last chorus may be higher, the best first."""


def vary_tune(notes: list[GridNote], context: SectionContext, random: RandomSource) -> list[GridNote]:
    """The tune as it is played when its section returns."""
    share = SHARE * 2 * context.development
    varied: list[GridNote] = []
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        is_chosen = random.draw_bool(share)
        before = varied[-1] if varied else None
        if is_chosen and following and _may_split(note, following, context.steps):
            varied += _split(note, following, context)
        elif is_chosen and before and _may_join(before, note, context):
            varied[-1] = before._replace(length=note.step + note.length - before.step)
        else:
            varied.append(note)
    return varied


def raise_climax(notes: list[GridNote], context: SectionContext, highest: int) -> list[GridNote]:
    """The tune with its highest note higher by a third or a fourth, or a step, where chord and register have one."""
    index = max(range(len(notes)), key=lambda number: notes[number].pitch)
    chord, top = context.chord_at(max(0, notes[index].step)).pitches, notes[index].pitch
    near = [notes[other].pitch for other in (index - 1, index + 1) if 0 <= other < len(notes)]
    found = [
        top + more
        for more in HIGHER
        if (top + more) % 12 in chord
        and top + more <= highest
        and all(top + more - other in (*range(10), 12) and top + more - other != 6 for other in near)
    ]
    return [*notes[:index], notes[index]._replace(pitch=found[0]), *notes[index + 1 :]] if found else notes


def _may_split(note: GridNote, following: GridNote, steps: int) -> bool:
    is_joined = following.step - note.step - note.length < ORNAMENT
    is_inside = note.step >= 0 and note.step // steps == (note.step + int(note.length) - 1) // steps
    return is_inside and note.length >= SPLIT_LENGTH and is_joined and abs(following.pitch - note.pitch) <= 4


def _split(note: GridNote, following: GridNote, context: SectionContext) -> list[GridNote]:
    """The note, shorter, and the scale's note between it and the next one, or above both."""
    key, chord = context.key, context.chord_at(note.step + int(note.length) - ORNAMENT)
    here, there = key.step_over(note.pitch, chord), key.step_over(following.pitch, chord)
    between = (here + there) // 2 if abs(here - there) == 2 else max(here, there) + 1
    if abs(between - here) > 2 or abs(between - there) > 2:
        return [note]
    length = note.length - ORNAMENT
    added = GridNote(note.step + int(length), ORNAMENT, key.pitch_over(between, chord), note.force * 0.85)
    return [note._replace(length=length), added]


def _may_join(before: GridNote, note: GridNote, context: SectionContext) -> bool:
    is_weak = note.step % 4 != 0 and before.step >= 0 and note.length <= ORNAMENT and before.length <= ORNAMENT
    is_joined = note.step == before.step + before.length and note.step // context.steps == before.step // context.steps
    return is_weak and is_joined and before.pitch % 12 in context.chord_at(before.step).pitches
