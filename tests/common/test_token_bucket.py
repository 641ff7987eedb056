"""Token buckets: a burst, then an even rate."""

from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.token_bucket import TokenBucket, TokenBuckets


def test_a_full_bucket_grants_its_burst_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=0.5, burst=3)
    assert [bucket.take(100) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert bucket.take(101) == 1.0
    assert bucket.take(102) == 0.0
    assert bucket.take(102) == 2.0


def test_a_refusal_costs_nothing() -> None:
    bucket = TokenBucket(rate=1, burst=1)
    bucket.take(0)
    assert [bucket.take(0.5) for _ in range(10)] == [0.5] * 10
    assert bucket.take(1) == 0.0


def test_an_action_may_cost_more_or_less_than_a_token() -> None:
    bucket = TokenBucket(rate=1, burst=4)
    assert bucket.take(0, cost=3) == 0.0
    assert bucket.take(0, cost=2) == 1.0
    assert bucket.take(0, cost=0.5) == 0.0


def test_it_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=10, burst=2)
    bucket.take(0)
    assert not bucket.is_full(0.05)
    assert bucket.is_full(1000)
    assert [bucket.take(1000) == 0.0 for _ in range(3)] == [True, True, False]


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    bucket = TokenBucket(rate=1, burst=2)
    bucket.take(1000)
    assert bucket.take(0) == 0.0
    assert bucket.take(0) == 1.0


@given(st.floats(0.01, 100), st.floats(1, 50), st.lists(st.floats(0, 5), max_size=30), st.floats(0, 1e9))
def test_whoever_waits_as_long_as_told_is_granted(rate: float, burst: float, pauses: list[float], start: float) -> None:
    bucket, now = TokenBucket(rate, burst), start
    for pause in pauses:
        now += pause
        wait = bucket.take(now)
        if wait:
            now += wait + 1e-6
            assert bucket.take(now) == 0.0


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = TokenBuckets(rate=0.1, burst=3)
    assert [buckets.take("ann", 0) == 0.0 for _ in range(5)] == [True, True, True, False, False]
    assert buckets.take("bob", 0) == 0.0
    assert buckets.take("ann", 9) > 0
    assert buckets.take("ann", 10.1) == 0.0


def test_the_keys_used_longest_ago_are_forgotten() -> None:
    buckets = TokenBuckets(rate=0.001, burst=1, capacity=100)
    for number in range(300):
        buckets.take("always", number)
        buckets.take(f"person {number}", number)
    assert len(buckets) == 100
    assert list(buckets)[-2:] == ["always", "person 299"]
    assert buckets.take("always", 300) > 0
