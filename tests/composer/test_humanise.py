import msgspec

from bandstand.common.lineups import HOUSE
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.humanise import humanise, trim_overlaps
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
