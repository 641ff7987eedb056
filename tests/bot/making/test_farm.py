"""The keeper of the farm client, over a reactor that starts none."""

from pathlib import Path
from random import Random

import msgspec
import pytest

from bandstand.bot.child import Launcher
from bandstand.bot.making.farm import FarmKeeper
from bandstand.common.api.events import Event, FarmChanged
from bandstand.common.config import Config
from bandstand.common.farm import FarmState
from tests.bot.fakes import FakeReactor

AWAY = "the farm's scheduler is away"


class Bench:
    def __init__(self, folder: Path, scheduler: str = "tcp://farm.example:8786") -> None:
        self.reactor = FakeReactor()
        self.events: list[Event] = []
        settings = {"station": {"directory": str(folder)}, "farm": {"scheduler": scheduler}}
        config = msgspec.convert(settings, Config)
        launcher = Launcher(self.reactor, self.reactor)
        self.keeper = FarmKeeper(launcher, config, ["client"], self.events.extend, Random(1))
        self.keeper.start()

    def say(self, machines: int, slots: int, trouble: str = "") -> None:
        line = msgspec.json.encode(FarmState(machines, slots, trouble)) + b"\n"
        self.reactor.say(line, len(self.reactor.children) - 1)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_without_a_scheduler_nothing_is_started_and_nothing_shown(tmp_path: Path) -> None:
    bench = Bench(tmp_path, scheduler="")
    assert (bench.reactor.started, bench.keeper.get_status()) == ([], None)


def test_what_the_client_says_is_shown_and_passed_on(bench: Bench) -> None:
    bench.say(2, 8)
    bench.say(2, 8)
    status = bench.keeper.get_status()
    assert status is not None and status.state == "2 machines, 8 songs at once"
    assert bench.events == [FarmChanged(songs=8)]


def test_operators_are_told_when_the_farm_goes_and_when_it_is_back(bench: Bench) -> None:
    bench.say(1, 4)
    bench.say(0, 0, AWAY)
    bench.say(1, 4)
    bench.say(2, 8)
    told = [event for event in bench.events if isinstance(event, FarmChanged) and event.is_told]
    assert told == [FarmChanged(songs=0, trouble=AWAY, is_told=True), FarmChanged(songs=4, is_told=True)]


def test_a_client_that_ends_is_started_again_and_takes_no_songs_meanwhile(bench: Bench) -> None:
    bench.say(1, 4)
    bench.reactor.finish(0)
    assert bench.keeper.known == FarmState(trouble="the farm client does not run")
    bench.reactor.advance(1)
    assert len(bench.reactor.started) == 2
    bench.say(1, 4)
    assert bench.keeper.known.slots == 4


def test_a_keeper_that_stops_starts_no_other(bench: Bench) -> None:
    bench.keeper.stop()
    bench.reactor.finish(0)
    bench.reactor.advance(60)
    assert len(bench.reactor.started) == 1


def test_what_is_no_state_changes_nothing(bench: Bench) -> None:
    bench.say(1, 4)
    bench.reactor.say(b"Traceback\n", 0)
    assert bench.keeper.known.slots == 4
