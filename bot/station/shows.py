"""Shows of this station: adding and removing them, and which one is on.

When a show comes is arithmetic (`bot.station.schedule`); here it meets the database. What happens when its time has
come is for `bot.station.show_starts`, and what is played during it for the programme's plan.

Shows stand in the database, where commands add them, or in a file of the configuration, which commands do not change.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

from bandstand.bot.station import schedule
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.schedule import Change, Target
from bandstand.bot.station.slots import ADD_SHOW, find_slot
from bandstand.bot.station.timetable import Timetable
from bandstand.common.api.events import ScheduleChanged
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import (
    AmbiguousShow,
    BadShow,
    NoSuchShow,
    Refused,
    ShowInFile,
    TooManyShows,
)
from bandstand.common.api.schedule import AddShow, GetSchedule, RemoveShow, Schedule, ShowAdded, ShowRemoved
from bandstand.common.api.shows import Airing, Occurrence, RunState, Show, ShowRule
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.show_times import find_zone, read_rule
from bandstand.common.text import one_line

MOST: Final = 200
LONGEST_NAME: Final = 60
SHOWN: Final = 100
"""Airings in one answer."""
DAY: Final = 24 * 3600.0
COMPARED: Final = 4 * 7 * DAY
"""Seconds ahead in which shows are looked at for times that they share."""
YEAR: Final = 366 * DAY
NO_SHOW: Final = ("off", "none")
"""Targets of an override that mean the ordinary programme."""


# Which show


def list_shows(tx: Transaction) -> list[Show]:
    return [*tx.rules.shows, *tx.shows.list_all()]


def list_records(tx: Transaction) -> dict[tuple[str, str], RunState]:
    """What became of the comings of the last two days, which are all that can still be on."""
    return tx.shows.list_records(tx.now - schedule.REMEMBERED)


def make_timetable(tx: Transaction) -> Timetable:
    return Timetable(list_shows(tx), list_records(tx))


def find_show_at(tx: Transaction, at: float) -> Target | None:
    """The show to which an entry belongs that begins at `at`, Unix seconds; None: the ordinary programme."""
    return make_timetable(tx).find_target(at)


def find_change_after(tx: Transaction, at: float) -> Change | None:
    """When the show is another one for the first time after `at`, and which."""
    return make_timetable(tx).find_next_change(at)


def find_kept_hour(tx: Transaction) -> int | None:
    """The minute of UTC at which the hours begin that the station keeps; None: it keeps none."""
    return schedule.find_hour_start(tx.rules.zone, tx.now) if tx.rules.is_on_the_hour else None


def record_entry(tx: Transaction, target: Target) -> None:
    """A show that is a single entry was heard."""
    tx.shows.put_record(target.show.key, target.occurrence, RunState.PLAYED)


# Requests


def get_schedule(request: GetSchedule, by: Requester, tx: Transaction) -> Schedule:
    shows, records = list_shows(tx), list_records(tx)
    current = schedule.find_target(shows, tx.now, records)
    if current and records.get((current.show.key, current.occurrence.day)) is RunState.HELD:
        current = None
    found = _leave_out_repeats(schedule.list_targets(shows, tx.now, tx.now + request.days * DAY))
    airings = tuple(_describe(target, records) for target in found[:SHOWN])
    return Schedule(zone=tx.rules.zone, now=current.show if current else None, airings=airings, shows=tuple(shows))


def _leave_out_repeats(targets: list[Target]) -> list[Target]:
    """Of a show that comes every so many minutes the first alone: it would leave no room for the others."""
    seen, left = set[str](), list[Target]()
    for target in targets:
        if not target.show.rule.every or target.show.key not in seen:
            left.append(target)
        seen.add(target.show.key)
    return left


def _describe(target: Target, records: schedule.Records) -> Airing:
    show, occurrence = target
    return Airing(show, occurrence.start, occurrence.end, records.get((show.key, occurrence.day)))


def add_show(request: AddShow, by: Requester, tx: Transaction) -> ShowAdded:
    if len(tx.shows.list_all()) >= MOST:
        raise Refused(TooManyShows(MOST))
    rule, zone = read_times(request.rule, request.zone or tx.rules.zone)
    if request.is_override and not rule.date:
        raise Refused(BadShow("an override needs a date, as 2026-12-24 18:00-23:00"))
    is_none = request.is_override and request.target.strip().lower() in NO_SHOW
    slot = Slot(SlotKind.OFF) if is_none else find_slot(tx, request.target, by, ADD_SHOW)
    if slot.kind is SlotKind.LIVE and schedule.is_entry(rule):
        raise Refused(BadShow("the time of a DJ needs an end, as fri 20:00-22:00"))
    named = one_line(request.name, LONGEST_NAME) or (slot.name or slot.kind.value)
    show = Show(name=named, rule=rule, zone=zone, slot=slot, priority=request.priority,
                is_override=request.is_override, created=tx.now, is_recorded=request.is_recorded)  # fmt: skip
    first = find_first(show, tx.now)
    if first is None and rule.date:
        is_over = schedule.find_moment(date.fromisoformat(rule.date) + timedelta(days=1), 0, zone) <= tx.now
        why = "is over" if is_over else f"has no such time in {zone} any more: it is over, or the clocks leave it out"
        raise Refused(BadShow(f"{rule.date} {why}, so nothing would be played"))
    show = tx.shows.add(show)
    overlaps = find_overlaps(show, list_shows(tx), tx.now)
    tx.publish(ScheduleChanged())
    airing = Airing(show, first.start, first.end) if first else None
    return ShowAdded(show=show, next=airing, wins_over=tuple(overlaps.wins), yields_to=tuple(overlaps.yields),
                     first_met=min(overlaps.moments, default=None))  # fmt: skip


def read_times(text: str, zone: str) -> tuple[ShowRule, str]:
    """Raises Refused(BadShow)."""
    try:
        return read_rule(text), find_zone(zone)
    except ValueError as error:
        raise Refused(BadShow(one_line(str(error)))) from None


def find_first(show: Show, now: float) -> Occurrence | None:
    """Its first coming that starts from now on, or one that is under way."""
    end = now + (50 * YEAR if show.rule.date else DAY if show.rule.every else COMPARED)
    found = schedule.list_occurrences(show, now, end)
    # One that is under way when the show is added is heard at once: nothing of it was missed before.
    return next((one for one in found if one.start + schedule.LATE > now or one.start < show.created), None)


class Overlaps(NamedTuple):
    """Windows that a show shares time with."""

    wins: list[Show]
    """Those that it takes time from."""
    yields: list[Show]
    """Those that take time from it."""
    moments: list[float]
    """When it first meets each of them, Unix seconds."""


def find_overlaps(show: Show, shows: list[Show], now: float) -> Overlaps:
    """The windows that this one meets within the next weeks."""
    found = Overlaps([], [], [])
    if schedule.is_entry(show.rule):
        return found
    first = find_first(show, now)
    until = max(now + COMPARED, first.end if first else now)
    own = list(schedule.list_occurrences(show, first.start if first else now, until))
    for other in shows:
        if other.key == show.key or schedule.is_entry(other.rule):
            continue
        for one in own:
            met = next(schedule.list_occurrences(other, one.start, one.end - 1), None)
            if met is not None and met.start < one.end:
                is_won = schedule.rank(Target(show, one)) > schedule.rank(Target(other, met))
                (found.wins if is_won else found.yields).append(other)
                found.moments.append(max(one.start, met.start))
                break
    return found


def remove_show(request: RemoveShow, by: Requester, tx: Transaction) -> ShowRemoved:
    show = find_show(list_shows(tx), request.show)
    if not show.id:
        raise Refused(ShowInFile(show.name))
    tx.shows.remove(show.id)
    tx.publish(ScheduleChanged())
    return ShowRemoved(show=show)


def find_show(shows: list[Show], words: str) -> Show:
    """By number or by name. Raises Refused."""
    wanted = words.strip().removeprefix("#").casefold()
    found = [show for show in shows if show.id and str(show.id) == wanted]
    found = found or [show for show in shows if show.name.casefold() == wanted]
    if not found:
        raise Refused(NoSuchShow(one_line(words, LONGEST_NAME), len(shows)))
    if len(found) > 1:
        raise Refused(AmbiguousShow(one_line(words, LONGEST_NAME), tuple(show.id for show in found if show.id)))
    return found[0]
