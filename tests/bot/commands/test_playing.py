"""Commands that decide what is heard: the words of each, and what is said of its results."""

import pytest
from msgspec.structs import replace

from bandstand.bot.commands.reply import Level
from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from bandstand.common.api.values import SongKind
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import LANTERN, ROAD, UNTITLED


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("play blue lantern", requests.Play(song="blue lantern")),
        ("play 7KQ3 --crossfade=2.5", requests.Play(song="7KQ3", crossfade=2.5)),
        ("play /home/ann/low tide.mp3", requests.PlayFile(path="/home/ann/low tide.mp3")),
        ("play /home/ann/tide.mp3 --keep", requests.PlayFile(path="/home/ann/tide.mp3", keep=True)),
        ("play jingle --resume", requests.Play(song="jingle", resumes=True)),
        ("skip", requests.Skip()),
        ("stop", requests.Stop()),
        ("stop --fade=5", requests.Stop(fade=5.0)),
        ("pause", requests.Pause()),
        ("resume", requests.Resume()),
        ("np", requests.GetNowPlaying()),
        ("replay", requests.Replay()),
        ("replay two", requests.Replay(song="two")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize(
    ("place", "seconds", "is_relative"),
    [
        ("1:20", 80, False),
        ("75", 75, False),
        ("0:01:05.5", 65.5, False),
        ("+10", 10, True),
        ("-5", -5, True),
        ("-1:00", -60, True),
        ("+0:30", 30, True),
        ("0", 0, False),
    ],
)
def test_a_place_is_a_time_or_so_much_on_or_back(place: str, seconds: float, is_relative: bool, person: Person) -> None:
    assert person.ask(f"seek {place}") == requests.Seek(seconds=seconds, is_relative=is_relative)


@pytest.mark.parametrize("place", ["soon", "1:2:3:4", "--10", "1:-5", "+", "1e3", ""])
def test_what_is_no_place_gets_the_usage(place: str, person: Person) -> None:
    reply = person.say(f"seek {place}")
    assert (reply.level, reply.summary[:10]) == (Level.USAGE, "seek PLACE")


@pytest.mark.parametrize("line", ["stop --fade", "stop --fade=21", "play one --crossfade=-1", "play one crossfade=nan"])
def test_a_fade_is_a_number_of_seconds(line: str, person: Person) -> None:
    reply = person.say(line)
    assert reply.level is Level.USAGE and "=SECONDS" in reply.summary


@pytest.mark.parametrize(
    ("line", "result", "said"),
    [
        ("play x", results.Playing(song=LANTERN), 'playing "Blue Lantern" (7kq3)'),
        (
            "play x --resume",
            results.Playing(song=LANTERN, then=ROAD, then_at=20.7),
            'playing "Blue Lantern" (7kq3); then "Old Road" (x2mv) goes on at 0:20',
        ),
        (
            "skip",
            results.Skipped(song=LANTERN, following=ROAD),
            'skipped "Blue Lantern" (7kq3); next is "Old Road" (x2mv)',
        ),
        ("skip", results.Skipped(song=UNTITLED, following=None), "skipped song m4wd; nothing follows"),
        ("stop", results.Stopped(was_stopped=False), "stopped; the queue stays as it is, and resume goes on"),
        ("stop", results.Stopped(was_stopped=True), "the station is stopped already; resume goes on"),
        ("pause", results.Paused(was_stopped=False, seconds=20.0), "paused at 0:20; resume goes on there"),
        ("pause", results.Paused(was_stopped=True), "the station is stopped already; resume goes on"),
        ("resume", results.Resumed(was_stopped=True, song=LANTERN), 'going on with "Blue Lantern" (7kq3)'),
        ("resume", results.Resumed(was_stopped=True), "resumed; the queue is empty"),
        ("resume", results.Resumed(was_stopped=False), "the station is not stopped"),
        (
            "seek 0:30",
            results.Sought(song=LANTERN, seconds=30.0, is_stopped=False),
            '"Blue Lantern" (7kq3) is at 0:30 now',
        ),
        (
            "seek 0:30",
            results.Sought(song=ROAD, seconds=30.0, is_stopped=True),
            '"Old Road" (x2mv) is at 0:30 now, or as soon as that much of it is made; resume goes on there',
        ),
        (
            "np",
            results.NowPlaying(state="playing", song=LANTERN, seconds=20.0),
            '"Blue Lantern" (7kq3) by The Robots, at 0:20 of 1:30',
        ),
        (
            "np",
            results.NowPlaying(state="playing", song=ROAD, seconds=20.0, turn="X"),
            '"Old Road" (x2mv) by The Robots, at 0:20; X is heard',
        ),
        (
            "np",
            results.NowPlaying(state="playing", song=replace(LANTERN, artist="", seconds=0.0), seconds=20.0),
            '"Blue Lantern" (7kq3), at 0:20',
        ),
        (
            "np",
            results.NowPlaying(
                state="playing",
                song=replace(LANTERN, title="live: ann", artist="", seconds=0.0, kind=SongKind.LIVE),
                seconds=20.0,
            ),
            "live: ann (7kq3), at 0:20",
        ),
        (
            "np",
            results.NowPlaying(state="stopped", song=LANTERN, seconds=20.0),
            'stopped in "Blue Lantern" (7kq3) at 0:20; resume goes on there',
        ),
        ("np", results.NowPlaying(state="starting", song=LANTERN), '"Blue Lantern" (7kq3) is about to begin'),
        (
            "replay",
            results.Replaying(song=LANTERN),
            'playing "Blue Lantern" (7kq3) from its beginning, as it was made',
        ),
    ],
)
def test_results_become_sentences(line: str, result: Result, said: str, person: Person) -> None:
    reply = person.see(line, result)
    assert (reply.summary, reply.level, reply.value) == (said, Level.OK, result)


def test_silence_is_told_with_what_helps_to_those_whom_it_helps(person: Person) -> None:
    silence = results.NowPlaying(state="silence")
    assert person.see("np", silence, Right.DJ).summary == "silence; generate makes a song"
    assert person.see("np", silence, Right.LISTENER).summary == "silence"


def test_a_song_that_waits_for_the_streamer_is_an_error_so_that_a_script_notices(person: Person) -> None:
    reply = person.see("np", results.NowPlaying(state="held", song=LANTERN))
    assert reply.level is Level.ERROR
    assert reply.summary == '"Blue Lantern" (7kq3) waits: the streamer is away, and the song goes on when it is back'
