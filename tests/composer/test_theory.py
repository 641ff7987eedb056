import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.errors import ComposeError
from bandstand.composer.theory import (
    Chord,
    Key,
    find_alterations,
    find_nearest_pitch,
    find_pitch_classes,
    fold_into_register,
    lead_voices,
    list_voicings,
)

KEYS = st.builds(Key, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("C", "C"),
        ("dm", "Dm"),
        ("F#m", "F#m"),
        ("Bb", "Bb"),
        ("Bb minor", "Bbm"),
        ("e maj", "E"),
        ("Cb", "B"),
        (" G ", "G"),
    ],
)
def test_a_key_is_parsed_as_people_write_it(text: str, name: str) -> None:
    assert Key.parse(text).name == name


@pytest.mark.parametrize("text", ["", "H", "C##", "Dmm", "4", "dim"])
def test_a_text_that_is_no_key_raises_an_error(text: str) -> None:
    with pytest.raises(ComposeError, match="is not a key; write a letter from A to G"):
        Key.parse(text)


@given(KEYS)
def test_a_key_is_parsed_from_its_own_name(key: Key) -> None:
    assert Key.parse(key.name) == key


@given(KEYS, st.integers(7, 60))
def test_the_pitch_of_a_step_gives_the_step(key: Key, step: int) -> None:
    assert key.step_at(key.pitch_at(step)) == step
    assert key.pitch_at(step) % 12 in key.scale


@pytest.mark.parametrize(
    ("key", "symbols"),
    [
        ("C", ["C", "Dm", "Em", "F", "G", "Am", "Bdim"]),
        ("Am", ["Am", "Bdim", "C", "Dm", "E", "F", "G"]),
        ("Eb", ["Eb", "Fm", "Gm", "Ab", "Bb", "Cm", "Ddim"]),
    ],
)
def test_chords_on_the_degrees_of_a_key(key: str, symbols: list[str]) -> None:
    assert [Key.parse(key).build_chord(degree).symbol for degree in range(7)] == symbols


@given(KEYS, st.integers(0, 6))
def test_every_degree_has_a_seventh_chord(key: Key, degree: int) -> None:
    chord = key.build_chord(degree, seventh=True)
    assert len(set(chord.pitches)) == 4


@given(st.integers(20, 100), st.integers(0, 11))
def test_the_nearest_pitch_is_at_most_a_tritone_away(pitch: int, wanted: int) -> None:
    found = find_nearest_pitch(pitch, (wanted,))
    assert found % 12 == wanted
    assert abs(found - pitch) <= 6


@given(st.integers(0, 120), st.integers(20, 60))
def test_folding_into_a_register_moves_by_octaves(pitch: int, low: int) -> None:
    moved = fold_into_register(pitch, low, low + 11)
    assert low <= moved <= low + 11
    assert (moved - pitch) % 12 == 0


@given(KEYS, st.integers(0, 6), st.booleans())
def test_voicings_have_every_note_of_the_chord_in_the_register(key: Key, degree: int, seventh: bool) -> None:
    chord = key.build_chord(degree, seventh)
    found = list(list_voicings(chord, 53, 76))
    assert found
    for voicing in found:
        assert {pitch % 12 for pitch in voicing} == set(chord.pitches)
        assert list(voicing) == sorted(voicing)
        assert voicing[0] >= 53
        assert voicing[-1] <= 76


@given(KEYS, st.integers(0, 6), st.integers(0, 6))
def test_voices_move_by_small_intervals(key: Key, first: int, second: int) -> None:
    one = lead_voices(key.build_chord(first), (60, 64, 68), 53, 76)
    other = lead_voices(key.build_chord(second), one, 53, 76)
    assert max(min(abs(a - b) for b in one) for a in other) <= 4


@pytest.mark.parametrize("key", ["C", "F#m", "Bb", "Ebm", "E"])
def test_a_chord_symbol_has_the_pitch_classes_of_its_chord(key: str) -> None:
    tonic = Key.parse(key)
    for degree in range(7):
        for seventh in (False, True):
            chord = tonic.build_chord(degree, seventh)
            assert find_pitch_classes(chord.symbol) == chord.pitches


def test_what_is_no_chord_symbol_is_an_error() -> None:
    with pytest.raises(ValueError, match="Hm: not a chord symbol"):
        find_pitch_classes("Hm")


@pytest.mark.parametrize(
    ("key", "root", "intervals", "altered"),
    [
        ("D", 2, (4, 7, 10), {6: -1}),  # D7 in D: C, the seventh lowered, and not B raised
        ("C", 4, (4, 7, 10), {4: 1}),  # E7 in C: G#
        ("Am", 4, (4, 7), {6: 1}),  # E in A minor: the leading note
        ("G", 0, (3, 7), {5: -1}),  # C minor in G: Eb
        ("C", 10, (4, 7), {6: -1}),  # Bb in C
        ("C", 11, (4, 7, 10), {1: 1, 3: 1}),  # B7 in C: D# and F#
        ("C", 7, (4, 7, 10), {}),
    ],
)
def test_a_chord_outside_the_key_raises_or_lowers_its_notes(
    key: str, root: int, intervals: tuple[int, ...], altered: dict[int, int]
) -> None:
    scale, chord = Key.parse(key), Chord("", 0, tuple((root + interval) % 12 for interval in (0, *intervals)))
    moves = find_alterations(scale, chord.pitches)
    assert {degree: move for degree, move in enumerate(moves) if move} == altered
    for step in range(28, 56):
        assert scale.step_over(scale.pitch_over(step, chord), chord) == step


def test_chords_are_spelt_as_their_notes_are_raised_or_lowered() -> None:
    borrowed, dominant = (
        Chord("Cm", 3, (0, 3, 7)),
        Key.parse("F").build_secondary_dominant(Key.parse("F").build_chord(1)),
    )
    assert Key.parse("G").invert_chord(borrowed).symbol == "Cm/Eb"
    assert Key.parse("F").invert_chord(dominant).symbol == "D7/F#"
