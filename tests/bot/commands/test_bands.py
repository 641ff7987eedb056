"""Commands about bands, their players and their ratings."""

import msgspec
import pytest

from bandstand.bot.commands.bands import describe_habits
from bandstand.bot.commands.reply import Level
from bandstand.common.api import refusals, requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.api.values import RatingMean
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, TECHNO


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("bands", requests.ListBands()),
        ("band null modem", requests.GetBand(band="null modem")),
        ("band new", requests.FoundBand()),
        ("band NEW waltz", requests.FoundBand(style="waltz")),
        ("band newcomers", requests.GetBand(band="newcomers")),
        ("artist bea", requests.GetArtist(name="bea")),
        ("+1", requests.Rate(value=1.0)),
        ("-1", requests.Rate(value=-1.0)),
        ("!-1", requests.Rate(value=-1.0)),
        ("rate 1", requests.Rate(value=-1.0)),
        ("rate 3", requests.Rate(value=0.0)),
        ("rate 4", requests.Rate(value=0.5)),
        ("evolve rock", requests.EvolveBand(band="rock")),
        ("family gravel theory", requests.GetFamily(band="gravel theory")),
        ("revert rock", requests.RevertBand(band="rock")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize("line", ["rate 0", "rate 6", "rate much", "rate", "rate " + "9" * 5000])
def test_a_rating_is_from_one_to_five(line: str, person: Person) -> None:
    reply = person.say(line)
    assert (reply.level, reply.summary[:10]) == (Level.USAGE, "rate STARS")


@pytest.mark.parametrize(("line", "given"), [("+1", "+1"), ("-1", "-1"), ("rate 4", "4 of 5")])
def test_a_rating_is_told_with_what_others_think(line: str, given: str, person: Person) -> None:
    value = {"+1": 1.0, "-1": -1.0}.get(line, 0.5)
    rated = results.Rated(song=LANTERN, section="verse", value=value, rating=RatingMean(0.5, 2))
    said = f'{given} for the verse of "Blue Lantern" (7kq3), which now has 2 ratings, on average +0.5 (from -1 to +1)'
    assert person.see(line, rated, Right.LISTENER).summary == said
    whole = results.Rated(song=LANTERN, section="", value=value, rating=RatingMean(1.0, 1))
    assert (
        person.see(line, whole).summary
        == f'{given} for "Blue Lantern" (7kq3), which now has 1 rating, +1.0 (from -1 to +1)'
    )


def test_the_bands_are_listed_with_their_styles(person: Person) -> None:
    reply = person.say("bands", Right.LISTENER)
    assert reply.summary == "2 bands; generate BAND makes a song by one"
    assert [row[:3] for row in reply.rows] == [
        ("gravel-theory", "Gravel Theory", "rock"),
        ("null-modem", "Null Modem", "techno"),
    ]
    assert [row[4:] for row in reply.rows] == [("2", "3"), ("1", "0")]


def test_a_band_is_shown_with_its_players(person: Person) -> None:
    reply = person.say("band null modem", Right.LISTENER)
    assert reply.summary.startswith("Null Modem, techno: ")
    assert [row[1] for row in reply.rows] == ["drums", "bass", "stabs", "sequence", "air", "lead"]
    assert all("to the millisecond" in row[3] for row in reply.rows)


def test_a_band_of_a_style_that_is_gone_is_shown_all_the_same(person: Person) -> None:
    old = msgspec.structs.replace(TECHNO, band=msgspec.structs.replace(TECHNO.band, style="polka"))
    reply = person.see("band x", results.BandDetails(form=old))
    assert reply.summary.startswith("Null Modem, polka; about ")


def test_a_new_band_is_told_with_how_to_hear_it(person: Person) -> None:
    said = person.say("band new rock", Right.DJ).summary
    assert said.startswith("the new band is Gravel Theory, rock: ")
    assert said.endswith("; generate gravel-theory makes a song by them")


def test_an_artist_is_shown_with_part_habits_and_songs(person: Person) -> None:
    reply = person.say("artist x", Right.LISTENER)
    member = TECHNO.band.members[1]
    assert reply.summary == f"{member.player} of Null Modem"
    rows = dict(reply.rows)
    assert rows["plays"] == "bass with Null Modem"
    assert rows["1:40 ago"] == '"Blue Lantern" (7kq3), 1:30'
    assert "density" in rows["in numbers"]
    two = results.Artist(players=(results.PlayerDetails(TECHNO, member, ()),) * 2)
    assert person.see("artist x", two).summary.endswith("of Null Modem, and 1 other of that name")


def test_habits_are_said_where_they_are_far_from_plain() -> None:
    member = msgspec.structs.replace(
        TECHNO.band.members[1], density=0.5, register=0.0, force=0.5, variety=0.5, length=0.93, loose=6.0, late=0.0
    )
    assert describe_habits(member) == "plain"
    assert describe_habits(msgspec.structs.replace(member, density=0.75, register=-0.9)) == "busy, very low"
    assert describe_habits(msgspec.structs.replace(member, late=5.0)) == "behind the beat"
    assert describe_habits(msgspec.structs.replace(member, late=-5.0)) == "ahead of the beat"
    assert describe_habits(msgspec.structs.replace(member, loose=0.0, late=5.0)) == "to the millisecond"


def test_breeding_tells_what_follows(person: Person) -> None:
    assert person.say("evolve rock").summary == (
        "Gravel Theory gets its next form from 9 ratings; you will be told here what has changed"
    )
    assert person.see("evolve rock", refusals.NeverRated("Gravel Theory")).summary.startswith("nobody has rated")


def test_a_family_is_shown_with_what_was_thought_of_each_form(person: Person) -> None:
    reply = person.say("family rock", Right.LISTENER)
    assert reply.summary == "Gravel Theory: 2 generations, the one that plays now first"
    assert [(row[0], row[1], row[3], row[4]) for row in reply.rows] == [
        ("2", "10:00 ago", "3", "2 ratings, on average +0.50 (from -1 to +1)"),
        ("2", "10:00 ago", "0", "not rated"),
    ]
    assert person.say("revert rock").summary == "Null Modem plays as in generation 1 again"
