"""Commands about the queue: the words of each, and what is said of its results."""

import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from bandstand.common.api.values import Choice, Distance, Source
from bandstand.common.types import CueId
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, ROAD, UNTITLED


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("queue", requests.GetQueue()),
        ('queue ""', requests.GetQueue()),
        ("q", requests.GetQueue()),
        ("queue blue lantern --crossfade=4", requests.Enqueue(song="blue lantern", crossfade=4.0)),
        ("remove", requests.RemoveFromQueue()),
        ("remove 2", requests.RemoveFromQueue(which="2")),
        ("remove blue lantern", requests.RemoveFromQueue(which="blue lantern")),
        ("move 3 1", requests.MoveInQueue(which="3", place=1)),
        ("move blue lantern 12", requests.MoveInQueue(which="blue lantern", place=12)),
        ("clear", requests.ClearQueue()),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize("line", ["move", "move 3", "move 3 first", "move 3 0", "move 3 -1", "move lantern ²"])
def test_a_move_says_which_song_and_which_place(line: str, person: Person) -> None:
    reply = person.say(line)
    assert reply.level is Level.USAGE
    assert reply.summary.startswith("move SONG PLACE")


@pytest.mark.parametrize(
    ("line", "result", "said"),
    [
        (
            "queue x",
            results.Enqueued(song=LANTERN, position=2, heard_in=125.9),
            '"Blue Lantern" (7kq3) is number 2 in the queue, heard in 2:05',
        ),
        (
            "queue x",
            results.Enqueued(song=LANTERN, position=2, heard_in=None),
            '"Blue Lantern" (7kq3) is number 2 in the queue',
        ),
        (
            "queue x",
            results.Enqueued(song=UNTITLED, position=1, heard_in=0.0),
            "song m4wd is number 1 in the queue, heard as soon as it can be heard",
        ),
        (
            "queue x",
            results.Requested(song=LANTERN, position=2, heard_in=125.9),
            '"Blue Lantern" (7kq3) is requested: number 2 in the queue, heard in 2:05',
        ),
        ("queue x", results.Enqueued(song=LANTERN, position=0), 'playing "Blue Lantern" (7kq3)'),
        ("queue", results.Queue(on_air=None, songs=()), "the queue is empty"),
        ("remove", results.Removed(songs=(LANTERN,)), '"Blue Lantern" (7kq3) is out of the queue'),
        (
            "clear",
            results.Removed(songs=(LANTERN, ROAD)),
            "2 songs are out of the queue; the song on the air goes on",
        ),
        ("clear", results.Removed(songs=()), "the queue is empty already"),
        ("move 3 1", results.Moved(song=LANTERN, position=1), '"Blue Lantern" (7kq3) is number 1 in the queue now'),
    ],
)
def test_results_become_sentences(line: str, result: Result, said: str, person: Person) -> None:
    reply = person.see(line, result)
    assert (reply.summary, reply.level, reply.value) == (said, Level.OK, result)


def test_the_queue_is_a_table_in_its_order_with_lengths_times_and_askers(person: Person) -> None:
    waits = (65.0, 155.0, None)
    songs = tuple(
        results.QueuedSong(CueId(number), song, "ann", 990.0, wait)
        for number, (song, wait) in enumerate(zip((LANTERN, ROAD, UNTITLED), waits, strict=True))
    )
    reply = person.see("queue", results.Queue(on_air=None, songs=songs))
    assert reply.summary == "3 songs in the queue"
    assert reply.columns == ("#", "code", "title", "length", "heard", "asked for by", "", "chosen")
    assert reply.rows == (
        ("1", "7kq3", "Blue Lantern", "1:30", "in 1:05", "ann", "", ""),
        ("2", "x2mv", "Old Road", "", "in 2:35", "ann", "being made, can be heard", ""),
        ("3", "m4wd", "", "", "", "ann", "being made", ""),
    )


def test_the_queue_says_why_the_programme_chose_a_song(person: Person) -> None:
    choice = Choice(source=Source.ROTATION, playlist="mellow", is_turn=True, relaxed=(Distance.ARTIST,))
    planned = results.QueuedSong(CueId(1), LANTERN, "the station", 990.0, 65.0, choice)
    reply = person.see("queue", results.Queue(on_air=None, songs=(planned,)))
    assert reply.rows == (
        ("1", "7kq3", "Blue Lantern", "1:30", "in 1:05", "", "", "turn of the playlist mellow, its artist again soon"),
    )


def test_a_listener_may_remove_and_neither_move_nor_clear(person: Person) -> None:
    assert person.say("remove", Right.LISTENER).is_good
    assert person.say("clear", Right.LISTENER).level is Level.DENIED
    assert person.say("move 2 1", Right.LISTENER).level is Level.DENIED


def test_names_of_what_waits_are_offered(person: Person) -> None:
    assert person.complete("remove Bl") == ["Blue Lantern"]
    assert person.core.asked == [requests.ListNames(kind="queued")]
