"""Commands about the queue: queue, remove, move, clear."""

from collections.abc import Sequence
from typing import Final

from bandstand.bot.commands.phrases import count_kinds, name_song, say_wait
from bandstand.bot.commands.playing import CROSSFADE, parse_fade
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.requesting import show_requested
from bandstand.bot.commands.sentences import SONG_STATES
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.values import SongBrief, SongKind
from bandstand.common.choice_words import say_choice_briefly
from bandstand.common.errors import UsageError
from bandstand.common.text import clock, counted

LENGTH: Final = ("length", "l")
"""Words after `queue` that ask how long it is."""


def parse_queue(call: Call) -> requests.Request:
    if call["song"].strip().casefold() in ("", *LENGTH):
        return requests.GetQueue()
    return requests.Enqueue(song=call["song"], crossfade=parse_fade(call, "crossfade"))


def show_queue(result: results.Queue | results.Enqueued | results.Requested, call: Call) -> Reply:
    if isinstance(result, results.Requested):
        return show_requested(result, call)
    if isinstance(result, results.Enqueued):
        name = name_song(result.song)
        if not result.position:
            return Reply(f"playing {name}")
        wait = say_wait(result.song, result.heard_in)
        return Reply(f"{name} is number {result.position} in the queue" + (f", heard {wait}" if wait else ""))
    if not result.songs:
        return Reply("the queue is empty")
    if call["song"].strip().casefold() in LENGTH:
        seconds = sum(queued.song.seconds for queued in result.songs)
        return Reply(f"{_count(result.songs)} in the queue, {clock(seconds)} long")
    rows = tuple(_show_queued(number, queued) for number, queued in enumerate(result.songs, 1))
    columns = ("#", "code", "title", "length", "heard", "asked for by", "", "chosen")
    return Reply(f"{_count(result.songs)} in the queue", columns=columns, rows=rows)


def _count(queue: Sequence[results.QueuedSong]) -> str:
    return count_kinds(queued.song.kind for queued in queue)


def _show_queued(number: int, queued: results.QueuedSong) -> tuple[str, ...]:
    song = queued.song
    length = clock(song.seconds) if song.seconds else ""
    wait = say_wait(song, queued.heard_in)
    is_own = queued.choice is not None or song.kind is not SongKind.SONG
    asker, reason = "" if is_own else queued.name, say_choice_briefly(queued.choice) if queued.choice else ""
    return str(number), song.code, song.title, length, wait, asker, _say_state(song), reason


def _say_state(song: SongBrief) -> str:
    return SONG_STATES[song.state] or ("" if song.kind is SongKind.SONG else song.kind)


def show_removed(result: results.Removed, _: Call) -> Reply:
    if not result.songs:
        return Reply("the queue is empty already")
    if len(result.songs) == 1:
        return Reply(f"{name_song(result.songs[0])} is out of the queue")
    return Reply(f"{counted(len(result.songs), 'song')} are out of the queue; the song on the air goes on")


def parse_move(call: Call) -> requests.Request:
    *words, place = call["song"].split()
    if not words or not (place.isascii() and place.isdigit() and int(place[:6]) >= 1):
        raise UsageError("move SONG PLACE (the place is a number; 1 is next)")
    return requests.MoveInQueue(which=" ".join(words), place=int(place[:6]))


def show_moved(result: results.Moved, _: Call) -> Reply:
    return Reply(f"{name_song(result.song)} is number {result.position} in the queue now")


QUEUED: Final = "its number in the queue, a code, or words of the title"

COMMANDS: Final = (
    Command(
        "queue",
        parse_queue,
        show_queue,
        "show the queue, or append a song to it",
        "queue blue lantern",
        (requests.GetQueue, requests.Enqueue),
        (
            Param(
                "song",
                "a code, or words of the title; length: how long the queue is",
                is_required=False,
                is_rest=True,
                names=("song",),
            ),
        ),
        (CROSSFADE,),
        aliases=("q",),
    ),
    Command(
        "remove",
        lambda call: requests.RemoveFromQueue(which=call["song"]),
        show_removed,
        "take a song out of the queue that you asked for; djs any song",
        "remove 2",
        (requests.RemoveFromQueue,),
        (
            Param(
                "song",
                f"{QUEUED}; without one, the last that you asked for",
                is_required=False,
                is_rest=True,
                names=("queued",),
            ),
        ),
    ),
    Command(
        "move",
        parse_move,
        show_moved,
        "give a song another place in the queue",
        "move 3 1",
        (requests.MoveInQueue,),
        (
            Param(
                "song",
                f"{QUEUED}; the place is a number, and 1 is next",
                is_rest=True,
                value="SONG PLACE",
                names=("queued",),
            ),
        ),
    ),
    Command(
        "clear",
        lambda _: requests.ClearQueue(),
        show_removed,
        "take every song out of the queue; the one on the air goes on",
        "clear",
        (requests.ClearQueue,),
    ),
)
