"""How one song goes over into the next."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.scheduling import estimate_waits, plan_playout
from bandstand.bot.station.transitions import (
    GAPLESS,
    LONGEST_FADE_OUT,
    LONGEST_OVERLAP,
    Transition,
    find_end,
    find_start,
    plan_transition,
)
from bandstand.common.api.people import Place
from bandstand.common.api.values import UNKNOWN_EDGES, Cue, CueState, Edges, SongBrief, SongKind, SongState
from bandstand.common.types import RATE, CueId, Frames, SongCode

COMPOSED = Edges(next_at=117.5, is_composed=True)
IMPORTED = Edges(cue_in=0.8, cue_out=118.0, next_at=114.0)


def make_cue(number: int, edges: Edges = UNKNOWN_EDGES, kind: SongKind = SongKind.SONG, **more: Any) -> Cue:
    song = SongBrief(SongCode(f"s{number}"), "t", "a", SongState.READY, more.pop("seconds", 120.0), 0.0, kind)
    state = CueState.AIR if number == 1 else CueState.QUEUED
    return Cue(id=CueId(number), song=song, state=state, name="ann", place=Place("x"), created=0.0, edges=edges, **more)


def test_the_score_says_when_the_next_begins_and_nothing_is_faded() -> None:
    assert plan_transition(make_cue(1, COMPOSED), make_cue(2, IMPORTED)) == Transition(at=117.5)


def test_cue_points_overlap_and_the_song_that_goes_fades_out() -> None:
    assert plan_transition(make_cue(1, IMPORTED), make_cue(2)) == Transition(at=114.0, end=118.0, fade=4.0)
    early = Edges(cue_out=118.0, next_at=60.0)
    assert plan_transition(make_cue(1, early), make_cue(2)) == Transition(at=112.0, end=118.0, fade=4.0)


def test_a_short_song_gives_at_most_half_of_itself() -> None:
    assert plan_transition(make_cue(1, IMPORTED), make_cue(2, seconds=4.0)).at == 116.0


def test_songs_that_say_nothing_are_joined_without_a_gap() -> None:
    assert plan_transition(make_cue(1), make_cue(2)) == GAPLESS
    assert plan_transition(make_cue(1, Edges(cue_in=0.1, cue_out=119.9)), make_cue(2)) == GAPLESS


def test_silence_at_the_end_and_at_the_head_is_left_out() -> None:
    assert plan_transition(make_cue(1, Edges(cue_out=110.0)), make_cue(2)) == Transition(at=110.0, end=110.0)
    assert find_start(make_cue(2, IMPORTED)) == 0.8
    assert find_start(make_cue(2, Edges(cue_in=0.1))) == 0.0
    assert find_start(make_cue(2, IMPORTED, start=Frames(30 * RATE))) == 30.0


@pytest.mark.parametrize("kind", [SongKind.JINGLE, SongKind.IDENT, SongKind.BRIDGE])
def test_what_is_heard_between_songs_is_never_faded(kind: SongKind) -> None:
    between = make_cue(2, kind=kind, seconds=5.0)
    assert plan_transition(make_cue(1, IMPORTED), between, 8.0) == Transition(at=118.0, end=118.0)
    assert plan_transition(make_cue(1, COMPOSED), between, 8.0) == Transition(at=117.5)
    assert plan_transition(between, make_cue(3, crossfade=6.0), 8.0) == GAPLESS
    composed = make_cue(2, Edges(next_at=4.0, is_composed=True), kind, seconds=5.0)
    assert plan_transition(composed, make_cue(3), 8.0) == Transition(at=4.0)


def test_a_crossfade_that_somebody_asked_for_wins_and_its_own_before_the_station_s() -> None:
    assert plan_transition(make_cue(1, COMPOSED), make_cue(2), 3.0) == Transition(crossfade=3.0)
    assert plan_transition(make_cue(1, IMPORTED), make_cue(2, crossfade=5.0), 3.0) == Transition(crossfade=5.0)
    assert plan_transition(make_cue(1, IMPORTED), make_cue(2, crossfade=0.0), 3.0) == GAPLESS


seconds = st.floats(0.0, 400.0)
points = st.builds(Edges, st.none() | seconds, st.none() | seconds, st.none() | seconds, st.booleans())


@given(points, points, st.floats(1.0, 400.0), st.floats(1.0, 400.0), st.floats(0.0, 20.0))
def test_whatever_songs_say_a_transition_can_be_carried_out(
    first: Edges, second: Edges, length: float, other: float, crossfade: float
) -> None:
    ending, beginning = make_cue(1, first, seconds=length), make_cue(2, second, seconds=other)
    transition = plan_transition(ending, beginning, crossfade)
    assert 0.0 <= transition.fade <= LONGEST_FADE_OUT
    if transition.at is not None:
        assert transition.at > 0.0
        assert transition.end is None or transition.at <= transition.end <= transition.at + LONGEST_OVERLAP + 1e-6
        assert transition.end is None or transition.fade <= transition.end - transition.at + 1e-6
    assert find_end(ending, transition) > 0.0


def test_the_plan_and_the_waits_go_by_the_transition() -> None:
    cues = [make_cue(1, COMPOSED), make_cue(2, IMPORTED), make_cue(3, COMPOSED)]
    plan = plan_playout(cues, None, 0.0)
    assert plan.transition == Transition(at=117.5)
    assert plan.following is not None and plan.following.start == round(0.8 * RATE)
    assert estimate_waits(cues, 100.0, 0.0) == pytest.approx([17.5, 17.5 + 114.0 - 0.8])
