"""The command schedule: shows at fixed times. Words to requests, and results to replies with local times.

A person may leave out the quotes around the times: the longest beginning of the words that is a rule is taken for one.
"""

from datetime import datetime
from typing import Final

from bandstand.bot.commands.phrases import name_song
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests
from bandstand.common.api.schedule import AddShow, GetSchedule, RemoveShow, Schedule, ShowAdded, ShowRemoved
from bandstand.common.api.shows import Airing, HeldShow, RunState, Show
from bandstand.common.api.values import SlotKind
from bandstand.common.errors import CommandError, UsageError
from bandstand.common.show_times import FORMS, load_zone, read_date, read_rule, read_times, write_rule
from bandstand.common.text import counted

USAGE: Final = (
    "schedule [week | add TIMES WHAT | override DATE [TIMES] WHAT | remove SHOW] [zone=..] [priority=..] [--record]"
)
ALL_DAY: Final = "0:00-24:00"
WEEK: Final = 7
STATES: Final = {
    None: "",
    RunState.PLAYED: "has begun",
    RunState.HELD: "waits for what people asked for",
    RunState.MISSED: "missed",
}
SOON: Final = 18 * 3600.0
"""Seconds ahead within which a moment of the same day is told without its date."""
NIGHT: Final = 6 * 3600.0
"""The same over midnight."""


def parse_schedule(call: Call) -> requests.Request:
    action, words = call["action"].lower(), call["words"].split()
    match action:
        case "" | "today" if not words:
            return GetSchedule()
        case "week" if not words:
            return GetSchedule(days=WEEK)
        case "add" if words:
            return _parse_add(call, words)
        case "override" if words:
            return _parse_override(call, words)
        case "remove" if words:
            return RemoveShow(show=call["words"])
    raise UsageError(USAGE)


def _parse_add(call: Call, words: list[str]) -> AddShow:
    for count in range(len(words), 0, -1):
        try:
            read_rule(" ".join(words[:count]))
        except ValueError:
            continue
        if count == len(words):
            raise UsageError(f"{USAGE} (what is to be played then: a playlist, clock, band or style)")
        return _make(call, " ".join(words[:count]), words[count:])
    when = " ".join(words[:-1])
    try:
        read_rule(when)
    except ValueError as error:
        raise CommandError(str(error) if when else f"the times of a show are written as {FORMS}") from None
    raise UsageError(USAGE)


def _parse_override(call: Call, words: list[str]) -> AddShow:
    try:
        date = read_date(words[0])
        try:
            read_times(words[1] if words[1:] else "")
        except ValueError:
            if words[1:] and words[1][0].isdigit() and words[2:]:
                raise
            return _make(call, f"{date} {ALL_DAY}", words[1:], is_override=True)
    except ValueError as error:
        raise CommandError(str(error)) from None
    return _make(call, f"{date} {words[1]}", words[2:], is_override=True)


def _make(call: Call, rule: str, target: list[str], *, is_override: bool = False) -> AddShow:
    if not target:
        raise UsageError(f"{USAGE} (what is to be played then: a playlist, clock, band or style)")
    priority = call.options.get("priority", "0")
    if not priority.removeprefix("-").isdecimal() or abs(int(priority)) > 100:
        raise CommandError("priority is a whole number from -100 to 100; the higher one of two equal shows is heard")
    return AddShow(
        rule=rule,
        target=" ".join(target),
        zone=call.options.get("zone", ""),
        name=call.options.get("name", ""),
        priority=int(priority),
        is_override=is_override,
        is_recorded="record" in call.options,
    )


def show_schedule(result: Schedule | ShowAdded | ShowRemoved, call: Call) -> Reply:
    match result:
        case ShowAdded():
            return _show_added(result, call.now)
        case ShowRemoved(show=show):
            return Reply(f"{name_show(show)} ({write_rule(show.rule)}) is no show any more")
    if result.shows and not result.airings and result.now is None:
        return Reply(_say_nothing_comes(len(result.shows), call["action"].lower() == "week"))
    return _show_airings(result, call.now)


def _say_nothing_comes(shows: int, is_week: bool) -> str:
    """None of the shows is on, or comes within the days that were asked for."""
    which = "the one show does not come" if shows == 1 else f"none of {shows} shows comes"
    return f"{which} within a week" if is_week else f"{which} within a day; schedule week lists seven days"


