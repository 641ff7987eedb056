"""Queue, history and schedule over HTTP, and the calendar."""

import time

import icalendar
import pytest

from bandstand.common.api.requests import ListHistory
from bandstand.common.api.results import History
from bandstand.common.api.schedule import GetSchedule, Schedule
from bandstand.common.api.shows import Airing, Show, ShowRule
from bandstand.common.api.values import Slot, SlotKind
from bandstand.web.programme import write_calendar
from tests.web.fake_link import FakeLink, make_settings, open_client

SHOW = Show(id=3, name="Jazz, late; \N{SNOWMAN}\r\nEND:VEVENT", rule=ShowRule(), slot=Slot(SlotKind.PLAYLIST, "jazz"))
AIRING = Airing(SHOW, 1_800_000_000.0, 1_800_003_600.0)


def test_the_queue_counts_down_between_two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_client(FakeLink()) as client:
        now = time.time()
        monkeypatch.setattr("bandstand.web.programme.time.time", lambda: now + 60)
        queue = client.get("/api/queue").json()
    assert queue["result"] == "queue" and queue["on_air"]["song"]["code"] == "7kq3"
    assert 118 <= queue["songs"][0]["heard_in"] <= 121


def test_the_history_is_as_long_as_it_is_asked_for() -> None:
    link = FakeLink({ListHistory: History(plays=())})
    with open_client(link) as client:
        assert client.get("/api/history?limit=3&whole=true").status_code == 200
        wrong = client.get("/api/history?limit=501")
    assert link.asked[-1][0] == ListHistory(limit=3, is_whole=True)
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["key"] == "limit"


def test_the_schedule_is_a_calendar_that_a_reader_of_calendars_understands() -> None:
    link = FakeLink({GetSchedule: Schedule(zone="UTC", now=None, airings=(AIRING,), shows=(SHOW,))})
    with open_client(link) as client:
        answer = client.get("/schedule.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    [event] = calendar.walk("VEVENT")
    assert event["summary"] == "Jazz, late; \N{SNOWMAN} END:VEVENT"
    assert event["dtstart"].dt.timestamp() == 1_800_000_000.0 and event["dtend"].dt.timestamp() == 1_800_003_600.0
    assert event["uid"] == "3-1800000000@testserver.local"


def test_a_calendar_without_a_show_has_a_component_as_every_calendar_must() -> None:
    calendar = icalendar.Calendar.from_ical(write_calendar((), make_settings(), "https://radio.example/schedule"))
    assert [one.name for one in calendar.subcomponents] == ["VTIMEZONE"]


def test_every_line_of_a_calendar_is_short_enough() -> None:
    data = write_calendar((AIRING,) * 3, make_settings(), "https://radio.example/schedule")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
