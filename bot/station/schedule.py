"""When shows come: the arithmetic of rules, zones and days on which the clocks change. Values in, values out.

A show is stored as a rule and a zone, never as moments, and each day is computed afresh. One coming of a show is an
`Occurrence`, named by the local date on which it starts; so it comes at most once on a date, however the clocks change:

- a local time that does not exist that day stands for the first moment that does;
- one that comes twice stands for the first of the two;
- both ends of a window are converted by themselves, so that it has the right length on days of 23 and of 25 hours. A
  window that lies within the hour that is left out is empty, and does not come.

A rule without an end is a single entry of the programme: it may begin up to `LATE` seconds after its time. So may a
window; what did not begin by then has been missed (`find_missed`). A window that people's songs hold (`RunState.HELD`)
may begin until its end. `every` counts whole minutes since 1970 in UTC.

Of several shows at once the one of a higher `rank` is heard: an override, then the narrower window, then priority, then
the older one. When it ends, the wider one goes on.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from bandstand.common.api.shows import Occurrence, RunState, Show, ShowRule
from bandstand.common.show_times import DAY_MINUTES, load_zone

LATE: Final = 15 * 60.0
"""Seconds after its time until which a show may begin."""
AHEAD: Final = 8 * 24 * 3600.0
"""Seconds that `find_next_change` looks ahead: every rule that comes again does so within them."""
DAY: Final = timedelta(days=1)
SECONDS: Final = 86400
"""Of a day in UTC."""
EPOCH: Final = date(1970, 1, 1)
BLOCK: Final = 16
"""Local dates whose occurrences are reckoned and kept together."""
REMEMBERED: Final = 2 * 86400.0
"""Seconds after whose beginning no show can still be on, or held."""

Records = Mapping[tuple[str, str], RunState]
"""What became of occurrences, by `Show.key` and `Occurrence.day`; one that is not in it is still to be decided."""
NOTHING_YET: Final[Records] = {}


class Target(NamedTuple):
    """The show that is to be heard, and which coming of it."""

    show: Show
    occurrence: Occurrence


class Change(NamedTuple):
    """From the moment `at`, `target` is to be heard; None: no show."""

    at: float
    target: Target | None


# Which show


def find_target(shows: Sequence[Show], now: float, records: Records = NOTHING_YET) -> Target | None:
    """The show that is to be heard at `now`; None: whatever the station plays without one."""
    due = [
        target
        for target in list_targets(shows, now, now)
        if is_open(target, records) and target.occurrence.start <= now < target.occurrence.end
    ]
    return max(due, key=rank, default=None)


def find_next_change(shows: Sequence[Show], now: float, records: Records = NOTHING_YET) -> Change | None:
    """When the answer of `find_target` changes next by itself, and to what; None: not within `AHEAD`."""
    return _find_change(shows, now, records, SECONDS) or _find_change(shows, now, records, AHEAD)


def _find_change(shows: Sequence[Show], now: float, records: Records, ahead: float) -> Change | None:
    current = find_target(shows, now, records)
    open_ones = [target for target in list_targets(shows, now, now + ahead) if is_open(target, records)]
    moments = {at for target in open_ones for at in (target.occurrence.start, target.occurrence.end)}
    for at in sorted(moment for moment in moments if now < moment <= now + ahead):
        due = [one for one in open_ones if one.occurrence.start <= at < one.occurrence.end]
        target = max(due, key=rank, default=None)
        if target != current:
            return Change(at, target)
    return None


def rank(target: Target) -> tuple[bool, float, int, float, int]:
    """The highest of several at once is heard."""
    show, occurrence = target
    return (show.is_override, -(occurrence.end - occurrence.start), show.priority, -show.created, -show.id)


def is_open(target: Target, records: Records) -> bool:
    """Whether it may still be heard: it was not missed and, where it is a single entry, not played."""
    state = records.get((target.show.key, target.occurrence.day))
    return state in (None, RunState.HELD) or (state is RunState.PLAYED and not is_entry(target.show.rule))


def is_entry(rule: ShowRule) -> bool:
    """Whether the show is one entry of the programme, rather than a window."""
    return rule.end is None


def find_begun(shows: Sequence[Show], now: float, records: Records) -> list[Target]:
    """Shows whose time has come, and of which nothing was heard yet: the programme plays in time for them."""
    return [
        target
        for target in list_targets(shows, now, now)
        if target.occurrence.start <= now < find_latest(target, records)
    ]


def find_latest(target: Target, records: Records) -> float:
    """Until when a show may begin that has not: `LATE` after its time, or, while it is held, to its end. Where it has
    begun or was missed, this is long ago."""
    occurrence = target.occurrence
    match records.get((target.show.key, occurrence.day)):
        case None:
            return min(occurrence.end, occurrence.start + LATE)
        case RunState.HELD:
            return occurrence.end
    return -math.inf


def find_missed(shows: Sequence[Show], now: float, records: Records) -> list[Target]:
    """Occurrences of the last day of which nothing was heard, and that can begin no more. Before a show was added, or
    its file saved, nothing was missed."""
    return [
        target
        for target in list_targets(shows, now - SECONDS, now)
        if -math.inf < find_latest(target, records) <= now
        and target.occurrence.start >= max(target.show.created, target.show.saved)
    ]


# Days and moments


def list_targets(shows: Sequence[Show], begin: float, end: float) -> list[Target]:
    """All that comes in a time, from first to last: what has begun by `end` and not ended by `begin`."""
    found = [Target(show, one) for show in shows for one in list_occurrences(show, begin, end)]
    return sorted(found, key=lambda target: target.occurrence.start)


def list_occurrences(show: Show, begin: float, end: float) -> Iterator[Occurrence]:
    """Occurrences that have begun by `end` and have not ended by `begin`, from first to last. Of single entries those
    alone that come after the show was added; a window may be under way then."""
    added = show.created if is_entry(show.rule) else -math.inf
    yield from (one for one in _list_occurrences(show, begin, end) if one.start >= added)


def _list_occurrences(show: Show, begin: float, end: float) -> Iterator[Occurrence]:
    if show.rule.every:
        yield from _list_every(show.rule.every, begin, end)
        return
    # Local dates are at most a day away from UTC's, and what began the day before may still be on.
    first, last = int(begin // SECONDS) - 2, int(end // SECONDS) + 1
    if show.rule.date:
        found = find_occurrence(show.rule, show.zone, date.fromisoformat(show.rule.date))
        blocks: list[tuple[Occurrence, ...]] = [(found,) if found is not None else ()]
    else:
        blocks = [_list_block(show.rule, show.zone, number) for number in range(first // BLOCK, last // BLOCK + 1)]
    for block in blocks:
        for occurrence in block:
            if occurrence.start <= end and occurrence.end > begin:
                yield occurrence


@lru_cache(maxsize=5_000)
def _list_block(rule: ShowRule, zone: str, number: int) -> tuple[Occurrence, ...]:
    """Those of `BLOCK` local dates in a row; the block `number` 0 begins with 1 January 1970."""
    days = [EPOCH + (number * BLOCK + day) * DAY for day in range(BLOCK)]
    return tuple(one for day in days if (one := find_occurrence(rule, zone, day)) is not None)


def _list_every(minutes: int, begin: float, end: float) -> Iterator[Occurrence]:
    step = minutes * 60
    late = min(LATE, step)
    number = int((begin - late) // step) + 1
    while number * step <= end:
        at = float(number * step)
        yield Occurrence(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ"), at, at + late)
        number += 1


@lru_cache(maxsize=20_000)
def find_occurrence(rule: ShowRule, zone: str, day: date) -> Occurrence | None:
    """That of one local date; None where the rule leaves the date out, or the window is empty."""
    if (rule.days and day.weekday() not in rule.days) or (rule.date and rule.date != day.isoformat()):
        return None
    start = find_moment(day, rule.start, zone)
    if rule.end is None:
        return Occurrence(day.isoformat(), start, start + LATE)
    until = rule.end if rule.end > rule.start else rule.end + DAY_MINUTES
    end = find_moment(day, until, zone)
    return Occurrence(day.isoformat(), start, end) if end > start else None


def find_hour_start(zone: str, at: float) -> int:
    """The minute of an hour in UTC at which an hour begins in this zone: 30 in India, and 0 in most."""
    offset = datetime.fromtimestamp(at, load_zone(zone)).utcoffset() or timedelta()
    return int(-offset.total_seconds() // 60 % 60)


def find_moment(day: date, minutes: int, zone: str) -> float:
    """Unix seconds of a local time, given in minutes after that day's midnight by the clock on the wall.

    The first of two; for a time that does not exist, the first moment after the gap.
    """
    place = load_zone(zone)
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    moment = local.replace(tzinfo=place).timestamp()
    if datetime.fromtimestamp(moment, place).replace(tzinfo=None) == local:
        return moment
    # Counted with the offset before the gap it lies after it, with the one after it before it: the gap is between.
    before, after = int(local.replace(tzinfo=place, fold=1).timestamp()), int(moment)
    offset = datetime.fromtimestamp(before, place).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return float(after)
