"""Ratings: for the section in the listener's ears, and as what a band is bred from."""

import json
from random import Random

import pytest
from peewee import SqliteDatabase

from bot.database.models import Cue, Rating, Song
from bot.effects import Send, Tell
from bot.making import background_jobs
from bot.request import Level
from bot.songs import bands, programme, ratings
from bot.view import AirView
from common.background_jobs import Bred, Exported, Refused
from common.errors import CommandError
from common.jobs import Begun

pytestmark = pytest.mark.usefixtures("database")
FACTS = {"tempo": 120, "beats": 4, "sections": "intro 1, verse 5, chorus 13", "energies": "0.35, 0.5, 0.8"}
BAR = 2.0
"""Seconds, at that tempo."""


@pytest.fixture(autouse=True)
def settled(database: SqliteDatabase) -> None:
    bands.settle(1000.0)


def on_air(band: str = "rock", seed: int = 1) -> int:
    """A song of this band is on the air; returns its cue."""
    genome = bands.take(band, 1.0, Random(seed))
    job, _ = programme.order_song(
        generator="band", seed=1, parameters={}, who="ann", where="console", cut=True, now=1.0, chance=Random(seed),
        genome=genome,
    )  # fmt: skip
    programme.take_job()
    programme.begun(job, Begun("Blue Lantern", "Gravel Theory", 90.0, FACTS), 2.0)
    cue = int(Cue.select().order_by(Cue.id.desc()).first().id)
    programme.started(cue, 3.0)
    return cue


@pytest.mark.parametrize(
    ("bar", "name"), [(1.5, "intro"), (4.9, "intro"), (5.1, "verse"), (12.9, "verse"), (13.1, "chorus"), (40, "chorus")]
)
def test_a_rating_is_for_the_section_that_is_heard(bar: float, name: str) -> None:
    cue = on_air()
    ear = ratings.in_ear(AirView(cue, (bar - 1) * BAR + ratings.DELAY))
    assert ear.name == name


def test_just_after_a_song_has_begun_the_one_before_is_still_heard() -> None:
    first = on_air()
    second = on_air(seed=2)
    programme.ended(first, "cut", 30 * 48_000, "", 50.0)
    ear = ratings.in_ear(AirView(second, 0.5))
    assert ear.song.code == Cue.get_by_id(first).song_id
    assert ear.name == "chorus"


def test_in_silence_there_is_nothing_to_rate() -> None:
    with pytest.raises(CommandError, match="nothing is being heard"):
        ratings.in_ear(None)


def test_who_rates_again_has_changed_their_mind() -> None:
    ear = ratings.in_ear(AirView(on_air(), 20.0))
    assert ratings.rate(ear, "ann", 1.0, 5.0) == (1.0, 1)
    assert ratings.rate(ear, "bob", 1.0, 5.0) == (1.0, 2)
    assert ratings.rate(ear, "ann", -1.0, 6.0) == (0.0, 2)
    assert Rating.select().count() == 2


def test_a_band_is_bred_from_its_own_songs_as_they_were_heard() -> None:
    ear = ratings.in_ear(AirView(on_air(), 30.0))
    ratings.rate(ear, "ann", 1.0, 5.0)
    breed = ratings.breeding(bands.find("rock"), Random(1))
    [heard] = breed.archive
    assert (heard.variation.tempo, heard.energy, heard.count) == (120.0, 0.8, 1)
    assert heard.variation != bands.find("rock").band
    with pytest.raises(CommandError, match="nobody has rated a song of Null Modem yet"):
        ratings.breeding(bands.find("techno"), Random(1))


def test_the_mean_of_a_form_is_of_its_takes() -> None:
    ratings.rate(ratings.in_ear(AirView(on_air(), 30.0)), "ann", 1.0, 5.0)
    ratings.rate(ratings.in_ear(AirView(on_air(seed=2), 30.0)), "ann", 0.0, 5.0)
    assert ratings.of_form(bands.find("rock").genome) == (0.5, 2)
    assert ratings.of_form(bands.find("techno").genome) == (0.0, 0)


def test_a_song_that_says_nothing_of_itself_is_rated_as_a_whole() -> None:
    cue = on_air()
    Song.update(facts=json.dumps({})).execute()
    ear = ratings.in_ear(AirView(cue, 30.0))
    assert (ear.section, ear.name) == (0, "")


def sent() -> Send:
    view = bands.find("rock")
    ratings.rate(ratings.in_ear(AirView(on_air(), 30.0)), "ann", 1.0, 5.0)
    return Send(ratings.breeding(view, Random(1)), "console", view.band.name, view.slug, view.genome)


def test_a_bred_band_plays_from_now_on_and_whoever_asked_is_told() -> None:
    asked = sent()
    [told] = background_jobs.done(asked, Bred(bands.find("pop").band, 300, ("tempo 134 to 105",)), 9.0)
    assert isinstance(told, Tell)
    assert "generation 2; tempo 134 to 105" in told.reply.summary
    assert bands.find(asked.slug).generation == 2
    [stale] = background_jobs.done(asked, Bred(bands.find("pop").band, 300, ()), 9.0)
    assert isinstance(stale, Tell)
    assert (stale.reply.level, bands.find(asked.slug).generation) == (Level.ERROR, 2)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Bred(None), "stays as it is"),
        (Refused("the disk is full"), "Gravel Theory: the disk is full"),
        (Exported(("/songs/abc/song.mid",)), "/songs/abc/song.mid"),
    ],
)
def test_what_came_of_an_errand_is_told(result: Bred | Refused | Exported, said: str) -> None:
    [told] = background_jobs.done(sent(), result, 9.0)
    assert isinstance(told, Tell)
    assert said in told.reply.summary
    assert bands.find("rock").generation == 1
