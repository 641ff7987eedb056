"""Sources and their threads: what the bus reads from them, and what their opener is told."""

import os
import threading
from pathlib import Path

import numpy as np

from bandstand.common.errors import NotAudio
from bandstand.common.sound.decode import Broken, HasJunk
from bandstand.common.types import RATE, Decibels, Frames
from bandstand.streamer.block import Pieces, Samples, zeros
from bandstand.streamer.sources import READY, DecodedAhead, file_source, spool_source

LOUD = np.ones((100, 2), np.float32)


class Told:
    """Keeps what a source says when it is ready or has failed."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.errors: list[Exception | None] = []

    def __call__(self, error: Exception | None) -> None:
        self.errors.append(error)
        self._event.set()

    def wait(self) -> Exception | None:
        assert self._event.wait(10)
        return self.errors[0]


def read_whole(source: DecodedAhead) -> Samples:
    """Read a short source to its end, waiting for its thread by reading again."""
    parts = [zeros(0)]
    while not source.ended:
        parts.append(source.read(480))
    return np.concatenate(parts)


def begun(pieces: Pieces, gain: float = 0) -> tuple[DecodedAhead, Told]:
    source, told = DecodedAhead(pieces, Decibels(gain)), Told()
    source.begin(told)
    told.wait()
    return source, told


def test_gain_is_in_decibels() -> None:
    source, _ = begun((piece for piece in [LOUD]), gain=-20)
    assert np.allclose(read_whole(source), 0.1)


def test_what_is_not_a_sound_never_reaches_the_bus() -> None:
    bad = np.array([[np.nan, np.inf], [-np.inf, 1e30]], dtype=np.float32)
    source, _ = begun(piece for piece in [bad])
    assert np.array_equal(read_whole(source), [[0, 0], [0, 8]])


def test_a_source_that_breaks_gives_what_it_had_and_a_sentence() -> None:
    def pieces() -> Pieces:
        yield LOUD
        raise Broken("is damaged")

    source, told = begun(pieces())
    assert len(read_whole(source)) == 100
    assert (source.trouble, told.errors) == ("The file is damaged.", [None])


def test_a_source_of_which_nothing_is_missing_has_not_broken_off() -> None:
    def pieces() -> Pieces:
        yield LOUD
        raise HasJunk("has 9 bytes in 1 place that are no sound")

    source, told = begun(pieces())
    assert len(read_whole(source)) == len(LOUD)
    assert told.errors == [None]
    assert source.trouble == ""


def test_a_decoder_that_fails_in_an_unforeseen_way_ends_the_source() -> None:
    def pieces() -> Pieces:
        yield LOUD
        raise ZeroDivisionError("division by zero")

    source, _ = begun(pieces())
    read_whole(source)
    assert source.trouble == "The decoder failed: division by zero."


def test_a_file_that_is_not_audio_is_told_before_it_is_played(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_text("words")
    told = Told()
    file_source(os.open(tmp_path / "song.mp3", os.O_RDONLY), Frames(0), Decibels(0)).begin(told)
    assert isinstance(told.wait(), NotAudio)
    assert len(told.errors) == 1


def test_a_growing_spool_is_ready_before_anything_is_in_it_and_ends_when_closed(tmp_path: Path) -> None:
    before = threading.active_count()
    growth, grew = os.pipe()
    told = Told()
    spool = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    source = spool_source(spool, growth, Frames(0), Decibels(0))
    source.begin(told)
    assert told.wait() is None
    assert not source.ended and len(source.read(480)) == 0
    source.close()
    for thread in threading.enumerate():
        if thread.name == "source":
            thread.join(10)
    assert threading.active_count() == before
    os.close(grew)


def test_no_more_than_the_ring_holds_is_decoded_ahead() -> None:
    decoded = []

    def pieces() -> Pieces:
        for _ in range(100):
            decoded.append(RATE)
            yield np.zeros((RATE, 2), np.float32)

    source, _ = begun(pieces())
    source.close()
    assert len(decoded) <= 5


def test_it_is_ready_when_so_much_is_decoded_that_it_begins_without_a_hole() -> None:
    told = Told()
    too_early = []

    def pieces() -> Pieces:
        for _ in range(3):
            yield np.zeros((READY // 4, 2), np.float32)
            too_early.append(bool(told.errors))
        yield np.zeros((READY // 4, 2), np.float32)

    source = DecodedAhead(pieces(), Decibels(0))
    source.begin(told)
    assert told.wait() is None
    assert too_early == [False, False, False]
    assert len(source.read(READY)) == READY


def test_a_song_shorter_than_that_is_ready_too() -> None:
    source, told = begun(piece for piece in [LOUD])
    assert told.errors == [None]
    assert len(read_whole(source)) == 100
