from hypothesis import given
from hypothesis import strategies as st

from bandstand.composer.harmony import CADENCES, BarChords, Harmoniser, lead_into_key
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.theory import Key

LANGUAGE = HarmonicLanguage()
KEYS = st.builds(Key, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]))
SEEDS = st.integers(0, 10_000)


def harmonise(key: Key, seed: int, kind: str, bars: int, language: HarmonicLanguage = LANGUAGE) -> list[BarChords]:
    return list(Harmoniser(key, 0.3, language, RandomSource(seed)).make_progression(kind, bars))


@given(st.sampled_from(sorted(CADENCES)), st.sampled_from([4, 8, 16]), KEYS, SEEDS)
def test_every_bar_has_a_chord(kind: str, bars: int, key: Key, seed: int) -> None:
    assert len(harmonise(key, seed, kind, bars)) == bars


@given(st.sampled_from(["chorus", "outro"]), KEYS, SEEDS)
def test_a_chorus_and_an_outro_end_with_dominant_and_tonic(kind: str, key: Key, seed: int) -> None:
    bars = harmonise(key, seed, kind, 8)
    assert [bar[-1].degree for bar in bars[-2:]] == [4, 0]
    assert len(bars[-2][-1].pitches) == 4


@given(KEYS, SEEDS)
def test_a_verse_begins_on_the_tonic(key: Key, seed: int) -> None:
    assert harmonise(key, seed, "verse", 8)[0][0].root == key.tonic


@given(KEYS)
def test_the_ending_is_the_tonic(key: Key) -> None:
    assert {chord.symbol for (chord,) in harmonise(key, 1, "ending", 2)} == {key.name}


@given(KEYS, SEEDS)
def test_two_chords_in_a_bar_differ(key: Key, seed: int) -> None:
    language = HarmonicLanguage(two_chord_share=1.0, secondary_dominant_share=1.0)
    bars = harmonise(key, seed, "verse", 8, language)
    pairs = [bar for bar in bars if len(bar) == 2]
    assert pairs
    assert all(one != other for one, other in pairs)


@given(KEYS, KEYS, SEEDS)
def test_the_dominant_of_the_next_key_leads_into_it(key: Key, next_key: Key, seed: int) -> None:
    bars = lead_into_key(tuple(harmonise(key, seed, "verse", 8)), next_key)
    assert len(bars) == 8
    assert (bars[-1][-1].root - next_key.tonic) % 12 == 7
