from hypothesis import given
from hypothesis import strategies as st

from composer.draw import Draw
from composer.harmony import CADENCES, progression
from composer.theory import Key

KEYS = st.builds(Key, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]))
SEEDS = st.integers(0, 10_000)


@given(st.sampled_from(sorted(CADENCES)), st.sampled_from([4, 8, 16]), KEYS, SEEDS)
def test_every_bar_has_a_chord(kind: str, bars: int, key: Key, seed: int) -> None:
    assert len(progression(kind, bars, key, 0.3, Draw(seed))) == bars


@given(st.sampled_from(["chorus", "outro"]), KEYS, SEEDS)
def test_a_chorus_and_an_outro_close_with_dominant_and_tonic(kind: str, key: Key, seed: int) -> None:
    chords = progression(kind, 8, key, 0.3, Draw(seed))
    assert [chord.degree for chord in chords[-2:]] == [4, 0]
    assert len(chords[-2].pitches) == 4


@given(KEYS, SEEDS)
def test_a_verse_begins_at_home(key: Key, seed: int) -> None:
    assert progression("verse", 8, key, 0.3, Draw(seed))[0].root == key.tonic


@given(KEYS)
def test_the_ending_is_the_tonic(key: Key) -> None:
    assert {chord.symbol for chord in progression("ending", 2, key, 0.9, Draw(1))} == {key.name}
