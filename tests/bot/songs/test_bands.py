"""The bands in the database: founding, takes, and the line that a band comes from."""

from random import Random

import msgspec
import pytest
from peewee import SqliteDatabase

from bot.database.models import Genome, Song
from bot.songs import bands, programme
from common import lineups
from common.bands import HABITS
from common.errors import CommandError

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def settled(database: SqliteDatabase) -> None:
    bands.settle(1000.0)


def test_a_station_has_a_band_of_every_style_once() -> None:
    bands.settle(2000.0)
    assert sorted(view.band.style for view in bands.every()) == sorted(lineups.STYLES)


@pytest.mark.parametrize("words", ["gravel-theory", "Gravel Theory", "gravel", "theory", "rock", "ROCK"])
def test_a_band_is_found_by_name_or_part_of_it_or_style(words: str) -> None:
    assert bands.find(words).band.name == "Gravel Theory"


@pytest.mark.parametrize("words", ["", "zydeco", "theory of gravel"])
def test_an_unknown_band_is_told_which_there_are(words: str) -> None:
    with pytest.raises(CommandError, match=r"there is no such band; there are .*gravel-theory"):
        bands.find(words)


def test_new_bands_differ_in_name_and_habits() -> None:
    one, other = (bands.new("bossa", 1.0, Random(seed)).band for seed in (1, 2))
    assert one.style == other.style == "bossa"
    assert one.name != other.name
    assert one.members != other.members
    with pytest.raises(CommandError, match="there is no such style; there are pop, rock"):
        bands.new("zydeco", 1.0, Random(1))


def test_habits_stay_in_their_limits() -> None:
    for seed in range(40):
        for member in lineups.found_band("techno", "X", Random(seed)).members:
            for name, limits in HABITS.items():
                assert limits.low <= getattr(member, name) <= limits.high


def test_a_take_is_near_its_band_and_leaves_it_as_it_was() -> None:
    before = bands.find("rock")
    take = bands.of_genome(bands.take("rock", 5.0, Random(1)))
    assert take is not None
    assert take != before.band
    assert abs(take.tempo - before.band.tempo) < 20
    assert bands.find("rock").band == before.band


def test_a_song_without_a_band_gets_one_and_one_made_again_keeps_it() -> None:
    chance = Random(1)
    order = {"who": "ann", "where": "console", "now": 1.0, "chance": chance, "generator": "band", "parameters": {}}
    _, first = programme.order_song(seed=1, cut=False, **order)
    _, again = programme.order_song(seed=1, cut=False, original=first, heard=False, **order)
    taken = programme.take_job()
    assert taken is not None
    assert taken[1].band is not None
    assert Song.get_by_id(first).genome == Song.get_by_id(again).genome


def test_breeding_makes_a_generation_and_reverting_goes_back() -> None:
    first = bands.find("rock")
    child = msgspec.structs.replace(first.band, tempo=99.0)
    assert bands.bred(first.slug, first.genome, child, 9.0) == 2
    assert bands.find("rock").band.tempo == 99.0
    assert [view.generation for view in bands.family(bands.find("rock"))] == [2, 1]
    assert bands.revert(bands.find("rock")).generation == 1
    assert bands.find("rock").band == first.band
    with pytest.raises(CommandError, match="as it was in the beginning"):
        bands.revert(bands.find("rock"))


def test_a_band_that_changed_meanwhile_is_not_overwritten() -> None:
    first = bands.find("rock")
    bands.bred(first.slug, first.genome, first.band, 9.0)
    assert bands.bred(first.slug, first.genome, first.band, 9.0) == 0
    assert Genome.select().where(Genome.band == first.slug).count() == 2
