"""Live sound on its way to the bus: how long it waits, and what is taken out or put in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.types import RATE
from bandstand.streamer.block import Samples
from bandstand.streamer.live.buffer import CAPACITY, SETTLED, LiveBuffer
from bandstand.streamer.live.jitter import MARGIN, Jitter
from bandstand.streamer.live.splice import PIECE, lengthen, shorten

BLOCK = RATE // 10


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ramp(frames: int, first: int = 0) -> Samples:
    values = np.arange(first, first + frames, dtype=np.float32)
    return np.stack([values, values], axis=1)


def sine(frames: int) -> Samples:
    values = np.sin(2 * np.pi * 220 * np.arange(frames) / RATE).astype(np.float32)
    return np.stack([values, values], axis=1)


def send(buffer: LiveBuffer, clock: Clock, seconds: float, piece: float = 0.1) -> None:
    """A source that sends a piece after the other in time."""
    for _ in range(round(seconds / piece)):
        clock.now += piece
        buffer.append(sine(round(piece * RATE)))


def test_sound_in_small_pieces_waits_for_little_more_than_the_margin(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    send(buffer, clock, 3.0, piece=0.02)
    assert buffer.begin()
    assert MARGIN <= buffer.delay <= MARGIN + 0.03


def test_sound_in_pieces_of_a_second_waits_for_one_of_them(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    send(buffer, clock, 5.0, piece=1.0)
    assert buffer.begin()
    assert 1.0 <= buffer.delay + 0.001 <= 1.0 + 2 * MARGIN


def test_nothing_can_be_heard_before_enough_has_come(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    assert not buffer.begin()
    buffer.append(ramp(480))
    assert not buffer.begin()


@given(st.lists(st.floats(0.0, 0.6), min_size=5, max_size=40))
def test_whatever_the_network_does_again_is_waited_for(delays: list[float]) -> None:
    """Pieces of 100 ms that come late by these times, twice over: in the second round nothing is missing."""
    jitter = Jitter(window=1000.0)
    sent, arrivals = 0, []
    at = 0.0
    for number in range(2 * len(delays)):
        at = max(at, number * 0.1 + delays[number % len(delays)])  # TCP keeps the order
        arrivals.append(at)
    for at in arrivals[: len(delays)]:
        jitter.record(at, sent)
        sent += BLOCK
    for at in arrivals[len(delays) :]:
        before = sent
        if at - arrivals[len(delays) - 1] > 0:
            assert jitter.find_frame(at - 1e-6) <= before + BLOCK * 7
        jitter.record(at, sent)
        sent += BLOCK


def test_no_more_is_kept_than_fits(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    for number in range(100):
        buffer.append(ramp(BLOCK, number * BLOCK))
    assert buffer.ready == CAPACITY
    assert buffer.read(1)[0, 0] == 100 * BLOCK - CAPACITY


def test_what_is_read_is_what_was_sent(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    for number in range(10):
        clock.now += 0.1
        buffer.append(ramp(BLOCK, number * BLOCK))
    read = np.concatenate([buffer.read(1000) for _ in range(10)])
    assert np.array_equal(read, ramp(10_000))
    assert len(buffer.read(10 * RATE)) == 10 * BLOCK - 10_000
    assert len(buffer.read(10)) == 0


def test_another_connection_begins_anew(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    send(buffer, clock, 1.0)
    buffer.restart()
    assert buffer.ready == 0
    assert not buffer.begin()


def drift(buffer: LiveBuffer, clock: Clock, seconds: float, ratio: float) -> None:
    """A source whose clock goes by this ratio, and a reader in time."""
    owed = 0.0
    for _ in range(round(seconds / 0.1)):
        clock.now += 0.1
        owed += 0.1 * ratio * RATE
        buffer.append(sine(int(owed)))
        owed -= int(owed)
        assert len(buffer.read(BLOCK)) == BLOCK


@pytest.mark.parametrize("ratio", [1.0005, 0.9995])
def test_a_clock_that_goes_wrong_makes_no_hole_and_no_delay(clock: Clock, ratio: float) -> None:
    buffer = LiveBuffer(clock)
    send(buffer, clock, 2.0)
    assert buffer.begin()
    before = buffer.delay
    drift(buffer, clock, 600.0, ratio)  # 300 ms
    assert abs(buffer.delay - before) < 0.2


def test_a_clock_that_is_right_changes_no_sample(clock: Clock) -> None:
    buffer = LiveBuffer(clock)
    send(buffer, clock, 2.0)
    assert buffer.begin()
    whole = [buffer.read(BLOCK)]
    for _ in range(int(20 * SETTLED)):
        clock.now += 0.1
        buffer.append(sine(BLOCK))
        whole.append(buffer.read(BLOCK))
    jumps = np.abs(np.diff(np.concatenate(whole)[:, 0]))
    assert len(np.concatenate(whole)) == len(whole) * BLOCK
    assert float(np.median(jumps)) < 0.03


@pytest.mark.parametrize(("change", "by"), [(shorten, -1), (lengthen, 1)])
def test_a_splice_is_about_ten_milliseconds_and_makes_no_click(change, by: int) -> None:  # type: ignore[no-untyped-def]
    sound = sine(RATE)
    made = change(sound)
    assert abs(len(made) - len(sound) - by * PIECE) <= RATE // 250
    assert np.abs(np.diff(made[:, 0])).max() < 1.2 * np.abs(np.diff(sound[:, 0])).max()


def test_too_little_sound_stays_as_it_is() -> None:
    assert len(shorten(sine(100))) == len(lengthen(sine(100))) == 100
