"""Cue points, out of momentary loudness alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.types import Lufs
from bandstand.composer.cue_points import LONGEST_OVERLAP, CuePoints, find_cue_points

QUIET = -120.7
FILLING = [QUIET] * 3
"""The first values, before there are 400 ms."""


def test_a_song_that_is_loud_from_end_to_end_has_none() -> None:
    assert find_cue_points([*FILLING, *[-14.0] * 97], Lufs(-14.0), 10.0) == CuePoints()


def test_silence_around_the_sound_is_left_out_and_nothing_audible_is() -> None:
    """Two seconds of silence, five of sound, which the windows hold up for 300 ms more, and three of silence."""
    momentary = [*[QUIET] * 20, *[-14.0] * 50, *[-18.0] * 3, *[QUIET] * 27]
    assert find_cue_points(momentary, Lufs(-14.0), 10.0) == CuePoints(2.0, 7.0, None)


def test_over_a_fade_the_next_song_begins_where_it_is_seven_decibels_down_but_late_enough() -> None:
    fade = [-14.0 - step * 0.5 for step in range(60)]
    found = find_cue_points([*FILLING, *[-14.0] * 137, *fade, *[QUIET] * 20], Lufs(-14.0), 22.0)
    assert found.cue_out == pytest.approx(19.7)
    assert found.next_at == pytest.approx(15.1)
    slow = [-14.0 - step * 0.1 for step in range(260)]
    found = find_cue_points([*FILLING, *[-14.0] * 137, *slow], Lufs(-14.0), 40.0)
    assert found.cue_out is None
    assert found.next_at == pytest.approx(40.0 - LONGEST_OVERLAP)


@pytest.mark.parametrize("integrated", [-70.0, -math.inf])
def test_of_silence_there_is_nothing_to_leave_out(integrated: float) -> None:
    assert find_cue_points([QUIET] * 50, Lufs(integrated), 5.0) == CuePoints()
    assert find_cue_points([], Lufs(integrated), 0.05) == CuePoints()


@given(st.lists(st.floats(-130.0, 3.0), max_size=200), st.floats(-68.0, 0.0))
def test_points_lie_in_the_song_and_in_order(momentary: list[float], integrated: float) -> None:
    seconds = len(momentary) * 0.1 + 0.05
    found = find_cue_points(momentary, Lufs(integrated), seconds)
    cue_in, cue_out = found.cue_in or 0.0, seconds if found.cue_out is None else found.cue_out
    next_at = cue_out if found.next_at is None else found.next_at
    assert cue_in >= 0.0
    assert max(0.0, cue_out - LONGEST_OVERLAP) - 0.01 <= next_at <= cue_out + 0.01
    assert cue_out <= seconds
