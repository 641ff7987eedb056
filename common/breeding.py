"""How bands vary, and what ratings say about the variations: sums over plain values.

Every song that is ordered from a band is played by a variation: the band with its habits changed at random by about one
mutation (a standard deviation per habit, see `common.bands.Habit`), so that ratings have something to choose between.
The band itself changes only when it is bred. Knows no music and no database; the composer breeds, the bot stores.
"""

from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec

from bandstand.common.bands import BAND_HABITS, HABITS, TEMPO_DEVIATION, TIMING_HABITS, Band, Member

PRIOR_RATINGS: Final = 2.0
"""Number of ratings that the overall mean counts for, so that a section with few ratings stays near the mean."""
SLOWEST, FASTEST = 50.0, 200.0
"""Limits of a variation's tempo, beats a minute."""


class Heard(msgspec.Struct, frozen=True):
    """One rated section of a song, with the variation that played it."""

    variation: Band
    energy: float
    """Energy of the section, 0 to 1. A member whose `enters` is above it did not play."""
    score: float
    """Mean rating, -1 to 1, shrunk towards the mean of all sections."""
    count: int
    """Number of ratings in the mean."""


def shrink_to_mean(values: Sequence[float], mean: float) -> float:
    """The mean of `values` after adding `PRIOR_RATINGS` imaginary values at `mean` (a Bayesian average)."""
    return (sum(values) + PRIOR_RATINGS * mean) / (len(values) + PRIOR_RATINGS)


def vary_band(band: Band, random: Random, mutations: float = 1.0) -> Band:
    """Return a variation of `band`. `mutations` scales the standard deviation of every change."""
    return msgspec.structs.replace(
        band,
        tempo=round(max(SLOWEST, min(FASTEST, band.tempo + mutations * TEMPO_DEVIATION * draw_normal(random))), 1),
        **mutate_band_habits(band, random, mutations),
        members=tuple(mutate_member(member, random, mutations) for member in band.members),
    )


def mutate_band_habits(band: Band, random: Random, mutations: float) -> dict[str, float]:
    """Change every habit of the band as a whole at random. A band without swing stays without it."""
    return {
        name: habit.clamp(getattr(band, name) + mutations * habit.deviation * draw_normal(random))
        for name, habit in BAND_HABITS.items()
        if not (name == "swing" and band.swing == 0)
    }


def mutate_member(member: Member, random: Random, mutations: float) -> Member:
    """Change every habit of a member at random. A member without timing errors (`loose` 0, a sequencer) stays exact."""
    habits = {
        name: habit.clamp(getattr(member, name) + mutations * habit.deviation * draw_normal(random))
        for name, habit in HABITS.items()
        if not (name in TIMING_HABITS and member.loose == 0)
    }
    return msgspec.structs.replace(member, **habits)


def draw_normal(random: Random) -> float:
    """Draw an approximately standard normal number as the sum of twelve uniform ones (Irwin-Hall) less 6.

    It calls only `random()`, whose numbers Python keeps the same in every version.
    """
    return sum(random.random() for _ in range(12)) - 6.0
