"""Which mounts are read, and what is said of them."""

import io
import os
import threading
import wave

import numpy as np
import pytest

from bandstand.common.types import RATE, CueId, Decibels, Frames
from bandstand.streamer.block import zeros
from bandstand.streamer.live.input import FLOOD, LiveInput
from bandstand.streamer.live.inputs import LiveInputs
from bandstand.streamer.live.stream import MountStream, NoStream
from bandstand.streamer.playout import Cue, Playout, Retitled
from bandstand.streamer.sources import DecodedAhead, file_source
from tests.streamer.live.test_buffer import Clock


class FakeInput(LiveInput):
    """Without a thread; what it sends is up to the test."""

    def __init__(self, log: list[str], mount: str) -> None:
        super().__init__(_open_nothing, Clock())
        self.log, self.mount, self.sent_title = log, mount, ""

    def start(self) -> None:
        self.log.append(f"start {self.mount}")

    def stop(self) -> None:
        self.log.append(f"stop {self.mount}")

    @property
    def title(self) -> str:
        return self.sent_title


def _open_nothing() -> MountStream:
    raise NoStream("nothing is there", is_missing=True)


def make_bed() -> DecodedAhead:
    return file_source(os.open(os.devnull, os.O_RDONLY), Frames(0), Decibels(0.0))


class House:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.made: dict[str, FakeInput] = {}
        self.titles: list[tuple[int, str]] = []
        self.inputs = LiveInputs(self._open, lambda cue, title: self.titles.append((cue, title)))

    def _open(self, mount: str) -> LiveInput:
        self.made[mount] = FakeInput(self.log, mount)
        return self.made[mount]


def test_mounts_are_read_as_long_as_they_are_wanted_or_on_the_air() -> None:
    house = House()
    house.inputs.watch(["/live/ann", "/live/bob"])
    source = house.inputs.make_source("/live/ann", CueId(7), make_bed())
    house.inputs.watch([])
    assert house.log == ["start /live/ann", "start /live/bob", "stop /live/bob"]
    (told,) = house.inputs.look() or []
    assert (told.mount, told.cue, told.is_connected) == ("/live/ann", 7, False)
    source.close()
    house.inputs.watch([])
    assert house.log[-1] == "stop /live/ann"
    assert house.inputs.look() == []
    assert house.inputs.look() is None


def test_a_title_is_told_when_the_show_has_begun_and_when_it_changes() -> None:
    house = House()
    source = house.inputs.make_source("/live/ann", CueId(7), make_bed())
    house.made["/live/ann"].sent_title = "One"
    house.inputs.look()
    assert house.titles == []  # it waits for a bar
    source.read(480)
    for title in ("One", "One", "Two", ""):
        house.made["/live/ann"].sent_title = title
        house.inputs.look()
    assert house.titles == [(7, "One"), (7, "Two")]


def test_a_cue_on_the_air_gets_another_title_and_no_other_does() -> None:
    house = House()
    playout = Playout()
    playout.cut(Cue(CueId(7), house.inputs.make_source("/live/ann", CueId(7), make_bed()), "live: ann"))
    playout.retitle(CueId(7), "Too early")
    assert not any(isinstance(event, Retitled) for event in playout.next_block(480)[1])
    playout.retitle(CueId(7), "Now")
    playout.retitle(CueId(8), "Another's")
    block, events = playout.next_block(480)
    assert events == [Retitled(CueId(7), "Now")]
    assert block.samples is not None
    assert np.shape(block.samples) == np.shape(zeros(480))


def test_a_source_is_cut_off_where_no_icecast_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bandstand.streamer.live.input.AGAIN", 0.0)
    errors = [NoStream("gone", is_missing=True), NoStream("refused", is_unanswered=True)]
    seen: list[bool] = []
    is_over = threading.Event()

    def open_stream() -> MountStream:
        seen.append(one.is_cut_off)
        if not errors:
            one.stop()
            is_over.set()
            raise NoStream("gone", is_missing=True)
        raise errors.pop(0)

    one = LiveInput(open_stream, Clock())
    one.start()
    assert is_over.wait(60)
    assert seen == [False, False, True]


def test_a_source_that_floods_is_let_go_of_and_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it sent meanwhile is not heard later."""
    monkeypatch.setattr("bandstand.streamer.live.input.AHEAD", 1 * RATE)
    monkeypatch.setattr("bandstand.streamer.live.input.KEPT", 1 * RATE)
    clock, troubles, is_over = Clock(), list[str](), threading.Event()

    def open_stream() -> MountStream:
        troubles.append(one.trouble)
        if len(troubles) == 3:
            one.stop()
            is_over.set()
            raise NoStream("gone", is_missing=True)
        return Flood()

    one = LiveInput(open_stream, clock)
    one.start()
    assert is_over.wait(60)
    assert troubles == ["", FLOOD, FLOOD]


class Flood(MountStream):
    """A minute of sound at once, as WAV."""

    format = "wav"

    def __init__(self) -> None:
        file = io.BytesIO()
        with wave.open(file, "wb") as written:
            written.setparams((1, 2, RATE, 0, "NONE", ""))
            written.writeframes(bytes(2 * 60 * RATE))
        self._file = io.BytesIO(file.getvalue())

    @property
    def title(self) -> str | None:
        return None

    def read(self, size: int = 4096) -> bytes:
        return self._file.read(size)

    def close(self) -> None:
        """Nothing to close."""
