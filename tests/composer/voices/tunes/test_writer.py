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
def test_the_climax_comes_once_and_late(style: str, seed: int, context: MakeContext) -> None:
    notes = write(context("chorus", seed=seed, style=style), seed)
    top = max(note.pitch for note in notes)
    assert Counter(note.pitch for note in notes)[top] == 1
    climax = next(note for note in notes if note.pitch == top)
    assert climax.step >= 2 * STYLES[style].beats * 4


@pytest.mark.parametrize("seed", range(20))
def test_no_two_notes_sound_at_once(seed: int, context: MakeContext) -> None:
    notes = write(context(seed=seed), seed, pickups=1.0)
    assert all(a.step + a.length <= b.step for a, b in pairwise(notes))


def test_tunes_differ_in_their_bars_and_have_bars_that_return(context: MakeContext) -> None:
    rhythms, returning = [], 0
    for seed in range(30):
        bars: dict[int, list[int]] = {}
        for note in write(context(seed=seed), seed):
            bars.setdefault(note.step // 16, []).append(note.step % 16)
        kinds = Counter(map(tuple, bars.values()))
        rhythms.append(len(kinds))
        returning += any(count > 1 for count in kinds.values())
    assert sum(rhythms) / len(rhythms) >= 4
    assert returning >= 24


def test_no_two_songs_have_one_tune(context: MakeContext) -> None:
    tunes = {tuple((note.step, note.pitch) for note in write(context(seed=1), seed)) for seed in range(100)}
    assert len(tunes) == 100


def test_another_key_has_the_same_tune(context: MakeContext) -> None:
    low, high = (write(context(seed=2, key=key), 2) for key in ("C", "D"))
    assert [note.step for note in low] == [note.step for note in high]
    moved = {b.pitch - a.pitch for a, b in zip(low, high, strict=True)}
    assert len(moved) == 1


def test_a_pickup_cuts_what_is_before_it() -> None:
    notes = [GridNote(0, 8, 60, 1.0), GridNote(8, 8, 62, 1.0), GridNote(13, 3, 64, 1.0)]
    assert make_room(notes, 14) == [GridNote(0, 8, 60, 1.0), GridNote(8, 6, 62, 1.0)]
