"""Rhythms of units: inside their bars, in order, with a breath at a close."""

from itertools import pairwise

import pytest

from bandstand.composer.random_source import RandomSource
from bandstand.composer.styles import STYLES
from bandstand.composer.voices.tunes.plans import Unit
from bandstand.composer.voices.tunes.rhythms import Beats, RhythmWriter, TuneHabits

CLOSED = Unit("a", 0, 0, 2, "full")
AGAIN = Unit("a", 1, 4, 2, "full")
USUAL = TuneHabits()
STYLE_NAMES = list(STYLES)


def write(style: str, seed: int, habits: TuneHabits = USUAL, unit: Unit = CLOSED) -> Beats:
    return RhythmWriter(STYLES[style], habits, (), RandomSource(seed)).write(unit)


@pytest.mark.parametrize("style", STYLE_NAMES)
@pytest.mark.parametrize("seed", range(10))
def test_notes_are_in_order_and_end_before_the_unit_with_a_breath(style: str, seed: int) -> None:
    beats, steps = write(style, seed), STYLES[style].beats * 4
    for before, after in pairwise(beats):
        assert before.step + before.length <= after.step
        assert not before.is_last
    assert beats[-1].is_last
    assert beats[-1].step + beats[-1].length < 2 * steps


def count(style: str, habits: TuneHabits) -> tuple[float, float, float]:
    """Notes, notes ahead of a strong beat, and units with a pickup, over many units."""
    units = [write(style, seed, habits) for seed in range(60)]
    notes = [beat for beats in units for beat in beats]
    ahead = [beat for beat in notes if beat.step % 8 == 6 and beat.length > 2]
    return len(notes), len(ahead) / len(notes), sum(beats[0].step < 0 for beats in units)


def test_a_busy_player_has_more_notes() -> None:
    assert count("pop", TuneHabits(density=0.9))[0] > 1.3 * count("pop", TuneHabits(density=0.1))[0]


def test_a_band_that_likes_syncopation_comes_ahead_of_the_beat() -> None:
    assert count("pop", TuneHabits(syncopation=1.0))[1] > 2 * count("pop", TuneHabits(syncopation=0.0))[1]


def test_a_band_that_likes_pickups_begins_before_the_bar() -> None:
    assert count("pop", TuneHabits(pickups=0.0))[2] == 0
    assert count("pop", TuneHabits(pickups=1.0))[2] > 40


@pytest.mark.parametrize("seed", range(20))
def test_a_unit_that_returns_keeps_its_rhythm_up_to_its_last_bar(seed: int) -> None:
    writer = RhythmWriter(STYLES["pop"], TuneHabits(), (), RandomSource(seed))
    beats = writer.write(CLOSED)
    again = writer.answer(beats, AGAIN)
    assert [beat.step for beat in again if beat.step < 16] == [beat.step for beat in beats if beat.step < 16]


def test_notes_are_tied_over_the_bar() -> None:
    tied = [
        beat for seed in range(40) for beat in write("bossa", seed) if 0 <= beat.step < 16 < beat.step + beat.length
    ]
    assert len(tied) > 8
