"""Importers: processes that take one file after the other, over a reactor that starts none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bandstand.bot.child import Launcher
from bandstand.bot.making import room as room_module
from bandstand.bot.making.importers import IDLE, PROCESSES, Importers
from bandstand.bot.making.recorder import JobRecorder
from bandstand.bot.making.room import MARGIN, Room, Usage
from bandstand.bot.station import making
from bandstand.bot.station.making import ClaimedJob
from bandstand.common.api.events import Event, JobCancelled, JobOrdered, RoomChanged
from bandstand.common.config import Config
from bandstand.common.jobs import Failed, Job, Noticed, Step
from bandstand.common.types import SongCode
from tests.bot.fakes import FakeReactor, FakeStore
from tests.bot.making.test_workers import PLACE, Tx, claimed, done

FAILED = Failed("there is no sound in it")


class Bench:
    """`waiting` are imports that wait in the database; `recorded` is what was written down."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reactor = FakeReactor()
        self.waiting: list[ClaimedJob] = []
        self.recorded: list[tuple[Any, ...]] = []
        config = msgspec.convert({"station": {"directory": str(folder)}}, Config)
        launcher = Launcher(self.reactor, self.reactor)
        self.events: list[Event] = []
        self.room = Room(self.reactor, [folder], self._publish)
        recorder = JobRecorder(self.reactor, FakeStore(Tx()), self.room, self._publish)  # type: ignore[arg-type]
        self.importers = Importers(launcher, recorder, config, ["import"])
        for name in ("noticed", "done", "failed", "held"):
            monkeypatch.setattr(making, f"record_{name}", self._recorder(name))
        monkeypatch.setattr(making, "claim_import", lambda tx: self.waiting.pop(0) if self.waiting else None)

    def _recorder(self, name: str) -> Any:
        return lambda tx, job, step, *_, **__: self.recorded.append((name, job, step))

    def _publish(self, events: Sequence[Event]) -> None:
        self.events += events
        for event in events:
            self.importers.react(event)

    def order(self, *numbers: int) -> None:
        for number in numbers:
            self.waiting.append(claimed(number, f"s{number}"))
            self.importers.react(JobOrdered(job=number, song=SongCode(f"s{number}"), place=PLACE))

    def say(self, step: Step, child: int = 0) -> None:
        self.reactor.say(msgspec.json.encode(step) + b"\n", child)

    def list_given(self, child: int = 0) -> list[str]:
        lines = self.reactor.children[child].transport.written.splitlines()
        return [msgspec.json.decode(line, type=Job).song for line in lines]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_one_process_takes_one_file_after_the_other(bench: Bench) -> None:
    bench.order(1)
    bench.say(Noticed("it is damaged"))
    bench.say(done("s1"))
    bench.order(2)
    bench.say(FAILED)
    bench.order(3)
    assert bench.list_given() == ["s1", "s2", "s3"]
    assert bench.recorded == [("noticed", 1, "it is damaged"), ("done", 1, done("s1")), ("failed", 2, FAILED)]


def test_there_are_no_more_than_a_few_at_a_time_and_the_others_wait(bench: Bench) -> None:
    bench.order(*range(1, 6))
    assert len(bench.reactor.children) == PROCESSES
    assert len(bench.waiting) == 5 - PROCESSES
    status = bench.importers.get_status()
    assert status is not None
    assert status.state == f"{PROCESSES} at work"
    for child in (0, 1, 0):
        bench.say(done(), child)
    assert bench.waiting == []
    assert len(bench.reactor.children) == PROCESSES


def test_one_that_has_nothing_to_do_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.order(1)
    bench.say(done())
    bench.reactor.advance(IDLE)
    assert bench.importers.get_status() is None
    bench.order(2)
    assert len(bench.reactor.children) == 2
    bench.reactor.finish(0)
    assert bench.list_given(1) == ["s2"]


def test_a_crash_costs_the_file_that_it_had_and_no_other(bench: Bench) -> None:
    bench.order(1, 2, 3)
    bench.reactor.kill(0, 11)
    [(what, job, step)] = bench.recorded
    assert (what, job) == ("failed", 1)
    assert "signal 11" in step.reason
    assert bench.list_given(2) == ["s3"]


FULL = Failed("the disk is full", is_disk_full=True)


def test_an_import_that_finds_the_disk_full_waits_and_so_do_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 100 << 20
    monkeypatch.setattr(room_module, "measure_usage", lambda _: Usage(1 << 30, free))
    bench.order(1)
    free = 0
    bench.say(FULL)
    assert bench.recorded == [("held", 1, FULL)]
    bench.order(2)
    assert bench.list_given() == ["s1"]
    free = 2 * MARGIN
    bench.reactor.advance(3)
    assert bench.list_given() == ["s1", "s2"]
    assert bench.events == [RoomChanged(is_short=True), RoomChanged(is_short=False)]


def test_a_file_that_has_no_room_on_this_disk_fails_and_holds_up_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "measure_usage", lambda _: Usage(1 << 30, 100 << 20))
    bench.order(1)
    bench.say(FULL)
    bench.order(2)
    assert bench.recorded == [("failed", 1, FULL)]
    assert bench.list_given() == ["s1", "s2"]


def test_what_is_no_step_is_passed_over_and_a_machine_without_processes_fails_the_file(bench: Bench) -> None:
    bench.order(1)
    bench.reactor.say(b"nonsense\n", 0)
    assert bench.recorded == []
    bench.reactor.error = OSError(11, "Resource temporarily unavailable")
    bench.order(2)
    assert bench.recorded == [("failed", 2, Failed("no importer could be started: Resource temporarily unavailable"))]


def test_after_the_stop_nothing_is_begun_or_recorded(bench: Bench) -> None:
    bench.order(1)
    bench.importers.react(JobCancelled(job=1, song=SongCode("s1"), place=PLACE, by="ann", by_place=PLACE))
    bench.importers.stop()
    bench.reactor.kill(0, 15)
    bench.order(2)
    assert bench.recorded == []
    assert len(bench.waiting) == 1
