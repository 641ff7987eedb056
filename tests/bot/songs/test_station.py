"""The rules of the programme."""

from dataclasses import replace

from bot.songs.station import Programme, Slot, goes_on_air, in_order, next_up, place_first, place_last, programme
from common.types import CueId, SongCode


def slot(cue: int, state: str = "queued", song_state: str = "ready", place: float | None = None) -> Slot:
    return Slot(CueId(cue), SongCode("7kq3"), "t", "a", song_state, state, float(cue) if place is None else place)


def test_the_queue_is_in_order_of_place_then_of_age() -> None:
    assert [s.cue for s in in_order([slot(3, place=1), slot(1, place=2), slot(2, place=1)])] == [2, 3, 1]


def test_a_song_still_being_made_keeps_its_place_and_holds_nobody_up() -> None:
    slots = [slot(1, song_state="making"), slot(2)]
    following = next_up(slots)
    assert following is not None
    assert following.cue == 2
    assert [s.cue for s in in_order(slots)] == [1, 2]


def test_the_programme_is_the_current_cue_and_what_follows_it() -> None:
    air, queued = slot(1, "air"), slot(2)
    assert programme([queued, air], stopped=False) == Programme(air, queued)


def test_while_stopped_the_programme_is_silence() -> None:
    assert programme([slot(1, "air"), slot(2)], stopped=True) == Programme()


def test_a_cue_whose_song_is_being_made_again_may_go_on_where_the_streamer_has_it() -> None:
    assert programme([slot(1, "air", "making")], stopped=False) == Programme(keep=CueId(1))


def test_nothing_goes_on_the_air_while_something_is_there_or_the_station_is_stopped() -> None:
    assert goes_on_air([slot(1, "air"), slot(2)], stopped=False) is None
    assert goes_on_air([slot(2)], stopped=True) is None
    assert goes_on_air([slot(2)], stopped=False) == slot(2)


def test_the_station_s_crossfade_is_for_what_follows_and_gives_way_to_its_own() -> None:
    slots = [slot(1, "air"), slot(2)]
    wanted = programme(slots, stopped=False, crossfade=4.0)
    assert wanted.current is not None and wanted.following is not None
    assert (wanted.current.crossfade, wanted.following.crossfade) == (None, 4.0)
    own = programme([slots[0], replace(slots[1], crossfade=0.0)], stopped=False, crossfade=4.0)
    assert own.following is not None and own.following.crossfade == 0.0


def test_what_comes_back_stands_before_the_queue() -> None:
    assert place_first([slot(1, place=4.0), slot(2, place=9.0)]) < 4.0


def test_a_new_place_is_behind_the_queue() -> None:
    slots = [slot(1, place=4.0), slot(2, place=9.0)]
    assert place_last(slots) > 9.0
    assert place_last([]) == 1.0
