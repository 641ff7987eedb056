"""Jobs and workers, over a reactor that starts none and a store without a database."""

import gc
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from bandstand.bot.child import Launcher
from bandstand.bot.making import room as room_module
from bandstand.bot.making.recorder import TELL_AFTER, JobRecorder
from bandstand.bot.making.room import Room, Usage
from bandstand.bot.making.worker import make_work
from bandstand.bot.making.workers import TELL_HELD_AFTER, JobRunner
from bandstand.bot.station import making
from bandstand.bot.station.making import ClaimedJob
from bandstand.common import jobs
from bandstand.common.api.events import (
    Event,
    FarmChanged,
    JobAdvanced,
    JobCancelled,
    JobDone,
    JobFailed,
    JobHeld,
    JobOrdered,
    LiveEnded,
    RoomChanged,
)
from bandstand.common.api.people import Place
from bandstand.common.api.values import Job, JobState, Song, SongBrief, SongState
from bandstand.common.config import Config
from bandstand.common.generators import PIPE, Generator
from bandstand.common.jobs import Advanced, Begun, Done, Failed, Noticed
from bandstand.common.types import FRAME_BYTES, SongCode
from tests.bot.fakes import FakeReactor, FakeStore

PLACE = Place("console")
BEGUN = Begun("T", "A", 90.0)


def claimed(number: int, code: str = "7kq3") -> ClaimedJob:
    job = Job(id=number, song=SongCode(code), name="ann", place=PLACE, created=0.0)
    return ClaimedJob(job, Song(code=SongCode(code), generator="band", seed=1, created=0.0), None, None)


def done(code: str = "7kq3") -> Done:
    return Done(
        song=SongCode(code), title="T", artist="A", seconds=90.0, generator="band", seed=1, parameters={},
        loudness=-16.0, peak=-1.0, making=2.0,
    )  # fmt: skip


class Jobs:
    """A transaction's jobs."""

    def __init__(self) -> None:
        self.open: list[Job] = []

    def list_in_state(self, *states: JobState) -> list[Job]:
        return self.open


class Tx:
    def __init__(self) -> None:
        self.jobs = Jobs()


