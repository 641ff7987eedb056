"""Ogg as it goes by: the titles in it, and where another kind of sound begins.

A program that plays one file after the other chains them: each is a logical stream (a link) with heads of its own.
FFmpeg follows from one to the next while both are alike, but stops at Vorbis whose rate or channels change, and goes on
at the wrong speed with FLAC. So the pages are passed on up to the first one of a link whose sound is of another kind;
whoever decodes begins anew there, with what `go_on` gives.

Source: RFC 3533, 6 (pages); the Vorbis I specification, 4.2.2; RFC 7845, 5.1; the FLAC-to-Ogg mapping 1.0.
Pure: bytes in, bytes and text out.
"""

from typing import Final

from bandstand.streamer.live.metadata import read_comment_title

PAGE: Final = b"OggS"
HEADER: Final = 27
FIRST: Final = 2
"""The flag of a logical stream's first page."""
LONGEST_PACKET: Final = 60_000
COMMENTS_UNTIL: Final = 3
"""The packet before which a logical stream has its comments."""


def read_sound_kind(packet: bytes) -> tuple[str, bytes] | None:
    """What does not change within a stream, by its first packet: the codec, and its rate and channels as they are
    written there. None where it is no sound that is known."""
    if packet.startswith(b"\x01vorbis"):
        return "vorbis", packet[11:16]
    if packet.startswith(b"OpusHead"):  # always decoded at 48 kHz
        return "opus", packet[9:10]
    if packet.startswith(b"\x7fFLAC"):  # the rate has 20 bits, then there are 3 of the channels, 5 of the sample's size
        return "flac", packet[27:30] + bytes([packet[30] & 0xF0]) if len(packet) > 30 else b""
    if packet.startswith(b"Speex   "):
        return "speex", packet[36:40] + packet[48:52]
    return None


def is_cut_ogg(data: bytes) -> bool:
    """Whether there are pages of Ogg in this, one behind the other, the first of them not at the beginning."""
    at = data.find(PAGE, 1)
    if at < 0:
        return False
    size = measure_page(data, at)
    return size is not None and data[at + size : at + size + len(PAGE) + 1] == PAGE + b"\0"


def measure_page(data: bytes | bytearray, at: int = 0) -> int | None:
    """Bytes of the page that begins at `at`; None while its head is not whole."""
    if len(data) - at < HEADER:
        return None
    laces = data[at + HEADER : at + HEADER + data[at + 26]]
    return HEADER + len(laces) + sum(laces) if len(laces) == data[at + 26] else None


class OggReader:
    """Takes a stream in pieces of any length, and passes on whole pages."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._packet = bytearray()
        self._number = 0
        """Of the packet, within its logical stream."""
        self._kind: tuple[str, bytes] | None = None
        self.title: str | None = None
        self.has_changed = False
        """The next page begins another kind of sound: nothing is passed on until `go_on`."""

    def take(self, data: bytes) -> bytes:
        """The pages that have become whole."""
        self._data += data
        passed = bytearray()
        while not self.has_changed and (size := self._find_page()) is not None:
            page = bytes(self._data[:size])
            if self._is_other_kind(page):
                self.has_changed = True
            else:
                self._look_at(page)
                passed += page
                del self._data[:size]
        return bytes(passed)

    def go_on(self) -> bytes:
        """What has come of the other kind of sound."""
        self.has_changed = False
        self._kind = None
        return self.take(b"")

    def _find_page(self) -> int | None:
        """The length of the page with which the data begins; None while it is not whole."""
        begin = self._data.find(PAGE)
        if begin < 0:
            del self._data[:-3]
            return None
        del self._data[:begin]
        size = measure_page(self._data)
        return size if size is not None and len(self._data) >= size else None

    def _is_other_kind(self, page: bytes) -> bool:
        kind = read_sound_kind(page[HEADER + page[26] :]) if page[5] & FIRST else None
        if kind is None:
            return False
        before, self._kind = self._kind or kind, kind
        return kind != before

    def _look_at(self, page: bytes) -> None:
        """Keep the title, if it is in this page."""
        if page[5] & FIRST:
            self._number = 0
            self._packet.clear()
        at = HEADER + page[26]
        for lace in page[HEADER:at]:
            if self._number < COMMENTS_UNTIL and len(self._packet) < LONGEST_PACKET:
                self._packet += page[at : at + lace]
            at += lace
            if lace < 255:
                self._end_packet()

    def _end_packet(self) -> None:
        if 0 < self._number < COMMENTS_UNTIL:
            title = read_comment_title(bytes(self._packet))
            self.title = self.title if title is None else title
        self._number += 1
        self._packet.clear()
