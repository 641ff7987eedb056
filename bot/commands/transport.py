"""Commands that move within the song on the air, and what the others need of times, places and fades."""

import re

from bot.commands.table import Call, Command, Desk, Param
from bot.database.models import READY
from bot.effects import Effect, Outcome, Seek, Sync
from bot.request import Reply, Right
from bot.songs import library, programme, station
from bot.songs.station import Slot
from common.errors import CommandError, UsageError
from common.text import clock
from common.types import LONGEST_FADE, RATE

STOP_FADE = 0.2
"""Seconds; what sounds well where nothing else is asked for."""
PAUSE_FADE = 0.01
"""Seconds; at once, but without a click."""
PLACE = re.compile(r"([+-]?)(?:(?:([0-9]{1,3}):)?([0-9]{1,2}):)?([0-9]{1,6}(?:\.[0-9]{1,3})?)")
"""A sign, hours, minutes and seconds."""


def fade(call: Call, option: str) -> float | None:
    """The seconds that were given with an option; UsageError if they are no such."""
    text = call.options.get(option)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or float(text) > LONGEST_FADE:
        raise UsageError(f"{option}=SECONDS (at most {LONGEST_FADE:g})")
    return float(text)


def set_aside(desk: Desk) -> str:
    """Let the song on the air come back after the one that is about to interrupt it; what to say of that."""
    slot = station.on_air(library.slots())
    if slot is None:
        return ""
    at = _position(slot, desk)
    programme.come_back(slot.cue, round(at * RATE), desk.now)
    return f"; then {library.song(slot.song).name} goes on at {clock(at)}"


def pause(_: Call, desk: Desk) -> Outcome:
    slot = station.on_air(library.slots())
    if slot is None:
        raise CommandError("nothing is on the air")
    if library.stopped():
        return Outcome(Reply("stopped already; resume goes on"))
    at = _position(slot, desk)
    programme.stop(PAUSE_FADE)
    return Outcome(Reply(f"paused at {clock(at)}; resume goes on there"), (Sync(),))


def seek(call: Call, desk: Desk) -> Outcome:
    given = PLACE.fullmatch(call["place"])
    if given is None:
        raise UsageError("seek PLACE (1:30, or so many seconds on or back: +10, -10)")
    sign, hours, minutes, whole = given.groups()
    amount = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(whole)
    slot = station.on_air(library.slots())
    if slot is None:
        raise CommandError("nothing is on the air")
    at = {"": amount, "+": _position(slot, desk) + amount, "-": max(0.0, _position(slot, desk) - amount)}[sign]
    song = library.song(slot.song)
    if song.seconds and at >= song.seconds:
        raise CommandError(f"{song.name} is only {clock(song.seconds)} long")
    frames = round(at * RATE)
    effects: tuple[Effect, ...] = (Seek(slot.cue, frames),)
    if not _heard(slot, desk):
        programme.stopped_at(slot.cue, frames)
        effects = (*effects, Sync())
    making = "" if song.state == READY else ", or as soon as that much of it is made"
    then = "; resume goes on there" if library.stopped() else ""
    return Outcome(Reply(f"{song.name} is at {clock(at)} now{making}{then}"), effects)


def _heard(slot: Slot, desk: Desk) -> bool:
    """Whether the streamer is playing it, so that the place is the streamer's to say."""
    return not library.stopped() and desk.view.air is not None and desk.view.air.cue == slot.cue


def _position(slot: Slot, desk: Desk) -> float:
    """Where the song on the air is, seconds."""
    return desk.view.air.seconds if _heard(slot, desk) and desk.view.air else station.seconds(slot.start)


COMMANDS = (
    Command("pause", pause, "go silent at once, and keep the place in the song", "pause", Right.DJ),
    Command(
        "seek",
        seek,
        "go elsewhere in the song on the air",
        "seek 1:30",
        Right.DJ,
        (Param("place", "minutes and seconds, or so many seconds on or back: +10, -10"),),
    ),
)
