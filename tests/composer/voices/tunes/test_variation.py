"""Variations of a tune that returns."""

from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.tunes.rhythms import TuneHabits
from bandstand.composer.voices.tunes.variation import raise_climax, vary_tune
from bandstand.composer.voices.tunes.writer import TuneWriter

MakeContext = Callable[..., SectionContext]
LEAD = HOUSE["small-robots"].members[4]


def write(context: SectionContext, seed: int) -> list[GridNote]:
    return [n for n in TuneWriter(context, LEAD, TuneHabits(), RandomSource(seed)).write() if n.step >= 0]


@pytest.mark.parametrize("seed", range(20))
def test_the_strong_notes_stay(seed: int, context: MakeContext) -> None:
    section = context(seed=seed)
    tune = write(section, seed)
    varied = {(note.step, note.pitch) for note in vary_tune(tune, section, RandomSource(seed, "/vary"))}
    assert {(note.step, note.pitch) for note in tune if note.step % 8 == 0} <= varied


def test_more_changes_where_a_band_develops_more(context: MakeContext) -> None:
    def changed(development: float) -> int:
        count = 0
        for seed in range(20):
            section = msgspec.structs.replace(context(seed=seed), development=development)
            tune = write(section, seed)
            count += len(set(tune) ^ set(vary_tune(tune, section, RandomSource(seed))))
        return count

    assert changed(0.0) == 0 < changed(0.5) < changed(1.0)


@pytest.mark.parametrize(("style", "is_repeated"), [("funk", True), ("baroque", False)])
def test_short_notes_are_struck_again_or_lead_on_by_style(style: str, is_repeated: bool, context: MakeContext) -> None:
    repeated, added = 0, 0
    for seed in range(20):
        section = context(seed=seed, style=style)
        tune = write(section, seed)
        varied = vary_tune(tune, section, RandomSource(seed))
        steps = {note.step for note in tune}
        for before, note in pairwise(varied):
            if note.length == 1 and note.step not in steps:
                added += 1
                repeated += note.pitch == before.pitch
    assert added >= 20
    assert (repeated == added) if is_repeated else (repeated == 0)


def test_notes_come_ahead_of_weak_beats_where_a_style_is_syncopated(context: MakeContext) -> None:
    def count(style: str) -> int:
        ahead = 0
        for seed in range(20):
            section = context(seed=seed, style=style)
            tune = write(section, seed)
            places = {(note.step, note.pitch) for note in vary_tune(tune, section, RandomSource(seed))}
            ahead += sum(
                (note.step, note.pitch) not in places and (note.step - 2, note.pitch) in places for note in tune
            )
        return ahead

    assert count("rock") >= 5
    assert count("baroque") == 0


def test_the_climax_of_the_last_chorus_is_often_higher_and_nothing_else_changes(context: MakeContext) -> None:
    raised = 0
    for seed in range(60):
        section = context("chorus", seed=seed)
        tune = write(section, seed)
        high = raise_climax(tune, section, LEAD.high)
        assert sum(a != b for a, b in zip(tune, high, strict=True)) <= 1
        raised += high != tune
    assert raised >= 10


def test_nothing_that_is_put_in_is_higher_than_the_climax(context: MakeContext) -> None:
    for seed in range(60):
        section = msgspec.structs.replace(context(seed=seed), development=1.0)
        tune = write(section, seed)
        varied = vary_tune(tune, section, RandomSource(seed, "/vary"))
        assert max(note.pitch for note in varied) <= max(note.pitch for note in tune)
