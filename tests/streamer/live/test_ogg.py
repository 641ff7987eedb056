"""Ogg as it goes by: titles, and where another kind of sound begins."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.streamer.live.ogg import OggReader, is_cut_ogg, read_sound_kind
from tests.streamer.live.test_metadata import make_comments


def make_page(packet: bytes, *, is_first: bool = False) -> bytes:
    laces = [255] * (len(packet) // 255) + [len(packet) % 255]
    head = b"OggS\0" + (b"\2" if is_first else b"\0") + bytes(20)
    return head + bytes([len(laces)]) + bytes(laces) + packet


def make_vorbis(channels: int, rate: int) -> bytes:
    return make_page(
        b"\x01vorbis" + bytes(4) + bytes([channels]) + rate.to_bytes(4, "little") + bytes(14), is_first=True
    )


def make_ogg(codec: str, channels: int, rate: int) -> bytes:
    """A tenth of a second as FFmpeg writes it."""
    given = ["-f", "lavfi", "-i", "sine", "-t", "0.1", "-ac", str(channels), "-ar", str(rate), "-c:a", codec]
    made = subprocess.run(["ffmpeg", "-v", "error", *given, "-f", "ogg", "-"], stdout=subprocess.PIPE, check=True)
    return made.stdout


def test_titles_of_chained_ogg_follow_each_other() -> None:
    reader = OggReader()
    titles = []
    for title in ("One", "Two"):
        stream = make_page(b"OpusHead", is_first=True) + make_page(b"OpusTags" + make_comments(f"TITLE={title}" * 40))
        for at in range(0, len(stream), 7):
            reader.take(stream[at : at + 7])
        titles.append((reader.title or "")[:3])
        reader.take(make_page(bytes(600)))
    assert titles == ["One", "Two"]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=30))
def test_pages_are_passed_on_whole_however_the_stream_is_cut(cuts: list[int]) -> None:
    stream = (
        make_vorbis(2, 48000) + make_page(bytes(300)) + make_page(b"") + make_vorbis(2, 48000) + make_page(bytes(9))
    )
    reader, passed, at = OggReader(), b"", 0
    while at < len(stream):
        for cut in cuts:
            passed += reader.take(stream[at : at + cut])
            at += cut
    assert passed == stream
    assert not reader.has_changed


def test_another_kind_of_sound_waits_until_it_is_asked_for() -> None:
    first = make_vorbis(2, 48000) + make_page(bytes(100))
    second = make_vorbis(1, 22050) + make_page(bytes(200))
    reader = OggReader()
    assert reader.take(first + second[:50]) == first
    assert reader.take(second[50:]) == b""
    assert reader.has_changed
    assert reader.go_on() == second
    assert not reader.has_changed
    assert reader.take(make_vorbis(1, 22050)) == make_vorbis(1, 22050)


@pytest.mark.parametrize("codec", ["libvorbis", "flac", "libopus"])
def test_what_programs_send_is_told_apart_by_its_head(codec: str) -> None:
    """Opus is always decoded at 48 kHz."""
    sent = {(channels, rate): make_ogg(codec, channels, rate) for channels in (1, 2) for rate in (24000, 48000)}
    kinds = {read_sound_kind(data[27 + data[26] :][:60]) for data in sent.values()}
    assert None not in kinds
    assert len(kinds) == (2 if codec == "libopus" else 4)
    reader = OggReader()
    passed = reader.take(sent[2, 48000] + sent[2, 48000] + sent[1, 24000])
    assert passed == 2 * sent[2, 48000]
    assert reader.go_on() == sent[1, 24000]


def test_video_is_no_kind_of_sound() -> None:
    assert read_sound_kind(b"\x80theora" + bytes(40)) is None


def test_ogg_whose_beginning_is_missing_is_known_by_two_pages() -> None:
    page = make_page(bytes(range(200)))
    assert is_cut_ogg(page[50:] + page + page)
    assert not is_cut_ogg(page[50:] + page)
    assert not is_cut_ogg(b"OggS" * 100)


@given(st.binary(max_size=300))
def test_anything_does_no_harm(data: bytes) -> None:
    for head in (b"OggS\0\2", b"OggS\0\2" + bytes(20) + b"\1\x10\x7fFLAC", b""):
        OggReader().take(head + data)
        is_cut_ogg(data + head + data)
    for head in (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   "):
        read_sound_kind(head + data)
