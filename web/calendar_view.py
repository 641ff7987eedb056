"""The schedule as a calendar: each day of the station's zone with the shows that begin on it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from bandstand.common.api.schedule import Schedule
from bandstand.common.api.shows import Airing, RunState, Show
from bandstand.common.api.values import SlotKind
from bandstand.common.choice_words import say_slot
from bandstand.common.show_times import load_zone
from bandstand.common.text import one_line

LONGEST = 120
STATES = {RunState.HELD: "waits for what people asked for", RunState.MISSED: "missed"}


class Entry(msgspec.Struct, frozen=True):
    """A show on a day; `times` as the station's clock has them."""

    show: Show
    times: str
    what: str
    is_on: bool
    dj: str = ""
    """Whose live show it is."""


class NextLive(msgspec.Struct, frozen=True):
    """A DJ's time by the schedule; Unix seconds."""

    dj: str
    show: str
    start: float
    end: float


class Day(msgspec.Struct, frozen=True):
    name: str
    airings: tuple[Entry, ...]


def list_days(schedule: Schedule, now: float, count: int) -> list[Day]:
    """So many days from today on."""
    zone = load_zone(schedule.zone)
    today = datetime.fromtimestamp(now, zone).date()
    days = [today + timedelta(days=number) for number in range(count)]
    starts = [(datetime.fromtimestamp(airing.start, zone), airing) for airing in schedule.airings]
    return [
        Day(
            f"{day:%a} {day.day} {day:%b}",
            _list_entries([one for at, one in starts if at.date() == day], schedule, now),
        )
        for day in days
    ]


def find_next_live(schedule: Schedule, now: float) -> NextLive | None:
    """The first show of a DJ that is still to begin."""
    for airing in sorted(schedule.airings, key=lambda airing: airing.start):
        if airing.show.slot.kind is SlotKind.LIVE and airing.start > now:
            return NextLive(airing.show.slot.name, one_line(airing.show.name, LONGEST), airing.start, airing.end)
    return None


def _list_entries(airings: Sequence[Airing], schedule: Schedule, now: float) -> tuple[Entry, ...]:
    zone = load_zone(schedule.zone)
    entries = []
    for airing in airings:
        times = f"{datetime.fromtimestamp(airing.start, zone):%H:%M}"
        if airing.show.rule.end is not None:
            times += f"–{datetime.fromtimestamp(airing.end, zone):%H:%M}"  # noqa: RUF001
        dj = airing.show.slot.name if airing.show.slot.kind is SlotKind.LIVE else ""
        said = (dj or say_slot(airing.show.slot), STATES.get(airing.state, "") if airing.state else "")
        is_on = schedule.now == airing.show and airing.start <= now < airing.end
        entries.append(Entry(airing.show, times, one_line(", ".join(filter(None, said)), LONGEST), is_on, dj))
    return tuple(entries)
