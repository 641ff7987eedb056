"""The real worker process, started with its two descriptors as the bot starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.jobs import Advanced, Begun, Done, Failed
from bandstand.common.types import FRAME_BYTES, RATE
from tests.integration.song_worker import PATIENCE, Worker
from tests.integration.streaming import until

Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    workers: list[Worker] = []

    def begin(*arguments: str, spool: int | None = None, limit: int | None = None) -> Worker:
        workers.append(Worker(tmp_path, *arguments, spool=spool, limit=limit))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.close()


def songs(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "songs").glob("*"))


def test_a_song_is_spooled_and_stored_with_the_same_sound(start: Start, tmp_path: Path) -> None:
    worker = start()
    worker.give()
    status, steps, _ = worker.end()
    assert status == 0
    assert isinstance(steps[0], Begun)
    assert all(isinstance(step, Advanced) for step in steps[1:-1])
    done = steps[-1]
    assert isinstance(done, Done)
    spooled = np.frombuffer(worker.sound(), "<f4").reshape(-1, 2)
    assert len(spooled) / RATE == pytest.approx(done.seconds, abs=0.001)
    with av.open(str(tmp_path / "songs" / "abc" / "song.flac")) as container:
        stored = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)])
        assert container.metadata["title"] == done.title
        assert container.metadata["artist"] == done.artist
        assert container.metadata["comment"] == "seed 5"
    assert stored.shape == spooled.shape
    assert np.abs(stored - spooled * 32767).max() <= 1.5
    assert np.abs(spooled).max() < 0.9
    assert done.loudness == pytest.approx(-16, abs=1.5)


def test_two_workers_make_the_same_bits(start: Start, tmp_path: Path) -> None:
    one, other = start(), start()
    one.give("one")
    other.give("other")
    assert one.end()[0] == other.end()[0] == 0
    assert one.sound() == other.sound()
    for name in ("song.flac", "score.json", "song.mid"):
        assert (tmp_path / "songs/one" / name).read_bytes() == (tmp_path / "songs/other" / name).read_bytes()


def test_it_is_heard_long_before_it_is_done(start: Start) -> None:
    worker = start()
    worker.give(minutes=3)
    assert os.read(worker.growth, 1) == b"\0"
    assert os.fstat(worker.spool).st_size < 30 * RATE * FRAME_BYTES
    assert worker.process.poll() is None


def test_no_job_is_no_fault(start: Start) -> None:
    worker = start()
    assert worker.end() == (0, [], "")


def test_a_line_that_is_no_job_is_told(start: Start) -> None:
    worker = start()
    worker.line(b'{"song": 1}')
    status, steps, _ = worker.end()
    assert status == 1
    assert isinstance(steps[0], Failed)
    assert steps[0].reason.startswith("the job cannot be read")


def test_a_parameter_out_of_range_is_told(start: Start) -> None:
    worker = start()
    worker.give(tempo=1000)
    _, steps, _ = worker.end()
    assert steps == [Failed("tempo: 1000 is not a number of beats a minute from 50 to 200")]


def test_a_missing_font_is_told_when_a_song_is_asked_for(start: Start) -> None:
    worker = start("--soundfont", "/nowhere/big.sf2")
    worker.give()
    status, steps, _ = worker.end()
    assert status == 1
    assert steps == [Failed("composer.soundfont: /nowhere/big.sf2: there is no such soundfont")]


def test_a_worker_that_is_killed_leaves_no_song(start: Start, tmp_path: Path) -> None:
    worker = start()
    worker.give(minutes=15)
    assert worker.process.stdout
    worker.process.stdout.readline()
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait(PATIENCE)
    assert "abc" not in songs(tmp_path)
    while os.read(worker.growth, 4096):
        pass  # ends: the kernel has closed the pipe
    later = start()
    later.give("later")
    assert later.end()[0] == 0
    assert songs(tmp_path) == ["later"]


def test_a_worker_that_is_told_to_end_leaves_nothing(start: Start, tmp_path: Path) -> None:
    worker = start()
    worker.give(minutes=15)
    assert worker.process.stdout
    worker.process.stdout.readline()
    worker.process.stdout.readline()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert songs(tmp_path) == []


def test_a_waiting_worker_ends_when_told_and_not_on_ctrl_c(start: Start) -> None:
    worker = start()
    worker.process.send_signal(signal.SIGCONT)
    wait_until_ready(worker)
    worker.process.send_signal(signal.SIGINT)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE) == 128 + signal.SIGTERM


def wait_until_ready(worker: Worker) -> None:
    """Until it has its handler of SIGTERM and ignores SIGINT, as the kernel says; it may be nice already."""
    term, interrupt = 1 << (signal.SIGTERM - 1), 1 << (signal.SIGINT - 1)

    def is_ready() -> bool:
        assert worker.process.poll() is None
        status = Path(f"/proc/{worker.process.pid}/status").read_text("ascii")
        masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
        return bool(int(masks["SigCgt"], 16) & term and int(masks["SigIgn"], 16) & interrupt)

    until(is_ready, "the worker waits for a job", PATIENCE)


def test_a_song_is_finished_when_the_bot_is_gone(start: Start, tmp_path: Path) -> None:
    worker = start()
    worker.give()
    assert worker.process.stdout
    worker.process.stdout.close()
    assert worker.process.wait(PATIENCE) == 0
    assert songs(tmp_path) == ["abc"]


def test_a_song_is_finished_when_nobody_reads_the_spool(start: Start, tmp_path: Path) -> None:
    worker = start()
    os.close(worker.growth)
    worker.growth = os.open("/dev/null", os.O_RDONLY)
    worker.give()
    assert worker.end()[0] == 0
    assert songs(tmp_path) == ["abc"]


def test_a_full_disk_is_told(start: Start, tmp_path: Path) -> None:
    worker = start(spool=os.open("/dev/full", os.O_RDWR))
    worker.give()
    status, steps, _ = worker.end()
    assert status == 1
    assert steps == [
        Failed("the disk is full; make room where the station keeps its songs and its spool", is_disk_full=True)
    ]
    assert songs(tmp_path) == []


def test_a_disk_that_fills_up_in_the_middle_ends_the_spool_with_a_whole_frame(start: Start, tmp_path: Path) -> None:
    worker = start(limit=5_000_003)
    worker.give()
    status, steps, _ = worker.end()
    assert status == 1
    assert isinstance(steps[0], Begun)
    assert isinstance(steps[-1], Failed)
    assert steps[-1].reason.startswith("a file may not become so large here")
    assert os.fstat(worker.spool).st_size == 5_000_000
    assert songs(tmp_path) == []


def test_a_spool_that_cannot_be_read_back_is_told(start: Start, tmp_path: Path) -> None:
    worker = start(spool=os.open("/dev/null", os.O_RDWR))
    worker.give()
    status, steps, _ = worker.end()
    assert (status, steps[-1]) == (1, Failed("the spool cannot be read back, so the song is not kept"))
    assert songs(tmp_path) == []


def test_without_its_descriptors_it_says_who_starts_it() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bandstand.composer"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 2
    assert "it is the bot that starts it" in ran.stderr


def test_a_worker_stays_small(start: Start) -> None:
    worker = start()
    worker.give(minutes=3)
    while os.read(worker.growth, 4096):
        pass
    status = Path(f"/proc/{worker.process.pid}/status").read_text()  # it has the files still to finish
    [kib] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    assert kib < 250 * 1024
