"""The store between a decoding thread and the bus."""

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.types import Frames
from bandstand.streamer.block import zeros
from bandstand.streamer.frame_buffer import FrameBuffer


def ramp(frames: int, first: int = 1) -> np.ndarray:
    values = np.arange(first, first + frames, dtype=np.float32)
    return np.stack([values, values], axis=1)


@given(
    st.lists(
        st.one_of(st.tuples(st.just("offer"), st.integers(0, 300)), st.tuples(st.just("read"), st.integers(0, 300)))
    )
)
def test_frames_come_out_as_they_went_in_whatever_the_portions(script: list[tuple[str, int]]) -> None:
    buffer, offered, got = FrameBuffer(), 0, [zeros(0)]
    for step, frames in script:
        if step == "offer":
            buffer.offer(ramp(frames, first=offered + 1))
            offered += frames
        else:
            got.append(buffer.read(frames))
            assert len(got[-1]) <= frames
    got.append(buffer.read(offered + 1))
    assert np.array_equal(np.concatenate(got), ramp(offered))


def test_a_read_of_an_empty_ring_returns_at_once_with_nothing() -> None:
    assert len(FrameBuffer().read(480)) == 0


def test_a_ring_has_ended_when_it_is_finished_and_empty() -> None:
    buffer = FrameBuffer()
    buffer.offer(ramp(10))
    assert (buffer.remaining, buffer.trouble) == (None, "")
    buffer.finish("The file is damaged.")
    assert not buffer.ended and buffer.remaining == 10
    buffer.read(10)
    assert buffer.ended and buffer.trouble == "The file is damaged."


def test_the_writer_of_a_full_ring_waits_until_it_is_nearly_read() -> None:
    buffer = FrameBuffer(capacity=Frames(100), refill=Frames(40))
    buffer.offer(ramp(100))
    came_back = threading.Event()

    def write() -> None:
        buffer.wait_for_room()
        came_back.set()

    threading.Thread(target=write, daemon=True).start()
    buffer.read(59)
    assert not came_back.is_set()
    buffer.read(1)
    assert came_back.wait(10)


def test_a_writer_that_waits_is_woken_when_more_is_to_be_kept_ready() -> None:
    buffer = FrameBuffer(capacity=Frames(100), refill=Frames(40))
    buffer.offer(ramp(100))
    writer = threading.Thread(target=buffer.wait_for_room, daemon=True)
    writer.start()
    buffer.keep_ready(Frames(5000))
    writer.join(10)
    assert not writer.is_alive()
    buffer.offer(ramp(5000))
    assert buffer.wait_for_room(), "there is still room"


def test_closing_lets_a_waiting_writer_go_and_drops_what_is_held() -> None:
    buffer = FrameBuffer(capacity=Frames(10), refill=Frames(5))
    buffer.offer(ramp(10))
    answers: list[bool] = []
    writer = threading.Thread(target=lambda: answers.append(buffer.wait_for_room()), daemon=True)
    writer.start()
    buffer.close()
    writer.join(10)
    assert answers == [False] and buffer.ended and len(buffer.read(10)) == 0
