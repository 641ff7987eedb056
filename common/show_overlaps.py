"""Two shows of the programme's file at once, which is mostly a mistake: `bandstand check` has a sentence for each pair.

What is meant is not told: an override, a DJ's hour or any shorter show within a longer one, shows of different
priorities. What is left are windows that overlap in part, or that are the same, and of which a rule decides that nobody
may have thought of (the shorter one, then the first of the file).

Looks at the days of one week and at dates, each window by its own zone. The exact arithmetic of shows, with the days on
which clocks change, is the station's (`bot.station.schedule`); a moment that does not exist is the one that Python
takes it for.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Final, NamedTuple

from bandstand.common.api.shows import Show, ShowRule
from bandstand.common.show_times import DAY_MINUTES, load_zone

WEEK: Final = 8
"""Local dates that are looked at: a week, and the night before it."""


class Window(NamedTuple):
    """One coming of a show, in Unix seconds."""

    start: float
    end: float


def find_overlaps(shows: Sequence[Show], today: date) -> Iterator[str]:
    """A sentence for each pair of the file's shows of which nobody said which is heard where they meet."""
    plain = [show for show in shows if not show.is_override and show.rule.end is not None]
    days = [today + timedelta(days=step) for step in range(-1, WEEK)]
    dates = {date.fromisoformat(show.rule.date) for show in plain if show.rule.date}
    windows = {id(show): _list_windows(show, sorted({*days, *dates})) for show in plain}
    for first, second in combinations(plain, 2):
        if first.priority == second.priority:
            at = _find_clash(windows[id(first)], windows[id(second)])
            if at is not None:
                yield _describe(first, second, at)


def _list_windows(show: Show, days: Sequence[date]) -> list[Window]:
    return [_find_window(show.rule, show.zone, day) for day in days if _comes_on(show.rule, day)]


def _comes_on(rule: ShowRule, day: date) -> bool:
    return rule.date == day.isoformat() if rule.date else not rule.days or day.weekday() in rule.days


def _find_window(rule: ShowRule, zone: str, day: date) -> Window:
    midnight, until = datetime(day.year, day.month, day.day), rule.end or 0
    until += 0 if until > rule.start else DAY_MINUTES
    start, end = (
        (midnight + timedelta(minutes=minutes)).replace(tzinfo=load_zone(zone)).timestamp()
        for minutes in (rule.start, until)
    )
    return Window(start, end)


def _find_clash(ones: Sequence[Window], others: Sequence[Window]) -> float | None:
    """When two of them meet first, neither of which is a shorter one within the other."""
    clashes = [
        max(one.start, other.start)
        for one in ones
        for other in others
        if one.start < other.end and other.start < one.end and not (_is_within(one, other) or _is_within(other, one))
    ]
    return min(clashes, default=None)


def _is_within(inner: Window, outer: Window) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and inner != outer


def _describe(first: Show, second: Show, at: float) -> str:
    local = datetime.fromtimestamp(at, load_zone(first.zone))
    when = f"{local:%a} {local:%Y-%m-%d} {local.hour}:{local:%M}".lower()
    return (
        f'"{first.name}" and "{second.name}" are both on at {when} in {first.zone}: the shorter one is heard, or of '
        "equals the first; priority = 1 on one of them says which"
    )
