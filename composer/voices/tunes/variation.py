"""Varies a tune when its section returns: a long note gets a passing note, or a third is filled by a quick one, two
short ones become one, a note comes ahead of its beat, the climax rises.

The strong notes stay, so that a listener knows the tune again. Knows no plan: it works on notes.
"""

from typing import Final

from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.context import GridNote, SectionContext

ORNAMENT: Final = 2
"""Steps of a note that is put in."""
SPLIT_LENGTH: Final = 4
"""A note of at least this many steps may get one after it."""
SHARE: Final = 0.42
"""Share of the notes that change where they can, at the usual development."""
STRONG: Final = 8
"""Steps between strong beats in the metres of styles that come ahead of beats."""
AHEAD: Final = 2
"""Steps by which a note comes ahead of its beat."""
SYNCOPATED: Final = 0.2
"""Least syncopation of a style whose singers are ahead of the beat when they know their tune; the others' divide it."""
QUICK: Final = 1
"""Steps of a note that divides an eighth note."""
HIGHER: Final = (3, 4, 5, 2)
"""Semitones by which the climax of the last chorus may be higher, the best first."""


def vary_tune(notes: list[GridNote], context: SectionContext, random: RandomSource) -> list[GridNote]:
    """The tune as it is played when its section returns. No note is put in that would be above its climax."""
    share, highest = SHARE * 2 * context.development, max([note.pitch for note in notes], default=0)
    varied: list[GridNote] = []
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        is_chosen = random.draw_bool(share)
        before = varied[-1] if varied else None
        if is_chosen and following and _may_split(note, following, context.steps):
            varied += _split(note, following, context, highest)
        elif is_chosen and following and _may_divide(note, following, context):
            doubles = context.style.tune.doubles
            varied += _strike_again(note) if doubles else _split(note, following, context, highest, QUICK)
        elif is_chosen and before and _may_join(before, note, context):
            varied[-1] = before._replace(length=note.step + note.length - before.step)
        elif is_chosen and before and _may_come_ahead(before, note, context):
            varied[-1] = before._replace(length=min(before.length, note.step - AHEAD - before.step))
            varied.append(note._replace(step=note.step - AHEAD, length=note.length + AHEAD))
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


def _split(
    note: GridNote, following: GridNote, context: SectionContext, highest: int, ornament: int = ORNAMENT
) -> list[GridNote]:
    """The note, shorter, and the scale's note between it and the next one, or above both."""
    key, chord = context.key, context.chord_at(note.step + int(note.length) - ornament)
    here, there = key.step_over(note.pitch, chord), key.step_over(following.pitch, chord)
    between = (here + there) // 2 if abs(here - there) == 2 else max(here, there) + 1
    pitch = key.pitch_over(between, chord)
    if abs(between - here) > 2 or abs(between - there) > 2 or pitch > highest:
        return [note]
    length = note.length - ornament
    added = GridNote(note.step + int(length), ornament, pitch, note.force * 0.85)
    return [note._replace(length=length), added]


def _may_come_ahead(before: GridNote, note: GridNote, context: SectionContext) -> bool:
    """Whether a note on a weak beat may come an eighth ahead of it: the chord before has it as well."""
    if context.style.tune.syncopation < SYNCOPATED or note.step < 0 or note.length < 2:
        return False
    is_weak_beat = note.step % STRONG == STRONG // 2
    has_room = note.step - AHEAD - before.step >= AHEAD
    return is_weak_beat and has_room and note.pitch % 12 in context.chord_at(note.step - AHEAD).pitches


def _may_divide(note: GridNote, following: GridNote, context: SectionContext) -> bool:
    """Whether an eighth note may be divided: its end leads on, or is struck again where the style does so."""
    tune = context.style.tune
    is_short = note.step >= 0 and ORNAMENT <= note.length < SPLIT_LENGTH and note.step % ORNAMENT == 0
    return is_short and following.step == note.step + note.length and (tune.doubles or tune.syncopation < SYNCOPATED)


def _strike_again(note: GridNote) -> list[GridNote]:
    length = note.length - QUICK
    return [
        note._replace(length=length),
        GridNote(note.step + int(length), QUICK, note.pitch, note.force * 0.85),
    ]


def _may_join(before: GridNote, note: GridNote, context: SectionContext) -> bool:
    is_weak = note.step % 4 != 0 and before.step >= 0 and note.length <= ORNAMENT and before.length <= ORNAMENT
    is_joined = note.step == before.step + before.length and note.step // context.steps == before.step // context.steps
    return is_weak and is_joined and before.pitch % 12 in context.chord_at(before.step).pitches
