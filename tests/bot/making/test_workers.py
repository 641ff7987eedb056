"""The pool of workers, over a reactor that starts none."""

import gc
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bot.making.workers import Worker, Workers
from common.jobs import Advanced, Begun, Failed, Job, Step
from common.types import SongCode


class Transport:
    pid = None

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def closeStdin(self) -> None:
        self.written += b"<end>"


class Reactor(Clock):
    def __init__(self) -> None:
        super().__init__()
        self.workers: list[Worker] = []
        self.fds: list[dict[int, Any]] = []

    def spawnProcess(self, worker: Worker, program: str, argv: list[str], env: Any, childFDs: dict[int, Any]) -> None:
        worker.transport = Transport()
        self.workers.append(worker)
        self.fds.append(childFDs)


class Pool:
    def __init__(self, folder: Path) -> None:
        self.reactor = Reactor()
        self.steps: list[tuple[int, Step]] = []
        self.free = 0
        self.workers = Workers(self.reactor, ["compose"], folder, 2, self._step, self._free)

    def _step(self, job: int, step: Step) -> None:
        self.steps.append((job, step))

    def _free(self) -> None:
        self.free += 1


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return Pool(tmp_path / "spool")


def work(code: str = "7kq3") -> Job:
    return Job(song=SongCode(code), generator="band", seed=1, directory="/x")


def test_one_worker_waits_before_there_is_a_job(pool: Pool) -> None:
    pool.workers.warm()
    pool.workers.warm()
    assert len(pool.reactor.workers) == 1


def test_the_waiting_worker_gets_the_job_and_another_waits_in_its_place(pool: Pool) -> None:
    pool.workers.warm()
    pool.workers.take(1, work())
    pool.reactor.advance(2)
    first, second = pool.reactor.workers
    assert isinstance(first.transport, Transport)
    line, _, rest = first.transport.written.partition(b"\n")
    assert msgspec.json.decode(line, type=Job) == work()
    assert rest == b"<end>"
    assert second.job is None


def test_there_is_room_for_as_many_as_are_allowed(pool: Pool) -> None:
    pool.workers.take(1, work())
    assert pool.workers.room
    pool.workers.take(2, work())
    assert not pool.workers.room
    pool.reactor.workers[0].processEnded(Failure(ProcessDone(0)))
    assert pool.workers.room
    assert pool.free == 1


def test_steps_arrive_whole_however_they_are_cut_and_what_is_no_step_is_passed_over(pool: Pool) -> None:
    pool.workers.take(1, work())
    begun, advanced = Begun("T", "A", 90.0), Advanced(2.0)
    data = msgspec.json.encode(begun) + b"\nnonsense\n" + msgspec.json.encode(advanced) + b"\n"
    for at in range(0, len(data), 7):
        pool.reactor.workers[0].childDataReceived(1, data[at : at + 7])
    assert pool.steps == [(1, begun), (1, advanced)]


def test_a_worker_that_dies_over_its_job_has_failed_in_a_sentence(pool: Pool) -> None:
    pool.workers.take(1, work())
    pool.reactor.workers[0].processEnded(Failure(ProcessTerminated(None, 9)))
    assert pool.steps == [(1, Failed("the worker ended by signal 9 before the song was done; the log says more"))]


def test_a_worker_that_said_how_it_ended_is_not_told_again(pool: Pool) -> None:
    pool.workers.take(1, work())
    pool.reactor.workers[0].childDataReceived(1, msgspec.json.encode(Failed("no")) + b"\n")
    pool.reactor.workers[0].processEnded(Failure(ProcessTerminated(1)))
    assert pool.steps == [(1, Failed("no"))]


def test_an_abandoned_job_says_nothing_more(pool: Pool) -> None:
    pool.workers.take(1, work())
    pool.workers.abandon(1)
    pool.reactor.workers[0].processEnded(Failure(ProcessTerminated(None, 15)))
    assert pool.steps == []


def test_the_spool_is_a_songs_until_its_worker_ends_and_has_no_name(pool: Pool) -> None:
    pool.workers.take(1, work("7kq3"))
    spool = pool.workers.spool("7kq3")
    assert spool is not None
    assert list((pool.workers._folder).iterdir()) == []
    fd = spool.file.fileno()
    pool.reactor.workers[0].processEnded(Failure(ProcessDone(0)))
    assert pool.workers.spool("7kq3") is None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_a_thousand_jobs_leave_no_descriptor_behind(pool: Pool) -> None:
    gc.collect()  # what earlier tests have left is not ours
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(1000):
        pool.workers.take(number, work())
        pool.reactor.advance(2)
        pool.reactor.workers[-2].processEnded(Failure(ProcessDone(0)))
    waiting = 2  # its spool and its pipe
    assert len(list(Path("/proc/self/fd").iterdir())) == before + waiting
