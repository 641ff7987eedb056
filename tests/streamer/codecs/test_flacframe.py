"""FLAC frames as bytes: numbers and checksums against the slow way, and what a decoder makes of them."""

import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.streamer.block import zeros
from bandstand.streamer.codecs.containers import OggFlac
from bandstand.streamer.codecs.flac import Flac
from bandstand.streamer.codecs.flacframe import (
    NUMBERS,
    compute_crc_8,
    compute_crc_16,
    count_coded_bytes,
    encode_number,
    make_verbatim_frame,
    renumber_frame,
)


def slow_crc(data: bytes, polynomial: int, bits: int) -> int:
    crc = 0
    for byte in data:
        for bit in range(7, -1, -1):
            crc = crc << 1 ^ (polynomial if crc >> (bits - 1) ^ (byte >> bit & 1) else 0)
            crc &= (1 << bits) - 1
    return crc


def whole(frame: bytes, number: int) -> bool:
    """Whether the frame has this number and both checksums are right."""
    length = len(encode_number(number))
    extra = {6: 1, 7: 2}.get(frame[2] >> 4, 0)
    head = frame[: 4 + length + extra]
    return (
        frame[4 : 4 + length] == encode_number(number)
        and frame[len(head)] == slow_crc(head, 0x07, 8)
        and int.from_bytes(frame[-2:], "big") == slow_crc(frame[:-2], 0x8005, 16)
    )


def frames(lengths: list[int]) -> list[bytes]:
    codec = Flac()
    made = [codec.packets(np.full((length, 2), 0.1, np.float32)) for length in lengths]
    return [packet for packets in (*made, codec.finish(zeros(0))) for packet in packets]


@given(st.binary(max_size=200))
def test_the_checksums_are_those_of_the_standard(data: bytes) -> None:
    assert compute_crc_8(data) == slow_crc(data, 0x07, 8)
    assert compute_crc_16(data) == slow_crc(data, 0x8005, 16)


@given(st.characters(exclude_categories=["Cs"]))
def test_a_number_is_coded_as_utf_8_codes_it(character: str) -> None:
    assert encode_number(ord(character)) == character.encode()


@given(st.integers(0, NUMBERS - 1))
def test_the_first_byte_tells_how_long_a_number_is(number: int) -> None:
    assert count_coded_bytes(encode_number(number)[0]) == len(encode_number(number))


@pytest.mark.parametrize("numbers", [(0, 1), (127, 128), (5, NUMBERS - 1), (70_000, 3)])
def test_a_frame_numbered_anew_is_whole(numbers: tuple[int, int]) -> None:
    for frame in frames([1152, 1152, 700]):
        for number in numbers:
            frame = renumber_frame(frame, number)
            assert whole(frame, number)


def test_numbers_begin_again_when_there_are_no_more() -> None:
    assert whole(renumber_frame(frames([1152])[0], NUMBERS + 7), 7)


def test_a_frame_that_is_stored_as_it_is_is_decoded_to_its_samples() -> None:
    steps = np.random.default_rng(1).integers(-32768, 32768, (1152, 2)).astype(">i2")
    frame = make_verbatim_frame((steps[:, 0].tobytes(), steps[:, 1].tobytes()))
    assert whole(frame, 0)
    stream = OggFlac(1, 1152)
    data = stream.header() + stream.pack([frame, frame]) + stream.end([frame], 3 * 1152)
    with av.open(io.BytesIO(data)) as container:
        heard = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)])
    assert np.array_equal(heard, np.concatenate([steps] * 3))
