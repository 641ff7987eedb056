"""Breeding: ratings move a band in the direction of its listeners' preferences, and nothing else does."""

from random import Random

import msgspec
import pytest

from bandstand.common.bands import HABITS, Band
from bandstand.common.breeding import Heard, shrink_to_mean, vary_band
from bandstand.common.lineups import HOUSE
from bandstand.composer.breed import BAND_GENES, breed_band, count_musical_songs, estimate_preferences
from bench.evolution import LISTENERS, evolve, measure_property

ROBOTS = HOUSE["small-robots"]
SPARSE = LISTENERS["slow, sparse drums"]
INDIFFERENT = SPARSE._replace(sign=0)


def rate_variations(score_of_tempo: float, count: int = 64) -> list[Heard]:
    variations = [vary_band(ROBOTS, Random(seed), 0.8) for seed in range(count)]
    return [
        Heard(variation, 0.8, score_of_tempo * (variation.tempo - ROBOTS.tempo) / 10, 1) for variation in variations
    ]


def test_a_few_ratings_are_shrunk_towards_the_mean() -> None:
    assert shrink_to_mean([1.0], 0.0) == pytest.approx(1 / 3)
    assert shrink_to_mean([1.0] * 50, 0.0) > 0.9
    assert shrink_to_mean([], 0.4) == pytest.approx(0.4)


def test_the_preferred_gene_is_found_and_no_other() -> None:
    liking = estimate_preferences(ROBOTS, rate_variations(1.0))
    assert liking[0] == max(abs(liking)) > 3 * sorted(abs(liking))[-2]
    assert sum(liking != 0) < len(liking) / 4


def test_a_band_stays_the_same_without_ratings_or_with_equal_ratings() -> None:
    assert breed_band(ROBOTS, [], Random(1)).band is None
    assert (
        breed_band(ROBOTS, [Heard(vary_band(ROBOTS, Random(n)), 0.5, 0.7, 1) for n in range(40)], Random(1)).band
        is None
    )


def test_a_band_follows_the_preference_and_keeps_its_other_genes() -> None:
    found = breed_band(ROBOTS, rate_variations(-1.0), Random(1))
    assert found.band is not None
    assert found.band.tempo < ROBOTS.tempo
    assert found.changes[0].startswith("tempo")
    pairs = list(zip(ROBOTS.members, found.band.members, strict=True))
    kept = [getattr(old, name) == getattr(new, name) for old, new in pairs for name in HABITS]
    assert sum(kept) > 0.7 * len(kept)


def test_a_member_that_rests_in_a_section_is_not_judged_by_it() -> None:
    late = tuple(msgspec.structs.replace(member, enters=0.9) for member in ROBOTS.members)
    band = msgspec.structs.replace(ROBOTS, members=late)
    variations = [vary_band(band, Random(seed), 0.8) for seed in range(40)]
    quiet = [Heard(variation, 0.5, variation.members[0].density - 0.5, 1) for variation in variations]
    assert not estimate_preferences(band, quiet)[len(BAND_GENES) :].any()


@pytest.mark.slow
def test_a_bred_band_still_plays_music() -> None:
    found = breed_band(ROBOTS, rate_variations(1.0), Random(2))
    assert found.band is not None
    assert count_musical_songs(found.band) >= count_musical_songs(ROBOTS) > 0


@pytest.mark.slow
def test_200_ratings_of_a_listener_change_the_songs_and_random_ratings_do_not() -> None:
    band = HOUSE["gravel-theory"]
    before = measure_property(band, SPARSE.likes)
    liked = measure_property(evolve(band, SPARSE, seed=1)[-1], SPARSE.likes)
    assert liked < 0.85 * before
    assert liked < 0.85 * measure_property(evolve(band, INDIFFERENT, seed=1)[-1], SPARSE.likes)


def test_a_band_of_before_has_the_usual_habits_and_its_variations_differ_in_them() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(ROBOTS))
    old = {name: value for name, value in stored.items() if name not in ("fills", "development", "richness")}
    band = msgspec.convert(old, Band)
    assert band == ROBOTS
    for name in ("fills", "development", "richness"):
        assert len({getattr(vary_band(band, Random(seed)), name) for seed in range(5)}) > 1
