"""Which parts are recorded twice, and how the second player keeps to the first. No sound: `test_synth.py` has that."""

import msgspec

from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE
from bandstand.composer.compose import compose
from bandstand.composer.fluid import BUSES, DRIVEN, LATE, TAKES, double_takes, place_parts, schedule_events
from bandstand.composer.score import Score, assign_channels
from bandstand.composer.streaming_score import StreamingScore


def make_rock() -> Score:
    return compose(HOUSE["gravel-theory"], 2, {"minutes": 1})


def test_only_driven_guitars_that_play_chords_have_two_takes_on_a_bus_of_their_own(short: Score) -> None:
    rock = make_rock()
    for score in (rock, short):
        channels = assign_channels(score)
        places = place_parts(score, channels)
        driven = {
            channel
            for channel, part in zip(channels, score.parts, strict=True)
            if part.voice == "chords" and part.program in DRIVEN
        }
        assert {channel for channel, takes in places.items() if len(takes) == 2} == driven
        taken = [place for takes in places.values() for place in takes]
        assert len(set(taken)) == len(taken)
        assert all((place % BUSES == 0) == (channel not in driven) for channel in channels for place in places[channel])


def test_no_part_is_without_a_place_when_there_are_more_driven_parts_than_buses() -> None:
    rock = make_rock()
    guitars = tuple(msgspec.structs.replace(rock.parts[2], program=30) for _ in range(5))
    score = msgspec.structs.replace(rock, parts=guitars)
    takes = [len(places) for places in place_parts(score, assign_channels(score)).values()]
    assert takes == [2, 2, 1, 1, 1]


def test_the_second_player_plays_every_note_a_little_later_in_the_same_order() -> None:
    score = make_rock()
    channel = assign_channels(score)[2]
    events = list(double_takes(schedule_events(StreamingScore.from_score(score)), {channel}))
    assert events == sorted(events)
    first = [event for event in events if event[3] == channel]
    second = [event for event in events if event[3] == channel + TAKES]
    assert [event[1:3] + event[4:] for event in first] == [event[1:3] + event[4:] for event in second]
    late = [(other[0] - one[0]) / RATE for one, other in zip(first, second, strict=True)]
    assert 0 < min(late) < max(late) < LATE[0] + LATE[1] + 0.002
