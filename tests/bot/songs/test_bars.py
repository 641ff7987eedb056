"""Bars and sections of a song, from what it says of itself."""

import pytest

from bot.songs.bars import Bars, bars, section
from common.types import Frames


def test_a_bar_is_its_beats_at_the_tempo() -> None:
    assert bars({"tempo": 120}, {}) == Bars(Frames(96_000), Frames(0))
    assert bars({"tempo": 90, "beats": 3, "offset": 0.5}, {}) == Bars(Frames(96_000), Frames(24_000))
    assert bars({}, {"tempo": 120}) == Bars(Frames(96_000), Frames(0))


@pytest.mark.parametrize("tempo", [None, "fast", True, 0, -3, float("nan"), 1e9])
def test_a_tempo_that_is_none_is_no_grid(tempo: object) -> None:
    assert bars({"tempo": tempo}, {}) is None


def test_the_next_bar_is_never_behind() -> None:
    grid = Bars(Frames(1000), Frames(300))
    assert [grid.next_from(frames) for frames in (0, 300, 301, 1299, 1300, 1301)] == [300, 300, 1300, 1300, 1300, 2300]
    assert [grid.number(frames) for frames in (0, 299, 300, 1299, 1300)] == [0, 0, 1, 1, 2]


def test_a_section_is_the_last_that_has_begun() -> None:
    facts = {"sections": "intro 1, verse two 5, chorus 13"}
    assert [section(facts, bar) for bar in (0, 1, 4, 5, 40)] == ["", "intro", "intro", "verse two", "chorus"]
    assert section({}, 3) == ""
    assert section({"sections": "what, ever x"}, 3) == ""
