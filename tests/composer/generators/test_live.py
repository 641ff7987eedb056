"""Live sound: it begins with what can be heard, goes by at its reader's pace without limits, and nothing is kept."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.errors import NotAudio
from bandstand.common.generators import Generator
from bandstand.common.jobs import Advanced, Begun, Failed, Job, Passed, Step
from bandstand.common.types import CHANNELS, FRAME_BYTES, RATE, SongCode
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.generators import run
from bandstand.composer.generators.run import GeneratedSong, Unrecorded, make_live
from bandstand.composer.spool import NobodyListens, PipeWriter, SpoolWriter
from bandstand.composer.worker import report_result

SINE = 0.25 * np.sin(2 * np.pi * 480 / RATE * np.arange(BLOCK_FRAMES))
LOUD = np.repeat(SINE.astype(np.float32)[:, None], CHANNELS, 1)
SILENT = np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)


PATIENCE = 3
"""Seconds of silence that are borne."""


class Reader(threading.Thread):
    """Reads a pipe to its end, or up to `most` bytes, and closes it."""

    def __init__(self, pipe: int, most: int | None = None) -> None:
        super().__init__(daemon=True)
        self.data = b""
        self._pipe = pipe
        self._most = most
        self.start()

    def run(self) -> None:
        while data := os.read(self._pipe, 65536):
            self.data += data
            if self._most is not None and len(self.data) >= self._most:
                break
        os.close(self._pipe)

    @property
    def sound(self) -> Block:
        return np.frombuffer(self.data[: len(self.data) // FRAME_BYTES * FRAME_BYTES], "<f4").reshape(-1, CHANNELS)


def make_job(folder: Path, program: Generator | None = None) -> Job:
    return Job(
        song=SongCode("7kq3"), generator="mine", seed=7, parameters={}, program=program, directory=str(folder / "7kq3")
    )


class Air:
    """Live sound without a program: the song, the steps that it reports, and who reads it."""

    def __init__(self, folder: Path) -> None:
        reading, self.writing = os.pipe()
        self.reader = Reader(reading)
        self.steps: list[Step] = []
        self.song = GeneratedSong(make_job(folder), None, PipeWriter(self.writing), Unrecorded(), self.steps.append)

    def end(self) -> Block:
        self.song.spool.close()
        os.close(self.writing)
        self.writing = -1
        self.reader.join(10)
        return self.reader.sound


@pytest.fixture
def air(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Air]:
    monkeypatch.setattr(run, "LONGEST_SILENCE", PATIENCE)
    made = Air(tmp_path)
    yield made
    if made.writing >= 0:
        made.end()


def test_it_begins_with_what_can_be_heard(air: Air) -> None:
    for _ in range(20):
        air.song.push(SILENT, 0.0)
    assert air.steps == []
    air.song.push(LOUD, 0.0)
    begun = air.steps[0]
    assert isinstance(begun, Begun)
    assert (begun.is_live, begun.seconds, begun.title) == (True, 0.0, "mine 7")
    assert np.array_equal(air.end(), LOUD)


def test_a_length_that_a_header_promises_is_none_of_live_sound(air: Air) -> None:
    air.song.push(LOUD, 90.0)
    begun = air.steps[0]
    assert isinstance(begun, Begun) and begun.seconds == 0.0


def test_silence_alone_is_refused_when_it_has_lasted_too_long(air: Air) -> None:
    with pytest.raises(NotAudio, match=r"first .* s are silence"):
        for _ in range(PATIENCE * RATE // BLOCK_FRAMES + 2):
            air.song.push(SILENT, 0.0)
    assert len(air.end()) == 0


def test_silence_behind_the_beginning_is_a_part_of_it(air: Air) -> None:
    air.song.push(LOUD, 0.0)
    for _ in range(PATIENCE * RATE // BLOCK_FRAMES + 2):
        air.song.push(SILENT, 0.0)
    assert len(air.end()) == (PATIENCE * RATE // BLOCK_FRAMES + 3) * BLOCK_FRAMES


def test_it_has_no_longest_length_and_reports_its_progress(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PROGRESS_SECONDS", 0.0)
    for _ in range(100):
        air.song.push(LOUD, 0.0)
    assert air.song.seconds == 10.0
    assert air.steps[-1] == Advanced(10.0)


def test_who_reads_no_more_ends_it(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    song = GeneratedSong(make_job(tmp_path), None, PipeWriter(writing), Unrecorded(), lambda _: None)
    os.close(reading)
    with pytest.raises(NobodyListens):
        song.push(LOUD, 0.0)
    os.close(writing)


# With a program


def play(generator: Generator, folder: Path, most: int | None = None) -> tuple[list[Step], Block]:
    """The steps of a live job, and what was read of its sound."""
    reading, writing = os.pipe()
    spool = os.open(folder / "spool", os.O_CREAT | os.O_RDWR)
    reader = Reader(reading, most)
    steps: list[Step] = []
    job = make_job(folder, generator)
    report_result(lambda: make_live(job, generator, SpoolWriter(spool, writing), steps.append), steps.append)
    os.close(writing)
    reader.join(20)
    assert os.fstat(spool).st_size == 0
    os.close(spool)
    assert not Path(job.directory).exists()
    return steps, reader.sound


@pytest.mark.integration
def test_a_program_that_ends_has_passed_and_is_heard_whole(workshop) -> None:
    generator = workshop.python("out.write(wav(s16(frames(seconds=3))))", live=True, longest=1)
    steps, sound = play(generator, workshop.folder)
    passed = steps[-1]
    assert isinstance(passed, Passed)
    assert passed.seconds == 3.0
    assert passed.provenance.status == 0 and len(passed.provenance.program) == 12
    assert len(sound) == 3 * RATE
    assert sum(isinstance(step, Begun) for step in steps) == 1


@pytest.mark.integration
def test_an_endless_program_ends_when_nobody_reads_it_any_more(workshop) -> None:
    generator = workshop.python("out.write(wav(b''))\nwhile True: out.write(s16(frames(seconds=0.2)))", live=True)
    steps, _ = play(generator, workshop.folder, most=RATE * FRAME_BYTES)
    assert isinstance(steps[-1], Passed)
    assert steps[-1].seconds >= 1.0


@pytest.mark.integration
def test_a_program_that_breaks_off_says_when_and_why(workshop) -> None:
    program = "out.write(wav(s16(frames(seconds=2)), length=0)); out.flush(); sys.exit('no more ideas')"
    steps, sound = play(workshop.python(program, live=True), workshop.folder)
    failed = steps[-1]
    assert isinstance(failed, Failed)
    assert "mine, 0:02 into its sound: " in failed.reason
    assert failed.provenance.status == 1 and "no more ideas" in failed.provenance.errors
    assert len(sound) == 2 * RATE


@pytest.mark.integration
def test_a_program_that_is_not_there_fails_before_it_is_started(tmp_path: Path) -> None:
    steps, sound = play(Generator(command=["./none"], directory=str(tmp_path), live=True), tmp_path)
    [failed] = steps
    assert isinstance(failed, Failed) and "none" in failed.reason
    assert len(sound) == 0
