"""Songs that several tests look at, made once."""

import pytest

from composer.bands import ROBOTS
from composer.compose import compose
from composer.score import Score

SEEDS = range(60)


@pytest.fixture(scope="session")
def songs() -> list[Score]:
    return [compose(ROBOTS, seed, {}) for seed in SEEDS]


@pytest.fixture(scope="session")
def short() -> Score:
    """A song of about a minute."""
    return compose(ROBOTS, 5, {"minutes": 1, "tempo": 120})
