"""Titles in streams, in whatever charset."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.streamer.live.metadata import IcyReader, decode_text, read_comment_title, read_icy_title


def make_block(text: bytes) -> bytes:
    size = -(-len(text) // 16)
    return bytes([size]) + text.ljust(size * 16, b"\0")


def make_comments(*comments: str) -> bytes:
    def field(text: str) -> bytes:
        data = text.encode()
        return len(data).to_bytes(4, "little") + data

    return field("encoder") + len(comments).to_bytes(4, "little") + b"".join(map(field, comments))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Über Straße".encode(), "Über Straße"),
        ("Café".encode("latin-1"), "Café"),
        (b"two\nlines\r\0\x1b[31m", "two lines [31m"),
        (b"\xff\xfe", "ÿþ"),
    ],
)
def test_text_of_any_charset_is_one_line(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize(
    ("block", "title"),
    [
        (b"StreamTitle='A - B';", "A - B"),
        (b"StreamTitle='It's so';StreamUrl='';", "It's so"),
        (b"StreamTitle='';", ""),
        (b"StreamUrl='x';", None),
        (b"", None),
    ],
)
def test_a_title_is_read_beside_mp3(block: bytes, title: str | None) -> None:
    assert read_icy_title(block) == title


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_metadata_is_taken_out_however_the_stream_is_cut(cuts: list[int]) -> None:
    sound = bytes(range(100)) * 3
    stream = b"".join(
        sound[at : at + 50] + make_block(b"StreamTitle='%d';" % at if at < 200 else b"") for at in range(0, 300, 50)
    )
    reader, taken, at = IcyReader(50), b"", 0
    while at < len(stream):
        for cut in cuts:
            taken += reader.take(stream[at : at + cut])
            at += cut
    assert taken == sound
    assert reader.title == "150"


def test_a_stream_without_metadata_stays_as_it_is() -> None:
    reader = IcyReader(0)
    assert reader.take(b"abc") == b"abc"
    assert reader.title is None


def test_comments_of_vorbis_opus_and_flac_are_read() -> None:
    body = make_comments("TITLE=Lantern", "artist=Ann", "artist=Bob", "nonsense")
    for packet in (b"OpusTags" + body, b"\x03vorbis" + body, b"\x04\0\0\x10" + body):
        assert read_comment_title(packet) == "Ann - Lantern"
    assert read_comment_title(b"OpusHead") is None
    assert read_comment_title(b"OpusTags" + make_comments()) == ""


@given(st.binary(max_size=200))
def test_comments_of_anything_do_no_harm(data: bytes) -> None:
    read_comment_title(b"OpusTags" + data)


def test_the_module_knows_no_network() -> None:
    source = (Path(__file__).parents[3] / "streamer/live/metadata.py").read_text("utf-8")
    assert "socket" not in source
