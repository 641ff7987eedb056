"""The station's motif: a tune of five to eight notes that its idents are made of, as degrees of a scale.

`1 3 5 6 5 8` is such a tune: 1 is the tonic, 8 the tonic an octave higher. A station that does not write one in its
configuration has one that is made of its name, so that every station has its own, and always the same. Knows no
rhythm, key or instrument: those are the ident's (`composer/idents.py`).
"""

from hashlib import blake2b
from random import Random
from typing import Final

from bandstand.common.errors import BandstandError

SHORTEST, LONGEST = 5, 8
"""Notes."""
LOWEST, HIGHEST = 1, 10
"""Degrees."""
STARTS: Final = (1, 3, 5, 5)
MOVES: Final = (-2, -1, -1, 1, 1, 2, 2, 3)
"""Degrees from one note to the next; none is repeated."""
SYNTAX: Final = f"{SHORTEST} to {LONGEST} degrees of the scale from {LOWEST} to {HIGHEST}, such as 5 6 5 3 2 1"


class BadMotif(BandstandError):
    """A text that is no motif; the message says what one is."""


def parse_motif(text: str) -> tuple[int, ...]:
    """The degrees of a motif that somebody wrote. Raises BadMotif."""
    words = text.split()
    if not (SHORTEST <= len(words) <= LONGEST) or not all(word.isascii() and word.isdigit() for word in words):
        raise BadMotif(f"{text!r} is no motif; write {SYNTAX}")
    degrees = tuple(map(int, words))
    if not all(LOWEST <= degree <= HIGHEST for degree in degrees):
        raise BadMotif(f"{text!r} is no motif; write {SYNTAX}")
    return degrees


def derive_motif(name: str) -> tuple[int, ...]:
    """The motif of a station of this name, which ends on the tonic, above or below."""
    chance = Random(int.from_bytes(blake2b(name.casefold().strip().encode(), digest_size=8).digest(), "big"))
    degrees = [STARTS[int(chance.random() * len(STARTS))]]
    length = SHORTEST + int(chance.random() * (LONGEST - SHORTEST + 1))
    while len(degrees) < length - 1:
        moved = degrees[-1] + MOVES[int(chance.random() * len(MOVES))]
        if LOWEST <= moved <= HIGHEST and (len(degrees) < length - 2 or moved not in (1, 8)):
            degrees.append(moved)
    return (*degrees, 8 if degrees[-1] >= 5 else 1)


def write_motif(degrees: tuple[int, ...]) -> str:
    return " ".join(map(str, degrees))
