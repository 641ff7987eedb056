"""Songs for several tests, composed once."""

import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose
from bandstand.composer.score import Score

ROBOTS = HOUSE["small-robots"]
SEEDS = range(8)
"""Seeds of the songs of each house band."""


@pytest.fixture(scope="session")
def songs() -> list[Score]:
    return [compose(band, seed, {}) for band in HOUSE.values() for seed in SEEDS]


@pytest.fixture(scope="session")
def short() -> Score:
    """A song of about a minute."""
    return compose(ROBOTS, 5, {"minutes": 1, "tempo": 120})
