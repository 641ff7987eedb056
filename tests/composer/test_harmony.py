from hypothesis import given
from hypothesis import strategies as st

from composer.band import Language
from composer.draw import Draw
from composer.harmony import CADENCES, progression, turned
from composer.theory import Key

KEYS = st.builds(Key, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]))
SEEDS = st.integers(0, 10_000)


@given(st.sampled_from(sorted(CADENCES)), st.sampled_from([4, 8, 16]), KEYS, SEEDS)
def test_every_bar_has_a_chord(kind: str, bars: int, key: Key, seed: int) -> None:
    assert len(progression(kind, bars, key, 0.3, Language(), Draw(seed))) == bars


@given(st.sampled_from(["chorus", "outro"]), KEYS, SEEDS)
def test_a_chorus_and_an_outro_close_with_dominant_and_tonic(kind: str, key: Key, seed: int) -> None:
    bars = progression(kind, 8, key, 0.3, Language(), Draw(seed))
    assert [bar[-1].degree for bar in bars[-2:]] == [4, 0]
    assert len(bars[-2][-1].pitches) == 4


@given(KEYS, SEEDS)
def test_a_verse_begins_at_home(key: Key, seed: int) -> None:
    assert progression("verse", 8, key, 0.3, Language(), Draw(seed))[0][0].root == key.tonic


@given(KEYS)
def test_the_ending_is_the_tonic(key: Key) -> None:
    assert {chord.symbol for (chord,) in progression("ending", 2, key, 0.9, Language(), Draw(1))} == {key.name}


@given(KEYS, SEEDS)
def test_two_chords_in_a_bar_differ_and_a_spiced_one_leads_on(key: Key, seed: int) -> None:
    language = Language(split=1.0, spice=1.0)
    bars = progression("verse", 8, key, 0.3, language, Draw(seed))
    pairs = [bar for bar in bars if len(bar) == 2]
    assert pairs
    assert all(one != other for one, other in pairs)


@given(KEYS, KEYS, SEEDS)
def test_a_change_of_key_is_led_into_by_the_new_dominant(key: Key, ahead: Key, seed: int) -> None:
    bars = turned(progression("verse", 8, key, 0.3, Language(), Draw(seed)), ahead)
    assert len(bars) == 8
    assert (bars[-1][-1].root - ahead.tonic) % 12 == 7
