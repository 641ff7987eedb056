"""Commands about what the programme is told to play: playlist and clock."""

import re
from typing import Final

from bandstand.bot.commands.playing import parse_fade
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.playlists import Playlist, PlaylistRule
from bandstand.common.api.requests import PlaylistChanges
from bandstand.common.api.values import SlotKind
from bandstand.common.errors import UsageError
from bandstand.common.text import clock, counted

PLAYLIST_USAGE: Final = (
    "playlist [[show] NAME | new NAME [QUERY] | set NAME | add NAME SONG | remove NAME SONG | delete NAME]"
)
KINDS: Final = tuple(kind.value for kind in SlotKind)
CLOCK_USAGE: Final = "clock [NAME | NAME = SLOT SLOT ... | use NAME | use none | delete NAME]"
NUMBER: Final = re.compile(r"[0-9]{1,4}")
WEIGHT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
MOST_WEIGHT: Final = 100.0
OPTIONS: Final = (
    Param("weight", "how often it comes; the station's own songs weigh 1, and 0 is only by a clock or show",
          is_required=False, value="N"),
    Param("hourly", "once an hour, at this minute", is_required=False, value="MINUTE"),
    Param("songs", "a song of it after so many", is_required=False, value="N"),
    Param("minutes", "a song of it every so many minutes", is_required=False, value="N"),
    Param("standard", "beside the station's own songs, by weight", is_required=False),
    Param("crossfade", "how long its songs fade in over the one before", is_required=False, value="SECONDS"),
)  # fmt: skip


def parse_playlist(call: Call) -> requests.Request:
    typed, changes = call["words"].split(), parse_changes(call)
    words = call["words"].replace('"', "").split()
    match words:
        case []:
            return requests.ListPlaylists()
        case ["new", name, *_]:
            return requests.MakePlaylist(name=name, query=" ".join(typed[2:]), changes=changes)
        case ["set", name]:
            return requests.ChangePlaylist(name=name, changes=changes)
        case ["add", name, *song] if song:
            return requests.AddToPlaylist(name=name, song=" ".join(song))
        case ["remove", name, *song] if song:
            return requests.RemoveFromPlaylist(name=name, song=" ".join(song))
        case ["delete", name]:
            return requests.DeletePlaylist(name=name)
        case ["show", name]:
            return requests.GetPlaylist(name=name)
        case [name] if name not in ("new", "show", "set", "add", "remove", "delete"):
            return requests.GetPlaylist(name=name)
    raise UsageError(PLAYLIST_USAGE)


def parse_changes(call: Call) -> PlaylistChanges:
    """What the options say. Raises UsageError."""
    rules = [rule for rule in PlaylistRule if rule.value in call.options]
    if len(rules) > 1:
        raise UsageError("a playlist has one rule: --hourly=MINUTE, --songs=N, --minutes=N or --standard")
    every = None
    for rule in rules:
        text = call.options[rule.value]
        if rule is not PlaylistRule.STANDARD:
            if not NUMBER.fullmatch(text) or int(text) > 1440:
                raise UsageError(f"--{rule.value}=N (a whole number, at most 1440)")
            every = int(text)
    weight = call.options.get("weight")
    if weight is not None and (not WEIGHT.fullmatch(weight) or float(weight) > MOST_WEIGHT):
        raise UsageError(f"--weight=N (a number from 0 to {MOST_WEIGHT:g})")
    return PlaylistChanges(
        weight=None if weight is None else float(weight),
        rule=rules[0] if rules else None,
        every=every,
        crossfade=parse_fade(call, "crossfade"),
    )


def say_rule(playlist: Playlist) -> str:
    """When it comes: `once an hour at :30`."""
    match playlist.rule:
        case PlaylistRule.HOURLY:
            return f"once an hour at :{playlist.every:02d}"
        case PlaylistRule.SONGS:
            return f"after every {playlist.every} songs" if playlist.every > 1 else "after every song"
        case PlaylistRule.MINUTES:
            return f"every {counted(playlist.every, 'minute')}"
    if not playlist.weight:
        return "only by a clock or a show"
    return f"weight {playlist.weight:g}"


