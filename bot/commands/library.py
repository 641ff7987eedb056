"""Commands that change what the library says of a song, and that remove one."""

import re
from collections.abc import Sequence
from typing import Final

from bandstand.bot.commands.phrases import name_song
from bandstand.bot.commands.playing import SONG, SONG_OR_AIR
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.values import SongBrief
from bandstand.common.errors import UsageError

NAMES: Final = ("title", "artist", "album", "genre")
EDITED: Final = (
    *(Param(name, f"its {name}", is_required=False, value="TEXT") for name in NAMES),
    Param("year", "when it was made", is_required=False, value="NUMBER"),
)


def parse_edit(call: Call) -> requests.Request:
    if not call.options:
        raise UsageError('edit SONG title="TEXT" artist= album= genre= year= (one of these; an empty one removes it)')
    year = call.options.get("year")
    if year and not re.fullmatch("[0-9]{1,4}", year):
        raise UsageError("year=NUMBER (such as 1994; an empty one removes it)")
    return requests.EditSong(
        song=call["song"],
        year=None if year is None else int(year or 0),
        **{name: call.options[name] for name in NAMES if name in call.options},
    )


def show_edited(result: results.SongEdited, _: Call) -> Reply:
    of = {"on": result.album, "genre": result.genre, "year": "" if result.year is None else str(result.year)}
    more = "".join(f", {name} {text}" for name, text in of.items() if text)
    artist = f" by {result.song.artist}" if result.song.artist else ""
    return Reply(f"it is {name_song(result.song)}{artist}{more} now")


def parse_tag(call: Call) -> requests.Request:
    words = call["words"].split()
    remove = tuple(word[1:] for word in words if word.startswith("-"))
    return requests.TagSong(
        song=call["song"], add=tuple(word for word in words if not word.startswith("-")), remove=remove
    )


def show_tagged(result: results.SongTagged, _: Call) -> Reply:
    return _say_tags(result.song, result.tags)


def show_tags(result: results.SongDetails, _: Call) -> Reply:
    return _say_tags(result.song.brief, result.song.tags)


def _say_tags(song: SongBrief, tags: Sequence[str]) -> Reply:
    said = f"the tag{'s' if len(tags) > 1 else ''} {', '.join(tags)}" if tags else "no tags"
    return Reply(f"{name_song(song)} has {said}")


def show_deleted(result: results.SongDeleted, _: Call) -> Reply:
    times = f"{result.queued} times from" if result.queued > 1 else "from"
    queued = f", and {times} the queue" if result.queued else ""
    stays = "; its file stays where it is" if result.is_linked else ""
    return Reply(f"{name_song(result.song)} is removed from the library{queued}{stays}")


COMMANDS: Final = (
    Command(
        "edit",
        parse_edit,
        show_edited,
        "change what is written of a song: your own; djs any",
        'edit 7kq3 title="Blue Lantern" year=1994',
        (requests.EditSong,),
        (SONG_OR_AIR,),
        EDITED,
    ),
    Command(
        "tag",
        parse_tag,
        show_tagged,
        "give a song of yours words to find it by; djs any",
        "tag 7kq3 calm late-night -loud",
        (requests.TagSong,),
        (
            Param("song", "a code, or its title in quotes", names=("song",)),
            Param("words", "its tags; -word takes one away", is_rest=True, value="WORD ..."),
        ),
    ),
    Command(
        "tags",
        lambda call: requests.GetSong(song=call["song"]),
        show_tags,
        "the words by which a song can be found",
        "tags 7kq3",
        (requests.GetSong,),
        (SONG_OR_AIR,),
    ),
    Command(
        "delete",
        lambda call: requests.DeleteSong(song=call["song"]),
        show_deleted,
        "remove a song from the library, with its sound",
        "delete 7kq3",
        (requests.DeleteSong,),
        (SONG,),
        needs_confirmation=True,
    ),
)
