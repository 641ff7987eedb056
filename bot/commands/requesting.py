"""Commands for songs that listeners request: request and requests."""

from typing import Final

from bandstand.bot.commands.phrases import name_song, say_ago, say_moment, say_wait, say_where
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.errors import UsageError

FAVOURITE: Final = ("f", "fave")
SWITCHES: Final = {"on": True, "off": False}


def parse_request(call: Call) -> requests.Request:
    """`r f WORDS`, or `r f` alone, picks one of the favourites, as radio communities know it."""
    first, _, rest = call["song"].strip().partition(" ")
    if first.casefold() == FAVOURITE[0]:
        return requests.RequestRandom(query=rest, is_favourite=True)
    return requests.RequestSong(song=call["song"])


def parse_random(call: Call) -> requests.Request:
    first, _, rest = call["query"].strip().partition(" ")
    if first.casefold() in FAVOURITE:
        return requests.RequestRandom(query=rest, is_favourite=True)
    return requests.RequestRandom(query=call["query"])


def show_last_request(result: results.LastRequest, call: Call) -> Reply:
    who = result.name or "you"
    if result.song is None:
        return Reply(f"{who} {'has' if result.name else 'have'} requested nothing yet")
    said = f"{who} last requested {name_song(result.song)}, {say_ago(result.requested, call.now)}"
    if result.name:
        return Reply(said)
    again = "now" if result.allowed_at is None else say_moment(result.allowed_at, result.wait)
    return Reply(f"{said}; you may request another song {again}")


def show_last_played(result: results.History, call: Call) -> Reply:
    """What was heard before the song on the air."""
    plays = [play for play in result.plays if play.reason]
    if not plays:
        return Reply("nothing was on the air before")
    rows = tuple((say_ago(play.started, call.now), play.song, play.title) for play in plays)
    return Reply("last played", columns=("when", "code", "title"), rows=rows)


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
        parse_request,
        show_requested,
        "have a song of the library played in its turn",
        "request blue lantern",
        (requests.RequestSong, requests.RequestRandom),
        (
            Param(
                "song",
                "a code, or words of the title; f: one of your favourites, with words or without",
                is_rest=True,
                names=("song",),
            ),
        ),
        aliases=("r",),
    ),
    Command(
        "random",
        parse_random,
        show_requested,
        "request a random song, or a random favourite of yours",
        "random fave",
        (requests.RequestRandom,),
        (
            Param(
                "query",
                "fave, words to search for, or both",
                is_required=False,
                is_rest=True,
                keeps_quotes=True,
            ),
        ),
        aliases=("ra",),
    ),
    Command(
        "lucky",
        lambda call: requests.RequestFirst(query=call["query"]),
        show_requested,
        "request the first song that a search finds",
        "lucky blue style:bossa",
        (requests.RequestFirst,),
        (Param("query", "as for search", is_rest=True, keeps_quotes=True),),
    ),
    Command(
        "lastrequest",
        lambda call: requests.GetLastRequest(name=call["name"]),
        show_last_request,
        "what you requested last, or somebody else",
        "lastrequest ann",
        (requests.GetLastRequest,),
        (Param("name", "an account, or a nick; without one, you", is_required=False, is_rest=True),),
    ),
    Command(
        "lp",
        lambda _: requests.ListHistory(limit=6),
        show_last_played,
        "the last songs before this one",
        "lp",
        (requests.ListHistory,),
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
