"""A DJ's time by the schedule: on at its beginning, warned, and handed back at its end."""

from datetime import UTC, datetime

import pytest

from bandstand.bot.station import live_slots, planning
from bandstand.common.api import requests
from bandstand.common.api.events import ShowHeld, ShowMissed
from bandstand.common.api.live import LiveAwaited, LiveWarned
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import BadShow, BadSlot
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import SlotKind
from tests.bot.station.conftest import Station
from tests.bot.station.test_live_shows import connect, keep

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
MINUTE = 60.0


@pytest.fixture
def station(station: Station) -> Station:
    for name in ("ann", "bob"):
        station.tx.people.put_account(name, "hash", 0.0)
        station.tx.people.put_grant(name, Right.DJ, "owner", 0.0)
    station.tx.now = NOON - 10 * MINUTE
    station.settle_bands()
    station.ask(AddShow(rule="daily 12:00-13:00", target="live:ann", zone="UTC"))
    return station


def at(station: Station, minutes: float) -> None:
    station.tx.now = NOON + minutes * MINUTE
    keep(station)


def test_the_dj_waits_until_their_time_and_is_on_then(station: Station) -> None:
    connect(station, ann=5.0)
    assert station.air is None
    at(station, -0.1)
    assert station.air is None
    at(station, 0.0)
    assert station.air == "live: ann"


def test_who_comes_late_goes_on_when_they_are_there(station: Station) -> None:
    at(station, 0.0)
    assert [event.name for event in station.get_events(LiveAwaited)] == ["ann"]
    at(station, 1.0)
    assert station.get_events(LiveAwaited) == []
    connect(station, ann=5.0)
    assert station.air == "live: ann"


def test_the_dj_is_warned_and_handed_back(station: Station) -> None:
    connect(station, ann=5.0)
    at(station, 0.0)
    station.listen(10.0)
    warned = []
    for minutes in (10, 54, 55, 56, 59, 59.5, 59.9):
        at(station, minutes)
        warned += [event.minutes for event in station.get_events(LiveWarned)]
    assert warned == [5, 1]
    assert station.air == "live: ann"
    at(station, 60.0)
    assert station.air is None
    at(station, 61.0)
    assert station.air is None


def test_another_slot_behind_it_is_taken_over_by_its_dj_if_they_are_there(station: Station) -> None:
    station.ask(AddShow(rule="daily 13:00-14:00", target="live:bob", zone="UTC"))
    connect(station, ann=5.0, bob=5.0)
    at(station, 0.0)
    station.listen(10.0)
    at(station, 60.0)
    assert station.air == "live: bob"


def test_a_narrower_slot_interrupts_another_only_where_its_dj_is_there(station: Station) -> None:
    station.ask(AddShow(rule="daily 12:20-12:40", target="live:bob", zone="UTC"))
    connect(station, ann=5.0)
    at(station, 0.0)
    station.listen(10.0)
    for minutes in (1.0, 20.0):
        at(station, minutes)
        assert station.air == "live: ann"
    connect(station, ann=5.0, bob=5.0)
    station.listen(10.0)
    at(station, 21.0)
    assert station.air == "live: bob"
    at(station, 40.0)
    assert station.air == "live: ann"
    station.listen(10.0)
    at(station, 41.0)
    at(station, 60.0)
    assert station.air is None


def test_two_slots_of_one_dj_are_one_show(station: Station) -> None:
    station.ask(AddShow(rule="daily 13:00-14:00", target="live:ann", zone="UTC"))
    connect(station, ann=5.0)
    at(station, 0.0)
    before = station.listen(10.0)
    at(station, 60.0)
    assert station.get_air().id == before.id


def test_a_dj_without_a_slot_is_ended_by_no_time(station: Station) -> None:
    connect(station, bob=5.0)
    station.ask(requests.GoLive(name="bob"))
    for minutes in (0.0, 30.0, 60.0, 90.0):
        at(station, minutes)
        assert station.air == "live: bob"


def test_who_was_taken_off_in_their_time_is_not_put_on_again(station: Station) -> None:
    connect(station, ann=5.0)
    at(station, 0.0)
    station.listen(10.0)
    station.ask(requests.EndLive())
    at(station, 10.0)
    assert station.air is None


def test_who_was_taken_off_in_their_time_may_come_back_after_it(station: Station) -> None:
    connect(station, ann=5.0)
    at(station, 0.0)
    station.listen(10.0)
    at(station, 1.0)
    station.ask(requests.EndLive())
    at(station, 10.0)
    station.tx.now = NOON + 90 * MINUTE
    station.ask(requests.GoLive(name="ann"))
    at(station, 91.0)
    assert station.air == "live: ann"


def test_the_ordinary_programme_plays_in_a_djs_time(station: Station) -> None:
    station.tx.now = NOON + MINUTE
    ground = planning.read_ground(station.tx)
    wanted = list(planning.list_wanted(ground, planning.find_position(station.tx, [], ground)))
    assert [one.slot for one in wanted] == [None]
    assert [one.show for one in wanted] == [""]


def test_what_people_asked_for_does_not_hold_a_dj(station: Station) -> None:
    from bandstand.bot.station.show_starts import find_held_now, follow_schedule

    station.ask(requests.Play(song=station.store("Asked for")))
    station.listen(1.0)
    station.tx.now = NOON + 1
    assert find_held_now(station.tx) is None
    station.tx.events.clear()
    follow_schedule(station.tx, is_playing=False)
    station.tx.now = NOON + 20 * MINUTE
    follow_schedule(station.tx, is_playing=False)
    assert not station.get_events(ShowHeld)
    assert not station.get_events(ShowMissed)


def test_a_slot_needs_a_dj_and_an_end(station: Station) -> None:
    assert isinstance(station.refuse(AddShow(rule="daily 12:00", target="live:ann")), BadShow)
    assert isinstance(station.refuse(AddShow(rule="daily 12:00-13:00", target="live:nobody")), BadSlot)
    assert isinstance(station.refuse(requests.SetClock(name="c", slots=("live:ann",))), BadSlot)


def test_it_is_known_when_to_look_again(station: Station) -> None:
    assert live_slots.find_wait(station.tx) == pytest.approx(10 * MINUTE, abs=5.0)
    station.tx.now = NOON + 54 * MINUTE
    assert live_slots.find_wait(station.tx) == pytest.approx(MINUTE)
    slot = live_slots.find_slot(station.tx)
    assert slot is not None
    assert (slot.dj, slot.end) == ("ann", NOON + 60 * MINUTE)
    assert SlotKind.LIVE == "live"


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_slot_is_as_long_as_the_wall_says_on_the_days_of_the_clock_change(station: Station, day: str) -> None:
    """Berlin, 1:30 to 3:30: one hour in March, three in October."""
    station.tx.now = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    station.ask(AddShow(rule=f"{day} 1:30-3:30", target="live:bob", zone="Europe/Berlin"))
    hours = 1 if "03" in day[5:7] else 3
    start = datetime.fromisoformat(f"{day}T00:30:00+00:00").timestamp() - (0 if hours == 1 else 3600.0)
    station.tx.now = start - 60
    connect(station, bob=5.0)
    for offset, air in ((-1, None), (0, "live: bob"), (hours * 3600 - 1, "live: bob"), (hours * 3600, None)):
        station.tx.now = start + offset
        keep(station)
        assert station.air == air, offset
