"""Commands for songs that listeners request: request and requests."""

from typing import Final

from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.sentences import name_song, say_moment, say_wait, say_where
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.errors import UsageError

SWITCHES: Final = {"on": True, "off": False}


def show_requested(result: results.Requested, _: Call) -> Reply:
    name = name_song(result.song)
    bound = "" if result.allowed_at is None else f"; a listener may only {say_moment(result.allowed_at, result.wait)}"
    if not result.position:
        return Reply(f"playing {name}, as you requested{bound}")
    wait = say_wait(result.song, result.heard_in)
    heard = f", heard {wait}" if wait else ""
    planned = ", which the programme had planned," if result.was_planned else ""
    return Reply(f"{name}{planned} is requested: number {result.position} in the queue{heard}{bound}")


def parse_requests(call: Call) -> requests.Request:
    word, where = call["switch"].lower(), call["where"]
    if not word:
        return requests.GetRequestSwitches()
    if word not in SWITCHES:
        raise UsageError("requests [on|off] [WHERE] (request SONG asks for a song)")
    return requests.SwitchRequests(is_on=SWITCHES[word], where=where)


def show_switches(result: results.RequestSwitches, _: Call) -> Reply:
    """`requests are on everywhere but in libera/#radio; they are off here`."""
    others = [say_where(one.where) for one in result.exceptions if one.is_on != result.is_on]
    said = f"requests are {'on' if result.is_on else 'off'} everywhere"
    if others:
        said += f" but {', '.join(others[:-1])}{' and ' if others[1:] else ''}{others[-1]}"
    if result.here != result.is_on:
        said += f"; they are {'on' if result.here else 'off'} here"
    return Reply(said)


COMMANDS: Final = (
    Command(
        "request",
        lambda call: requests.RequestSong(song=call["song"]),
        show_requested,
        "have a song of the library played in its turn",
        "request blue lantern",
        (requests.RequestSong,),
        (Param("song", "a code, or words of the title", is_rest=True, names=("song",)),),
        aliases=("r",),
    ),
    Command(
        "requests",
        parse_requests,
        show_switches,
        "whether songs may be requested; on or off",
        "requests off here",
        (requests.GetRequestSwitches, requests.SwitchRequests),
        (
            Param("switch", "on or off; without it, how it is", is_required=False, names=("switch",)),
            Param(
                "where",
                "here, a network, a channel (libera/#radio) or page; without it, everywhere",
                is_required=False,
                names=("where",),
            ),
        ),
    ),
)
