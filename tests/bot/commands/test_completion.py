"""What is offered where a line ends."""

import pytest

from bandstand.common.api import refusals, requests, results
from bandstand.common.api.people import Right
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import PARAMETERS


def test_commands_and_their_options_are_offered(person: Person) -> None:
    assert person.complete("hi") == ["history"]
    assert person.complete("!hi") == ["history"]
    assert person.complete("generate --se") == ["--seed="]
    assert person.complete("help pl") == ["play", "playlist"]
    assert person.complete("grant libera/ann d") == ["dj"]
    assert person.complete("record o") == ["on", "off"]
    assert person.complete("np ") == []
    assert person.complete("nonsense ") == []
    assert person.core.asked == []


@pytest.mark.parametrize(
    ("text", "kind", "names", "offered"),
    [
        ("play 7", "song", ("7kq3", "Blue Lantern Road"), ["7kq3"]),
        ("play blue", "song", ("7kq3", "Blue Lantern Road"), ["Blue Lantern Road"]),
        ("queue blue la", "song", ("7kq3", "Blue Lantern Road"), ["Lantern Road"]),
        ("queue blue lantern ", "song", ("7kq3", "Blue Lantern Road"), ["Road"]),
        ("compare 7kq3 b", "song", ("7kq3", "Blue"), ["Blue"]),
        ("cancel ", "job", ("12",), ["12"]),
        ("revoke lib", "person", ("libera/ann", "ann"), ["libera/ann"]),
        ("band boss", "band", ("trio-maresol", "bossa"), ["bossa"]),
        ("evolve tri", "band", ("trio-maresol", "bossa"), ["trio-maresol"]),
        ("recording ", "recording", ("8wq2z",), ["8wq2z", "remove", "publish", "hide"]),
        ("recording remove 8", "recording", ("8wq2z",), ["8wq2z"]),
    ],
)
def test_names_come_from_the_core(
    text: str, kind: str, names: tuple[str, ...], offered: list[str], person: Person
) -> None:
    person.core.results[requests.ListNames] = results.Names(names=names)
    assert person.complete(text) == offered
    assert person.core.asked == [requests.ListNames(kind=kind)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("generate mi", ["mine"]),
        ("generate boss", ["bossa"]),
        ("watch m", ["mine"]),
        ("unwatch ", ["mine", "other"]),
        ("help generate o", ["other"]),
        ("watch mine t", ["tempo="]),
        ("generate mine te", ["tempo="]),
        ("watch mine key=C d", ["duration="]),
        ("watch mine key=", ["key=C", "key=Dm"]),
        ("watch mine key=D", ["key=Dm"]),
    ],
)
def test_generators_their_parameters_and_choices_are_offered(text: str, offered: list[str], person: Person) -> None:
    person.core.results[requests.ListNames] = results.Names(names=("trio-maresol", "bossa"))
    assert person.complete(text) == offered


def test_a_band_of_several_words_has_its_parameters_offered(person: Person) -> None:
    details = results.GeneratorDetails(name="gravel-theory", help="", parameters=PARAMETERS, band="Gravel Theory")
    person.core.results[requests.DescribeGenerator] = details
    assert person.complete("generate gravel theory te") == ["tempo="]
    assert person.core.asked == [requests.DescribeGenerator(name="gravel theory")]


def test_where_the_core_refuses_or_fails_nothing_is_offered(person: Person) -> None:
    person.core.results[requests.DescribeGenerator] = refusals.NoSuchBand("x", ())
    person.core.results[requests.ListNames] = refusals.BadRequest("no such kind")
    assert person.complete("watch x ") == []
    assert person.complete("play ") == []
    person.core.results[requests.ListNames] = ZeroDivisionError()
    assert person.complete("play ") == []


def test_nothing_is_offered_that_one_may_not_use(person: Person) -> None:
    assert person.complete("qu", Right.LISTENER) == ["queue"]
    assert person.complete("revoke ", Right.LISTENER) == []
    assert person.core.asked == []


def test_no_more_is_offered_than_fits_a_screen(person: Person) -> None:
    person.core.results[requests.ListNames] = results.Names(names=tuple(f"song {n}" for n in range(300)))
    assert len(person.complete("play so")) == 50
