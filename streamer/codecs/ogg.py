"""Ogg pages (RFC 3533) and Opus in them (RFC 7845), nothing held back. Needs nothing but the standard library.

libavformat's muxer keeps one packet back whatever its options; here each call's packets leave as one page at once.
"""

import struct
import zlib
from collections.abc import Sequence

BEGINS, ENDS = 0x02, 0x04
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
OPUS_RATE = 48_000
"""The unit of Opus granule positions, whatever the rate of the sound."""


def checksum(data: bytes) -> int:
    """The CRC-32 of RFC 3533 section 6: zlib's polynomial with the bits of each byte, and of the sum, the other way."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")


def page(serial: int, sequence: int, granule: int, packets: Sequence[bytes], flags: int = 0) -> bytes:
    """One page of whole packets, which together have at most 255 segments of 255 bytes."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    if len(lacing) > 255:
        raise ValueError("the packets are too long for one page")
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, serial, sequence, 0)
    body = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head[:22] + struct.pack("<I", checksum(head + body)) + body


def opus_head(channels: int, pre_skip: int) -> bytes:
    """The identification header, RFC 7845 section 5.1: mapping family 0, no output gain."""
    return struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, OPUS_RATE, 0, 0)


def opus_tags(comments: Sequence[tuple[str, str]], vendor: str = "Bandstand") -> bytes:
    """The comment header, RFC 7845 section 5.2."""
    fields = [f"{name}={value}".encode() for name, value in comments]
    parts = [b"OpusTags", _counted(vendor.encode()), struct.pack("<I", len(fields)), *map(_counted, fields)]
    return b"".join(parts)


def _counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


class OggOpus:
    """A `Wrapper`: one logical stream of Opus packets of `frame` samples each at 48 kHz."""

    PAGE_PACKETS = 50

    def __init__(
        self, serial: int, frame: int, pre_skip: int, channels: int = 2, comments: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._serial = serial
        self._frame = frame
        self._pre_skip = pre_skip
        self._channels = channels
        self._comments = comments
        self._sequence = 0
        self._granule = 0

    def header(self) -> bytes:
        return self._page([opus_head(self._channels, self._pre_skip)], BEGINS) + self._page([opus_tags(self._comments)])

    def wrap(self, packets: Sequence[bytes]) -> bytes:
        """As few pages as hold the packets; each page's position is that of its last sample, pre-skip included."""
        pages = []
        for at in range(0, len(packets), self.PAGE_PACKETS):
            few = packets[at : at + self.PAGE_PACKETS]
            self._granule += len(few) * self._frame
            pages.append(self._page(few))
        return b"".join(pages)

    def _page(self, packets: Sequence[bytes], flags: int = 0) -> bytes:
        made = page(self._serial, self._sequence, self._granule, packets, flags)
        self._sequence += 1
        return made