def show_playlist(result: results.Playlists | results.PlaylistDetails | results.PlaylistDeleted, _: Call) -> Reply:
    if isinstance(result, results.PlaylistDeleted):
        return Reply(f"the playlist {result.name} is deleted; its songs are still in the library")
    if isinstance(result, results.PlaylistDetails):
        return _show_details(result)
    if not result.playlists:
        return Reply("there are no playlists; playlist new NAME makes one")
    rows = tuple(
        (one.playlist.name, "" if one.count is None else str(one.count), say_rule(one.playlist), one.playlist.query)
        for one in result.playlists
    )
    return Reply(counted(len(rows), "playlist"), columns=("name", "songs", "when", "search"), rows=rows)


def _show_details(result: results.PlaylistDetails) -> Reply:
    playlist = result.playlist
    parts = [counted(result.count, "song") + say_search(playlist.query)]
    if result.waiting:
        parts.append(f"{result.waiting} still being made")
    parts.append(say_rule(playlist))
    if playlist.crossfade is not None:
        parts.append(f"crossfade {playlist.crossfade:g} s")
    rows = tuple((song.code, song.title, song.artist, clock(song.seconds)) for song in result.songs)
    return Reply(f"{playlist.name}: {', '.join(parts)}", columns=("code", "title", "artist", "length"), rows=rows)


def say_search(query: str) -> str:
    """What finds the songs, in quotes unless it has some itself."""
    if not query:
        return ""
    return f" found by {query}" if '"' in query else f' found by "{query}"'


# Clocks


def parse_clock(call: Call) -> requests.Request | Reply:
    words = call["words"].split()
    match words:
        case []:
            return requests.ListClocks()
        case ["use", name]:
            return requests.UseClock(name="" if name == "none" else name)
        case ["delete" | "remove", name]:
            return requests.DeleteClock(name=name)
        case [name]:
            return requests.ListClocks(name=name)
        case [name, "=", *slots] if slots:
            return requests.SetClock(name=name, slots=join_paths(slots))
    raise UsageError(CLOCK_USAGE)


def join_paths(words: list[str]) -> tuple[str, ...]:
    """The slots; a path may have blanks, so what is no slot goes on with the path before it."""
    slots: list[str] = []
    for word in words:
        if slots and slots[-1].startswith("file:") and word.partition(":")[0].lower() not in KINDS:
            slots[-1] += f" {word}"
        else:
            slots.append(word)
    return tuple(slots)


def show_clock(result: results.Clocks | results.ClockDeleted, call: Call) -> Reply:
    if isinstance(result, results.ClockDeleted):
        return Reply(f"the clock {result.name} is deleted")
    current = f"the programme goes by {f'the clock {result.current}' if result.current else 'no clock'}"
    if call["words"].split()[:1] == ["use"]:
        return Reply(current)
    if result.changed:
        one = next(one for one in result.clocks if one.name == result.changed)
        use = "" if result.current == one.name else f"; clock use {one.name} has the programme go by it"
        return Reply(f"{one.name} = {' '.join(map(str, one.slots))}{use}")
    if not result.clocks:
        return Reply("there are no clocks; clock NAME = SLOT SLOT ... makes one")
    rows = tuple((one.name, " ".join(map(str, one.slots))) for one in result.clocks)
    return Reply(f"{counted(len(rows), 'clock')}; {current}", columns=("name", "slots"), rows=rows)


COMMANDS: Final = (
    Command(
        "playlist",
        parse_playlist,
        show_playlist,
        "songs for the radio to play, and when",
        "playlist new mellow style:bossa --songs=4",
        (
            *(requests.ListPlaylists, requests.GetPlaylist, requests.MakePlaylist, requests.ChangePlaylist),
            *(requests.AddToPlaylist, requests.RemoveFromPlaylist, requests.DeletePlaylist),
        ),
        (
            Param(
                "words",
                "new NAME [QUERY], set NAME, add NAME SONG, remove NAME SONG, delete NAME; or the NAME of one to see",
                is_required=False,
                is_rest=True,
                keeps_quotes=True,
                value="NAME",
            ),
        ),
        OPTIONS,
        aliases=("playlists",),
    ),
    Command(
        "clock",
        parse_clock,
        show_clock,
        "wheels of slots that the radio goes round",
        "clock evening = style:bossa playlist:mellow any",
        (requests.ListClocks, requests.SetClock, requests.UseClock, requests.DeleteClock),
        (
            Param(
                "words",
                "use NAME, use none, delete NAME, NAME = SLOT ...; a SLOT: any, style:X, playlist:X, clock:X, jingle",
                is_required=False,
                is_rest=True,
                value="NAME",
            ),
        ),
        aliases=("clocks",),
    ),
)
