"""A new version waits for its bar, by the clock and by where the song on the air is."""

from random import Random
from typing import Any

import pytest
from bot.effects import CutOnBar
from bot.songs import watches
from bot.songs.bars import Bars
from bot.view import AirView
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from bot.making.catalogue import Catalogue
from bot.making.generator_reload import LEAD, Live
from common.generators import Generator
from common.types import RATE, Frames

GRID = Bars(Frames(2 * RATE), Frames(0))


class Case:
    def __init__(self) -> None:
        self.clock = Clock()
        self.changes: list[tuple[Any, ...]] = []
        self.air: AirView | None = None
        self.live = Live(
            self.clock, lambda: 1000.0 + self.clock.seconds(), Random(1), Catalogue(None, {"mine": Generator()}),
            self._change, lambda work: succeed([]), lambda: self.air,
        )  # fmt: skip

    def _change(self, *call: Any) -> Any:
        self.changes.append(call)
        return succeed(None)


@pytest.fixture
def case() -> Case:
    return Case()


def test_it_cuts_so_much_before_the_bar_as_it_takes_to_be_heard(case: Case) -> None:
    case.air = AirView(cue=4, seconds=2.5)
    case.live.cut_on_bar(CutOnBar(9, 4, GRID))
    lead = LEAD / RATE
    case.clock.advance(1.5 - lead - 0.001)
    assert case.changes == []
    case.clock.advance(0.002)
    assert case.changes == [(watches.cut_in, 9, pytest.approx(1001.5 - lead, abs=0.01), GRID)]


def test_a_bar_that_is_too_near_is_left_for_the_next(case: Case) -> None:
    case.air = AirView(cue=4, seconds=1.9)
    case.live.cut_on_bar(CutOnBar(9, 4, GRID))
    case.clock.advance(1.8)
    assert case.changes == []
    case.clock.advance(0.1)
    assert len(case.changes) == 1


def test_where_another_song_is_on_the_air_it_cuts_at_once(case: Case) -> None:
    case.air = AirView(cue=5, seconds=0.5)
    case.live.cut_on_bar(CutOnBar(9, 4, GRID))
    case.clock.advance(0)
    assert len(case.changes) == 1


def test_nothing_is_cut_while_the_bot_stops(case: Case) -> None:
    case.live.cut_on_bar(CutOnBar(9, 4, GRID))
    case.live.stop()
    case.clock.advance(1)
    assert case.changes == []
