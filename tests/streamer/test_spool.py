"""A spool that grows while it is read."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.types import FRAME_BYTES, Frames
from bandstand.streamer.block import zeros
from bandstand.streamer.spool import PipeReader, SpoolReader


@pytest.fixture
def spool(tmp_path: Path) -> int:
    return os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)


def frames(count: int, first: int = 1) -> bytes:
    values = np.arange(first, first + count, dtype="<f4")
    return np.stack([values, values], axis=1).tobytes()


def test_a_finished_spool_is_read_to_its_end(spool: int) -> None:
    os.write(spool, frames(30_000))
    sound = np.concatenate(list(SpoolReader(spool, None).pieces()))
    assert sound.tobytes() == frames(30_000)


def test_it_can_be_read_from_the_middle_even_from_where_nothing_is_written_yet(spool: int) -> None:
    growth, grew = os.pipe()
    os.write(spool, frames(50))
    pieces = SpoolReader(os.dup(spool), growth).pieces(Frames(100))
    assert len(next(pieces)) == 0
    os.pwrite(spool, frames(200), 0)
    os.close(grew)
    os.close(spool)
    assert np.concatenate(list(pieces)).tobytes() == frames(100, first=101)


def test_an_odd_tail_is_never_read(spool: int) -> None:
    os.write(spool, frames(10) + b"odd")
    assert np.concatenate(list(SpoolReader(spool, None).pieces())).tobytes() == frames(10)


def test_a_growing_spool_is_read_as_it_grows_though_frames_come_in_halves(spool: int) -> None:
    growth, grew = os.pipe()
    writer = os.dup(spool)
    pieces = SpoolReader(spool, growth).pieces()
    assert len(next(pieces)) == 0
    for data in (frames(100)[:403], frames(100)[403:]):
        os.write(writer, data)
        os.write(grew, b"!")
    os.close(grew)
    os.close(writer)
    assert np.concatenate([zeros(0), *pieces]).tobytes() == frames(100)


def test_what_was_written_before_the_pipe_closed_is_read(spool: int) -> None:
    growth, grew = os.pipe()
    pieces = SpoolReader(spool, growth).pieces()
    next(pieces)
    os.pwrite(spool, frames(7), 0)
    os.close(grew)
    assert np.concatenate([zeros(0), *pieces]).tobytes() == frames(7)


def test_the_offset_of_the_descriptor_is_left_alone(spool: int) -> None:
    other = os.dup(spool)
    os.write(spool, frames(10))
    list(SpoolReader(spool, None).pieces())
    assert os.lseek(other, 0, os.SEEK_CUR) == len(frames(10))
    os.close(other)


def test_waking_ends_a_wait_and_closes_every_descriptor(spool: int) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    growth, grew = os.pipe()
    source = SpoolReader(spool, growth)
    reader = threading.Thread(target=lambda: list(source.pieces()), daemon=True)
    reader.start()
    source.wake()
    reader.join(10)
    assert not reader.is_alive()
    source.wake()
    os.close(grew)
    assert len(list(Path("/proc/self/fd").iterdir())) == before - 1


# Live sound

SOUND = frames(10)


def test_a_pipe_is_read_as_it_comes_though_frames_come_in_halves() -> None:
    read, write = os.pipe()
    pieces = PipeReader(read).pieces()
    assert len(next(pieces)) == 0  # nothing is there yet
    os.write(write, SOUND[:20])
    assert len(next(pieces)) == 20 // FRAME_BYTES
    os.write(write, SOUND[20:])
    os.close(write)
    rest = [piece for piece in pieces if len(piece)]
    assert b"".join(piece.tobytes() for piece in rest) == SOUND[20 // FRAME_BYTES * FRAME_BYTES :]
    with pytest.raises(OSError):
        os.fstat(read)


def test_waking_ends_the_wait_for_a_pipe() -> None:
    read, write = os.pipe()
    reader = PipeReader(read)
    pieces = reader.pieces()
    next(pieces)
    reader.wake()
    assert list(pieces) == []
    reader.wake()
    os.close(write)
