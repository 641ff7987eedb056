"""Commands that decide what is heard: play, skip, stop, pause, resume, seek, np, replay."""

import re
from typing import Final

from bandstand.bot.commands.phrases import name_song, say_favourites, say_kind
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.values import SongState
from bandstand.common.errors import UsageError
from bandstand.common.text import clock
from bandstand.common.types import LONGEST_FADE

SONG: Final = Param("song", "a code, or words of the title", is_rest=True, names=("song",))
SONG_OR_AIR: Final = Param(
    "song",
    "a code, or words of the title; without one, the song on the air",
    is_required=False,
    is_rest=True,
    names=("song",),
)
PLACE: Final = re.compile(r"([+-]?)(?:(?:([0-9]{1,3}):)?([0-9]{1,2}):)?([0-9]{1,6}(?:\.[0-9]{1,3})?)")
"""A sign, hours, minutes and seconds."""


def parse_fade(call: Call, option: str) -> float | None:
    """The seconds that were given with an option. Raises UsageError."""
    text = call.options.get(option)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or float(text) > LONGEST_FADE:
        raise UsageError(f"--{option}=SECONDS (a number, at most {LONGEST_FADE:g})")
    return float(text)


def parse_play(call: Call) -> requests.Request:
    """A whole path is a file's; no song's title is taken for one."""
    if call["song"].startswith("/"):
        return requests.PlayFile(path=call["song"], keep="keep" in call.options)
    return requests.Play(song=call["song"], crossfade=parse_fade(call, "crossfade"), resumes="resume" in call.options)


def show_play(result: results.Playing | results.Ordered, _: Call) -> Reply:
    if isinstance(result, results.Ordered):
        return Reply(f"job {result.job} plays it as {result.song}; it cuts in at once", job=str(result.job))
    then = f"; then {name_song(result.then)} goes on at {clock(result.then_at)}" if result.then else ""
    return Reply(f"playing {name_song(result.song)}{then}")


def show_skip(result: results.Skipped, _: Call) -> Reply:
    then = f"next is {say_kind(result.following)}" if result.following else "nothing follows"
    return Reply(f"skipped {name_song(result.song)}; {then}")


def show_stop(result: results.Stopped, _: Call) -> Reply:
    if result.was_stopped:
        return Reply("the station is stopped already; resume goes on")
    return Reply("stopped; the queue stays as it is, and resume goes on")


def show_pause(result: results.Paused, _: Call) -> Reply:
    if result.was_stopped:
        return Reply("the station is stopped already; resume goes on")
    return Reply(f"paused at {clock(result.seconds)}; resume goes on there")


def show_resume(result: results.Resumed, _: Call) -> Reply:
    if not result.was_stopped:
        return Reply("the station is not stopped")
    return Reply(f"going on with {name_song(result.song)}" if result.song else "resumed; the queue is empty")


def parse_seek(call: Call) -> requests.Request:
    given = PLACE.fullmatch(call["place"])
    if given is None:
        raise UsageError("seek PLACE (such as 1:30, or +10 and -10 for ten seconds on and back)")
    sign, hours, minutes, seconds = given.groups()
    amount = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
    return requests.Seek(seconds=-amount if sign == "-" else amount, is_relative=bool(sign))


def show_seek(result: results.Sought, _: Call) -> Reply:
    making = "" if result.song.state is SongState.READY else ", or as soon as that much of it is made"
    then = "; resume goes on there" if result.is_stopped else ""
    return Reply(f"{name_song(result.song)} is at {clock(result.seconds)} now{making}{then}")


def show_now_playing(result: results.NowPlaying, call: Call) -> Reply:
    if result.song is None:
        return Reply("silence; generate makes a song" if call.can_use("generate") else "silence")
    name, at = say_kind(result.song), clock(result.seconds)
    match result.state:
        case "stopped":
            return Reply(f"stopped in {name} at {at}; resume goes on there")
        case "held":
            return Reply(f"{name} waits: the streamer is away, and the song goes on when it is back", Level.ERROR)
        case "starting":
            return Reply(f"{name} is about to begin")
    length = f" of {clock(result.song.seconds)}" if result.song.seconds else ""
    turn = f"; {result.turn} is heard" if result.turn else ""
    liked = f"; {say_favourites(result.favourites)}" if result.favourites else ""
    artist = f" by {result.song.artist}" if result.song.artist else ""
    return Reply(f"{name}{artist}, at {at}{length}{turn}{liked}")


def show_replay(result: results.Replaying, _: Call) -> Reply:
    return Reply(f"playing {name_song(result.song)} from its beginning, as it was made")


CROSSFADE: Final = Param(
    "crossfade", "how long it fades in, over the end of the song before it", is_required=False, value="SECONDS"
)

COMMANDS: Final = (
    Command(
        "play",
        parse_play,
        show_play,
        "cut in with a song now",
        "play 7kq3",
        (requests.Play, requests.PlayFile),
        (Param("song", "a code, words of the title, or the whole path of a file", is_rest=True, names=("song",)),),
        (
            CROSSFADE,
            Param("keep", "take the file into the library", is_required=False),
            Param("resume", "afterwards go on with the interrupted song, where it was", is_required=False),
        ),
        aliases=("pl",),
    ),
    Command(
        "skip",
        lambda _: requests.Skip(),
        show_skip,
        "end the song on the air and go on with the next",
        "skip",
        (requests.Skip,),
    ),
    Command(
        "stop",
        lambda call: requests.Stop(fade=parse_fade(call, "fade")),
        show_stop,
        "go to silence; the queue stays as it is",
        "stop --fade=5",
        (requests.Stop,),
        options=(Param("fade", "how long it takes to fade out", is_required=False, value="SECONDS"),),
    ),
    Command(
        "pause",
        lambda _: requests.Pause(),
        show_pause,
        "go silent at once, and keep the place in the song",
        "pause",
        (requests.Pause,),
    ),
    Command(
        "resume",
        lambda _: requests.Resume(),
        show_resume,
        "go on after stop or pause, where it was",
        "resume",
        (requests.Resume,),
    ),
    Command(
        "seek",
        parse_seek,
        show_seek,
        "go elsewhere in the song on the air",
        "seek 1:30",
        (requests.Seek,),
        (Param("place", "such as 1:30, or +10 and -10 for ten seconds on and back"),),
    ),
    Command(
        "np",
        lambda _: requests.GetNowPlaying(),
        show_now_playing,
        "what is on the air now",
        "np",
        (requests.GetNowPlaying,),
    ),
    Command(
        "replay",
        lambda call: requests.Replay(song=call["song"]),
        show_replay,
        "play a song again from its beginning, as it was made",
        "replay",
        (requests.Replay,),
        (SONG_OR_AIR,),
    ),
)
