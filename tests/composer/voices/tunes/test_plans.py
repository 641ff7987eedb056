"""Phrase plans cover their section and know what returns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.composer.random_source import RandomSource
from bandstand.composer.voices.tunes.plans import plan_tune


@given(st.integers(1, 40), st.integers(0, 10_000), st.sampled_from(["verse", "chorus", "solo"]))
def test_the_units_cover_the_section_without_gaps_and_its_end_is_closed(bars: int, seed: int, kind: str) -> None:
    units = plan_tune(kind, bars, RandomSource(seed)).units
    bar = 0
    for unit in units:
        assert unit.bar == bar
        bar += unit.bars
    assert bar == bars
    assert units[-1].close == "full"


@given(st.integers(2, 40), st.integers(0, 10_000))
def test_the_climax_is_not_in_the_opening_third(bars: int, seed: int) -> None:
    units, climax = plan_tune("verse", bars, RandomSource(seed))
    assert units[climax].bar + units[climax].bars >= bars / 3


@pytest.mark.parametrize("seed", range(20))
def test_a_solo_repeats_no_phrase(seed: int) -> None:
    units = plan_tune("solo", 16, RandomSource(seed)).units
    first = {unit.label for unit in units if unit.bar < 4}
    assert not first & {unit.label for unit in units if unit.bar >= 4}


def test_sections_of_eight_bars_have_several_forms() -> None:
    forms = {
        tuple((unit.label, unit.bars) for unit in plan_tune("verse", 8, RandomSource(seed)).units) for seed in range(60)
    }
    assert len(forms) >= 6
