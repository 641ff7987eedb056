"""Ogg pages, read back by FFmpeg's libraries and against RFC 3533's own terms."""

import io
import struct
from itertools import product

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.streamer.codecs.containers import OggOpus, compute_checksum, make_opus_head, make_opus_tags, make_page
from bandstand.streamer.codecs.encoder import dither
from bandstand.streamer.codecs.opus import Opus


def slow_compute_checksum(data: bytes) -> int:
    """RFC 3533's CRC, bit by bit: polynomial 0x04c11db7, from 0, nothing reversed."""
    crc = 0
    for byte, bit in product(data, range(7, -1, -1)):
        crc = (crc << 1) ^ (0x04C11DB7 if (crc >> 31) ^ (byte >> bit & 1) else 0)
        crc &= 0xFFFFFFFF
    return crc


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_the_standard(data: bytes) -> None:
    assert compute_checksum(data) == slow_compute_checksum(data)


@pytest.mark.parametrize(("size", "lacing"), [(0, [0]), (254, [254]), (255, [255, 0]), (600, [255, 255, 90])])
def test_a_packet_is_laced_in_segments(size: int, lacing: list[int]) -> None:
    made = make_page(7, 3, 960, [bytes(size)])
    assert list(made[27 : 27 + made[26]]) == lacing
    assert struct.unpack_from("<qII", made, 6) == (960, 7, 3)


def test_packets_too_long_for_a_page_are_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        make_page(1, 0, 0, [bytes(70_000)])


def test_the_headers_are_those_of_rfc_7845() -> None:
    assert make_opus_head(2, 120) == b"OpusHead\x01\x02\x78\x00\x80\xbb\x00\x00\x00\x00\x00"
    assert make_opus_tags([("TITLE", "Ærø")], "v") == b"OpusTags\x01\0\0\0v\x01\0\0\0\x0b\0\0\0TITLE=\xc3\x86r\xc3\xb8"


def test_each_call_s_packets_leave_at_once_and_a_decoder_reads_them_all() -> None:
    codec = Opus(96)
    stream = OggOpus(1, codec.frame, codec.pre_skip)
    data = stream.header()
    for number in (1, 1, 3, 120):
        packets = codec.packets(dither(number * codec.frame))
        wrapped = stream.pack(packets)
        assert sum(map(len, packets)) < len(wrapped)
        data += wrapped
    codec.close()
    with av.open(io.BytesIO(data)) as container:
        frames = sum(frame.samples for frame in container.decode(audio=0))
    assert frames == 125 * codec.frame - codec.pre_skip


def test_no_packets_make_no_page() -> None:
    assert OggOpus(1, 960, 120).pack([]) == b""
