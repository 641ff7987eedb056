"""When things are tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.backoff import FIRST, LAST, STEADY, Backoff


def test_waits_double_from_the_first_to_the_last() -> None:
    backoff = Backoff(lambda: 0.0)
    assert [backoff.next_wait() for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0]
    assert backoff.next_wait() == LAST


def test_each_user_has_limits_of_its_own() -> None:
    backoff = Backoff(lambda: 1.0, first=2.0, last=300.0, steady=180.0, spread=0.5)
    assert [backoff.next_wait() for _ in range(9)][:3] == [1.0, 2.0, 4.0]
    assert backoff.next_wait() == 150.0
    backoff.record_success(179.0)
    assert backoff.next_wait() == 150.0
    backoff.record_success(180.0)
    assert backoff.next_wait() == 1.0


def test_what_held_long_enough_makes_the_next_failure_a_first_one() -> None:
    backoff = Backoff(lambda: 0.0)
    backoff.next_wait()
    backoff.record_success(STEADY - 0.1)
    assert backoff.next_wait() == 2 * FIRST
    backoff.record_success(STEADY)
    assert backoff.next_wait() == FIRST


def test_a_lasting_failure_waits_at_least_so_long_and_goes_on_from_there() -> None:
    backoff = Backoff(lambda: 0.0, first=2.0, last=300.0)
    assert [backoff.next_wait(at_least=120.0), backoff.next_wait(), backoff.next_wait()] == [120.0, 240.0, 300.0]
    backoff.restart()
    assert backoff.next_wait() == 2.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_chance_only_shortens_and_never_by_more_than_the_spread(random: float, spread: float) -> None:
    backoff = Backoff(lambda: random, spread=spread)
    for whole in (0.25, 0.5, 1.0):
        assert whole * (1 - spread) - 1e-9 <= backoff.next_wait() <= whole


@pytest.mark.parametrize("random", [0.0, 0.5, 1.0])
def test_it_never_ends(random: float) -> None:
    backoff = Backoff(lambda: random)
    assert all(0 < backoff.next_wait() <= LAST for _ in range(1000))
