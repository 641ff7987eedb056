"""Rich chords stay in the key, keep the cadences, and are written as what they are."""

from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.composer.enrichment import STEPS, Enrichment, draw_enrichment
from bandstand.composer.harmony import BarChords, Harmoniser
from bandstand.composer.musicxml import _add_chord_symbol
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import ADDED, Chord, Key, find_pitch_classes, lead_voices

KEYS = st.builds(Key, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]))
SEEDS = st.integers(0, 10_000)
STYLE = st.sampled_from(sorted(STYLES))


def harmonise(key: Key, language: HarmonicLanguage, richness: float, seed: int, kind: str = "verse") -> list[BarChords]:
    random = RandomSource(seed)
    rich = draw_enrichment(language, richness, random.branch("palette"))
    return list(Harmoniser(key, 0.4, language, random, rich).make_progression(kind, 8))


def flatten(bars: list[BarChords]) -> list[Chord]:
    return [chord for chords in bars for chord in chords]


@given(STYLE, KEYS, SEEDS)
def test_every_chord_symbol_says_what_is_played(style: str, key: Key, seed: int) -> None:
    for chord in flatten(harmonise(key, STYLES[style].harmony, 1.0, seed)):
        assert find_pitch_classes(chord.symbol) == chord.pitches
        assert chord.foot in chord.pitches


@given(STYLE, KEYS, SEEDS)
def test_a_chorus_still_ends_with_its_cadence(style: str, key: Key, seed: int) -> None:
    last = harmonise(key, STYLES[style].harmony, 1.0, seed, "chorus")[-1]
    assert last[-1].root == last[-1].foot == key.tonic


@given(KEYS, SEEDS)
def test_the_bass_comes_to_an_inversion_by_step_and_leaves_it_so(key: Key, seed: int) -> None:
    chords = flatten(harmonise(key, STYLES["ballad"].harmony, 1.0, seed))
    for before, chord, after in zip(chords, chords[1:], chords[2:], strict=False):
        if chord.bass is not None:
            assert (chord.foot - before.foot) % 12 in STEPS
            assert (after.root - chord.foot) % 12 in STEPS


@given(STYLE, KEYS, SEEDS)
def test_two_chords_that_follow_each_other_in_a_bar_differ(style: str, key: Key, seed: int) -> None:
    bars = harmonise(key, STYLES[style].harmony, 1.0, seed)
    assert all(one != other for bar in bars for one, other in pairwise(bar))


def test_without_richness_there_are_triads_and_sevenths_on_their_roots_alone() -> None:
    for style in STYLES.values():
        chords = [
            chord for seed in range(20) for chord in flatten(harmonise(Key(0, "major"), style.harmony, 0.0, seed))
        ]
        assert {chord.symbol.lstrip("ABCDEFG#b") for chord in chords} <= {"", "m", "dim", "7", "maj7", "m7", "m7b5"}


def test_every_degree_has_one_extension_in_a_song() -> None:
    rich = draw_enrichment(HarmonicLanguage(extension_share=0.5), 0.5, RandomSource(1))
    assert isinstance(rich, Enrichment)
    assert sorted(rich.palette) == list(range(7))
    assert rich.extension_share == 0.5


@given(KEYS, st.integers(0, 6), st.booleans(), st.sampled_from(sorted(ADDED)))
def test_an_extension_brings_one_note_of_the_key_and_keeps_the_fifth(
    key: Key, degree: int, seventh: bool, extension: str
) -> None:
    chord = key.build_chord(degree, seventh)
    rich = key.extend_chord(chord, extension)  # type: ignore[arg-type]
    assert rich.root == chord.root
    assert rich.pitches[2] == chord.pitches[2]
    assert all(pitch in key.scale for pitch in set(rich.pitches) - set(chord.pitches))


@given(KEYS, st.integers(0, 6), st.integers(45, 60))
def test_a_ninth_chord_is_voiced_without_its_fifth(key: Key, degree: int, low: int) -> None:
    chord = key.extend_chord(key.build_chord(degree, seventh=True), "9")
    voicing = lead_voices(chord, (low + 4, low + 8, low + 12), low, low + 20)
    assert {pitch % 12 for pitch in voicing} <= set(chord.pitches)
    assert len(voicing) == 4


@pytest.mark.parametrize(
    ("symbol", "kind", "bass", "degree"),
    [
        ("C6", "major-sixth", None, None),
        ("Bbm9", "minor-ninth", None, None),
        ("G/B", "major", "B", None),
        ("F#7sus4", "suspended-fourth", None, "7"),
        ("Dmadd9/F", "minor", "F", "9"),
    ],
)
def test_musicxml_names_a_chord_as_notation_programs_do(
    symbol: str, kind: str, bass: str | None, degree: str | None
) -> None:
    measure = Element("measure")
    _add_chord_symbol(measure, symbol, 8)
    harmony = fromstring(tostring(measure)).find("harmony")
    assert harmony is not None
    assert harmony.findtext("kind") == kind
    assert harmony.findtext("bass/bass-step") == bass
    assert harmony.findtext("degree/degree-value") == degree
    order = [one.tag for one in harmony]
    assert order == [tag for tag in ("root", "kind", "bass", "degree", "offset") if tag in order]
