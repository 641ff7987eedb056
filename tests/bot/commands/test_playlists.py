"""Commands about playlists and clocks: the words of each, and what is said of its results."""

import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.playlists import Clock, Playlist, PlaylistRule
from bandstand.common.api.requests import PlaylistChanges, Request
from bandstand.common.api.results import Result
from bandstand.common.api.values import Slot, SlotKind
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("playlist", requests.ListPlaylists()),
        ("playlist mellow", requests.GetPlaylist(name="mellow")),
        ("playlist show mellow", requests.GetPlaylist(name="mellow")),
        ('playlist new mellow "blue lantern" moon', requests.MakePlaylist(name="mellow", query='"blue lantern" moon')),
        ('playlist add mellow "blue lantern"', requests.AddToPlaylist(name="mellow", song="blue lantern")),
        ("playlist new mellow", requests.MakePlaylist(name="mellow")),
        (
            "playlist new mellow style:bossa slow --songs=4 --crossfade=3",
            requests.MakePlaylist(
                name="mellow",
                query="style:bossa slow",
                changes=PlaylistChanges(rule=PlaylistRule.SONGS, every=4, crossfade=3.0),
            ),
        ),
        (
            "playlist set mellow --standard --weight=2.5",
            requests.ChangePlaylist(name="mellow", changes=PlaylistChanges(rule=PlaylistRule.STANDARD, weight=2.5)),
        ),
        ("playlist add mellow blue lantern", requests.AddToPlaylist(name="mellow", song="blue lantern")),
        ("playlist remove mellow 7kq3", requests.RemoveFromPlaylist(name="mellow", song="7kq3")),
        ("playlist delete mellow", requests.DeletePlaylist(name="mellow")),
        ("clock", requests.ListClocks()),
        ("clock day = style:pop any", requests.SetClock(name="day", slots=("style:pop", "any"))),
        ("clock day = file:/srv/a b.ogg any", requests.SetClock(name="day", slots=("file:/srv/a b.ogg", "any"))),
        ("clock use day", requests.UseClock(name="day")),
        ("clock use none", requests.UseClock(name="")),
        ("clock delete day", requests.DeleteClock(name="day")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize(
    "line",
    [
        "playlist new", "playlist add mellow", "playlist delete", "playlist set mellow --hourly=x",
        "playlist new x --songs=2 --minutes=3", "playlist set x --weight=-1", "clock day =", "clock day any",
    ],
)  # fmt: skip
def test_words_that_are_none_are_answered_with_the_usage(line: str, person: Person) -> None:
    assert person.say(line).level is Level.USAGE


MELLOW = Playlist(name="mellow", query="style:bossa", rule=PlaylistRule.HOURLY, every=5)
DAY = Clock(name="day", slots=(Slot(SlotKind.STYLE, "pop"), Slot(SlotKind.ANY)))


@pytest.mark.parametrize(
    ("line", "result", "said"),
    [
        ("playlist", results.Playlists(playlists=()), "there are no playlists; playlist new NAME makes one"),
        ("playlist", results.Playlists(playlists=(results.PlaylistBrief(MELLOW, None),)), "1 playlist"),
        (
            "playlist mellow",
            results.PlaylistDetails(playlist=MELLOW, count=1, songs=(LANTERN,)),
            'mellow: 1 song found by "style:bossa", once an hour at :05',
        ),
        (
            "playlist delete mellow",
            results.PlaylistDeleted(name="mellow"),
            "the playlist mellow is deleted; its songs are still in the library",
        ),
        ("clock", results.Clocks(clocks=(DAY,), current="day"), "1 clock; the programme goes by the clock day"),
        (
            "clock day = style:pop any",
            results.Clocks(clocks=(DAY,), current="", changed="day"),
            "day = style:pop any; clock use day has the programme go by it",
        ),
        ("clock delete day", results.ClockDeleted(name="day"), "the clock day is deleted"),
    ],
)
def test_results_are_said(line: str, result: Result, said: str, person: Person) -> None:
    assert person.see(line, result).summary == said
