"""Commands for requests: the words of each, and what is said of its results."""

import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.asking import RequestSwitch
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN
from tests.bot.commands.test_sentences import NOON


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("request blue lantern", requests.RequestSong(song="blue lantern")),
        ("r 7kq3", requests.RequestSong(song="7kq3")),
        ("requests", requests.GetRequestSwitches()),
        ("requests on", requests.SwitchRequests(is_on=True)),
        ("requests OFF here", requests.SwitchRequests(is_on=False, where="here")),
        ("requests off libera/#radio", requests.SwitchRequests(is_on=False, where="libera/#radio")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize("line", ["request", "requests lantern", "requests off a b"])
def test_words_that_are_not_right_are_told(line: str, person: Person) -> None:
    assert person.say(line).level is Level.USAGE


ONE, OTHER = RequestSwitch("libera/#radio", False), RequestSwitch("page", False)


@pytest.mark.parametrize(
    ("line", "result", "said"),
    [
        (
            "request x",
            results.Requested(song=LANTERN, position=2, heard_in=125.9),
            '"Blue Lantern" (7kq3) is requested: number 2 in the queue, heard in 2:05',
        ),
        (
            "request x",
            results.Requested(song=LANTERN, position=2, heard_in=None, was_planned=True),
            '"Blue Lantern" (7kq3), which the programme had planned, is requested: number 2 in the queue',
        ),
        (
            "request x",
            results.Requested(song=LANTERN, position=1, heard_in=9.0, allowed_at=NOON, wait=300.0),
            '"Blue Lantern" (7kq3) is requested: number 1 in the queue, heard in 0:09; a listener may only '
            "from 12:00, in 5 minutes",
        ),
        (
            "request x",
            results.Requested(song=LANTERN, position=0, heard_in=0.0),
            'playing "Blue Lantern" (7kq3), as you requested',
        ),
        ("requests", results.RequestSwitches(is_on=True, here=True), "requests are on everywhere"),
        (
            "requests",
            results.RequestSwitches(is_on=True, here=False, exceptions=(ONE, OTHER)),
            "requests are on everywhere but in libera/#radio and on the page; they are off here",
        ),
        (
            "requests on libera",
            results.RequestSwitches(is_on=False, here=False, exceptions=(RequestSwitch("libera", True),)),
            "requests are off everywhere but on libera",
        ),
    ],
)
def test_a_result_is_told_in_a_sentence(line: str, result: Result, said: str, person: Person) -> None:
    assert person.see(line, result).summary == said
