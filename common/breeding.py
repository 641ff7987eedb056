"""How bands vary and what ratings say of them, as sums over plain values. Knows no music: that is the composer's.

Every song that is asked of a band is a take: the band with its habits moved a little, so that ratings have something to
choose between. A band itself changes only when it is bred.
"""

from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec

from common.bands import COLOUR, HABITS, SWING, TEMPO_STRAY, Band, Member

TRUST: Final = 2.0
"""How many ratings the mean counts for: a section with few ratings is thought to be near it."""
SLOWEST, FASTEST = 50.0, 200.0


class Heard(msgspec.Struct, frozen=True):
    """One section of a song that was rated: the take that played it, and what was thought of it."""

    take: Band
    energy: float
    """Of the section: who enters later did not play in it."""
    score: float
    """-1 to 1, shrunk towards the mean."""
    count: int
    """Ratings that it is made of."""


def shrunk(values: Sequence[float], mean: float) -> float:
    """What a few ratings are worth beside the mean of all."""
    return (sum(values) + TRUST * mean) / (len(values) + TRUST)


def varied(band: Band, chance: Random, much: float = 1.0) -> Band:
    """A take: `much` is how far habits go, in mutations."""
    return msgspec.structs.replace(
        band,
        tempo=round(max(SLOWEST, min(FASTEST, band.tempo + much * TEMPO_STRAY * normal(chance))), 1),
        swing=SWING.within(band.swing + much * SWING.stray * normal(chance)) if band.swing else 0.0,
        colour=COLOUR.within(band.colour + much * COLOUR.stray * normal(chance)),
        members=tuple(mutated(member, chance, much) for member in band.members),
    )


def mutated(member: Member, chance: Random, much: float) -> Member:
    habits = {
        name: habit.within(getattr(member, name) + much * habit.stray * normal(chance))
        for name, habit in HABITS.items()
        if not (name in ("loose", "late") and member.loose == 0)  # a machine stays a machine
    }
    return msgspec.structs.replace(member, **habits)


def normal(chance: Random) -> float:
    """About a standard normal number, from `random()` alone: the same on every version of Python."""
    return sum(chance.random() for _ in range(12)) - 6.0
