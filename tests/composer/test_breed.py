"""Breeding: ratings move a band where its listeners want it, and nothing else does."""

from random import Random

import msgspec
import pytest

from bench.evolution import LISTENERS, amount, evolved
from common.bands import HABITS
from common.breeding import Heard, shrunk, varied
from common.lineups import HOUSE
from composer.breed import bred, likings, musical

ROBOTS = HOUSE["small-robots"]
SPARSE = LISTENERS["slow, sparse drums"]
DICE = SPARSE._replace(sign=0)


def rated(score_of_tempo: float, count: int = 40) -> list[Heard]:
    takes = [varied(ROBOTS, Random(seed), 0.8) for seed in range(count)]
    return [Heard(take, 0.8, score_of_tempo * (take.tempo - ROBOTS.tempo) / 10, 1) for take in takes]


def test_a_few_ratings_are_shrunk_towards_the_mean() -> None:
    assert shrunk([1.0], 0.0) == pytest.approx(1 / 3)
    assert shrunk([1.0] * 50, 0.0) > 0.9
    assert shrunk([], 0.4) == pytest.approx(0.4)


def test_what_is_liked_is_found_and_nothing_else() -> None:
    liking = likings(ROBOTS, rated(1.0))
    assert liking[0] == max(abs(liking)) > 3 * sorted(abs(liking))[-2]
    assert sum(liking != 0) < len(liking) / 4


def test_without_ratings_or_with_all_the_same_a_band_stays_as_it_is() -> None:
    assert bred(ROBOTS, [], Random(1)).band is None
    assert bred(ROBOTS, [Heard(varied(ROBOTS, Random(n)), 0.5, 0.7, 1) for n in range(40)], Random(1)).band is None


def test_a_band_goes_where_it_is_liked_and_keeps_what_nobody_minds() -> None:
    found = bred(ROBOTS, rated(-1.0), Random(1))
    assert found.band is not None
    assert found.band.tempo < ROBOTS.tempo
    assert found.changes[0].startswith("tempo")
    pairs = list(zip(ROBOTS.members, found.band.members, strict=True))
    kept = [getattr(old, name) == getattr(new, name) for old, new in pairs for name in HABITS]
    assert sum(kept) > 0.7 * len(kept)


def test_who_does_not_play_in_a_section_is_not_judged_by_it() -> None:
    late = tuple(msgspec.structs.replace(member, enters=0.9) for member in ROBOTS.members)
    band = msgspec.structs.replace(ROBOTS, members=late)
    takes = [varied(band, Random(seed), 0.8) for seed in range(40)]
    quiet = [Heard(take, 0.5, take.members[0].density - 0.5, 1) for take in takes]
    assert not likings(band, quiet)[3:].any()


def test_what_comes_of_breeding_still_plays_music() -> None:
    found = bred(ROBOTS, rated(1.0), Random(2))
    assert found.band is not None
    assert musical(found.band) >= musical(ROBOTS) > 0


@pytest.mark.slow
def test_within_200_ratings_songs_go_the_way_of_a_listener_and_not_that_of_dice() -> None:
    band = HOUSE["gravel-theory"]
    before = amount(band, SPARSE.likes)
    liked = amount(evolved(band, SPARSE, seed=1)[-1], SPARSE.likes)
    assert liked < 0.75 * before
    assert liked < 0.8 * amount(evolved(band, DICE, seed=1)[-1], SPARSE.likes)
