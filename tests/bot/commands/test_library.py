"""Commands that change what the library says of a song."""

import msgspec
import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.requests import Request
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, RESULTS


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ('edit blue lantern title="Red Lantern"', requests.EditSong(song="blue lantern", title="Red Lantern")),
        ("edit genre=", requests.EditSong(genre="")),
        ("edit 7kq3 year=1994 album=X", requests.EditSong(song="7kq3", year=1994, album="X")),
        ("edit 7kq3 year=", requests.EditSong(song="7kq3", year=0)),
        ("tag 7kq3 calm -loud", requests.TagSong(song="7kq3", add=("calm",), remove=("loud",))),
        ('tag "blue lantern" a', requests.TagSong(song="blue lantern", add=("a",))),
        ("delete blue lantern --yes", requests.DeleteSong(song="blue lantern")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize(
    "line", ["edit 7kq3", "edit 7kq3 year=soon", "edit 7kq3 length=3", "tag", "tag 7kq3", "delete"]
)
def test_words_that_do_not_fit_get_the_usage(line: str, person: Person) -> None:
    assert person.say(line).level is Level.USAGE
    assert person.core.asked == []


def test_what_is_written_now_is_told(person: Person) -> None:
    said = '"Blue Lantern" (7kq3)'
    assert person.say("edit 7kq3 year=1994").summary == (
        f"it is {said} by The Robots, on Night Buses, genre Dub, year 1994 now"
    )
    assert person.say("tag 7kq3 calm").summary == f"{said} has the tags calm, late-night"
    assert person.see("tag 7kq3 -a", results.SongTagged(song=LANTERN, tags=())).summary == f"{said} has no tags"


def test_tags_shows_those_of_a_song(person: Person) -> None:
    details = RESULTS[requests.GetSong]
    assert isinstance(details, results.SongDetails)
    song = msgspec.structs.replace(details.song, tags=("calm", "late-night"))
    assert person.ask("tags") == requests.GetSong(song="")
    assert person.see("tags", msgspec.structs.replace(details, song=song)).summary.endswith(
        "has the tags calm, late-night"
    )


def test_a_song_is_removed_after_a_second_word_and_it_is_told_from_where(person: Person) -> None:
    said = '"Blue Lantern" (7kq3) is removed from the library'
    assert person.say("delete 7kq3 --yes").summary == f"{said}, and 2 times from the queue; its file stays where it is"
    plain = results.SongDeleted(song=LANTERN, queued=0, is_linked=False)
    assert person.see("delete 7kq3 --yes", plain).summary == said
