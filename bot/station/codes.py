"""Codes that name songs: short, easy to type, of letters and digits that nobody mistakes for another."""

from collections.abc import Callable
from random import Random
from typing import Final

from common.types import SongCode

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0, 1, i, l and o."""
LENGTH: Final = 4
TRIES: Final = 100


def draw_code(chance: Random, is_taken: Callable[[str], bool]) -> SongCode:
    """A code that is not taken; it gets longer once the short ones are rare. Raises RuntimeError if all are taken."""
    for attempt in range(TRIES):
        size = LENGTH + attempt // 8
        code = "".join(ALPHABET[int(chance.random() * len(ALPHABET))] for _ in range(size))
        # All digits would be read as a job's number.
        if not code.isdigit() and not is_taken(code):
            return SongCode(code)
    raise RuntimeError("every code that was tried is taken")
