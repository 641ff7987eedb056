"""The rules of requests: from when a song, and a person, may be served again."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.requesting import (
    DAY,
    FORGETTING,
    FULL_LIBRARY,
    MOST_COUNTED,
    PERSON_WAIT,
    SHORTEST,
    SongPast,
    SongRequest,
    add_request,
    count_requests,
    find_person_time,
    find_song_time,
    get_song_wait,
    reckon_wait,
)
from bandstand.common.types import SongCode

NOW = 1_800_000_000.0
counts = st.integers(0, MOST_COUNTED)
times = st.integers(0, 60 * 86400).map(lambda ago: NOW - ago)
libraries = st.integers(0, 2 * FULL_LIBRARY)


def make_request(created: float, count: int = 2) -> SongRequest:
    return SongRequest(song=SongCode("7kq3"), cue=1, person="ann", name="ann", created=created, count=count)


requests = st.builds(make_request, times, counts)
pasts: Any = st.builds(SongPast, last_started=st.none() | times, last_request=st.none() | requests)


@pytest.mark.parametrize(("count", "hours"), [(0, 11.35), (1, 33.84), (5, 93.07), (10, 120.87), (30, 254.36)])
def test_the_wait_grows_with_the_count_as_it_does_at_r_a_dio(count: int, hours: float) -> None:
    assert reckon_wait(count) / 3600 == pytest.approx(hours, abs=0.01)


@given(counts, counts)
def test_a_song_that_is_requested_more_often_never_rests_for_less(one: int, other: int) -> None:
    assert (reckon_wait(one) <= reckon_wait(other)) == (one <= other)


def test_a_small_library_waits_in_proportion_and_the_smallest_half_an_hour() -> None:
    assert get_song_wait(0, 12) == SHORTEST
    assert get_song_wait(0, FULL_LIBRARY // 2) == reckon_wait(0) / 2
    assert get_song_wait(0, 100_000) == reckon_wait(0)


def test_the_count_falls_by_one_a_day_from_the_eleventh_day_on() -> None:
    last = make_request(NOW, count=3)
    days = {day: count_requests(last, NOW + day * DAY) for day in (0, 10, 10.9, 11, 11.9, 12, 13, 14, 400)}
    assert days == {0: 3, 10: 3, 10.9: 3, 11: 2, 11.9: 2, 12: 1, 13: 0, 14: 0, 400: 0}


def test_a_request_adds_two_up_to_thirty() -> None:
    assert add_request(None, NOW) == 2
    assert add_request(make_request(NOW, 2), NOW + 1) == 4
    assert add_request(make_request(NOW, 29), NOW + 1) == MOST_COUNTED
    assert add_request(make_request(NOW, 2), NOW + 12 * DAY) == 2


@given(counts, st.lists(st.floats(0, 40 * DAY), max_size=6))
def test_the_count_is_what_a_daily_job_would_have_left(count: int, looks: list[float]) -> None:
    """The job runs every day at the hour of the request; looking at the count changes nothing."""
    last = make_request(0.0, count)
    for at in sorted(looks):
        by_job = count
        for day in range(1, math.floor(at / DAY) + 1):
            by_job = max(0, by_job - 1) if day >= FORGETTING else by_job
        assert count_requests(last, at) == by_job


def is_song_allowed(past: SongPast, songs: int, at: float) -> bool:
    """The rule itself: both the last play and the last request are at least the wait ago."""
    wait = get_song_wait(count_requests(past.last_request, at), songs)
    both = (past.last_started, past.last_request.created if past.last_request else None)
    return all(one is None or at >= one + wait for one in both)


@given(pasts, libraries)
def test_the_moment_that_is_told_is_the_first_that_is_allowed(past: SongPast, songs: int) -> None:
    at = find_song_time(past, songs, NOW)
    assert at >= NOW
    assert is_song_allowed(past, songs, at)
    assert (at == NOW) == is_song_allowed(past, songs, NOW)
    for part in range(1, 20):
        before = NOW + (at - NOW) * part / 20
        if before < at - 0.001:
            assert not is_song_allowed(past, songs, before)
    assert at == NOW or not is_song_allowed(past, songs, at - 0.001)


@given(pasts, libraries, st.floats(0, 30 * DAY))
def test_what_is_allowed_stays_allowed(past: SongPast, songs: int, later: float) -> None:
    at = find_song_time(past, songs, NOW)
    assert find_song_time(past, songs, at + later) == at + later


def test_a_song_that_was_never_heard_nor_requested_may_be_requested_at_once() -> None:
    assert find_song_time(SongPast(), 100_000, NOW) == NOW


def test_the_count_that_falls_meanwhile_brings_the_moment_nearer() -> None:
    """A favourite was requested 10.8 days ago and heard just now: it need not rest the ten days of its count."""
    past = SongPast(last_started=NOW, last_request=make_request(NOW - 10.8 * DAY, MOST_COUNTED))
    assert NOW + 6 * DAY < find_song_time(past, FULL_LIBRARY, NOW) < NOW + reckon_wait(MOST_COUNTED) - DAY


@given(st.none() | times)
def test_a_person_may_request_once_an_hour(last: float | None) -> None:
    at = find_person_time(last, NOW)
    assert at == NOW if last is None else at == max(NOW, last + PERSON_WAIT)
