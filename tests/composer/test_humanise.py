import msgspec

from common.lineups import HOUSE
from composer.band import Language
from composer.draw import Draw
from composer.harmony import progression
from composer.humanise import performed, untangled
from composer.score import STEP, Note, Section
from composer.styles.pop import POP
from composer.theory import Key
from composer.voices.scene import Hit, Scene

KEYS = msgspec.structs.replace(HOUSE["small-robots"].members[2], length=1.0)
C = Key.parse("C")


def scene(energy: float) -> Scene:
    return Scene(
        section=Section("verse", 1, 4, 8, energy),
        style=POP,
        key=C,
        bars=progression("verse", 8, C, 0, Language(), Draw(1)),
        following=C.chord(0),
        motif=(),
    )


def notes(*hits: Hit, energy: float = 0.5) -> list[Note]:
    return performed(list(hits), scene(energy), KEYS, 120, Draw(1))


def test_a_hit_is_played_near_its_step_of_its_section() -> None:
    [note] = notes(Hit(8, 4, 60, 1))
    assert abs(note.start - (4 * 16 + 8) * STEP) <= KEYS.loose * 120 * 480 / 60_000
    assert (note.length, note.pitch) == (4 * STEP, 60)


def test_a_chord_is_one_gesture() -> None:
    chord = notes(Hit(8, 4, 60, 1), Hit(8, 4, 64, 1), Hit(8, 4, 67, 1))
    assert len({note.start for note in chord}) == 1


def test_more_energy_and_more_force_are_louder() -> None:
    soft, hard = (notes(Hit(8, 4, 60, 1), energy=energy)[0].velocity for energy in (0.2, 1.0))
    ghost, accent = (notes(Hit(8, 4, 60, force))[0].velocity for force in (0.38, 1.0))
    assert hard > soft + 10
    assert accent > ghost + 20


def test_a_section_swells() -> None:
    steps = range(0, 128, 4)
    velocities = [note.velocity for note in notes(*(Hit(step, 1, 60, 0.8) for step in steps))]
    assert sum(velocities[-8:]) > sum(velocities[:8])


def test_a_note_ends_before_its_pitch_is_struck_again() -> None:
    first, second, other = untangled([Note(100, 50, 60, 9), Note(0, 500, 60, 9), Note(0, 500, 64, 9)])[0:3]
    assert (first, second) == (Note(0, 99, 60, 9), Note(0, 500, 64, 9))
    assert other == Note(100, 50, 60, 9)


def test_a_pitch_struck_twice_at_once_is_struck_once() -> None:
    assert len(untangled([Note(0, 50, 60, 9), Note(0, 70, 60, 9)])) == 1


def test_a_player_who_likes_short_notes_plays_them_short_and_holds_long_ones() -> None:
    short = msgspec.structs.replace(KEYS, length=0.5)
    quick, held = performed([Hit(0, 4, 60, 1), Hit(8, 16, 64, 1)], scene(0.5), short, 120, Draw(1))
    assert (quick.length, held.length) == (2 * STEP, 16 * STEP)


def test_a_player_with_force_is_louder() -> None:
    soft, hard = (
        performed([Hit(0, 4, 60, 1)], scene(0.5), msgspec.structs.replace(KEYS, force=force), 120, Draw(1))[0].velocity
        for force in (0.0, 1.0)
    )
    assert hard > soft + 20
