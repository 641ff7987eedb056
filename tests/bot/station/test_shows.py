"""Shows of the station: what commands add and remove, which one is on, and what is written down of each."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bandstand.bot.station import show_starts, shows
from bandstand.common import lineups
from bandstand.common.api import refusals
from bandstand.common.api.events import ScheduleChanged, ShowEnded, ShowMissed, ShowStarted
from bandstand.common.api.schedule import AddShow, GetSchedule, RemoveShow
from bandstand.common.api.shows import RunState, Show, ShowRule
from bandstand.common.api.values import Slot, SlotKind
from tests.bot.station.conftest import Station, make_person

BOSSA = ("Europe/Berlin", Slot(SlotKind.STYLE, "bossa"), "bossa")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.fixture
def station(station: Station) -> Station:
    station.settle_bands()
    station.tx.now = at("2026-05-01T12:00")
    station.tx.rules = msgspec.structs.replace(station.tx.rules, zone="Europe/Berlin")
    return station


def follow(station: Station, text: str, is_playing: bool = True) -> None:
    station.tx.events.clear()
    station.tx.now = at(text)
    show_starts.follow_schedule(station.tx, is_playing)


def test_a_show_is_added_in_the_station_s_zone_and_kept(station: Station) -> None:
    added = station.ask(AddShow(rule="fri 20:00-22:00", target="bossa"))
    assert station.events == [ScheduleChanged]
    assert (added.show.zone, added.show.slot, added.show.name) == (
        "Europe/Berlin",
        Slot(SlotKind.STYLE, "bossa"),
        "bossa",
    )
    assert added.next.start == at("2026-05-01T20:00")
    assert station.ask(GetSchedule()).shows == (added.show,)
    assert station.tx.shows.list_all() == [added.show]


@pytest.mark.parametrize(
    ("target", "slot"),
    [
        ("bossa", "style:bossa"),
        ("Gravel Theory", "band:gravel-theory"),
        ("style:bossa", "style:bossa"),
        ("any", "any"),
        ("jingle", "jingle"),
        ("file:/etc/passwd", "file:/etc/passwd"),
    ],
)
def test_a_target_is_a_slot_or_a_name(station: Station, target: str, slot: str) -> None:
    assert str(station.ask(AddShow(rule="daily 12:00", target=target)).show.slot) == slot


def test_what_cannot_be_scheduled_is_refused(station: Station) -> None:
    assert station.refuse(AddShow(rule="fri 20-22", target="bosssa")) == refusals.NoSuchTarget(
        "bosssa", ("style:bossa",)
    )
    assert station.refuse(AddShow(rule="fri 20-22", target="style:x")) == refusals.NoSuchTarget(
        "x", (), SlotKind.STYLE, tuple(lineups.STYLES)
    )
    assert isinstance(station.refuse(AddShow(rule="fri 20-20", target="bossa")), refusals.BadShow)
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="bossa", zone="Berln")), refusals.BadShow)
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="what:x")), refusals.BadSlot)
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="off")), refusals.NoSuchTarget)
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="off:")), refusals.BadSlot)
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="jingle:news")), refusals.NoSuchTarget)
    assert isinstance(station.refuse(AddShow(rule="2020-01-01 20-22", target="bossa")), refusals.BadShow)
    left_out = station.refuse(AddShow(rule="2027-03-28 2:15-2:45", target="bossa"))
    assert isinstance(left_out, refusals.BadShow) and "the clocks leave it out" in left_out.problem
    assert isinstance(station.refuse(AddShow(rule="fri 20-22", target="bossa", is_override=True)), refusals.BadShow)
    assert isinstance(station.refuse(AddShow(rule="daily 12:00", target="file:a.flac")), refusals.BadPath)
    why = station.refuse(AddShow(rule="daily 12:00", target="file:/etc/passwd"), make_person("dora"))
    assert isinstance(why, refusals.NeedsRight)


def test_shows_that_meet_are_told_with_which_one_is_heard(station: Station) -> None:
    wide = station.ask(AddShow(rule="fri 18:00-23:00", target="bossa", name="wide")).show
    added = station.ask(AddShow(rule="fri 20:00-22:00", target="bossa", name="narrow"))
    assert added.wins_over == (wide,) and added.yields_to == ()
    assert added.next is not None and added.first_met == added.next.start
    wider = station.ask(AddShow(rule="daily 0:00-24:00", target="any", name="all day"))
    assert [show.name for show in wider.yields_to] == ["wide", "narrow"]
    apart = station.ask(AddShow(rule="sat 1:00-2:00", target="any", zone="Asia/Tokyo", name="far"))
    assert [show.name for show in apart.wins_over] == ["wide", "all day"], "there it is friday, 18:00 in Berlin"


def test_a_show_that_comes_every_few_minutes_leaves_room_for_the_others_of_the_week(station: Station) -> None:
    station.ask(AddShow(rule="every 7 minutes", target="any"))
    station.ask(AddShow(rule="daily 20:00-22:00", target="any", name="Evening"))
    names = [airing.show.name for airing in station.ask(GetSchedule(days=7)).airings]
    assert names.count("Evening") >= 7
    assert names.count("any") == 1


def test_a_show_is_removed_by_number_or_by_name(station: Station) -> None:
    for name in ("one", "two", "two"):
        station.ask(AddShow(rule="fri 20-22", target="bossa", name=name))
    assert station.refuse(RemoveShow(show="two")) == refusals.AmbiguousShow("two", (2, 3))
    assert station.ask(RemoveShow(show="One")).show.id == 1
    assert station.ask(RemoveShow(show="#3")).show.id == 3
    assert station.refuse(RemoveShow(show="7")) == refusals.NoSuchShow("7", 1)


def test_a_show_of_the_file_is_changed_there(station: Station) -> None:
    filed = Show(name="filed", rule=ShowRule(start=600, end=720), slot=Slot(SlotKind.ANY))
    station.tx.rules = msgspec.structs.replace(station.tx.rules, shows=(filed,))
    assert station.ask(GetSchedule()).shows == (filed,)
    assert station.refuse(RemoveShow(show="filed")) == refusals.ShowInFile("filed")


def test_a_show_that_begins_and_ends_is_told_once(station: Station) -> None:
    station.ask(AddShow(rule="fri 18:00-23:00", target="bossa", name="wide"))
    station.ask(AddShow(rule="fri 20:00-22:00", target="bossa", name="narrow"))
    told = []
    for hour in (17, 18, 19, 20, 21, 22, 23):
        follow(station, f"2026-05-01T{hour}:00")
        told += [(hour, type(event), event.show.name) for event in station.tx.events]
    assert told == [
        (18, ShowStarted, "wide"),
        (20, ShowEnded, "wide"), (20, ShowStarted, "narrow"),
        (22, ShowEnded, "narrow"), (22, ShowStarted, "wide"),
        (23, ShowEnded, "wide"),
    ]  # fmt: skip


def test_a_show_during_which_the_station_was_away_is_missed_and_written_down(station: Station) -> None:
    station.ask(AddShow(rule="fri 18:00-20:00", target="bossa"))
    follow(station, "2026-05-01T18:16")
    assert station.events == [ShowMissed]
    assert station.ask(GetSchedule()).airings[0].state is RunState.MISSED
    assert shows.find_show_at(station.tx, station.tx.now) is None
    follow(station, "2026-05-01T18:17")
    assert station.events == []


def test_a_show_may_begin_a_quarter_of_an_hour_late_and_goes_on_after_an_interruption(station: Station) -> None:
    station.ask(AddShow(rule="fri 18:00-20:00", target="bossa"))
    follow(station, "2026-05-01T18:14", is_playing=False)
    assert station.events == []
    follow(station, "2026-05-01T18:14")
    assert station.events == [ShowStarted]
    follow(station, "2026-05-01T18:20", is_playing=False)
    assert station.events == [ShowEnded]
    follow(station, "2026-05-01T19:30")
    assert station.events == [ShowStarted]


def test_an_entry_is_due_until_it_was_played(station: Station) -> None:
    station.ask(AddShow(rule="daily 18:00", target="jingle"))
    follow(station, "2026-05-01T18:05")
    target = shows.find_show_at(station.tx, station.tx.now)
    assert target is not None and station.events == []
    shows.record_entry(station.tx, target)
    assert shows.find_show_at(station.tx, station.tx.now) is None
    follow(station, "2026-05-01T18:30")
    assert station.events == [], "it was not missed"


def test_an_override_that_is_off_leaves_the_ordinary_programme(station: Station) -> None:
    station.ask(AddShow(rule="fri 18:00-20:00", target="bossa"))
    station.ask(AddShow(rule="2026-05-08 0:00-24:00", target="off", is_override=True))
    target = shows.find_show_at(station.tx, at("2026-05-08T18:30"))
    assert target is not None and target.show.slot == Slot(SlotKind.OFF)


def test_removing_the_show_that_is_on_ends_it(station: Station) -> None:
    station.ask(AddShow(rule="fri 18:00-20:00", target="bossa"))
    follow(station, "2026-05-01T18:00")
    station.ask(RemoveShow(show="1"))
    follow(station, "2026-05-01T18:01")
    assert station.tx.settings.get(show_starts.ON) is None
