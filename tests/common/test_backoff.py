"""Exponential backoff."""

from common.backoff import Backoff


def test_waits_double_up_to_the_last_one() -> None:
    backoff = Backoff(lambda: 0.0, first=1, last=10)
    assert [backoff.wait() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_each_wait_is_shortened_at_random_by_up_to_half() -> None:
    assert Backoff(lambda: 1.0, first=2).wait() == 1


def test_only_a_success_that_held_makes_it_quick_again() -> None:
    backoff = Backoff(lambda: 0.0, first=1, last=100, steady=60)
    for _ in range(5):
        backoff.wait()
    backoff.held(59)
    assert backoff.wait() == 32
    backoff.held(60)
    assert backoff.wait() == 1
