"""The rules of what is heard."""

import msgspec

from bandstand.bot.station.scheduling import (
    Plan,
    find_due,
    find_next,
    order_first,
    order_last,
    plan_playout,
    sort_queue,
)
from bandstand.common.api.people import Place
from bandstand.common.api.values import Choice, Cue, CueState, SongBrief, SongState, Source
from bandstand.common.types import CueId, SongCode

AIR, QUEUED, OVER = CueState.AIR, CueState.QUEUED, CueState.OVER


def make_cue(
    number: int, state: CueState = QUEUED, song: SongState = SongState.READY, order: float | None = None
) -> Cue:
    brief = SongBrief(SongCode("7kq3"), "t", "a", song, 90.0, 0.0)
    return Cue(
        id=CueId(number), song=brief, state=state, name="ann", place=Place("console"), created=0.0,
        order=float(number) if order is None else order,
    )  # fmt: skip


def test_the_queue_is_in_its_order_then_by_age() -> None:
    cues = [make_cue(3, order=1), make_cue(1, order=2), make_cue(2, order=1), make_cue(4, AIR), make_cue(5, OVER)]
    assert [cue.id for cue in sort_queue(cues)] == [2, 3, 1]


def test_a_song_still_being_made_keeps_its_place_and_holds_nobody_up() -> None:
    cues = [make_cue(1, song=SongState.MAKING), make_cue(2, song=SongState.BEGUN)]
    following = find_next(cues)
    assert following is not None
    assert following.id == 2
    assert [cue.id for cue in sort_queue(cues)] == [1, 2]


def test_the_plan_is_the_current_cue_and_what_follows_it() -> None:
    air, queued = make_cue(1, AIR), make_cue(2)
    assert plan_playout([queued, air], None, 0.0) == Plan(air, queued)


def test_while_stopped_the_plan_is_silence_and_how_to_get_there() -> None:
    assert plan_playout([make_cue(1, AIR), make_cue(2)], 5.0, 0.0) == Plan(fade=5.0)


def test_a_cue_whose_song_cannot_be_opened_may_go_on_where_the_streamer_has_it() -> None:
    for state in (SongState.MAKING, SongState.FAILED):
        assert plan_playout([make_cue(1, AIR, state), make_cue(2)], None, 0.0) == Plan(keep=CueId(1))


def test_nothing_goes_on_the_air_while_something_is_there_or_the_station_is_stopped() -> None:
    assert find_due([make_cue(1, AIR), make_cue(2)], is_stopped=False) is None
    assert find_due([make_cue(2)], is_stopped=True) is None
    assert find_due([make_cue(2)], is_stopped=False) == make_cue(2)


def test_what_is_planned_for_a_fixed_time_does_not_come_early_in_place_of_what_is_not_ready() -> None:
    choice = Choice(source=Source.ROTATION, not_before=1000.0)
    waited, fixed = make_cue(2, song=SongState.MAKING), msgspec.structs.replace(make_cue(3), choice=choice)
    assert find_due([waited, fixed], False, 998.0) is None
    assert find_due([waited, fixed], False, 999.5) == fixed
    air = make_cue(1, AIR)
    assert plan_playout([air, waited, fixed], None, 0.0, 900.0) == Plan(air)
    assert plan_playout([air, waited, fixed], None, 0.0, 1000.0) == Plan(air, fixed)
    assert plan_playout([air, fixed], None, 0.0, 900.0) == Plan(air, fixed), "the song on the air ends in time"
    asked = make_cue(4)
    assert find_due([waited, fixed, asked], False, 900.0) == asked


def test_the_station_s_crossfade_is_for_what_follows_and_gives_way_to_its_own() -> None:
    cues = [make_cue(1, AIR), make_cue(2)]
    plan = plan_playout(cues, None, 4.0)
    assert plan.current is not None and plan.following is not None
    assert (plan.current.crossfade, plan.following.crossfade) == (None, 4.0)
    own = plan_playout([cues[0], msgspec.structs.replace(cues[1], crossfade=0.0)], None, 4.0)
    assert own.following is not None and own.following.crossfade == 0.0


def test_what_comes_back_stands_before_the_queue_and_what_is_new_behind_it() -> None:
    cues = [make_cue(1, order=4.0), make_cue(2, order=9.0), make_cue(3, AIR, order=-50.0)]
    assert order_first(cues) < 4.0
    assert order_last(cues) > 9.0
    assert order_first([]) == order_last([]) == 1.0
