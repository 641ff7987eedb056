"""A day of live shows by the schedule, minute by minute: the night in which the clock goes back, DJs who drop, come
late, do not come, overlap, or are taken off, and at every minute the right one on the air."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bandstand.bot.station import live_shows, live_slots
from bandstand.common.api import requests
from bandstand.common.api.live import LiveAwaited, LiveTookOver, LiveWarned
from bandstand.common.api.people import Right
from bandstand.common.api.schedule import AddShow
from bandstand.common.api.values import EndReason
from bandstand.common.live import LiveInput, make_mount
from tests.bot.station.conftest import Station

E = TypeVar("E")
BERLIN: Final = ZoneInfo("Europe/Berlin")
DAYS: Final = ("2026-10-25", "2026-03-29", "2026-07-01")
"""A day of 25 hours, one of 23, and one of 24."""
SHOWS: Final = (
    ("daily 1:30-3:30", "ann"),
    ("daily 3:30-4:30", "bob"),  # follows at once
    ("daily 6:00-8:00", "cid"),
    ("daily 7:00-7:30", "dan"),  # narrower, in the middle of it
    ("daily 10:00-12:00", "eve"),
    ("daily 14:00-15:00", "fay"),
    ("daily 16:00-17:00", "gus"),
    ("daily 20:00-22:00", "ann"),
)
HERE: Final = (
    ("ann", "0:00", "23:59"), ("bob", "0:00", "5:00"), ("cid", "5:50", "9:00"), ("dan", "6:00", "9:00"),
    ("eve", "9:30", "11:00"), ("eve", "11:10", "13:00"), ("gus", "16:20", "18:00"), ("hal", "16:30", "17:30"),
)  # fmt: skip
"""Who is connected, from the first to the last. Eve's connection breaks in her show; gus comes late."""
DEEDS: Final = {
    "16:40": requests.GoLive(name="hal", is_now=True),  # has no slot, and is put in the place of one who has
    "16:50": requests.EndLive(),
    "21:00": requests.EndLive(),
}
AIR: Final = (
    ("1:30", "ann"), ("3:30", "bob"), ("4:30", None), ("6:00", "cid"), ("7:00", "dan"), ("7:30", "cid"),
    ("8:00", None), ("10:00", "eve"), ("11:00", None), ("11:10", "eve"), ("12:00", None), ("16:20", "gus"),
    ("16:40", "hal"), ("16:50", None), ("20:00", "ann"), ("21:00", None),
)  # fmt: skip
"""Who is on the air from then on."""
WARNED: Final = [
    ("ann", 5), ("ann", 1), ("bob", 5), ("bob", 1), ("dan", 5), ("dan", 1), ("cid", 5), ("cid", 1),
    ("eve", 5), ("eve", 1),
]  # fmt: skip


class Day:
    """The station, a clock, and a streamer that plays what is on the air and loses who is gone for ten seconds."""

    def __init__(self, station: Station, date: str) -> None:
        self.station = station
        self.date = date
        self.told: list[object] = []
        station.tx.now = self.find("0:00") - 3600
        station.settle_bands()
        for name in sorted({dj for _, dj in SHOWS} | {"hal"}):
            station.tx.people.put_account(name, "hash", 0.0)
            station.tx.people.put_grant(name, Right.DJ, "owner", 0.0)
        for rule, dj in SHOWS:
            station.ask(AddShow(rule=rule, target=f"live:{dj}", zone="Europe/Berlin"))

    def find(self, wall: str) -> float:
        """The first moment of the day at which the clock on the wall says that."""
        hour, minute = map(int, wall.split(":"))
        local = datetime.fromisoformat(self.date).replace(hour=hour, minute=minute, tzinfo=BERLIN)
        before = local.replace(hour=0, minute=0).timestamp()
        moment = local.timestamp()
        return moment if moment >= before else before

    def list_moments(self) -> list[float]:
        """Every five minutes, and whenever something is to happen, or is about to."""
        first, last = self.find("0:00"), (datetime.fromisoformat(self.date) + timedelta(days=1)).replace(tzinfo=BERLIN)
        walls = [*(wall for wall, _ in AIR), *DEEDS, *(wall for _, *both in HERE for wall in both)]
        known = {self.find(wall) - before for wall in walls for before in (60, 0)}
        return sorted({*known, *(first + 300 * number for number in range(round((last.timestamp() - first) / 300)))})

    def do(self, act: Callable[[], object]) -> None:
        self.station.tx.events.clear()
        act()
        self.told += self.station.tx.events

    def pass_minute(self, now: float) -> None:
        """What happens at this moment: who comes and goes, what is ordered, and what the streamer does."""
        tx = self.station.tx
        tx.now = now
        here = {name for name, first, last in HERE if self.find(first) <= now < self.find(last)}
        for name in sorted(here - {one.name for one in tx.live.list_connections() if one.is_connected}):
            self.do(lambda name=name: live_shows.expect(tx, name))  # type: ignore[misc]
        known = {name: LiveInput(mount=make_mount(name), is_connected=True, heard=5.0, level=-18.0) for name in here}
        tx.outside = msgspec.structs.replace(tx.outside, live=known)
        on_air = live_shows.find_dj_on_air(tx)
        if on_air is not None and on_air not in here:
            cue = self.station.get_air().id
            self.do(lambda: self.station.end(cue, EndReason.FINISHED))
            tx.now = now
        for wall, deed in DEEDS.items():
            if now == self.find(wall):
                self.do(lambda deed=deed: self.station.ask(deed))  # type: ignore[misc]
                tx.now = now
        self.do(lambda: live_shows.keep_line(tx))
        self.do(lambda: live_shows.keep_line(tx))
        if live_shows.find_dj_on_air(tx) is not None and self.station.get_air().started is None:
            self.station.listen(10.0)
            tx.now = now

    def list_told(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.mark.parametrize("date", DAYS)
def test_a_day_of_shows(station: Station, date: str) -> None:
    day = Day(station, date)
    expected = [(day.find(wall), name) for wall, name in AIR]
    for now in day.list_moments():
        day.pass_minute(now)
        wanted = next((name for moment, name in reversed(expected) if moment <= now), None)
        heard = live_shows.find_dj_on_air(station.tx)
        wall = datetime.fromtimestamp(now, BERLIN)
        assert heard == wanted, f"{wall:%H:%M}: {heard} in place of {wanted}"
    assert [(event.name, event.minutes) for event in day.list_told(LiveWarned)] == WARNED
    assert [event.name for event in day.list_told(LiveAwaited)] == ["eve", "fay", "gus"]
    assert [event.name for event in day.list_told(LiveTookOver)] == [name for _, name in AIR if name]
    assert station.tx.settings.get(live_slots.SLOT) is None
