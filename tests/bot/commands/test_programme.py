"""radio and why in words."""

import time

import pytest

from bandstand.bot.commands.programme import say_choice
from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.values import Choice, Distance, QuietReason, Slot, SlotKind, Source
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN


def test_radio_asks_and_switches(person: Person) -> None:
    assert person.ask("radio", Right.LISTENER) == requests.GetRadio()
    assert person.ask("radio on") == requests.SwitchRadio(is_on=True)
    assert person.ask("radio OFF") == requests.SwitchRadio(is_on=False)
    assert person.say("radio loud").level is Level.USAGE


@pytest.mark.parametrize("reason", QuietReason)
def test_radio_says_why_it_is_quiet(person: Person, reason: QuietReason) -> None:
    quiet = results.Radio(is_on=True, quiet=reason, planned=0, stock=1, stock_seconds=90.0)
    person.core.results[requests.GetRadio] = quiet
    assert person.say("radio").summary.startswith("the radio does not play by itself: ")


def test_radio_says_what_it_has_ahead(person: Person) -> None:
    assert person.say("radio").summary == (
        "the radio plays where nobody has asked for a song; 4 planned, 9 new songs (27:00) composed ahead"
    )


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (results.Explanation(song=LANTERN, name="ann"), "ann asked for it"),
        (
            results.Explanation(song=LANTERN, name="ann", position=2, heard_in=65.0),
            'number 2 in the queue, heard in 1:05, "Blue Lantern" (7kq3): ann asked for it',
        ),
        (
            results.Explanation(
                song=LANTERN, choice=Choice(source=Source.ROTATION, slot=Slot(SlotKind.FILE, "/home/ann/a.flac"))
            ),
            "for the slot file:a.flac",
        ),
        (results.Explanation(), "silence: there is no song yet"),
        (results.Explanation(is_making=True), "silence: a song is being made and begins as soon as it can be heard"),
        (results.Explanation(quiet=QuietReason.STOPPED), "the station is stopped; resume goes on"),
        (
            results.Explanation(song=LANTERN, name="the station", choice=Choice(source=Source.STOCK, among=9)),
            "a new song that was composed ahead, heard for the first time, drawn from 9",
        ),
        (
            results.Explanation(
                song=LANTERN,
                name="the station",
                choice=Choice(source=Source.ROTATION, among=2, relaxed=(Distance.ARTIST,), last_started=0.0),
            ),
            "though the same artist was heard less than 15 minutes before, as nothing else was left",
        ),
    ],
)
def test_why_says_who_or_what_chose_the_song(person: Person, result: results.Explanation, said: str) -> None:
    person.core.results[requests.ExplainSong] = result
    assert said in person.say("why").summary


def test_what_was_composed_for_its_place_is_not_said_to_stand_in_for_anything() -> None:
    alone = Choice(source=Source.COMPOSED)
    assert say_choice(alone, 0.0) == "it was composed for its place, as there was nothing else to play"
    fitted = Choice(source=Source.COMPOSED, ends_at=time.mktime((2026, 3, 27, 20, 0, 0, 0, 0, -1)))
    assert say_choice(fitted, 0.0) == "it was composed for its place, made to end just at 20:00"


def test_while_the_station_is_stopped_why_says_nothing_of_who_asked(person: Person) -> None:
    stopped = results.Explanation(quiet=QuietReason.STOPPED)
    assert person.see("why", stopped).summary == "silence: the station is stopped; resume goes on"