class Bench:
    """`waiting` are jobs that wait in the database; `recorded` is what was written down."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **composer: object) -> None:
        self.farm = 0
        self.reactor = FakeReactor()
        self.tx = Tx()
        self.store = FakeStore(self.tx)
        self.waiting: list[ClaimedJob] = []
        self.recorded: list[tuple[Any, ...]] = []
        self.events: list[Event] = []
        station = {"directory": str(folder), "workers": 2}
        self.config = msgspec.convert({"station": station, "composer": composer}, Config)
        launcher = Launcher(self.reactor, self.reactor)
        room = Room(self.reactor, [self.config.paths.spool], self._publish)
        recorder = JobRecorder(self.reactor, self.store, room, self._publish)  # type: ignore[arg-type]
        self.runner = JobRunner(launcher, recorder, self.config, ["compose"], lambda: self.farm)
        for name in ("begun", "noticed", "done", "failed", "passed", "held"):
            monkeypatch.setattr(making, f"record_{name}", self._recorder(name))
        monkeypatch.setattr(making, "claim_job", lambda tx: self.waiting.pop(0) if self.waiting else None)
        monkeypatch.setattr(making, "return_jobs", lambda tx, finished: self.recorded.append(("returned", *finished)))

    def _recorder(self, name: str) -> Any:
        return lambda tx, job, step, *made, **more: self.recorded.append((name, job, step, *made))

    def _publish(self, events: Sequence[Event]) -> None:
        self.events += events
        for event in events:
            self.runner.react(event)

    def order(self, *numbers: int, code: str = "7kq3", song: Song | None = None) -> None:
        for number in numbers:
            ordered = claimed(number, code)
            self.waiting.append(replace(ordered, song=song) if song else ordered)
            self.runner.react(JobOrdered(job=number, song=SongCode(code), place=PLACE))

    def say(self, step: object, child: int = 0) -> None:
        self.reactor.say(msgspec.json.encode(step) + b"\n", child)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_one_worker_waits_before_there_is_a_job(bench: Bench) -> None:
    Deferred.fromCoroutine(bench.runner.start())
    Deferred.fromCoroutine(bench.runner.start())
    assert bench.reactor.started == [["setsid", "compose", "--soundfont", "", "--log", "text"]]


def test_where_none_is_to_wait_a_worker_is_started_for_each_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path, monkeypatch, waiting=False)
    Deferred.fromCoroutine(bench.runner.start())
    assert bench.reactor.started == []
    assert bench.runner.get_status().state == "0 at work, none waiting"
    bench.order(1)
    bench.reactor.advance(2)
    assert len(bench.reactor.started) == 1
    assert bench.reactor.children[0].transport.written.startswith(b"{")


def test_a_farm_takes_more_songs_at_once_and_what_it_cannot_make_stays_within_the_workers(bench: Bench) -> None:
    bench.farm = 4
    bench.order(1, 2, 3)
    assert bench.waiting == []
    bench.runner.take_generators({"band": Generator(command=["mine"], farm=True)})
    for child in (0, 1, 2):
        bench.reactor.finish(child)
    bench.order(4, 5, 6)
    assert [job.job.id for job in bench.waiting] == [6]
    bench.runner.take_generators({})
    bench.reactor.finish(3)
    assert bench.waiting == []


def test_when_the_farm_grows_what_waits_is_begun(bench: Bench) -> None:
    bench.order(1, 2, 3)
    bench.farm = 4
    bench.runner.react(FarmChanged(songs=4))
    assert bench.waiting == []


def test_where_there_is_a_callable_the_worker_has_a_process_ready_for_it(bench: Bench) -> None:
    bench.runner.take_generators({"mine": Generator(callable="mine:song")})
    Deferred.fromCoroutine(bench.runner.start())
    assert bench.reactor.started[0][-2:] == ["--stage", "callables"]


def test_a_song_is_made_with_the_program_as_it_is_declared_by_then(bench: Bench) -> None:
    bench.runner.take_generators({"band": Generator(command=["mine"])})
    bench.order(1)
    line, _, _ = bench.reactor.children[0].transport.written.partition(b"\n")
    assert msgspec.json.decode(line, type=jobs.Job).program == Generator(command=["mine"])


def test_the_waiting_worker_gets_the_job_and_another_waits_in_its_place(bench: Bench) -> None:
    bench.order(1)
    bench.reactor.advance(2)
    first, second = bench.reactor.children
    line, _, rest = first.transport.written.partition(b"\n")
    assert msgspec.json.decode(line, type=jobs.Job) == make_work(claimed(1), bench.config)
    assert rest == b"<end>"
    assert second.transport.written == b""


def test_jobs_wait_until_there_is_room(bench: Bench) -> None:
    bench.order(1, 2, 3)
    assert [job.job.id for job in bench.waiting] == [3]
    bench.reactor.finish(0)
    assert bench.waiting == []


def test_a_job_that_is_ordered_while_another_is_claimed_is_not_forgotten(bench: Bench) -> None:
    bench.store.is_held = True
    bench.order(1, 2)
    assert len(bench.waiting) == 2
    bench.store.release()
    assert bench.waiting == []


def test_what_a_worker_says_is_recorded_in_its_order_and_what_is_no_step_is_passed_over(bench: Bench) -> None:
    bench.order(1)
    for step in (BEGUN, Noticed("it is odd")):
        bench.say(step)
    bench.reactor.say(b"nonsense\n", 0)
    bench.say(done())
    assert bench.recorded == [("begun", 1, BEGUN), ("noticed", 1, "it is odd"), ("done", 1, done())]


def test_how_far_it_is_is_told_and_kept_nowhere(bench: Bench) -> None:
    bench.order(1)
    bench.say(Advanced(2.0))
    assert bench.events == [JobAdvanced(job=1, seconds=2.0)]
    assert bench.recorded == []


KILLED = "the worker ended by signal 9 before the song was done"


def test_a_song_whose_worker_was_killed_is_made_again_twice_and_goes_on_where_it_was(bench: Bench) -> None:
    bench.order(1)
    spool = bench.runner.find_spool(SongCode("7kq3"))
    assert spool is not None
    audio, growth = spool.duplicate()
    os.write(audio, bytes(5 * FRAME_BYTES))
    for fd in filter(None, (audio, growth)):
        os.close(fd)
    bench.reactor.kill(0)
    assert bench.recorded == [("held", 1, Failed(KILLED), 5)]
    assert bench.events == [], "nobody waits in vain, so nobody is told"
    bench.order(1)
    bench.reactor.kill(1)
    assert [step[0] for step in bench.recorded] == ["held", "held"]
    bench.order(1)
    bench.reactor.kill(2)
    assert bench.recorded[2:] == [("failed", 1, Failed(f"{KILLED}; the log says more"))]


def test_a_song_outlives_the_end_of_every_worker_at_once(bench: Bench) -> None:
    """The one that waits is given the song before anybody knows that it was killed as well."""
    bench.order(1)
    bench.reactor.advance(1.0)
    bench.reactor.kill(0)
    bench.order(1)
    bench.reactor.kill(1)
    assert [step[0] for step in bench.recorded] == ["held", "held"]


def test_a_worker_that_ends_by_itself_over_its_job_has_failed_in_a_sentence(bench: Bench) -> None:
    bench.order(1)
    bench.reactor.finish(0)
    why = "the worker ended by itself before the song was done; the log says more"
    assert bench.recorded == [("failed", 1, Failed(why))]


def test_live_sound_whose_worker_was_killed_has_failed(bench: Bench) -> None:
    bench.order(1)
    bench.say(msgspec.structs.replace(BEGUN, is_live=True))
    bench.reactor.kill(0)
    assert bench.recorded[1:] == [("failed", 1, Failed(f"{KILLED}; the log says more"))]


def test_a_worker_that_said_how_it_ended_is_not_told_again(bench: Bench) -> None:
    bench.order(1)
    bench.say(Failed("no"))
    bench.reactor.kill(0)
    assert bench.recorded == [("failed", 1, Failed("no"))]


def test_of_a_cancelled_job_nothing_more_is_recorded_and_the_next_one_is_begun(bench: Bench) -> None:
    bench.order(1, 2, 3)
    bench.runner.react(JobCancelled(job=1, song=SongCode("7kq3"), place=PLACE))
    bench.say(done())
    bench.reactor.kill(0, 15)
    assert bench.recorded == []
    assert bench.waiting == []


def test_a_job_for_which_no_worker_can_be_started_has_failed(bench: Bench) -> None:
    bench.reactor.error = OSError(11, "Resource temporarily unavailable")
    gc.collect()  # what earlier tests have left is not ours
    before = len(list(Path("/proc/self/fd").iterdir()))
    bench.order(1)
    assert bench.recorded == [("failed", 1, Failed("no worker could be started: Resource temporarily unavailable"))]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_song_that_is_done_makes_the_next_job_begin(bench: Bench) -> None:
    bench.waiting.append(claimed(1))
    brief = SongBrief(SongCode("7kq3"), "T", "A", SongState.READY, 90.0, 0.0)
    bench.runner.react(JobDone(job=9, song=brief, place=PLACE, making=1.0))
    assert bench.waiting == []


def test_what_workers_finished_while_the_bot_was_away_is_found_in_the_songs_folders(bench: Bench) -> None:
    for code in ("aaaa", "bbbb"):
        bench.tx.jobs.open.append(claimed(1, code).job)
    folder = bench.config.paths.song(SongCode("bbbb"))
    folder.mkdir(parents=True)
    (folder / "song.json").write_bytes(msgspec.json.encode(done("bbbb")))
    bench.waiting.append(claimed(1, "aaaa"))
    Deferred.fromCoroutine(bench.runner.start())
    assert bench.recorded == [("returned", done("bbbb"))]
    assert bench.waiting == []


def test_nothing_is_recorded_or_begun_while_the_bot_stops(bench: Bench) -> None:
    bench.order(1)
    bench.runner.stop()
    bench.say(done())
    bench.reactor.kill(0, 15)
    bench.order(2)
    assert bench.recorded == []
    assert len(bench.waiting) == 1


def test_a_song_whose_files_are_there_is_not_looked_for_in_the_spool(bench: Bench) -> None:
    bench.order(1)
    bench.say(BEGUN)
    spool = bench.runner.find_spool(SongCode("7kq3"))
    assert spool is not None
    audio, growth = spool.duplicate()
    os.write(audio, bytes(3 * FRAME_BYTES))
    for fd in filter(None, (audio, growth)):
        os.close(fd)
    bench.say(done())
    assert bench.runner.find_spool(SongCode("7kq3")) is None, "its worker has not ended yet"


def test_the_spool_is_a_songs_until_its_worker_ends_and_has_no_name(bench: Bench) -> None:
    bench.order(1)
    spool = bench.runner.find_spool(SongCode("7kq3"))
    assert spool is not None
    assert list(bench.config.paths.spool.iterdir()) == []
    for fd in spool.duplicate():
        os.fstat(fd)
        os.close(fd)
    assert bench.runner.count_made(1) == 0
    audio, growth = spool.duplicate()
    os.write(audio, bytes(3 * FRAME_BYTES + 1))
    for fd in filter(None, (audio, growth)):
        os.close(fd)
    assert bench.runner.count_made(1) == 3
    bench.reactor.finish(0)
    assert bench.runner.find_spool(SongCode("7kq3")) is None
    assert bench.runner.count_made(1) is None
    with pytest.raises(ValueError, match="closed"):
        spool.duplicate()


def test_a_comparison_is_given_both_songs_with_their_bars(bench: Bench) -> None:
    x = Song(code=SongCode("aaaa"), generator="band", seed=1, created=0.0, audio="x.flac", facts={"tempo": 120.0})
    y = Song(code=SongCode("bbbb"), generator="band", seed=1, created=0.0, audio="y.flac", loudness=-14.0)
    job = claimed(1)
    pair = make_work(ClaimedJob(job.job, job.song, None, (x, y, 4)), bench.config).pair
    assert pair is not None and pair.bars == 4
    assert (Path(pair.first.path).name, pair.first.bar) == ("x.flac", 96_000)
    assert (Path(pair.second.path).name, pair.second.bar, pair.second.loudness) == ("y.flac", 96_000, -14.0)


def test_live_songs_leave_the_room_for_others_and_come_out_of_the_pipe(bench: Bench) -> None:
    for number in (1, 2):
        bench.order(number)
        bench.reactor.advance(2)
    assert not bench.runner.has_room
    bench.say(msgspec.structs.replace(BEGUN, is_live=True))
    assert bench.runner.has_room
    spool = bench.runner.find_spool(SongCode("7kq3"))
    assert spool is not None
    audio, growth = spool.duplicate()
    assert (stat.S_ISFIFO(os.fstat(audio).st_mode), growth) == (True, None)
    os.close(audio)


def test_a_worker_of_live_sound_that_nobody_wants_any_more_is_ended(bench: Bench) -> None:
    bench.order(1)
    ended = LiveEnded(job=1, song=SongBrief(SongCode("7kq3"), "T", "A", SongState.GONE, 0.0, 0.0), place=PLACE)
    bench.runner.react(ended)
    bench.say(Failed("ended by a signal"))  # what it says after that does not count
    assert bench.recorded == []


def test_a_pipe_is_handed_to_the_worker_of_its_job_alone(bench: Bench) -> None:
    reading, writing = os.pipe()
    number = bench.runner.pipes.put(reading)
    song = Song(code=SongCode("7kq3"), generator=PIPE, seed=0, parameters={"pipe": number}, created=0.0)
    bench.order(1, song=song)
    assert bench.runner.pipes.take(number) is None
    with pytest.raises(OSError):
        os.fstat(reading)
    os.close(writing)
    bench.order(2, song=song)
    assert isinstance(bench.recorded[-1][-1], Failed)


def test_a_thousand_jobs_leave_no_descriptor_behind(bench: Bench) -> None:
    gc.collect()  # what earlier tests have left is not ours
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(1000):
        bench.order(number)
        bench.reactor.advance(2)
        bench.reactor.finish(-2)
    waiting = 3  # its spool, its pipe and the socket for a descriptor
    assert len(list(Path("/proc/self/fd").iterdir())) == before + waiting


def test_a_failure_that_the_database_does_not_take_is_told_and_recorded_once_it_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = JobFailed(job=1, song=SongCode("7kq3"), place=PLACE, reason="the disk is full")
    waiting: list[tuple[Any, Deferred[None]]] = []
    is_told: list[bool] = []
    monkeypatch.setattr(making, "describe_failure", lambda tx, job, step: told)
    monkeypatch.setattr(making, "record_failed", lambda tx, job, step, **more: is_told.append(more["is_told"]))
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)

    def wait(work: Any) -> Deferred[None]:
        waiting.append((work, Deferred()))
        return waiting[-1][1]

    monkeypatch.setattr(bench.store, "record", wait)
    bench.say(Failed("the disk is full"))
    bench.reactor.advance(TELL_AFTER - 0.1)
    assert told not in bench.events
    bench.reactor.advance(0.2)
    assert bench.events.count(told) == 1
    work, recorded = waiting[0]
    work(bench.tx)
    recorded.callback(None)
    assert is_told == [True]


FULL = Failed("the disk is full", is_disk_full=True)


def test_a_job_that_finds_the_disk_full_waits_and_is_begun_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[tuple[Any, ...]] = []
    monkeypatch.setattr(making, "record_held", lambda tx, job, step, made, **more: held.append((job, step, made)))
    free = 100 << 20
    monkeypatch.setattr(room_module, "measure_usage", lambda _: Usage(1 << 30, free))
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)
    free = 0
    bench.say(FULL)
    bench.reactor.finish(0)
    assert held == [(1, FULL, 0)]
    assert RoomChanged(is_short=True) in bench.events
    bench.order(2)
    assert [job.job.id for job in bench.waiting] == [2], "none is begun while there is no room"
    free = 100 << 20
    bench.reactor.advance(3)
    assert bench.waiting == []
    assert RoomChanged(is_short=False) in bench.events


def test_who_orders_a_song_while_there_is_no_room_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "record_held", lambda *_, **__: None)
    monkeypatch.setattr(Room, "_measure", lambda _: 0)
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)
    bench.say(FULL)
    bench.order(2)
    bench.reactor.advance(TELL_HELD_AFTER)
    assert JobHeld(job=2, song=SongCode("7kq3"), place=PLACE, reason="the disk is full") in bench.events


def test_live_sound_that_finds_the_disk_full_fails(bench: Bench) -> None:
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)
    bench.say(Begun("T", "A", 0.0, is_live=True))
    bench.say(FULL)
    assert bench.recorded[-1] == ("failed", 1, FULL)


def test_a_failure_that_is_recorded_in_time_is_told_by_its_record_alone(bench: Bench) -> None:
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)
    bench.say(Failed("no"))
    bench.reactor.advance(TELL_AFTER + 1)
    assert bench.recorded[-1] == ("failed", 1, Failed("no"))
    assert not [event for event in bench.events if isinstance(event, JobFailed)]


def test_a_song_that_cannot_be_recorded_for_a_fault_of_ours_fails_and_nobody_waits_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise ValueError("a rule has a fault")

    monkeypatch.setattr(making, "record_done", break_down)
    Deferred.fromCoroutine(bench.runner.start())
    bench.order(1)
    bench.say(done())
    what, job, step = bench.recorded[-1]
    assert (what, job) == ("failed", 1)
    assert "the station has a fault" in step.reason
