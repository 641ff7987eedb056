"""A whole section's tune."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.styles import STYLES
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.tunes.rhythms import TuneHabits
from bandstand.composer.voices.tunes.writer import TuneWriter, make_room

MakeContext = Callable[..., SectionContext]
LEAD = HOUSE["small-robots"].members[4]


def write(context: SectionContext, seed: int, **habits: float) -> list[GridNote]:
    return TuneWriter(context, LEAD, TuneHabits(**habits), RandomSource(seed)).write()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(6))
def test_the_climax_comes_late(style: str, seed: int, context: MakeContext) -> None:
    notes = write(context("chorus", seed=seed, style=style), seed)
    top = max(note.pitch for note in notes)
    assert max(note.step for note in notes if note.pitch == top) >= 2 * STYLES[style].beats * 4


def test_the_climax_comes_once_in_some_songs_and_again_in_others(context: MakeContext) -> None:
    counts = []
    for seed in range(40):
        pitches = [note.pitch for note in write(context("chorus", seed=seed), seed)]
        counts.append(pitches.count(max(pitches)))
    assert counts.count(1) >= 10
    assert len([count for count in counts if count > 1]) >= 5
    assert max(counts) <= 10


@pytest.mark.parametrize("seed", range(20))
def test_no_two_notes_sound_at_once(seed: int, context: MakeContext) -> None:
    notes = write(context(seed=seed), seed, pickups=1.0)
    assert all(a.step + a.length <= b.step for a, b in pairwise(notes))


def test_tunes_differ_in_their_bars_and_have_bars_that_return(context: MakeContext) -> None:
    rhythms, returning = [], 0
    for seed in range(90):
        bars: dict[int, list[int]] = {}
        for note in write(context(seed=seed), seed):
            bars.setdefault(note.step // 16, []).append(note.step % 16)
        kinds = Counter(map(tuple, bars.values()))
        rhythms.append(len(kinds))
        returning += any(count > 1 for count in kinds.values())
    assert sum(rhythms) / len(rhythms) >= 4
    assert returning >= 72


def test_no_two_songs_have_one_tune(context: MakeContext) -> None:
    tunes = {tuple((note.step, note.pitch) for note in write(context(seed=1), seed)) for seed in range(100)}
    assert len(tunes) == 100


def test_another_key_has_the_same_tune_where_the_register_has_room(context: MakeContext) -> None:
    moved = []
    for seed in range(20):
        low, high = (write(context(seed=seed, key=key), seed) for key in ("C", "D"))
        assert [note.step for note in low] == [note.step for note in high]
        moved.append({b.pitch - a.pitch for a, b in zip(low, high, strict=True)})
    assert {2} in moved


def test_a_pickup_cuts_what_is_before_it() -> None:
    notes = [GridNote(0, 8, 60, 1.0), GridNote(8, 8, 62, 1.0), GridNote(13, 3, 64, 1.0)]
    assert make_room(notes, 14) == [GridNote(0, 8, 60, 1.0), GridNote(8, 6, 62, 1.0)]
