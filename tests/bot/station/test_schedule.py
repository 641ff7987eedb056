"""When shows come, in every zone, on days of 23 and of 25 hours too."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import msgspec
import pytest
import tzdata
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.bot.station.schedule import (
    LATE,
    Target,
    find_begun,
    find_hour_start,
    find_missed,
    find_moment,
    find_next_change,
    find_occurrence,
    find_target,
    list_occurrences,
    rank,
)
from bandstand.common.api.shows import Occurrence, RunState, Show, ShowRule
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.show_times import DAY_MINUTES, list_zones, read_rule

ANY = Slot(SlotKind.ANY)
BERLIN = "Europe/Berlin"
HOUR = 3600.0
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
ZONES = sorted(list_zones())
zones = st.sampled_from(ZONES)


def list_distinct_zones() -> list[str]:
    """One name of each zone that differs from the others: nearly half of the names are older ones of the same zone."""
    names: dict[bytes, str] = {}
    for zone in ZONES:
        paths = [folder / zone for folder in (*map(Path, TZPATH), Path(tzdata.__file__).parent / "zoneinfo")]
        data = next((path.read_bytes() for path in paths if path.is_file()), zone.encode())
        names.setdefault(data, zone)
    return list(names.values())


days = st.dates(FIRST, LAST)
minutes = st.integers(0, DAY_MINUTES - 1)
rules = st.one_of(
    st.builds(ShowRule, days=st.sets(st.integers(0, 6), max_size=3).map(tuple), start=minutes, end=st.none() | minutes),
    st.builds(ShowRule, every=st.integers(1, DAY_MINUTES)),
    st.builds(ShowRule, date=days.map(str), start=minutes, end=minutes),
).filter(lambda rule: rule.end != rule.start)


def make_show(rule: str | ShowRule, zone: str = BERLIN, **more: object) -> Show:
    known: dict[str, object] = {"id": 1, "name": "show", "slot": ANY}
    rule = read_rule(rule) if isinstance(rule, str) else rule
    return msgspec.convert({**known, **more, "rule": rule, "zone": zone}, Show)


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def name(target: Target | None) -> str | None:
    return target.show.name if target else None


# Days on which the clocks change


def test_a_time_that_does_not_exist_is_the_first_moment_that_does() -> None:
    assert find_moment(date(2026, 3, 29), 2 * 60 + 30, BERLIN) == at("2026-03-29T01:00")


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert find_moment(date(2026, 10, 25), 2 * 60 + 30, BERLIN) == at("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("day", "window", "hours"),
    [
        (date(2026, 3, 28), "0:00-24:00", 24),
        (date(2026, 3, 29), "0:00-24:00", 23),
        (date(2026, 10, 25), "0:00-24:00", 25),
        (date(2026, 3, 28), "22:00-4:00", 5),
        (date(2026, 10, 24), "22:00-4:00", 7),
        (date(2026, 3, 29), "1:30-3:30", 1),
    ],
)
def test_a_window_is_as_long_as_the_clocks_make_it(day: date, window: str, hours: float) -> None:
    occurrence = find_occurrence(read_rule(window), BERLIN, day)
    assert occurrence is not None and occurrence.end - occurrence.start == hours * HOUR


def test_a_window_within_the_hour_that_is_left_out_does_not_come() -> None:
    assert find_occurrence(read_rule("2:10-2:50"), BERLIN, date(2026, 3, 29)) is None


def test_a_half_hour_change_and_a_day_that_begins_at_one_are_counted_right() -> None:
    assert find_moment(date(2026, 10, 4), 2 * 60 + 15, "Australia/Lord_Howe") == at("2026-10-03T15:30")
    for zone in ("Asia/Beirut", "Africa/Cairo"):  # midnight is left out there
        occurrence = find_occurrence(read_rule("0:00-24:00"), zone, find_short_day(zone))
        assert occurrence is not None and occurrence.end - occurrence.start == 23 * HOUR


def find_short_day(zone: str) -> date:
    for day in list_days():
        if find_moment(day, 0, zone) + 23 * HOUR == find_moment(day + timedelta(1), 0, zone):
            return day
    raise AssertionError(zone)


def list_days(step: int = 1) -> Iterator[date]:
    for number in range(0, (LAST - FIRST).days + 1, step):
        yield FIRST + timedelta(number)


@given(days, minutes, zones)
def test_every_local_time_stands_for_one_moment_and_nothing_before_it_is_later(
    day: date, minute: int, zone: str
) -> None:
    check_moment(day, minute, zone)


def check_moment(day: date, minute: int, zone: str) -> None:
    place, local = ZoneInfo(zone), datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    moment = find_moment(day, minute, zone)
    shown, before = (datetime.fromtimestamp(one, place).replace(tzinfo=None) for one in (moment, moment - 1))
    if shown == local:
        earlier = local.replace(tzinfo=place, fold=0).timestamp()
        assert moment == earlier, "the first of two"
    else:
        assert before < local < shown, "the first moment after the gap"
        assert before.second == 59
    assert moment <= find_moment(day, minute + 1, zone)


@pytest.mark.slow
def test_in_every_zone_and_on_every_day_of_two_years_all_hours_stand_for_moments_in_their_order() -> None:
    """Every half hour between two noons with different offsets; else the midnight of every tenth day."""
    for zone in list_distinct_zones():
        place = ZoneInfo(zone)
        offset = None
        for day in list_days():
            before, offset = offset, datetime(day.year, day.month, day.day, 12, tzinfo=place).utcoffset()
            if before not in (offset, None):
                for minute in range(-DAY_MINUTES // 2, DAY_MINUTES // 2, 30):
                    check_moment(day, minute, zone)
            elif day.day % 10 == 0:
                check_moment(day, 0, zone)


@pytest.mark.slow
def test_in_every_zone_a_daily_show_comes_once_on_every_date_of_two_years() -> None:
    for zone in list_distinct_zones():
        show = make_show("2:30-4:30", zone)
        found = list(list_occurrences(show, at("2026-01-01", zone), at("2027-12-31T23:59", zone)))
        assert [one.day for one in found] == EVERY_DATE, zone


EVERY_DATE = [str(day) for day in list_days()]


# Occurrences


@settings(max_examples=40)
@given(rules, zones, st.floats(at("2026-01-02"), at("2027-12-30")), st.integers(0, 40))
def test_occurrences_are_in_order_named_once_and_apart_from_each_other(
    rule: ShowRule, zone: str, begin: float, hours: int
) -> None:
    show, end = make_show(rule, zone), begin + hours * HOUR
    found = list(list_occurrences(show, begin, end))
    assert len({one.day for one in found}) == len(found)
    for one in found:
        assert one.start <= end and one.end > begin and one.end > one.start
    for one, following in pairwise(found):
        assert one.start < following.start
        assert rule.end is None or one.end <= following.start
    wider = list(list_occurrences(show, begin - 30 * HOUR, end + 30 * HOUR))
    assert [one for one in wider if one.start <= end and one.end > begin] == found


def test_every_twenty_minutes_counts_in_utc() -> None:
    show = make_show("every 20 minutes", "Asia/Kathmandu")
    found = list(list_occurrences(show, at("2026-05-01T12:00"), at("2026-05-01T13:00")))
    assert [datetime.fromtimestamp(one.start, UTC).strftime("%H:%M") for one in found] == [
        "12:00", "12:20", "12:40", "13:00",
    ]  # fmt: skip


# Which of several


def test_the_narrower_window_is_heard_then_the_higher_priority_then_the_older_show() -> None:
    wide = make_show("fri 18:00-23:00", id=1, name="wide", priority=9)
    narrow = make_show("fri 20:00-22:00", id=2, name="narrow", created=2.0)
    higher = make_show("fri 20:00-22:00", id=3, name="higher", priority=1, created=3.0)
    older = make_show("fri 20:00-22:00", id=4, name="older", created=1.0)
    friday = at("2026-05-01T20:30", BERLIN)
    assert name(find_target([wide], friday)) == "wide"
    assert name(find_target([wide, narrow], friday)) == "narrow"
    assert name(find_target([wide, narrow, older], friday)) == "older"
    assert name(find_target([wide, narrow, older, higher], friday)) == "higher"
    assert name(find_target([wide, narrow, higher], at("2026-05-01T22:00", BERLIN))) == "wide"
    assert find_target([wide, narrow, higher], at("2026-05-01T23:00", BERLIN)) is None


def test_an_override_is_heard_in_place_of_every_show_on_its_date_alone() -> None:
    usual = make_show("daily 20:00-20:30", id=1, name="usual")
    eve = make_show("2026-12-24 0:00-24:00", id=2, name="eve", is_override=True)
    assert name(find_target([usual, eve], at("2026-12-24T20:10", BERLIN))) == "eve"
    assert name(find_target([usual, eve], at("2026-12-25T20:10", BERLIN))) == "usual"


def test_an_entry_is_due_until_it_was_played_or_is_too_late() -> None:
    entry, now = make_show("daily 12:00"), at("2026-05-01T12:00", BERLIN)
    target = find_target([entry], now + LATE - 1)
    assert target is not None
    assert find_target([entry], now + LATE) is None
    assert find_target([entry], now, {("1", target.occurrence.day): RunState.PLAYED}) is None


def test_a_window_that_was_missed_is_not_heard_and_one_that_began_goes_on() -> None:
    show, now = make_show("daily 12:00-14:00", created=at("2026-05-01")), at("2026-05-01T12:00", BERLIN)
    key = ("1", "2026-05-01")
    assert find_begun([show], now + LATE - 1, {}) and not find_missed([show], now + LATE - 1, {})
    assert find_missed([show], now + LATE, {}) and not find_begun([show], now + LATE, {})
    assert find_target([show], now + HOUR, {key: RunState.PLAYED})
    assert find_target([show], now + HOUR, {key: RunState.MISSED}) is None
    assert not find_missed([show], now + HOUR, {key: RunState.PLAYED})


@pytest.mark.parametrize(
    ("zone", "start"),
    [("UTC", 0), ("Europe/Berlin", 0), ("Asia/Kolkata", 30), ("Asia/Kathmandu", 15), ("America/St_Johns", 30)],
)
def test_an_hour_begins_by_the_clock_of_the_zone(zone: str, start: int) -> None:
    now = at("2026-05-01T12:07")
    assert find_hour_start(zone, now) == start
    assert datetime.fromtimestamp(at(f"2026-05-01T12:{start:02}"), ZoneInfo(zone)).minute == 0


def test_what_came_before_the_file_was_saved_was_not_missed() -> None:
    show = make_show("daily 7:00-9:00", id=0, saved=at("2026-05-01T12:00", BERLIN))
    assert not find_missed([show], at("2026-05-01T15:00", BERLIN), {})
    assert find_missed([show], at("2026-05-02T07:30", BERLIN), {})


@pytest.mark.parametrize("rule", ["daily 12:00", "every 20 minutes"])
def test_a_single_entry_is_heard_only_at_times_after_it_was_added_and_a_window_at_once(rule: str) -> None:
    now = at("2026-05-01T12:07", BERLIN)
    assert find_target([make_show(rule)], now) and not find_target([make_show(rule, created=now)], now)
    assert find_target([make_show("daily 12:00-13:00", created=now)], now)


def test_what_came_before_a_show_was_added_was_not_missed() -> None:
    show = make_show("daily 12:00-14:00", created=at("2026-05-01T12:10", BERLIN))
    assert not find_missed([show], at("2026-05-01T15:00", BERLIN), {})


def test_the_next_change_is_told_with_what_is_heard_from_then_on() -> None:
    wide = make_show("fri 18:00-23:00", id=1, name="wide")
    narrow = make_show("fri 20:00-22:00", id=2, name="narrow")
    moment, told = at("2026-05-01T12:00", BERLIN), []
    for _ in range(4):
        change = find_next_change([wide, narrow], moment)
        assert change is not None
        moment = change.at
        told.append((datetime.fromtimestamp(moment, ZoneInfo(BERLIN)).strftime("%H:%M"), name(change.target)))
    assert told == [("18:00", "wide"), ("20:00", "narrow"), ("22:00", "wide"), ("23:00", None)]
    assert find_next_change([], moment) is None


@settings(max_examples=25)
@given(st.lists(st.tuples(rules, zones), max_size=4), st.floats(at("2026-01-02"), at("2027-12-20")), st.data())
def test_between_now_and_the_next_change_the_same_show_is_heard(
    pairs: list[tuple[ShowRule, str]], now: float, data: st.DataObject
) -> None:
    shows = [make_show(rule, zone, id=number) for number, (rule, zone) in enumerate(pairs, 1)]
    change, current = find_next_change(shows, now), find_target(shows, now)
    until = change.at if change else now + 7 * 24 * HOUR
    between = data.draw(st.floats(now, until, exclude_max=True) if until > now else st.just(now))
    assert find_target(shows, between) == current
    if change:
        assert find_target(shows, change.at) == change.target != current


@settings(max_examples=25)
@given(st.lists(st.tuples(rules, zones), max_size=4), st.floats(at("2026-01-02"), at("2027-12-20")))
def test_the_target_has_the_highest_rank_of_all_that_is_due(pairs: list[tuple[ShowRule, str]], now: float) -> None:
    shows = [make_show(rule, zone, id=number) for number, (rule, zone) in enumerate(pairs, 1)]
    target = find_target(shows, now)
    for show in shows:
        for one in list_occurrences(show, now, now):
            assert target is not None
            assert rank(target) >= rank(Target(show, one))
    assert target is None or isinstance(target.occurrence, Occurrence)
