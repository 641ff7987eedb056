"""radio.toml is saved: its shows, playlists and clocks are taken up, or its faults told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred

from bandstand.bot.making.radio_file import RadioFileReloader
from bandstand.bot.station import shows
from bandstand.bot.station.rules import Rules
from bandstand.common.api.events import ScheduleChanged, ScheduleRead
from tests.bot.making.test_declarations import Watcher
from tests.bot.memory import DirectStore

SHOW = '[[shows]]\nwhen = "fri 20:00-22:00"\nplay = "style:swing"\n'
LISTS = '[playlists.calm]\nquery = "style:bossa"\n[clocks]\nday = ["playlist:calm", "any"]\n'


class RuledStore(DirectStore):
    def change_rules(self, change: Callable[[Rules], Rules]) -> None:
        self._rules = change(self._rules)


class Case:
    def __init__(self, folder: Path, text: str = "") -> None:
        self.path = folder / "radio.toml"
        if text:
            self.path.write_text(text)
        self.store = RuledStore()
        self.reloader = RadioFileReloader(folder / "bandstand.toml", "UTC", self.store, self._make_watcher)
        Deferred.fromCoroutine(self.reloader.start())

    def _make_watcher(self, on_save: Callable[[str], None]) -> Any:
        self.watcher = Watcher(on_save)
        return self.watcher

    def save(self, text: str) -> None:
        self.store.events.clear()
        self.path.write_text(text)
        self.watcher.on_save("radio file")

    def list_shows(self) -> list[str]:
        return [show.name for show in self.store.do(shows.list_shows)]


def test_without_a_file_nothing_is_told_and_one_that_comes_later_is_followed(tmp_path: Path) -> None:
    case = Case(tmp_path)
    assert case.store.events == [] and list(case.watcher.followed.values()) == [case.path]
    case.save(SHOW)
    assert case.list_shows() == ["style:swing"]
    assert case.store.events == [ScheduleRead(file="radio.toml", shows=1), ScheduleChanged()]


def test_a_save_takes_the_place_of_what_was_there_before(tmp_path: Path) -> None:
    case = Case(tmp_path, SHOW)
    assert case.list_shows() == ["style:swing"]
    case.save(LISTS)
    assert case.list_shows() == []
    assert [one.name for one in case.store.do(lambda tx: tx.playlists.list_all())] == ["calm"]
    assert [str(slot) for slot in case.store.do(lambda tx: tx.clocks.list_all())[0].slots] == ["playlist:calm", "any"]


def test_a_file_with_a_fault_changes_nothing_and_is_told(tmp_path: Path) -> None:
    case = Case(tmp_path, SHOW)
    case.save(SHOW.replace("fri", "frx") + LISTS)
    assert case.list_shows() == ["style:swing"]
    (event,) = case.store.events
    assert isinstance(event, ScheduleRead) and "frx is no day" in event.faults[0]
    assert case.store.do(lambda tx: tx.playlists.list_all()) == []
    case.path.unlink()
    case.watcher.on_save("radio file")
    assert case.list_shows() == []
    assert msgspec.json.encode(event)
