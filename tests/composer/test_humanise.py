import msgspec

from bandstand.common.lineups import HOUSE
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.humanise import humanise, shape_dynamics, trim_overlaps
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, Note, Section
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.styles.pop import POP
from bandstand.composer.theory import Key
from bandstand.composer.voices.context import GridNote, SectionContext

KEYS = msgspec.structs.replace(HOUSE["small-robots"].members[2], length=1.0)
C = Key.parse("C")


def context(energy: float) -> SectionContext:
    return SectionContext(
        section=Section("verse", 1, 4, 8, energy),
        style=POP,
        key=C,
        bars=Harmoniser(C, 0, HarmonicLanguage(), RandomSource(1)).make_progression("verse", 8),
        following=C.build_chord(0),
        motif=(),
    )


def notes(*written: GridNote, energy: float = 0.5) -> list[Note]:
    return humanise(list(written), context(energy), KEYS, 120, RandomSource(1))


def test_a_note_is_played_near_its_step() -> None:
    [note] = notes(GridNote(8, 4, 60, 1))
    assert abs(note.start - (4 * 16 + 8) * STEP) <= KEYS.loose * 120 * 480 / 60_000
    assert (note.length, note.pitch) == (4 * STEP, 60)


def test_the_notes_of_a_chord_begin_together() -> None:
    chord = notes(GridNote(8, 4, 60, 1), GridNote(8, 4, 64, 1), GridNote(8, 4, 67, 1))
    assert len({note.start for note in chord}) == 1


def test_more_energy_and_more_force_are_louder() -> None:
    soft, hard = (notes(GridNote(8, 4, 60, 1), energy=energy)[0].velocity for energy in (0.2, 1.0))
    ghost, accent = (notes(GridNote(8, 4, 60, force))[0].velocity for force in (0.38, 1.0))
    assert hard > soft + 10
    assert accent > ghost + 20


def test_a_section_gets_louder() -> None:
    steps = range(0, 128, 4)
    velocities = [note.velocity for note in notes(*(GridNote(step, 1, 60, 0.8) for step in steps))]
    assert sum(velocities[-8:]) > sum(velocities[:8])


def test_a_note_ends_before_the_same_pitch_begins_again() -> None:
    first, second, other = trim_overlaps([Note(100, 50, 60, 9), Note(0, 500, 60, 9), Note(0, 500, 64, 9)])[0:3]
    assert (first, second) == (Note(0, 99, 60, 9), Note(0, 500, 64, 9))
    assert other == Note(100, 50, 60, 9)


def test_of_two_equal_pitches_at_once_one_is_kept() -> None:
    assert len(trim_overlaps([Note(0, 50, 60, 9), Note(0, 70, 60, 9)])) == 1


def test_staccato_shortens_short_notes_and_not_long_ones() -> None:
    short = msgspec.structs.replace(KEYS, length=0.5)
    quick, held = humanise([GridNote(0, 4, 60, 1), GridNote(8, 16, 64, 1)], context(0.5), short, 120, RandomSource(1))
    assert (quick.length, held.length) == (2 * STEP, 16 * STEP)


def test_a_member_with_more_force_is_louder() -> None:
    def velocity(force: float) -> int:
        member = msgspec.structs.replace(KEYS, force=force)
        return humanise([GridNote(0, 4, 60, 1)], context(0.5), member, 120, RandomSource(1))[0].velocity

    assert velocity(1.0) > velocity(0.0) + 20


LEAD = msgspec.structs.replace(HOUSE["small-robots"].members[4], length=1.0, loose=0.0, late=0.0, lean=0.0)


def play(written: list[GridNote], **habits: float) -> list[Note]:
    return humanise(written, context(0.5), msgspec.structs.replace(LEAD, **habits), 120, RandomSource(1))


def test_who_is_laid_back_is_late_most_off_the_beat_and_who_pushes_is_early() -> None:
    beat, between = GridNote(40, 2, 66, 0.8), GridNote(42, 2, 66, 0.8)
    grid = [(4 * 16 + note.step) * STEP for note in (beat, between)]
    back, ahead = (
        [n.start - g for n, g in zip(play([beat, between], lean=lean), grid, strict=True)] for lean in (1, -1)
    )
    assert 0 < back[0] < back[1] < STEP / 2
    assert 0 > ahead[0] > ahead[1]


def test_a_lean_is_smaller_where_a_phrase_begins() -> None:
    first, middle = (play([GridNote(step, 2, 66, 0.8)], lean=1.0)[0].start - step * STEP for step in (0, 32))
    assert first < middle


def test_a_tune_parts_repeated_notes_and_lifts_the_last_before_a_rest() -> None:
    again, moving, last = GridNote(0, 4, 66, 0.8), GridNote(4, 4, 66, 0.8), GridNote(8, 4, 69, 0.8)
    lengths = [note.length for note in play([again, moving, last, GridNote(24, 4, 64, 0.8)])]
    assert lengths[0] < 4 * STEP
    assert lengths[1] == 4 * STEP
    assert lengths[2] < 4 * STEP


def test_a_phrase_gets_louder_until_shortly_before_its_end() -> None:
    loud = [shape_dynamics(step, 128, 64) for step in (0, 40, 63)]
    assert loud[0] < loud[1] > loud[2]


def test_a_tune_is_louder_where_it_is_higher() -> None:
    low, high = (play([GridNote(0, 4, pitch, 0.8)])[0].velocity for pitch in (62, 82))
    assert high > low
