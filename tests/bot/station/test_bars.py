"""Bars, sections and places of a song, from what it says of itself."""

import pytest

from bandstand.bot.station.bars import (
    count_bar,
    find_bar_before,
    find_bars,
    find_next_bar,
    find_place,
    find_same_place,
    find_section,
)
from bandstand.common.api.values import Bars, Section, SongPlace
from bandstand.common.types import Frames

SECTIONS = (Section("intro", 1), Section("verse two", 5), Section("chorus", 13))


def test_a_bar_is_its_beats_at_the_tempo() -> None:
    assert find_bars({"tempo": 120}, {}) == Bars(Frames(96_000), Frames(0))
    assert find_bars({"tempo": 90, "beats": 3, "offset": 0.5}, {}) == Bars(Frames(96_000), Frames(24_000))
    assert find_bars({}, {"tempo": 120}) == Bars(Frames(96_000), Frames(0))


@pytest.mark.parametrize("tempo", [None, "fast", True, 0, -3, float("nan"), 1e9])
def test_a_tempo_that_is_none_is_no_grid(tempo: object) -> None:
    assert find_bars({"tempo": tempo}, {}) is None


@pytest.mark.parametrize("beats", [0.5, 65, -1])
def test_a_bar_of_no_usual_length_is_no_grid(beats: float) -> None:
    assert find_bars({"tempo": 120, "beats": beats}, {}) is None


def test_the_next_bar_is_never_behind() -> None:
    grid = Bars(Frames(1000), Frames(300))
    firsts = [find_next_bar(grid, frames) for frames in (0, 300, 301, 1299, 1300, 1301)]
    assert firsts == [300, 300, 1300, 1300, 1300, 2300]
    assert [count_bar(grid, frames) for frames in (0, 299, 300, 1299, 1300)] == [0, 0, 1, 1, 2]
    assert count_bar(None, 5000) == 0


def test_the_bar_before_is_never_ahead() -> None:
    grid = Bars(Frames(1000), Frames(300))
    assert [find_bar_before(grid, frames) for frames in (299, 300, 1299, 1300, 1301)] == [299, 300, 300, 1300, 1300]
    assert (find_bar_before(None, 1301), find_bar_before(grid, -5)) == (1301, 0)


def test_the_same_place_is_in_the_same_bar_and_as_far_into_it() -> None:
    slow, fast = Bars(Frames(1000), Frames(300)), Bars(Frames(500), Frames(40))
    assert [find_same_place(slow, fast, frames) for frames in (300, 5300, 5500)] == [40, 2540, 2640]
    assert find_same_place(slow, fast, 0) == 0, "before the first bar"
    assert (find_same_place(None, fast, 700), find_same_place(slow, None, 700)) == (700, 700)


def test_a_section_is_the_last_that_has_begun() -> None:
    assert [find_section(SECTIONS, bar) for bar in (0, 1, 4, 5, 40)] == [0, 0, 0, 1, 2]
    assert find_section((), 3) == 0


def test_a_place_has_its_bar_and_section_where_the_song_says_them() -> None:
    grid = Bars(Frames(96_000), Frames(0))
    assert find_place(SECTIONS, grid, 8.1) == SongPlace(8.1, 5, "verse two")
    assert find_place((), grid, 8.1) == SongPlace(8.1, 5, "")
    assert find_place(SECTIONS, None, 8.1) == SongPlace(8.1, 0, "")
    assert find_place((), None, 8.1) == SongPlace(8.1, 0, "")
