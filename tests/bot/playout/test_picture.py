"""The bot's picture of the streamer, by the streamer's own rule."""

import pytest

from bandstand.bot.playout.picture import StreamerPicture
from bandstand.common import wire
from bandstand.common.api.people import Place
from bandstand.common.api.values import Cue, CueState, OnAir, SongBrief, SongState
from bandstand.common.types import RATE, CueId, Frames, SongCode


def cue(number: int, start: int = 0) -> Cue:
    brief = SongBrief(SongCode("7kq3"), "T", "A", SongState.READY, 90.0, 0.0)
    return Cue(
        id=CueId(number), song=brief, state=CueState.AIR, name="ann", place=Place("x"), created=0.0, start=Frames(start)
    )


class Case:
    def __init__(self) -> None:
        self.now = 100.0
        self.picture = StreamerPicture(lambda: self.now)

    def end(self, number: int, reason: str = "finished") -> None:
        self.picture.record_report(wire.Ended(number, reason, 10, ""), 0.0)


@pytest.fixture
def case() -> Case:
    return Case()


def test_the_position_goes_on_with_the_clock_from_when_it_happened(case: Case) -> None:
    case.picture.record_report(wire.Started(1, 4800), ago=2.0)
    case.now += 1.0
    assert case.picture.get_on_air() == OnAir(CueId(1), 3.1)


def test_what_follows_is_current_when_a_cue_ends(case: Case) -> None:
    case.picture.record_played(cue(1))
    case.picture.record_followed(cue(2))
    case.end(1)
    assert (case.picture.current, case.picture.following) == (2, None)


def test_what_is_told_to_follow_begins_at_once_where_nothing_is_on_the_air(case: Case) -> None:
    case.picture.record_followed(cue(2, RATE))
    assert case.picture.get_on_air() == OnAir(CueId(2), 1.0)


def test_an_answer_that_comes_after_the_report_of_the_end_changes_nothing(case: Case) -> None:
    case.end(1)
    case.picture.record_played(cue(1))
    case.picture.record_followed(cue(1))
    assert case.picture.current is None and case.picture.has_ended(CueId(1))


def test_a_stopped_cue_has_not_ended_and_what_followed_it_is_let_go(case: Case) -> None:
    case.picture.record_played(cue(1))
    case.picture.record_followed(cue(2))
    case.end(1, "stopped")
    assert (case.picture.current, case.picture.following) == (None, None)
    assert not case.picture.has_ended(CueId(1))


def test_what_follows_stays_when_another_song_cuts_in(case: Case) -> None:
    case.picture.record_played(cue(1))
    case.picture.record_followed(cue(2))
    case.end(1, "cut")
    case.picture.record_played(cue(3))
    assert (case.picture.current, case.picture.following) == (3, 2)


def test_a_cue_that_is_held_stands_still_and_goes_on_from_where_the_streamer_says(case: Case) -> None:
    case.picture.record_report(wire.Started(1, 0), ago=0.0)
    case.now += 3.0
    case.picture.record_moved(CueId(1), Frames(2 * RATE), is_moving=False)
    case.now += 3600.0
    assert case.picture.get_on_air() == OnAir(CueId(1), 2.0)
    case.picture.record_moved(CueId(2), Frames(0), is_moving=True)
    assert case.picture.get_on_air() == OnAir(CueId(1), 2.0)
    case.picture.record_moved(CueId(1), Frames(2 * RATE), is_moving=True)
    case.now += 1.0
    assert case.picture.get_on_air() == OnAir(CueId(1), 3.0)
    case.picture.record_moved(CueId(1), Frames(3 * RATE), is_moving=False)
    case.picture.record_report(wire.Started(2, 0), ago=1.0)
    assert case.picture.get_on_air() == OnAir(CueId(2), 1.0)
