from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest
from msgspec.structs import replace

from bandstand.common.bands import Member
from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.chords import LOWEST_CHORD, play_arpeggio, play_chords, play_pad
from bandstand.composer.voices.context import GridNote, SectionContext

MakeContext = Callable[..., SectionContext]
KEYS, PAD = HOUSE["small-robots"].members[2:4]
PULSE = HOUSE["8-bit-picnic"].members[2]
GUITAR = HOUSE["gravel-theory"].members[2]


@pytest.mark.parametrize("seed", range(20))
def test_only_notes_of_the_chord_are_played(seed: int, context: MakeContext) -> None:
    for style in ("pop", "ballad", "swing"):
        section = context(energy=0.8, seed=seed, style=style)
        comping = play_chords(section, KEYS, RandomSource(seed), RandomSource(0))
        pad = play_pad(section, PAD, RandomSource(seed), RandomSource(0))
        for note in comping + pad:
            chord, last = section.chord_at(note.step), min(127, round(note.step + note.length) - 1)
            assert note.pitch % 12 in chord.pitches
            assert chord == section.chord_at(last) or note.length > 16


@pytest.mark.parametrize("seed", range(20))
def test_no_voice_of_the_pad_leaps(seed: int, context: MakeContext) -> None:
    bars: defaultdict[int, list[int]] = defaultdict(list)
    for note in play_pad(context(seed=seed), PAD, RandomSource(seed), RandomSource(0)):
        bars[note.step].append(note.pitch)
    for one, other in pairwise(bars[step] for step in sorted(bars)):
        assert max(min(abs(a - b) for b in one) for a in other) <= 4


def test_a_change_of_chords_that_comes_again_is_played_as_it_was(context: MakeContext) -> None:
    returned = 0
    for seed in range(20):
        section = context(seed=seed, bars=16)
        played: defaultdict[int, list[int]] = defaultdict(list)
        for note in play_pad(section, PAD, RandomSource(seed), RandomSource(0)):
            played[note.step].append(note.pitch)
        voicings: defaultdict[tuple[str, str], set[tuple[int, ...]]] = defaultdict(set)
        for before, step in pairwise(sorted(played)):
            change = (section.chord_at(before).symbol, section.chord_at(step).symbol)
            returned += change in voicings
            voicings[change].add(tuple(played[step]))
        assert all(len(found) == 1 for found in voicings.values())
    assert returned >= 60


def test_broken_chords_are_single_notes_of_the_same_chords(context: MakeContext) -> None:
    for seed in range(20):
        section = context(seed=seed, energy=0.5)
        struck = play_chords(section, KEYS, RandomSource(seed), RandomSource(0))
        broken = play_chords(replace(section, touch="broken"), KEYS, RandomSource(seed), RandomSource(0))
        assert max(Counter(note.step for note in broken).values()) == 1
        for note in broken:
            assert any(
                one.pitch == note.pitch and one.step <= note.step < one.step + max(1, one.length) for one in struck
            )


def test_octaves_put_the_lowest_note_an_octave_lower_where_the_player_has_it(context: MakeContext) -> None:
    added = 0
    for seed in range(20):
        section = context(seed=seed)
        struck = play_chords(section, KEYS, RandomSource(seed), RandomSource(0))
        octaves = play_chords(replace(section, touch="octaves"), KEYS, RandomSource(seed), RandomSource(0))
        lower = set(octaves) - set(struck)
        assert set(struck) <= set(octaves)
        assert all(note._replace(pitch=note.pitch + 12) in struck for note in lower)
        assert all(note.pitch >= min(KEYS.low, LOWEST_CHORD) for note in lower)
        added += len(lower)
    assert added


def test_in_a_free_song_a_change_of_chords_that_comes_again_is_played_in_another_way(context: MakeContext) -> None:
    def count_voicings(is_free: bool) -> int:
        found: set[tuple[int, frozenset[int]]] = set()
        for seed in range(20):
            played: defaultdict[int, list[int]] = defaultdict(list)
            section = replace(context(seed=seed, bars=16), is_free=is_free)
            for note in play_pad(section, PAD, RandomSource(seed), RandomSource(0)):
                played[note.step].append(note.pitch)
            found |= {(seed, frozenset(pitches)) for pitches in played.values()}
        return len(found)

    assert count_voicings(is_free=True) > count_voicings(is_free=False)


def test_where_figures_are_strict_a_section_that_returns_is_played_as_the_first(context: MakeContext) -> None:
    def play(number: int, is_strict: bool) -> list[GridNote]:
        one = replace(context(style="latin"), loop=2, is_strict=is_strict)
        section = replace(one, section=replace(one.section, number=number))
        return play_chords(section, KEYS, RandomSource(3), RandomSource(number))

    assert play(1, is_strict=True) == play(2, is_strict=True)
    assert play(1, is_strict=False) != play(2, is_strict=False)


def test_a_busy_player_plays_a_faster_arpeggio(context: MakeContext) -> None:
    def count_notes(density: float) -> int:
        member = msgspec.structs.replace(PULSE, density=density)
        return len(play_arpeggio(context(style="chiptune"), member, RandomSource(1), RandomSource(0)))

    assert count_notes(1.0) == 8 * 16
    assert count_notes(0.1) == 8 * 4


def test_a_low_guitar_of_a_rock_band_leaves_out_the_third(context: MakeContext) -> None:
    section = context(style="rock", energy=0.8)
    for note in play_chords(section, GUITAR, RandomSource(1), RandomSource(0)):
        chord = section.chord_at(note.step)
        assert note.pitch % 12 in (chord.root, (chord.root + 7) % 12, (chord.root + 6) % 12)


@pytest.mark.parametrize("style", ["pop", "swing"])
def test_chords_at_the_bottom_of_an_instrument_are_open(style: str, context: MakeContext) -> None:
    """No third is a blur: below `LOWEST_CHORD` there are roots and fifths alone, none nearer than a fourth."""
    low = replace(KEYS, bottom=31, top=45)
    for seed in range(20):
        section = context(style=style, seed=seed)
        struck: dict[int, list[int]] = defaultdict(list)
        for note in play_chords(section, low, RandomSource(seed), RandomSource(0)):
            struck[note.step].append(note.pitch)
        for step, pitches in struck.items():
            chord = section.chord_at(step).pitches
            below = sorted(pitch for pitch in pitches if pitch < LOWEST_CHORD)
            assert all(pitch % 12 in (chord[0], chord[2]) for pitch in below)
            assert all(higher - lower >= 5 for lower, higher in pairwise(below))
            assert all(pitch % 12 in chord for pitch in pitches)


def test_swing_comps_in_another_rhythm_from_bar_to_bar_and_rock_does_not(context: MakeContext) -> None:
    def share_repeated(style: str, member: Member) -> float:
        repeated: list[bool] = []
        for seed in range(30):
            section = context(seed=seed, style=style, energy=0.6)
            bars: dict[int, list[int]] = {bar: [] for bar in range(8)}
            for step in sorted(
                {note.step for note in play_chords(section, member, RandomSource(seed), RandomSource(0))}
            ):
                bars[step // 16].append(step % 16)
            repeated += [one == other for one, other in pairwise(bars.values())]
        return sum(repeated) / len(repeated)

    steady = msgspec.structs.replace(KEYS, variety=0.2)
    assert share_repeated("swing", steady) < 0.6 < share_repeated("rock", steady)
