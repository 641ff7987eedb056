"""Bots are told of a position when what they reckon is wrong, and not otherwise."""

from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.playout import Moved, Position
from bandstand.streamer.position_watch import PositionWatch

CUE = CueId(1)


def at(seconds: float, cue: CueId = CUE) -> Position:
    return Position(cue, Frames(round(seconds * RATE)))


def test_a_cue_that_goes_on_with_the_clock_is_no_news() -> None:
    watch = PositionWatch()
    assert [watch.find_error(at(n / 10), True, 50 + n / 10 + 0.1 * (n % 2)) for n in range(100)] == [None] * 100


def test_a_hold_is_told_once_when_it_begins_and_once_when_it_is_over() -> None:
    watch = PositionWatch()
    watch.find_error(at(0), True, 50.0)
    assert watch.find_error(at(3), False, 53.0) == Moved(CUE, Frames(3 * RATE), False)
    assert watch.find_error(at(3), False, 68.0) is None
    assert watch.find_error(at(3), True, 68.1) == Moved(CUE, Frames(3 * RATE), True)
    assert watch.find_error(at(5), True, 70.1) is None


def test_what_was_missed_by_a_process_that_stood_still_is_told() -> None:
    watch = PositionWatch()
    watch.find_error(at(0), True, 50.0)
    assert watch.find_error(at(1), True, 56.0) == Moved(CUE, Frames(RATE), True)


def test_a_cue_that_begins_held_is_told_and_one_that_plays_is_not() -> None:
    watch = PositionWatch()
    assert watch.find_error(at(0), False, 50.0) == Moved(CUE, Frames(0), False)
    assert watch.find_error(at(0, CueId(2)), True, 51.0) is None
    assert watch.find_error(None, True, 52.0) is None
    assert watch.find_error(at(7), True, 53.0) is None
