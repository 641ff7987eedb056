"""What each format's packets are put into on their way to Icecast: nothing for MP3, Ogg for Opus and FLAC.

Ogg pages are those of RFC 3533, with Opus (RFC 7845) or FLAC (RFC 9639 section 10.1) in them. libavformat's muxer keeps
one packet back whatever its options; here each call's packets leave as one page at once.

A page has a head (serial number of the logical stream, number of the page, granule position: the sample after the last
packet that ends on it), a table of segments of up to 255 bytes (a packet takes as many as it needs, and the first that
is shorter than 255 ends it: lacing), and a CRC-32 over all of that.

Needs nothing but the standard library, so that the standby can use it, too.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol

from bandstand.streamer.codecs.flacframe import make_stream_info, renumber_frame

BEGINS, ENDS = 0x02, 0x04
SEGMENTS = 255
"""The most that one page has, of up to 255 bytes each."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
OPUS_RATE = 48_000
"""The unit of Opus granule positions, whatever the rate of the sound."""
FLAC_RATE, FLAC_BITS = 48_000, 16
STREAMINFO, VORBIS_COMMENT, LAST_BLOCK = 0, 4, 0x80
CHANNELS = 2
VENDOR = "Bandstand"
Comments = Sequence[tuple[str, str]]
"""Names and values: TITLE, ARTIST, ..."""


class Container(Protocol):
    """Puts packets into the bytes that the mount carries: one stream."""

    serial: int
    """Names the stream, in its pages where the format has any."""

    def header(self) -> bytes:
        """The bytes with which the stream begins."""

    def pack(self, packets: Sequence[bytes]) -> bytes:
        """Wrap the next packets of the stream."""

    def end(self, packets: Sequence[bytes], samples: int) -> bytes:
        """Wrap the last packets of a stream that has `samples` samples in all."""


class Mpeg:
    """MP3 frames are their own stream, without a beginning or an end. Its number is in none of them: only those who are
    told of the stream know it by that."""

    def __init__(self, serial: int) -> None:
        self.serial = serial

    def header(self) -> bytes:
        return b""

    def pack(self, packets: Sequence[bytes]) -> bytes:
        return b"".join(packets)

    def end(self, packets: Sequence[bytes], samples: int) -> bytes:
        return self.pack(packets)


def compute_checksum(data: bytes) -> int:
    """The CRC-32 of RFC 3533 section 6: zlib's polynomial with the bits of each byte, and of the sum, the other way."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")


def make_page(serial: int, sequence: int, granule: int, packets: Sequence[bytes], flags: int = 0) -> bytes:
    """Make one page of whole packets, which together have at most `SEGMENTS` segments of 255 bytes.

    Raises ValueError for more. `granule` is the position of the last sample that ends in the page; `flags` are
    `BEGINS` and `ENDS`.
    """
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    if len(lacing) > SEGMENTS:
        raise ValueError("the packets are too long for one page")
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, serial, sequence, 0)
    body = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head[:22] + struct.pack("<I", compute_checksum(head + body)) + body


def split_into_pages(packets: Sequence[bytes]) -> list[list[bytes]]:
    """Group packets in their order, as many in each group as one page takes."""
    made: list[list[bytes]] = []
    left = 0
    for packet in packets:
        segments = len(packet) // 255 + 1
        if segments > left:
            made.append([])
            left = SEGMENTS
        made[-1].append(packet)
        left -= segments
    return made


def make_opus_head(channels: int, pre_skip: int) -> bytes:
    """The identification header, RFC 7845 section 5.1: mapping family 0, no output gain."""
    return struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, OPUS_RATE, 0, 0)


def make_opus_tags(comments: Comments, vendor: str = VENDOR) -> bytes:
    """The comment header, RFC 7845 section 5.2."""
    return b"OpusTags" + make_vorbis_comment(comments, vendor)


def make_flac_head(frame: int) -> bytes:
    """The first packet: version 1.0 of the mapping, one more header packet, then FLAC's own beginning."""
    info = make_stream_info(frame, FLAC_RATE, CHANNELS, FLAC_BITS)
    return b"\x7fFLAC\x01\x00\x00\x01fLaC" + _make_metadata_block(STREAMINFO, info)


def make_flac_tags(comments: Comments, vendor: str = VENDOR) -> bytes:
    """The second packet: a metadata block with the comments, marked as the last one (RFC 9639 section 8.1)."""
    return _make_metadata_block(LAST_BLOCK | VORBIS_COMMENT, make_vorbis_comment(comments, vendor))


def make_vorbis_comment(comments: Comments, vendor: str) -> bytes:
    """Comments in the layout that Ogg formats share (RFC 9639 section 8.6), lengths little-endian, text in UTF-8."""
    fields = [f"{name}={value}".encode() for name, value in comments]
    return b"".join([_prefix_length(vendor.encode()), struct.pack("<I", len(fields)), *map(_prefix_length, fields)])


def _make_metadata_block(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(3, "big") + data


def _prefix_length(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


class Ogg:
    """A `Container`: one logical stream, of packets of `frame` samples each, that begins with `headers`."""

    def __init__(self, serial: int, frame: int, headers: Sequence[bytes], pre_skip: int = 0) -> None:
        self.serial = serial
        self._serial = serial
        self._frame = frame
        self._headers = headers
        self._pre_skip = pre_skip
        self._sequence = count()
        self._granule = 0

    def header(self) -> bytes:
        first, *others = self._headers
        return self._page([first], BEGINS) + b"".join(self._page([other]) for other in others)

    def pack(self, packets: Sequence[bytes]) -> bytes:
        """As few pages as hold the packets; each page's position is that of its last sample, pre-skip included."""
        pages = []
        for few in split_into_pages(packets):
            self._granule += len(few) * self._frame
            pages.append(self._page([self._sound(packet) for packet in few]))
        return b"".join(pages)

    def end(self, packets: Sequence[bytes], samples: int) -> bytes:
        """The last packets; the stream has `samples` samples in all, and what is decoded beyond them is not heard."""
        *before, last = split_into_pages(packets) or [[]]
        data = b"".join(self.pack(few) for few in before)
        self._granule = samples + self._pre_skip
        return data + self._page([self._sound(packet) for packet in last], ENDS)

    def _sound(self, packet: bytes) -> bytes:
        """The packet as it goes into the stream, each once and in order."""
        return packet

    def _page(self, packets: Sequence[bytes], flags: int = 0) -> bytes:
        return make_page(self._serial, next(self._sequence), self._granule, packets, flags)


class OggOpus(Ogg):
    def __init__(self, serial: int, frame: int, pre_skip: int, comments: Comments = ()) -> None:
        super().__init__(serial, frame, [make_opus_head(CHANNELS, pre_skip), make_opus_tags(comments)], pre_skip)


class OggFlac(Ogg):
    """Gives each frame its number in this stream, so frames may come from anywhere."""

    def __init__(self, serial: int, frame: int, comments: Comments = ()) -> None:
        super().__init__(serial, frame, [make_flac_head(frame), make_flac_tags(comments)])
        self._number = count()

    def _sound(self, packet: bytes) -> bytes:
        return renumber_frame(packet, next(self._number))


CONTAINERS: dict[str, Callable[[int, int, int, Comments], Container]] = {
    "mp3": lambda serial, frame, pre_skip, comments: Mpeg(serial),
    "opus": OggOpus,
    "flac": lambda serial, frame, pre_skip, comments: OggFlac(serial, frame, comments),
}
"""By format: from a serial number for the stream, the samples in a packet, the samples that a decoder skips at the
start, and the comments."""
