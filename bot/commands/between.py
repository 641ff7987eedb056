"""Commands about what is heard between songs: jingle, jingles and ident."""

from typing import Final

from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.errors import UsageError
from bandstand.common.text import clock, counted


def parse_jingle(call: Call) -> requests.Request:
    match call["what"].lower():
        case "add":
            return requests.AddJingle(path=call["file"], name=call["name"])
        case "remove":
            return requests.RemoveJingle(name=f"{call['file']} {call['name']}".strip())
    raise UsageError("jingle add FILE [NAME], or jingle remove NAME")


def show_jingle(result: results.JingleAdded | results.JingleRemoved, _: Call) -> Reply:
    if isinstance(result, results.JingleAdded):
        return Reply(f"job {result.job} takes the jingle {result.name} as {result.song}", job=str(result.job))
    return Reply(f"the jingle {result.name} is removed")


def show_jingles(result: results.Jingles, _: Call) -> Reply:
    if not result.jingles:
        return Reply("there are no jingles; jingle add FILE takes one")
    rows = tuple((one.name, one.song.code, clock(one.song.seconds), one.song.title) for one in result.jingles)
    return Reply(counted(len(rows), "jingle"), columns=("name", "code", "length", "title"), rows=rows)


def show_ident(_: results.IdentOrdered, __: Call) -> Reply:
    return Reply("an ident comes after the song on the air, if it is made by then")


COMMANDS: Final = (
    Command(
        "jingle",
        parse_jingle,
        show_jingle,
        "keep a sound file as a jingle, or remove one",
        'jingle add "/home/me/top of the hour.wav" hour',
        (requests.AddJingle, requests.RemoveJingle),
        (
            Param("what", "add or remove"),
            Param("file", "its whole path; to remove one, its name"),
            Param("name", "what it is called; without one, as the file is", is_required=False, is_rest=True),
        ),
    ),
    Command(
        "jingles",
        lambda _: requests.ListJingles(),
        show_jingles,
        "the station's jingles",
        "jingles",
        (requests.ListJingles,),
    ),
    Command(
        "ident",
        lambda _: requests.PlayIdent(),
        show_ident,
        "play the ident after the song on the air",
        "ident",
        (requests.PlayIdent,),
    ),
)
