"""Rate limits by token buckets. Pure: the caller passes in the time, in seconds of a monotonic clock.

A bucket holds at most `burst` tokens and gains `rate` tokens a second. An action costs tokens; while too few are there
it has to wait. So a person who was quiet may do several things at once, and then one every `1 / rate` seconds. Nothing
runs in between: the level is worked out when somebody takes from the bucket.
"""

from collections.abc import Iterator

TOLERANCE = 1e-9
"""Tokens that may be missing, so that whoever waited exactly as long as told is not sent away by a rounding error."""


class TokenBucket:
    def __init__(self, rate: float, burst: float) -> None:
        """`rate` in tokens a second, above 0; `burst` in tokens. The bucket starts full."""
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._updated: float | None = None

    def take(self, now: float, cost: float = 1.0) -> float:
        """Take `cost` tokens and return 0.0; if too few are there, take none and return the seconds to wait for them.

        A cost above `burst` is never granted: the seconds returned then lead to no success.
        """
        self._refill(now)
        missing = cost - self._level
        if missing > TOLERANCE:
            return missing / self._rate
        self._level = max(0.0, -missing)
        return 0.0

    def is_full(self, now: float) -> bool:
        """Whether this bucket is no different from a new one, so that it can be forgotten."""
        self._refill(now)
        return self._level >= self._burst

    def _refill(self, now: float) -> None:
        passed = 0.0 if self._updated is None else max(0.0, now - self._updated)
        self._level = min(self._burst, self._level + passed * self._rate)
        self._updated = now


class TokenBuckets:
    """One bucket for each key, for instance for each person. Memory is bounded: the keys used longest ago are forgotten
    first, and start again with a full bucket."""

    def __init__(self, rate: float, burst: float, capacity: int = 500) -> None:
        """`capacity`: number of keys that are remembered."""
        self._rate = rate
        self._burst = burst
        self._capacity = capacity
        self._buckets: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def __iter__(self) -> Iterator[str]:
        """The keys, the one used longest ago first."""
        return iter(self._buckets)

    def take(self, key: str, now: float, cost: float = 1.0) -> float:
        """As `TokenBucket.take`, from this key's bucket."""
        bucket = self._buckets.pop(key, None) or TokenBucket(self._rate, self._burst)
        self._buckets[key] = bucket
        while len(self._buckets) > self._capacity:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take(now, cost)
