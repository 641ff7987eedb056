"""The command for wishes: its words, and what is said of its result."""

import msgspec
import pytest

from bandstand.common.api import requests, results
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import RESULTS


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wish slow bossa in Dm, 2 minutes", "slow bossa in Dm, 2 minutes"),
        ("wish bossa key=Dm minutes=2 with=flute", "bossa key Dm 2 minutes with flute"),
        ('wish "slow bossa"', "slow bossa"),
    ],
)
def test_all_words_are_handed_on(person: Person, line: str, words: str) -> None:
    assert person.ask(line) == requests.Wish(words=words)


def test_a_wish_is_answered_with_what_comes_and_when(person: Person) -> None:
    wished = RESULTS[requests.Wish]
    assert isinstance(wished, results.Wished)
    assert person.see("wish bossa", wished).summary == (
        "your wish is composed: bossa by Trio Maresol, in Dm (m4wd); number 2 in the queue, heard in about 1:35; "
        "you will be told when it begins; did not understand: purple"
    )
    cut = msgspec.structs.replace(wished, understood=msgspec.structs.replace(wished.understood, is_cut=True))
    assert person.see("wish bossa", cut).summary.endswith("; read only the first 60 words or 500 characters")
    soon = msgspec.structs.replace(wished, heard_in=0.0)
    assert "heard as soon as it can be" in person.see("wish bossa", soon).summary
    unknown = msgspec.structs.replace(wished, heard_in=None)
    assert "number 2 in the queue; you" in person.see("wish bossa", unknown).summary
