import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ComposeError
from composer.theory import Key, led, nearest, voicings, within

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
def test_a_key_is_read_as_people_write_it(text: str, name: str) -> None:
    assert Key.parse(text).name == name


@pytest.mark.parametrize("text", ["", "H", "C##", "Dmm", "4", "dim"])
def test_what_is_no_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ComposeError, match="is not a key; write a letter from A to G"):
        Key.parse(text)


@given(KEYS)
def test_a_key_is_read_back_from_its_name(key: Key) -> None:
    assert Key.parse(key.name) == key


@given(KEYS, st.integers(7, 60))
def test_a_step_and_its_pitch_belong_together(key: Key, step: int) -> None:
    assert key.step(key.pitch(step)) == step
    assert key.pitch(step) % 12 in key.scale


@pytest.mark.parametrize(
    ("key", "symbols"),
    [
        ("C", ["C", "Dm", "Em", "F", "G", "Am", "Bdim"]),
        ("Am", ["Am", "Bdim", "C", "Dm", "E", "F", "G"]),
        ("Eb", ["Eb", "Fm", "Gm", "Ab", "Bb", "Cm", "Ddim"]),
    ],
)
def test_chords_on_the_degrees_of_a_key(key: str, symbols: list[str]) -> None:
    assert [Key.parse(key).chord(degree).symbol for degree in range(7)] == symbols


@given(KEYS, st.integers(0, 6))
def test_every_degree_has_a_seventh_chord(key: Key, degree: int) -> None:
    chord = key.chord(degree, seventh=True)
    assert len(set(chord.pitches)) == 4


@given(st.integers(20, 100), st.integers(0, 11))
def test_the_nearest_pitch_is_at_most_a_tritone_away(pitch: int, wanted: int) -> None:
    found = nearest(pitch, (wanted,))
    assert found % 12 == wanted
    assert abs(found - pitch) <= 6


@given(st.integers(0, 120), st.integers(20, 60))
def test_within_moves_by_octaves_only(pitch: int, low: int) -> None:
    moved = within(pitch, low, low + 11)
    assert low <= moved <= low + 11
    assert (moved - pitch) % 12 == 0


@given(KEYS, st.integers(0, 6), st.booleans())
def test_voicings_have_every_note_of_the_chord_in_the_register(key: Key, degree: int, seventh: bool) -> None:
    chord = key.chord(degree, seventh)
    found = list(voicings(chord, 53, 76))
    assert found
    for voicing in found:
        assert {pitch % 12 for pitch in voicing} == set(chord.pitches)
        assert list(voicing) == sorted(voicing)
        assert voicing[0] >= 53
        assert voicing[-1] <= 76


@given(KEYS, st.integers(0, 6), st.integers(0, 6))
def test_voices_lead_by_small_moves(key: Key, first: int, second: int) -> None:
    one = led(key.chord(first), (60, 64, 68), 53, 76)
    other = led(key.chord(second), one, 53, 76)
    assert max(min(abs(a - b) for b in one) for a in other) <= 4
