"""What a generator's author sees, comparisons, and bookmarks."""

import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import refusals, requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.api.values import SongPlace
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, PARAMETERS


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("generators", requests.ListGenerators()),
        ("watch Mine", requests.WatchGenerator(generator="mine")),
        (
            "watch mine tempo=140 --seed=3",
            requests.WatchGenerator(generator="mine", parameters={"tempo": "140"}, seed=3),
        ),
        (
            "watch mine tempo=140 --here",
            requests.WatchGenerator(generator="mine", parameters={"tempo": "140"}, continues=True),
        ),
        ("unwatch", requests.UnwatchGenerator()),
        ("unwatch mine", requests.UnwatchGenerator(generator="mine")),
        ("compare 7kq3 x2mv", requests.CompareSongs(first="7kq3", second="x2mv", bars=4)),
        ('compare "blue lantern" x2mv bars=8', requests.CompareSongs(first="blue lantern", second="x2mv", bars=8)),
        ("vote X", requests.Vote(choice="x")),
        ("reveal", requests.Reveal()),
        ("mark", requests.AddBookmark()),
        ("mark the bass is late here", requests.AddBookmark(note="the bass is late here")),
        ("reload", requests.ReloadGenerators()),
        ("help generate Gravel Theory", requests.DescribeGenerator(name="gravel theory")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize("bars", ["0", "65", "²", "4.5", "-1", "many", ""])
def test_a_turn_has_from_one_to_sixty_four_bars(bars: str, person: Person) -> None:
    reply = person.say(f"compare a b --bars={bars}")
    assert (reply.level, reply.summary) == (Level.USAGE, "compare SONG OTHER bars=NUMBER (from 1 to 64)")


def test_the_generators_are_listed_with_what_is_known_of_them(person: Person) -> None:
    reply = person.say("generators", Right.LISTENER)
    assert reply.summary == "2 generators; help generate NAME shows the parameters of one"
    assert reply.rows == (("mine", "waves", "2", "watched"), ("other", "other:song", "", "it ended with status 1"))


def test_without_any_the_guide_is_named(person: Person) -> None:
    assert "docs/generators.md" in person.see("generators", results.Generators(generators=())).summary
    assert "docs/generators.md" in person.see("watch mine", refusals.NoSuchGenerator("mine", ())).summary


def test_a_reload_says_what_there_is_and_fails_where_something_is_wrong(person: Person) -> None:
    assert person.say("reload", Right.ADMIN).summary == "bandstand.toml is read again: mine, other"
    none = results.Reloaded(file="b.toml", generators=())
    assert person.see("reload", none).summary == "b.toml is read again: no generators"
    faults = ("b.toml: generators.x.comand: no such key", "b.toml: generators.y.rate: Expected a whole number")
    wrong = person.see("reload", results.Reloaded(file="b.toml", generators=("mine",), faults=faults))
    assert (wrong.level, wrong.summary) == (Level.ERROR, f"{faults[0]}; taken up: mine")
    assert wrong.rows == ((faults[1],),)


def test_one_that_is_declared_and_not_loaded_says_why(person: Person) -> None:
    why = refusals.GeneratorNotLoaded("mine", "b.toml: generators.mine.comand: no such key")
    said = person.see("watch mine", why).summary
    assert said == "mine is in the configuration, but not loaded: b.toml: generators.mine.comand: no such key"


def test_help_lists_the_parameters_of_a_generator(person: Person) -> None:
    reply = person.say("help generate mine", Right.DJ)
    assert reply.summary == "generate mine [NAME=VALUE ...]: waves"
    assert reply.rows == (
        ("duration", "a number from 1 to 1800", "120", "seconds of sound"),
        ("tempo", "a whole number from 40 to 200", "120", "beats a minute"),
        ("key", "one of C, Dm", "must be given", ""),
    )
    assert isinstance(reply.value, results.GeneratorDetails)


def test_help_lists_what_may_be_asked_of_a_band(person: Person) -> None:
    band = results.GeneratorDetails(name="gravel-theory", help="", parameters=PARAMETERS, band="Gravel Theory")
    reply = person.see("help generate gravel", band)
    assert reply.summary == "generate gravel-theory [NAME=VALUE ...]: a song by Gravel Theory"
    assert reply.rows[2] == ("tempo", "a number of beats a minute from 50 to 200", "the band's choice", "the tempo")


def test_a_watch_is_told_with_what_a_shell_can_wait_for(person: Person) -> None:
    reply = person.say("watch mine")
    assert reply.job == "watch mine"
    assert reply.summary == (
        "watching mine with seed 5: it runs now, and again whenever it is saved; unwatch mine ends that"
    )
    assert person.see("unwatch", results.Unwatched(generators=("a", "b"))).summary == "a, b is not watched any more"


def test_a_comparison_is_told_with_its_votes(person: Person) -> None:
    reply = person.say("compare a b")
    assert reply.summary == "job 12 lets X and Y take turns of 4 bars, X first (x2mv); vote X or vote Y"
    assert reply.job == "12"
    assert person.say("vote x").summary == "your vote is for X; vote again to change it"
    said = 'X is "Blue Lantern" (7kq3), 2 votes; Y is "Old Road" (x2mv), 1 vote'
    assert person.say("reveal").summary == said


def test_a_bookmark_is_told_with_its_place(person: Person) -> None:
    said = 'marked "Blue Lantern" (7kq3) at 1:05, bar 17, chorus; song 7kq3 shows it'
    assert person.say("mark here", Right.LISTENER).summary == said
    place = results.Bookmarked(song=LANTERN, at=SongPlace(5.0))
    assert person.see("mark", place).summary == 'marked "Blue Lantern" (7kq3) at 0:05; song 7kq3 shows it'
