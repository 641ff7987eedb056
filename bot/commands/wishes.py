"""The command for songs that are composed as a listener wishes: wish."""

from typing import Final

from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.song_words import say_misunderstood, say_song
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.text import clock

AMOUNTS: Final = ("minutes", "seconds")
"""Names of values behind which the grammar expects the name, and not before them."""


def parse_wish(call: Call) -> requests.Request:
    """`tempo=120 minutes=2` are words as well as all others."""
    values = [f"{value} {name}" if name in AMOUNTS else f"{name} {value}" for name, value in call.options.items()]
    return requests.Wish(words=" ".join((call["words"], *values)))


def show_wished(result: results.Wished, _: Call) -> Reply:
    song = f"{say_song(result.understood)} ({result.song})"
    if result.heard_in is None:
        wait = ""
    elif result.heard_in >= 1:
        wait = f", heard in about {clock(result.heard_in)}"
    else:
        wait = ", heard as soon as it can be"
    place = f"number {result.position} in the queue{wait}; you will be told when it begins"
    return Reply(f"your wish is composed: {song}; {place}{say_misunderstood(result.understood)}")


COMMANDS: Final = (
    Command(
        "wish",
        parse_wish,
        show_wished,
        "have a song composed as you describe it, and played in its turn",
        "wish slow bossa in Dm, 2 minutes, with flute",
        (requests.Wish,),
        (
            Param(
                "words",
                "style, band, tempo, mood, key, length, instruments, in any order",
                is_rest=True,
                names=("words", "band"),
            ),
        ),
        takes_any_option=True,
    ),
)
