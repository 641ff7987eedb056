"""A saved program runs again, and its new version waits for its bar, by the clock and by where the song is."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from twisted.internet.interfaces import IReactorTime

from bandstand.bot.child import Launcher
from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.generator_reload import AHEAD, LEAD, PATIENCE, GeneratorReloader, Progress
from bandstand.bot.station import watches
from bandstand.common.api.events import GeneratorsReloaded, VersionReady, WatchesChanged
from bandstand.common.api.values import Bars, OnAir
from bandstand.common.generators import Generator
from bandstand.common.types import RATE, CueId, Frames
from tests.bot.fakes import FakeReactor, FakeStore

GRID = Bars(Frames(2 * RATE), Frames(0))
READY = VersionReady(job=9, cue=CueId(4), bars=GRID)


class Watcher:
    """Stands for the file watcher."""

    def __init__(self, clock: IReactorTime, on_save: Callable[[str], None]) -> None:
        self.on_save = on_save
        self.followed: set[str] = set()

    def follow(self, wanted: Mapping[str, Generator]) -> None:
        self.followed = set(wanted)

    def stop(self) -> None:
        self.followed = set()


class Case:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = FakeReactor()
        self.store = FakeStore()
        self.done: list[tuple[Any, ...]] = []
        self.watched = ["mine", "removed"]
        self.air: OnAir | None = None
        catalogue = Catalogue(Launcher(self.clock, self.clock), {"mine": Generator(), "other": Generator()})
        self.made: int | None = None
        progress = Progress(lambda: self.air, lambda job: self.made)
        self.reloader = GeneratorReloader(
            self.clock, self.store, catalogue, progress, self._make_watcher  # type: ignore[arg-type]
        )  # fmt: skip
        monkeypatch.setattr(watches, "list_watched", lambda tx: self.watched)
        monkeypatch.setattr(watches, "record_saved", lambda tx, name: self.done.append(("saved", name)))
        monkeypatch.setattr(watches, "cut_in_version", self._cut_in)

    def _cut_in(self, _: object, job: int, bars: Bars | None, start: int) -> None:
        self.done.append(("cut", job, bars, *([start] if start else [])))

    def _make_watcher(self, clock: IReactorTime, on_save: Callable[[str], None]) -> Watcher:
        self.watcher = Watcher(clock, on_save)
        return self.watcher


@pytest.fixture
def case(monkeypatch: pytest.MonkeyPatch) -> Case:
    return Case(monkeypatch)


def test_what_is_watched_and_still_configured_is_followed(case: Case) -> None:
    case.reloader.react(WatchesChanged())
    assert case.watcher.followed == {"mine"}


def test_a_save_is_recorded_with_what_the_programs_say_of_themselves(case: Case) -> None:
    case.watcher.on_save("mine")
    assert case.done == [("saved", "mine")]
    assert set(case.store.outside.generators) == {"mine", "other"}


def test_what_is_declared_otherwise_runs_again(case: Case) -> None:
    case.reloader.react(GeneratorsReloaded(file="b.toml", changed=("mine",), added=("new",)))
    assert case.watcher.followed == {"mine"}
    assert case.done == [("saved", "mine")]


def test_it_cuts_so_much_before_the_bar_as_it_takes_to_be_heard(case: Case) -> None:
    case.air = OnAir(CueId(4), seconds=2.5)
    case.reloader.react(READY)
    lead = LEAD / RATE
    case.clock.advance(1.5 - lead - 0.001)
    assert case.done == []
    case.clock.advance(0.002)
    assert case.done == [("cut", 9, GRID)]


def test_a_bar_that_is_too_near_is_left_for_the_next(case: Case) -> None:
    case.air = OnAir(CueId(4), seconds=1.9)
    case.reloader.react(READY)
    case.clock.advance(1.8)
    assert case.done == []
    case.clock.advance(0.1)
    assert len(case.done) == 1


def test_where_another_song_is_on_the_air_it_cuts_at_once(case: Case) -> None:
    case.air = OnAir(CueId(5), seconds=0.5)
    case.reloader.react(READY)
    case.clock.advance(0)
    assert case.done == [("cut", 9, None)]


HERE = msgspec.structs.replace(READY, continues=True, own_bars=Bars(Frames(RATE), Frames(500)))
"""Goes on in the same bar of a song that is twice as fast and begins a little later."""


def test_a_version_that_is_made_goes_on_at_the_bar_at_which_it_cuts_in(case: Case) -> None:
    case.air = OnAir(CueId(4), seconds=5.0)
    case.reloader.react(HERE)
    case.clock.advance(1 - LEAD / RATE - 0.001)
    assert case.done == []
    case.clock.advance(0.002)
    assert case.done == [("cut", 9, GRID, 3 * RATE + 500)]


def test_a_version_that_is_not_made_so_far_waits_for_a_later_bar(case: Case) -> None:
    case.air, case.made = OnAir(CueId(4), seconds=5.0), 3 * RATE
    case.reloader.react(HERE)
    case.clock.advance(1)
    assert case.done == []
    case.air, case.made = OnAir(CueId(4), seconds=6.0), 4 * RATE + 500 + AHEAD
    case.clock.pump([0.1] * 22)
    assert case.done == [("cut", 9, GRID, 4 * RATE + 500)]


def test_a_version_that_is_made_slowly_goes_on_at_the_last_bar_that_there_is(case: Case) -> None:
    case.air, case.made = OnAir(CueId(4), seconds=50.0), RATE
    case.reloader.react(HERE)
    case.clock.pump([0.1] * round(10 * (PATIENCE - 1)))
    assert case.done == []
    case.made = 3 * RATE
    case.clock.pump([0.1] * 40)
    assert case.done == [("cut", 9, GRID, RATE + 500)]


def test_a_version_that_does_not_grow_any_more_is_shorter_and_begins_at_its_beginning(case: Case) -> None:
    case.air, case.made = OnAir(CueId(4), seconds=50.0), 3 * RATE
    case.reloader.react(HERE)
    case.clock.pump([0.1] * round(10 * (PATIENCE + 3)))
    assert case.done == [("cut", 9, GRID)]


def test_without_bars_a_version_goes_on_after_the_same_time_at_once(case: Case) -> None:
    case.air = OnAir(CueId(4), seconds=5.5)
    case.reloader.react(msgspec.structs.replace(HERE, bars=None))
    case.clock.advance(0)
    assert case.done == [("cut", 9, None, 5.5 * RATE)]


def test_where_the_older_version_ended_meanwhile_the_new_one_begins_at_its_beginning(case: Case) -> None:
    case.air, case.made = OnAir(CueId(4), seconds=5.0), RATE
    case.reloader.react(HERE)
    case.air = None
    case.clock.advance(1)
    assert case.done == [("cut", 9, None)]


def test_nothing_is_cut_while_the_bot_stops(case: Case) -> None:
    case.reloader.react(READY)
    case.reloader.stop()
    case.watcher.on_save("mine")
    case.clock.advance(1)
    assert case.done == []
