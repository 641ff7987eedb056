from collections.abc import Callable
from itertools import pairwise

import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.melody import LONG_STEPS, WIDEST, draw_motif, play_melody, transform_motif

MakeContext = Callable[..., SectionContext]
LEAD = HOUSE["small-robots"].members[4]


def play(context: SectionContext, seed: int) -> list[GridNote]:
    return play_melody(context, LEAD, RandomSource(seed), RandomSource(0))


@pytest.mark.parametrize("seed", range(50))
def test_a_motif_stays_near_its_beginning(seed: int) -> None:
    intervals = draw_motif(RandomSource(seed))
    assert all(abs(sum(intervals[:length])) <= 6 for length in range(len(intervals)))


def test_a_verse_has_the_motif_and_other_sections_transform_it() -> None:
    intervals = (1, 2, -1, 0, 1, -2, 1, 3)
    assert transform_motif(intervals, "verse", RandomSource(1)) == intervals
    assert transform_motif(intervals, "bridge", RandomSource(1)) == intervals[::-1]
    assert all(transform_motif(intervals, "chorus", RandomSource(seed)) != intervals for seed in range(20))


@pytest.mark.parametrize("seed", range(30))
def test_the_melody_moves_by_a_fourth_at_most(seed: int, context: MakeContext) -> None:
    notes = play(context(seed=seed, key="F#"), seed)
    assert all(abs(a.pitch - b.pitch) <= WIDEST for a, b in pairwise(notes))


@pytest.mark.parametrize("seed", range(30))
def test_the_downbeat_of_a_bar_is_a_note_of_its_chord(seed: int, context: MakeContext) -> None:
    section = context(seed=seed, key="Am")
    for note in play(section, seed):
        if note.step % 16 == 0 and note.step // 16 % 4 != 3:
            assert note.pitch % 12 in section.chord_at(note.step).pitches


@pytest.mark.parametrize("seed", range(30))
def test_a_chorus_ends_on_the_tonic_with_a_rest_after_it(seed: int, context: MakeContext) -> None:
    section = context("chorus", seed=seed, energy=0.8)
    last = play(section, seed)[-1]
    assert last.pitch % 12 == section.key.tonic
    assert last.step + last.length <= 8 * 16 - 3


def test_choruses_lie_above_verses(context: MakeContext) -> None:
    def middle(kind: str) -> float:
        pitches = [note.pitch for seed in range(20) for note in play(context(kind, energy=0.8, seed=seed), seed)]
        return sum(pitches) / len(pitches)

    assert middle("chorus") > middle("verse") + 2


@pytest.mark.parametrize("seed", range(20))
def test_the_last_chorus_has_a_second_voice_below_that_agrees_with_the_chords(seed: int, context: MakeContext) -> None:
    section = context("chorus", energy=1.0, seed=seed)
    single, double = play(context("chorus", energy=0.8, seed=seed), seed), play(section, seed)
    second = double[len(single) :]
    assert double[: len(single)] == single
    above = {note.step: note.pitch for note in single}
    assert second
    assert all(3 <= above[note.step] - note.pitch <= 9 for note in second)
    strong = [note for note in second if note.step % 8 == 0 or note.length >= LONG_STEPS]
    assert all(note.pitch % 12 in section.chord_at(note.step).pitches for note in strong)


@pytest.mark.parametrize("seed", range(30))
def test_a_close_begins_on_a_note_of_its_chord(seed: int, context: MakeContext) -> None:
    section = context(seed=seed, key="Em")
    closes = [[note for note in play(section, seed) if note.step // 16 == bar] for bar in (3, 7)]
    assert all(close[0].pitch % 12 in section.chord_at(close[0].step).pitches for close in closes)