def _show_airings(result: Schedule, now: float) -> Reply:
    if not result.shows:
        return Reply('there are no shows; schedule add "fri 20:00-22:00" WHAT makes one')
    told = f"{name_show(result.now)} is on" if result.now else "no show is on"
    rows = tuple(_write_row(airing, result.zone, now) for airing in result.airings)
    told += "; " + (counted(len(rows), "entry") if len(rows) == 1 else f"{len(rows)} entries")
    return Reply(f"{told} of {counted(len(result.shows), 'show')}, in the time of {result.zone}",
                 columns=("starts", "ends", "show", "plays", "when", ""), rows=rows)  # fmt: skip


def _write_row(airing: Airing, zone: str, now: float) -> tuple[str, ...]:
    show = airing.show
    ends = "" if show.rule.end is None else say_moment(airing.end, zone, airing.start)
    own = f" ({show.zone})" if show.zone != zone and not show.rule.every else ""
    number = f"{show.id} {show.name}" if show.id else f"{show.name} (file)"
    state = STATES[airing.state] + (" override" if show.is_override else "") + (" recorded" if show.is_recorded else "")
    starts, when = say_moment(airing.start, zone, now), write_rule(show.rule) + own
    return (starts, ends, number, str(show.slot), when, state.strip())


def _show_added(result: ShowAdded, now: float) -> Reply:
    show = result.show
    if show.slot.kind is SlotKind.OFF:
        return Reply(f"override {show.id}: no show is heard {write_rule(show.rule)}, the ordinary programme plays")
    said = f"show {show.id}, {name_show(show)}: {write_rule(show.rule)}, {show.slot}"
    said += f", {show.zone} time" if not show.rule.every else ""
    said += ", recorded" if show.is_recorded else ""
    if result.next is not None:
        when = say_moment(result.next.start, show.zone, now)
        said += f"; it {'is on from now' if result.next.start <= now else f'begins {when}'}"
    first = "" if result.first_met is None else f" (first {say_moment(result.first_met, show.zone, now)})"
    if result.wins_over:
        said += f"; where they meet{first}, it is heard instead of {_name_all(result.wins_over)}"
    if result.yields_to:
        first = "" if result.wins_over else first
        said += f"; where they meet{first}, {_name_all(result.yields_to)} is heard instead of it"
    return Reply(said)


def _name_all(shows: tuple[Show, ...]) -> str:
    return " and ".join(name_show(show) for show in shows[:3])


def say_held(held: HeldShow, now: float) -> str:
    """Why a show has not begun, and what becomes of it."""
    until = say_moment(held.until, held.show.zone, now)
    said = f"{name_show(held.show)} waits for {name_song(held.song)}, which {held.name} asked for"
    if held.until < held.end:
        return f"{said}: it begins at about {until}"
    return f"{said} and which lasts until about {until}; it would be over by then, and is missed unless you skip"


def name_show(show: Show) -> str:
    return f'"{show.name}"'


def say_moment(at: float, zone: str, now: float | None = None) -> str:
    """`20:00`, or `fri 2026-05-01 20:00` where that is another day than `now`, and some hours from it."""
    local = datetime.fromtimestamp(at, load_zone(zone))
    if now is not None and abs(at - now) < SOON:
        is_today = local.date() == datetime.fromtimestamp(now, local.tzinfo).date()
        if is_today or abs(at - now) < NIGHT:
            return f"{local:%H:%M}"
    return f"{local:%a} {local:%Y-%m-%d %H:%M}".lower()


COMMANDS: Final = (
    Command(
        "schedule",
        parse_schedule,
        show_schedule,
        "shows at fixed times: list, add or remove them",
        'schedule add "fri 20:00-22:00" bossa zone=Europe/Berlin',
        (GetSchedule, AddShow, RemoveShow),
        (
            Param("action", "week, add, override or remove; without it, what comes today", is_required=False),
            Param(
                "words",
                'add TIMES WHAT, override TIMES WHAT, remove NAME; TIMES as "fri 20:00-22:00", "every 20 minutes"',
                is_required=False,
                is_rest=True,
            ),
        ),
        (
            Param("zone", "an IANA time zone, as Europe/Berlin, in which the times count", value="ZONE"),
            Param("priority", "a whole number; of two shows of equal length the higher one is heard", value="N"),
            Param("name", "what the show is called", value="NAME"),
            Param("record", "each coming of it is recorded"),
        ),
    ),
)
