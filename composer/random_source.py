"""The composer's random source: every choice in a song comes from one seed.

A source has branches, named by what they are for ("part/bass/verse"). Each branch has its own random numbers, made of
the seed and the path of names, so that a change to one part of the composer does not shift the choices of another.
Python keeps the same numbers in every version only for `random.Random(int).random()`, so all draws use that alone.
"""

import random
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class RandomSource:
    """A stream of random choices that depends only on the seed and on the names of the branches that led to it."""

    def __init__(self, seed: int, path: str = "") -> None:
        self._seed = seed
        self._path = path

    @cached_property
    def _draw(self) -> Callable[[], float]:
        """Seeded by the first draw, because many sources only have branches."""
        digest = blake2b(f"{self._seed}{self._path}".encode(), digest_size=8).digest()
        return random.Random(int.from_bytes(digest, "big")).random

    @property
    def origin(self) -> tuple[int, str]:
        """Seed and path: two sources of one origin have the same branches."""
        return self._seed, self._path

    @property
    def song(self) -> "RandomSource":
        """The source that all branches of a song have in common: for what is drawn once for a whole song."""
        return RandomSource(self._seed, "/song")

    def branch(self, *names: object) -> "RandomSource":
        """Return the branch of these names, from its beginning. It does not depend on what was drawn so far."""
        return RandomSource(self._seed, self._path + "".join(f"/{name}" for name in names))

    @property
    def stream(self) -> Callable[[], float]:
        """The function that draws the next number of `draw_uniform`, for the innermost loops."""
        return self._draw

    def draw_uniform(self) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        return self._draw()

    def draw_bool(self, probability: float) -> bool:
        """Draw True with this probability."""
        return self._draw() < probability

    def draw_index(self, count: int) -> int:
        """Draw a whole number from 0 to `count - 1`."""
        return int(self._draw() * count)

    def draw_integer(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + self.draw_index(high - low + 1)

    def draw_triangular(self, width: float) -> float:
        """Draw a number between `-width` and `width` with a triangular distribution around 0."""
        draw = self._draw
        return (draw() - draw()) * width

    def choose(self, choices: Sequence[T]) -> T:
        """Choose one of `choices`, each with the same probability."""
        return choices[int(self._draw() * len(choices))]

    def choose_weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """Choose by (choice, weight). The weights need not add up to 1."""
        left = self._draw() * sum([weight for _, weight in choices])
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        return choices[-1][0]
