"""The learned tables, mixed for a style."""

import pytest

from bandstand.composer.styles import STYLES
from bandstand.composer.voices.tunes.idioms import CELL, WIDEST, make_cells, mix_cells, mix_intervals
from bandstand.composer.voices.tunes.learned import LEARNED


def test_a_bar_becomes_a_cell_for_each_beat() -> None:
    assert make_cells(((0, 4), (4, 2), (6, 2), (8, 7), (15, 1)), 4) == [8, 10, 8, 1]


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_each_style_knows_how_every_beat_may_begin(style) -> None:  # type: ignore[no-untyped-def]
    table = mix_cells(style)
    assert {beat for beat, _ in table} == set(range(style.beats))
    assert all((beat, 2 ** (CELL - 1)) in table for beat in range(style.beats))
    assert all(sum(row.values()) == pytest.approx(1) for row in table.values())


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_after_every_interval_any_may_come_and_steps_most(style) -> None:  # type: ignore[no-untyped-def]
    table = mix_intervals(style.tune)
    for before in range(-WIDEST, WIDEST + 1):
        assert set(table[before]) == set(range(-WIDEST, WIDEST + 1))
    assert sum(table[1][step] for step in (-2, -1, 0, 1, 2)) > 0.5 * sum(table[1].values())


def test_the_tables_name_their_sources_and_are_small() -> None:
    assert all(len(one.source) > 20 and one.tunes for one in LEARNED.values())
    assert sum(len(one.cells) + len(one.intervals) for one in LEARNED.values()) < 8000
