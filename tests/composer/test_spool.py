import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.jobs import LIVE_BYTES, Advanced
from bandstand.common.types import FRAME_BYTES
from bandstand.composer.audio import Block
from bandstand.composer.spool import DiskFull, NobodyListens, PipeWriter, SpoolWriter, StepWriter


class Ends(NamedTuple):
    path: Path
    spool: SpoolWriter
    growth: int


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    path = tmp_path / "spool"
    fd = os.open(path, os.O_CREAT | os.O_RDWR)
    read, write = os.pipe()
    spool = SpoolWriter(fd, write)
    yield Ends(path, spool, read)
    spool.close()
    os.close(fd)
    os.close(read)


def block(frames: int) -> Block:
    return np.arange(frames * 2, dtype=np.float32).reshape(-1, 2)


def test_frames_are_little_endian_floats_and_each_write_adds_a_byte_to_the_pipe(ends: Ends) -> None:
    ends.spool.write(block(3))
    ends.spool.write(block(2))
    written = np.frombuffer(ends.path.read_bytes(), "<f4").reshape(-1, 2)
    assert np.array_equal(written, np.concatenate([block(3), block(2)]))
    assert ends.spool.frames == 5
    assert len(os.read(ends.growth, 100)) == 2


def test_closing_twice_closes_once(ends: Ends) -> None:
    ends.spool.close()
    ends.spool.close()
    assert os.read(ends.growth, 10) == b""


def test_a_full_growth_pipe_does_not_stop_the_song(ends: Ends) -> None:
    for _ in range(70_000):
        ends.spool.write(block(0))
    ends.spool.write(block(1))
    assert ends.path.stat().st_size == FRAME_BYTES


def test_a_reader_that_is_gone_does_not_stop_the_song(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "spool", os.O_CREAT | os.O_RDWR)
    read, write = os.pipe()
    os.close(read)
    spool = SpoolWriter(fd, write)
    spool.write(block(4))
    spool.close()
    os.close(fd)
    assert (tmp_path / "spool").stat().st_size == 4 * FRAME_BYTES


def test_a_block_that_needs_several_writes_is_complete(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:5]))
    ends.spool.write(block(3))
    assert np.array_equal(np.frombuffer(ends.path.read_bytes(), "<f4").reshape(-1, 2), block(3))


def test_a_full_disk_leaves_whole_frames(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def filling(fd: int, data: bytes) -> int:
        if ends.path.stat().st_size >= 20:
            raise OSError(28, "No space left on device")
        return write(fd, bytes(data)[:20])

    monkeypatch.setattr(os, "write", filling)
    with pytest.raises(DiskFull, match="the disk is full"):
        ends.spool.write(block(10))
    assert ends.path.stat().st_size == 2 * FRAME_BYTES


def test_a_limit_of_files_is_not_told_as_a_full_disk(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(DiskFull, match=r"a file may not become so large here \(ulimit -f"):
        ends.spool.write(block(3))
    monkeypatch.undo()


def test_another_error_of_the_spool_is_reported() -> None:
    fd = os.open("/dev/null", os.O_RDONLY)
    read, write = os.pipe()
    spool = SpoolWriter(fd, write)
    with pytest.raises(ComposeError, match="the spool cannot be written"):
        spool.write(block(1))
    spool.close()
    os.close(fd)
    os.close(read)


def test_steps_are_lines_of_json() -> None:
    read, write = os.pipe()
    StepWriter(write).report(Advanced(1.5))
    os.close(write)
    assert os.read(read, 100) == b'{"step":"advanced","seconds":1.5}\n'
    os.close(read)


def test_a_bot_that_is_gone_causes_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    StepWriter(write).report(Advanced(1.5))
    os.close(write)


def test_the_spool_can_be_read_back(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "spool", os.O_CREAT | os.O_RDWR)
    reading, writing = os.pipe()
    spool = SpoolWriter(fd, writing)
    for value in (0.25, 0.5):
        spool.write(np.full((30, 2), value, np.float32))
    blocks = list(spool.read_blocks(40))
    assert [len(block) for block in blocks] == [40, 20]
    assert np.concatenate(blocks)[[0, 29, 30, 59], 0].tolist() == [0.25, 0.25, 0.5, 0.5]
    os.ftruncate(fd, 100)
    with pytest.raises(ComposeError, match="cannot be read back"):
        list(spool.read_blocks(40))
    for one in (fd, reading, writing):
        os.close(one)


# Live sound


def test_live_sound_waits_for_its_reader_and_is_whole(ends: Ends) -> None:
    pipe = ends.spool.open_pipe()
    most = LIVE_BYTES // FRAME_BYTES
    read: list[bytes] = []

    def read_all() -> None:
        while data := os.read(ends.growth, 1 << 16):
            read.append(data)

    reader = threading.Thread(target=read_all, daemon=True)
    pipe.write(block(most))
    reader.start()
    pipe.write(block(most))
    pipe.close()
    assert pipe.frames == 2 * most
    assert sum(map(len, read)) == 2 * LIVE_BYTES
    assert ends.path.read_bytes() == b""


def test_live_sound_that_nobody_reads_is_over(tmp_path: Path) -> None:
    read, write = os.pipe()
    pipe = PipeWriter(write)
    pipe.write(block(1))
    os.close(read)
    pipe.close()
    with pytest.raises(NobodyListens):
        pipe.write(block(1))
    os.close(write)


def test_what_comes_again_is_compared_and_the_rest_goes_behind_it(ends: Ends) -> None:
    sound = block(10)
    ends.spool.write(sound[:4])
    ends.spool.rewind()
    for at in range(0, 9, 3):
        ends.spool.write(sound[at : at + 3])
    assert (ends.path.read_bytes(), ends.spool.frames) == (sound[:9].tobytes(), 9)
    assert not ends.spool.is_patched
    ends.spool.rewind()
    ends.spool.write(sound)
    assert ends.path.read_bytes() == sound.tobytes()
    assert ends.spool.checksum == hashlib.sha256(sound.tobytes()).hexdigest()


def test_sound_that_is_not_the_same_when_it_comes_again_is_noticed(ends: Ends) -> None:
    sound = block(10)
    ends.spool.write(sound[:4])
    ends.spool.rewind()
    ends.spool.write(sound + 1)
    kept = sound[:4].tobytes() + (sound + 1)[4:].tobytes()
    assert ends.path.read_bytes() == kept
    assert ends.spool.is_patched
    assert ends.spool.checksum == hashlib.sha256(kept).hexdigest()
