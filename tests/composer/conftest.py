"""Songs for several tests, composed once."""

import pytest

from common.lineups import HOUSE
from composer.compose import compose
from composer.score import Score

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
