"""Short codes that a person can read out and type: letters and digits that nobody mistakes for one another."""

from collections.abc import Callable
from random import Random

from common.types import SongCode

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0, 1, i, l and o."""
LENGTH = 4


def new_code(chance: Random, taken: Callable[[str], bool]) -> SongCode:
    """A code for which `taken` is false; longer once the short ones are getting rare."""
    for attempt in range(100):
        size = LENGTH + attempt // 8
        code = "".join(ALPHABET[int(chance.random() * len(ALPHABET))] for _ in range(size))
        # All digits would be read as a job's number.
        if not code.isdigit() and not taken(code):
            return SongCode(code)
    raise RuntimeError("every code that was tried is taken")
