"""Two shows at once that nobody has thought of are told, and what is meant is not."""

from datetime import date

import pytest

from bandstand.common.api.shows import Show
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.show_overlaps import find_overlaps
from bandstand.common.show_times import read_rule

THURSDAY = date(2026, 11, 26)


def make(name: str, when: str, zone: str = "Europe/Berlin", *, is_override: bool = False, priority: int = 0) -> Show:
    slot = Slot(SlotKind.ANY)
    return Show(name=name, rule=read_rule(when), zone=zone, slot=slot, is_override=is_override, priority=priority)


def find(*shows: Show, today: date = THURSDAY) -> list[str]:
    return list(find_overlaps(shows, today))


def test_two_shows_that_meet_in_part_are_named_with_the_first_moment() -> None:
    (told,) = find(make("Rock", "fri 20:00-22:00"), make("Late", "daily 21:30-23:00"))
    assert told.startswith('"Rock" and "Late" are both on at fri 2026-11-27 21:30 in Europe/Berlin: the shorter one')


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (make("a", "fri 20:00-22:00"), make("b", "fri 20:00-22:00")),
        (make("a", "thu 23:00-1:00"), make("b", "fri 0:30-2:00")),
        (make("a", "fri 20:00-22:00"), make("b", "fri 20:00-22:30", "Europe/London")),
        (make("a", "2027-03-05 20:00-22:00"), make("b", "fri 21:00-23:00")),
        (make("a", "wed 23:00-3:00"), make("b", "thu 2:00-6:00")),
    ],
)
def test_equal_shows_midnight_zones_and_dates_are_looked_at(first: Show, second: Show) -> None:
    assert len(find(first, second)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (make("a", "fri 20:00-22:00"), make("b", "fri 22:00-23:00")),
        (make("a", "fri 18:00-23:00"), make("b", "fri 20:00-22:00")),
        (make("a", "fri 20:00-22:00"), make("b", "2026-11-27 21:00-23:00", is_override=True)),
        (make("a", "fri 20:00-22:00"), make("b", "fri 21:00-23:00", priority=1)),
        (make("a", "fri 20:00-22:00"), make("b", "sat 21:00-23:00")),
        (make("a", "fri 20:00-22:00"), make("b", "fri 21:00")),
        (make("a", "fri 20:00-22:00"), make("b", "every 20 minutes")),
        (make("a", "fri 20:00-22:00"), make("b", "fri 20:00-21:00", "America/New_York")),
    ],
)
def test_what_is_meant_or_does_not_meet_is_not_told(first: Show, second: Show) -> None:
    assert find(first, second) == []


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_times_that_do_not_exist_or_come_twice_are_no_trouble(day: date) -> None:
    assert find(make("a", "daily 2:15-2:45"), make("b", "daily 4:00-5:00"), today=day) == []
