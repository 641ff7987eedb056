"""How much one person may ask: buckets that fill with time. Pure; `now` comes from outside, in seconds.

A bucket of 30 a minute lets thirty commands through at once, and then one every two seconds.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

COMMANDS, SONGS = "commands", "songs"
"""What is counted: every line, and those that set a worker to work."""
PEOPLE = 2000
"""Buckets that are remembered; those that are full again are forgotten first, and are no different when made anew."""


@dataclass(frozen=True)
class Wait:
    """Not now: `seconds` until it can be asked again; `first` where the person was not told so since the last time
    that something went through."""

    seconds: int
    first: bool


@dataclass
class Bucket:
    level: float
    filled: float
    told: bool = False


class Limits:
    """`per_minute` names what is counted and how many a minute; 0 is no limit."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._per_minute = per_minute
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take(self, person: str, kind: str, now: float) -> Wait | None:
        """Count one request; None where it may go through."""
        size = self._per_minute.get(kind, 0)
        if not size:
            return None
        bucket = self._bucket(person, kind, size, now)
        bucket.level = min(size, bucket.level + max(0.0, now - bucket.filled) * size / 60)
        bucket.filled = now
        if bucket.level >= 1:
            bucket.level -= 1
            bucket.told = False
            return None
        first, bucket.told = not bucket.told, True
        return Wait(math.ceil((1 - bucket.level) * 60 / size), first)

    def _bucket(self, person: str, kind: str, size: int, now: float) -> Bucket:
        if (person, kind) not in self._buckets and len(self._buckets) >= PEOPLE:
            self._forget(now)
        return self._buckets.setdefault((person, kind), Bucket(size, now))

    def _forget(self, now: float) -> None:
        """A minute fills every bucket. Where none is full the oldest go: a crowd must not make this grow."""
        kept = {key: bucket for key, bucket in self._buckets.items() if now - bucket.filled < 60}
        if len(kept) >= PEOPLE:
            newest = sorted(kept, key=lambda key: kept[key].filled)[-PEOPLE // 2 :]
            kept = {key: kept[key] for key in newest}
        self._buckets = kept
