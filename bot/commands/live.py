"""Commands about DJs who are live: live, telldj, kick and guest. Words to requests, results to replies."""

from typing import Final

from bandstand.bot.commands.grammar import strip_prefix
from bandstand.bot.commands.phrases import say_ago
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests
from bandstand.common.api.live import (
    Dj,
    DjIsTold,
    DjKicked,
    DjState,
    GuestInvited,
    LiveEnding,
    LiveOrdered,
    LiveStatus,
)
from bandstand.common.errors import UsageError
from bandstand.common.live import PREFIX
from bandstand.common.text import counted, one_line

USAGE: Final = "live, live go [NAME], live now [NAME] or live end"
STATES: Final = {
    DjState.OFFLINE: "is expected",
    DjState.WAITING: "waits",
    DjState.ON_AIR: "on the air",
    DjState.GRACE: "on the air, but gone or silent",
}


def parse_live(call: Call) -> requests.Request:
    match call["action"].lower(), call["name"]:
        case "", "":
            return requests.GetLive()
        case "go", name:
            return requests.GoLive(name=name)
        case "now", name:
            return requests.GoLive(name=name, is_now=True)
        case "end" | "off", "":
            return requests.EndLive()
    raise UsageError(USAGE)


def show_live(result: LiveStatus | LiveOrdered | LiveEnding, call: Call) -> Reply:
    match result:
        case LiveOrdered():
            return Reply(_say_ordered(result))
        case LiveEnding(name=name):
            return Reply(f"{name} is taken off the air, and stays connected")
    if not result.is_enabled:
        return Reply("nobody can be live here: the configuration says live.enabled = false")
    if not result.djs:
        return Reply(f"nobody is live or waits; a DJ sends to the mount {PREFIX}NAME, with NAME's password")
    first = result.djs[0]
    is_on = first.state in (DjState.ON_AIR, DjState.GRACE)
    said = [f"{first.name} is live" if is_on else "nobody is live"]
    waiting = len(result.djs) - is_on
    if waiting:
        said.append(f"{counted(waiting, 'DJ')} {'waits' if waiting == 1 else 'wait'}")
    rows = tuple(_write_row(one, call.now) for one in result.djs)
    return Reply(", ".join(said), columns=("dj", "", "level", "sends", "plays", "came"), rows=rows)


def _write_row(one: Dj, now: float) -> tuple[str, ...]:
    state = STATES[one.state] + (", is next" if one.is_wanted else "")
    trouble = f"; {one.trouble}" if one.trouble else ""
    return (
        one.name,
        state,
        say_level(one.level),
        one.format + trouble,
        one_line(one.title, 60),
        say_ago(one.since, now),
    )


def say_level(level: float | None) -> str:
    """`-18 dBFS`, or that there is silence."""
    return "silence" if level is None else f"{level:.0f} dBFS"


def _say_ordered(result: LiveOrdered) -> str:
    if result.is_on_air:
        return f"{result.name} is on the air already"
    if result.after:
        return f"{result.name} goes on the air after {result.after}; live now {result.name} does not wait for that"
    if result.is_waited_for:
        return f"{result.name} goes on the air as soon as two seconds of sound above -50 dBFS were heard"
    return f"{result.name} goes on the air"


def show_kicked(result: DjKicked, call: Call) -> Reply:
    minutes = max(1, round((result.until - call.now) / 60)) if call.now else 10
    return Reply(f"{result.name} is disconnected, and may come again in {minutes} minutes; guest lets others in")


def show_guest(result: GuestInvited, call: Call) -> Reply:
    hours = round((result.expires - call.now) / 3600) if call.now else 24
    said = f"{result.name} may connect for {counted(hours, 'hour')}: mount {result.mount}, user {result.name}"
    return Reply(f"{said}, password {result.password}", is_private=True)


def parse_tell(call: Call) -> requests.Request:
    """As it was typed: `name=value` means nothing here, and quotes only around all of it, as shells' commands have."""
    text = strip_prefix(call.line.text).partition(" ")[2].strip()
    is_quoted = text.count('"') == 2 and text[0] == text[-1] == '"'
    return requests.TellDj(text=text[1:-1] if is_quoted else text)


def show_told(result: DjIsTold, _: Call) -> Reply:
    return Reply(f"told to {result.dj}, who is on the air")


COMMANDS: Final = (
    Command(
        "live",
        parse_live,
        show_live,
        "people who send their own show: who waits, who goes on the air",
        "live go ann",
        (requests.GetLive, requests.GoLive, requests.EndLive),
        (
            Param("action", "go: after who is on; now: at once; end; without it, who is there", is_required=False),
            Param("name", "who; without it you, or the first in the line", is_required=False),
        ),
        aliases=("dj",),
    ),
    Command(
        "telldj",
        parse_tell,
        show_told,
        "write to the DJ who is on the air",
        "telldj greetings from Lisbon",
        (requests.TellDj,),
        (Param("words", "what they are to read", is_rest=True),),
        takes_any_option=True,
    ),
    Command(
        "kick",
        lambda call: requests.KickDj(name=call["name"]),
        show_kicked,
        "disconnect a DJ for ten minutes",
        "kick ann",
        (requests.KickDj,),
        (Param("name", "who"),),
    ),
    Command(
        "guest",
        lambda call: requests.InviteGuest(name=call["name"]),
        show_guest,
        "make a password with which a guest may be live, for a day",
        "guest bob",
        (requests.InviteGuest,),
        (Param("name", "what the guest is called, in small letters"),),
        is_private=True,
    ),
)
