"""Background jobs: one at a time, and whatever comes of them is recorded."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bandstand.bot.child import Launcher
from bandstand.bot.making.background_jobs import PATIENCE, BackgroundJobs
from bandstand.bot.station import making
from bandstand.common.api.events import BackgroundJobOrdered
from bandstand.common.api.people import Place
from bandstand.common.background_jobs import BackgroundJob, Export, Exported, Refused, Result
from bandstand.common.config import Config
from tests.bot.fakes import FakeReactor, FakeStore


class Bench:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reactor = FakeReactor()
        self.results: list[tuple[str, Result]] = []
        self.config = msgspec.convert({"station": {"directory": str(folder)}}, Config)
        launcher = Launcher(self.reactor, self.reactor)
        self.jobs = BackgroundJobs(launcher, FakeStore(), self.config, ["nice", "work"])  # type: ignore[arg-type]
        monkeypatch.setattr(making, "record_background_result", self._record)

    def _record(self, tx: object, ordered: BackgroundJobOrdered, result: Result) -> None:
        self.results.append((ordered.subject, result))

    def order(self, subject: str) -> None:
        work = Export(song="7kq3", kind="midi")
        self.jobs.react(BackgroundJobOrdered(work=work, place=Place("console"), subject=subject))

    def given(self) -> Any:
        written = self.reactor.children[-1].transport.written
        return msgspec.json.decode(written.removesuffix(b"<end>"), type=BackgroundJob)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_what_only_the_configuration_knows_is_filled_in(bench: Bench) -> None:
    bench.order("A")
    assert bench.given().folder == str(bench.config.station.directory) + "/songs/7kq3"
    assert bench.given().loudness == bench.config.station.loudness


def test_they_run_one_after_the_other_and_their_results_are_recorded(bench: Bench) -> None:
    bench.order("A")
    bench.order("B")
    assert len(bench.reactor.children) == 1
    bench.reactor.say(msgspec.json.encode(Exported(("a.mid",))))
    bench.reactor.finish()
    assert bench.results == [("A", Exported(("a.mid",)))]
    assert bench.reactor.started == [["setsid", "nice", "work"]] * 2


def test_one_that_breaks_off_or_cannot_be_started_is_refused_and_the_next_goes_on(bench: Bench) -> None:
    bench.order("A")
    bench.order("B")
    bench.reactor.error = OSError(11, "Resource temporarily unavailable")
    bench.reactor.kill()
    assert bench.results == [
        ("A", Refused("it broke off; the log says more")),
        ("B", Refused("no process could be started: Resource temporarily unavailable")),
    ]


def test_one_that_takes_too_long_is_killed(bench: Bench) -> None:
    bench.order("A")
    (timer,) = bench.reactor.getDelayedCalls()
    assert timer.getTime() == PATIENCE
    bench.reactor.finish()
    assert not bench.reactor.getDelayedCalls()


def test_none_is_begun_while_the_bot_stops(bench: Bench) -> None:
    bench.order("A")
    bench.order("B")
    bench.jobs.stop()
    bench.reactor.kill(signal=15)
    assert bench.results == [] and len(bench.reactor.children) == 1
