"""Every choice the composer makes, drawn from one number.

Python promises the same numbers across its versions from `random.Random(int).random()` alone, so all draws are made
of that. Knows nothing of music.
"""

import random
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices that depends only on the seed and the names of the branches that led to it."""

    def __init__(self, seed: int, path: str = "") -> None:
        self._seed = seed
        self._path = path
        digest = blake2b(f"{seed}{path}".encode(), digest_size=8).digest()
        self._random = random.Random(int.from_bytes(digest, "big"))

    def branch(self, *names: object) -> "Draw":
        """A stream of its own: what is drawn from it never shifts what others draw."""
        return Draw(self._seed, self._path + "".join(f"/{name}" for name in names))

    def unit(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def below(self, count: int) -> int:
        return int(self.unit() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """One of (choice, weight); weights need not add up to 1."""
        left = self.unit() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        return choices[-1][0]

    def spread(self, width: float) -> float:
        """A number within `width` of 0, near it more often than far (triangular)."""
        return (self._random.random() - self._random.random()) * width
