"""Commands about the programme, which plays where nobody has asked for anything: radio and why."""

import time
from typing import Final

from bandstand.bot.commands.phrases import name_song, say_ago, say_kind, say_wait
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.schedule import say_held
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.people import STATION_NAME
from bandstand.common.api.values import Choice, Distance, QuietReason, SongBrief, SongKind, Source
from bandstand.common.choice_words import say_slot
from bandstand.common.errors import UsageError
from bandstand.common.text import clock, counted

SWITCHES: Final = {"on": True, "off": False}
QUIET: Final = {
    QuietReason.OFF: "it is switched off; radio on lets it play",
    QuietReason.STOPPED: "the station is stopped; resume goes on",
    QuietReason.WATCHING: "a generator is watched, and it would disturb whoever works on that; unwatch ends it",
    QuietReason.PROGRAMMING: "a user's own generator was heard within the last ten minutes, and is not to be disturbed",
}
BETWEEN: Final = {
    SongKind.JINGLE: "one was due between songs",
    SongKind.IDENT: "the station's own tune, in the band and key of the song before it",
    SongKind.BRIDGE: "it leads from the key and tempo of one song to those of the next",
    SongKind.LIVE: "a DJ sends it",
}
SOURCES: Final = {
    Source.STOCK: "a new song that was composed ahead, heard for the first time",
    Source.ROTATION: "it came up in the rotation",
    Source.COMPOSED: "it was composed for its place",
}
DISTANCES: Final = {
    Distance.ARTIST: "the same artist was heard less than 15 minutes before",
    Distance.TITLE: "the same title was heard less than two hours before",
    Distance.SONG: "the same song was heard less than two hours before",
}


def parse_radio(call: Call) -> requests.Request:
    word = call["switch"].lower()
    if not word:
        return requests.GetRadio()
    if word not in SWITCHES:
        raise UsageError("radio [on|off]")
    return requests.SwitchRadio(is_on=SWITCHES[word])


def show_radio(result: results.Radio, _: Call) -> Reply:
    stock = f"{counted(result.stock, 'new song')} ({clock(result.stock_seconds)})" if result.stock else "no new song"
    ahead = f"{stock} composed ahead"
    if result.quiet is not None:
        return Reply(f"the radio does not play by itself: {QUIET[result.quiet]}; {ahead}")
    return Reply(f"the radio plays where nobody has asked for a song; {result.planned} planned, {ahead}")


def say_choice(choice: Choice, now: float) -> str:
    """The reason for which the programme chose a song."""
    said = SOURCES[choice.source]
    if choice.source is Source.COMPOSED and choice.slot is None and choice.ends_at is None:
        said += ", as there was nothing else to play"
    if choice.among > 1:
        said += f", drawn from {choice.among}"
    if choice.source is Source.ROTATION:
        heard = "never heard here before" if choice.last_started is None else say_ago(choice.last_started, now)
        said += f", last heard {heard}" if choice.last_started is not None else f", {heard}"
    if choice.playlist:
        said += f", of the playlist {choice.playlist}" + (", whose turn it was" if choice.is_turn else "")
    elif choice.slot is not None:
        said += f", for the slot {say_slot(choice.slot)}"
    if choice.clocks:
        said += f" of the clock {choice.clocks[0].clock}"
    if choice.show:
        said += f", in the show {choice.show}"
    if choice.ends_at is not None:
        said += f", made to end just at {time.strftime('%H:%M:%S', time.localtime(choice.ends_at)).removesuffix(':00')}"
    for passed in choice.passed:
        said += f"; {say_slot(passed.slot)} was passed over, as {passed.reason}"
    for distance in choice.relaxed:
        said += f"; though {DISTANCES[distance]}, as nothing else was left"
    return said


def show_explanation(result: results.Explanation, call: Call) -> Reply:
    if result.song is None:
        if result.quiet is QuietReason.STOPPED:
            return Reply(f"silence: {QUIET[result.quiet]}")
        if result.quiet is not None:
            return Reply(f"silence: nobody has asked for a song, and the radio does not play: {QUIET[result.quiet]}")
        making = "a song is being made and begins as soon as it can be heard"
        return Reply(f"silence: {making if result.is_making else 'there is no song yet'}")
    place = ""
    if result.position:
        wait = say_wait(result.song, result.heard_in)
        place = f"number {result.position} in the queue" + (f", heard {wait}" if wait else "") + ", "
    return Reply(place + _say_reason(result, result.song, call.now))


def _say_reason(result: results.Explanation, song: SongBrief, now: float) -> str:
    if song.kind is not SongKind.SONG:
        return f"{say_kind(song)}: {BETWEEN[song.kind]}"
    if result.choice is None and result.name == STATION_NAME:
        return f"{name_song(song)}: the first song of this station, which it made by itself"
    if result.choice is None:
        did = "requested" if result.is_request else "wished for" if result.is_wish else "asked for"
        held = f"; {say_held(result.held, now)}" if result.held else ""
        return f"{name_song(song)}: {result.name} {did} it{held}"
    return f"{name_song(song)}: {say_choice(result.choice, now)}"


COMMANDS: Final = (
    Command(
        "radio",
        parse_radio,
        show_radio,
        "whether the station plays on by itself; on or off",
        "radio off",
        (requests.GetRadio, requests.SwitchRadio),
        (Param("switch", "on or off; without it, how it is", is_required=False, names=("switch",)),),
    ),
    Command(
        "why",
        lambda call: requests.ExplainSong(which=call["song"]),
        show_explanation,
        "why this song is on the air or in the queue, or silence",
        "why 2",
        (requests.ExplainSong,),
        (
            Param(
                "song",
                "of the queue: its number, a code, or words of the title; without one, what is on the air",
                is_required=False,
                is_rest=True,
                names=("queued",),
            ),
        ),
    ),
)
