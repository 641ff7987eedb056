"""Headers of frames: their lengths, and when several make it certain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.common.sound.framed import AGREEING, Frame, is_certain, parse_header, read_info

MP3 = bytes.fromhex("fffb9064") + bytes(413)
"""A frame of 128 kbit/s at 44.1 kHz."""


@pytest.mark.parametrize(
    ("header", "frame"),
    [
        ("fffb9064", Frame("mp3", (3, 0), 417)),
        ("fffb9264", Frame("mp3", (3, 0), 418)),
        ("fff384c4", Frame("mp3", (2, 1), 192)),
        ("ffe348c4", Frame("mp3", (0, 2), 288)),
        ("fffd84c4", Frame("mp2", (3, 1), 384)),
        ("ffff44c4", Frame("mp1", (3, 1), 128)),
        ("fff150800bfffc", Frame("aac", (0xF1, 0x14), 95)),
        ("0b77123414400000", Frame("ac3", (0, 8), 768)),
        ("0b77018314800000", Frame("eac3", (0,), 776)),
        ("7ffe8001fc3c1ff0", Frame("dts", (), 512)),
    ],
)
def test_a_header_says_the_length_of_its_frame(header: str, frame: Frame) -> None:
    assert parse_header(bytes.fromhex(header).ljust(8, b"\0")) == frame


@pytest.mark.parametrize("header", ["fffbf064", "fffb0064", "fffb9c64", "ffeb9064", "ff", "", "00fb9064"])
def test_what_is_no_header_or_says_no_length_is_none(header: str) -> None:
    assert parse_header(bytes.fromhex(header).ljust(8, b"\0")) is None


@settings(max_examples=50)
@given(st.binary(max_size=200), st.integers(0, 210))
def test_any_bytes_may_be_looked_at(data: bytes, at: int) -> None:
    frame = parse_header(data, at)
    assert frame is None or frame.size > 0
    read_info(data, at)
    is_certain(data, at, True)


def test_one_header_is_not_enough_but_some_that_agree_are() -> None:
    assert not is_certain(MP3 + bytes(5000), 0)
    assert not is_certain(MP3 * (AGREEING - 1) + bytes(5000), 0)
    assert is_certain(MP3 * AGREEING + bytes(5000), 0)
    assert not is_certain((MP3 + MP3.replace(b"\x90", b"\x98", 1)) * 4, 0)
    assert is_certain(MP3 * 2, 0, is_end=True)
    assert not is_certain(MP3, 0, is_end=True)


def test_random_bytes_are_no_frames() -> None:
    data = np.random.default_rng(3).integers(0, 256, 300_000, np.uint8).tobytes()
    places = [at for at in range(len(data)) if data[at] == 0xFF and parse_header(data, at)]
    assert len(places) > 10
    assert not any(is_certain(data, at) for at in places)


def test_the_encoder_s_word_of_the_whole_is_read() -> None:
    xing = MP3[:36] + b"Xing" + (3).to_bytes(4, "big") + (7).to_bytes(4, "big") + (9000).to_bytes(4, "big")
    assert read_info(xing + bytes(400)) == 9000
    assert read_info(xing.replace(b"Xing\0\0\0\x03", b"Info\0\0\0\x01") + bytes(400)) == 0
    assert read_info(MP3[:36] + b"VBRI" + bytes(6) + (5000).to_bytes(4, "big") + bytes(300)) == 5000
    assert read_info(MP3) is None
