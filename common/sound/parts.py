"""The parts of a sound file: one for most, several where files were put one behind the other.

Ogg chains them by its specification (RFC 3533, section 4); `cat` makes such files of any format, also of Ogg streams
with the same serial number, which the specification forbids. FFmpeg plays the first part, or goes on with the wrong
rate, so each part is read as a file of its own. Here, too, is what may stand before the sound: ID3v2 tags (FFmpeg
gives up at 1 MiB of them) and zeros.

An Ogg stream ends where the next one begins, which only reading shows. So a link is read once from its beginning
without being searched beforehand; only for a seek its end is looked for first. Knows bytes; nothing of FFmpeg.
"""

import os
import stat
from collections.abc import Iterator
from typing import Final, NamedTuple

from bandstand.common.sound import lengths

OGG: Final = b"OggS\0"
"""Capture pattern and version of a page of Ogg, RFC 3533 section 6."""
BEGIN_OF_STREAM, END_OF_STREAM = 2, 4
HEADER: Final = 27
"""Bytes of a page's header before its table of segments."""
PAGE: Final = HEADER + 255 + 255 * 255
"""The longest page of Ogg."""
SEARCHED: Final = 1 << 20
"""Bytes that are searched at once."""
JUNK_HARMS: Final = (b".snd", b"riff", b"caff", b"wvpk")
"""Beginnings of formats of which FFmpeg takes for sound, or for damage, what stands behind the end by their head."""
TAG_BYTES: Final = 512 << 10
"""As much may stand before MPEG audio for FFmpeg to find it by itself, with its tags."""
MPEG: Final = b"\xff"
"""The first byte of a frame of MP3 or AAC."""
ZEROS: Final = 64
"""Fewer zeros than this may belong to a format's header."""


class Page(NamedTuple):
    """The header of a page of Ogg. `is_whole` is false if the page goes on after the bytes that there are."""

    flags: int
    granule: int
    serial: bytes
    size: int
    is_whole: bool = True


class Part:
    """The bytes from `begin` to `end` of the file behind `fd`, to be read as a file of its own."""

    is_ogg = False

    def __init__(self, fd: int, begin: int, end: int) -> None:
        self._fd = fd
        self._at = begin
        self.begin = begin
        self.end = end
        self.is_cut_off = False
        """Whether its head says that it is longer than the file."""
        self.is_last = end == _measure(fd)
        """Whether no other part follows."""

    @property
    def is_file(self) -> bool:
        """Whether it is all of the file, so that FFmpeg may read that by itself."""
        return self.begin == 0 and self.end == _measure(self._fd)

    @property
    def head(self) -> bytes:
        return self.read_at(0, 64)

    def read_at(self, offset: int, size: int) -> bytes:
        return os.pread(self._fd, size, self.begin + offset) if self.end else b""

    def read(self, size: int) -> bytes:
        data = os.pread(self._fd, max(0, min(size, self.end - self._at)), self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: self.begin, os.SEEK_CUR: self._at, os.SEEK_END: self.end}[whence]
        self._at = max(self.begin, base + offset)
        return self.tell()

    def tell(self) -> int:
        return self._at - self.begin


class OggLink(Part):
    """A link of a chain. Its end is the file's until `read` or `find_end` has come to the next one.

    Only after `find_end` may it be searched.
    """

    is_ogg = True

    def __init__(self, fd: int, begin: int) -> None:
        super().__init__(fd, begin, _measure(fd))
        self._searched = begin
        self.streams = 0
        """Streams beside one another, such as sound and pictures."""
        while (page := read_page(os.pread(fd, HEADER + 255, self._searched))) and page.flags & BEGIN_OF_STREAM:
            self.streams += 1
            self._searched += page.size
        self.is_ended = False
        """Whether its end is known."""
        self.has_last_page = False
        """Whether a stream's last page has been read; behind it may be junk, so that the end is not known yet."""

    @property
    def stream(self) -> "LinkStream":
        return LinkStream(self)

    def read(self, size: int) -> bytes:
        self._search(self._at + size)
        return super().read(size)

    def find_end(self) -> int:
        while not self.is_ended:
            self._search(self._searched + SEARCHED)
        return self.end

    def read_last_page(self) -> Page | None:
        """The last page, which may be cut off. The end must be known."""
        end = self.end
        while end > self.begin:
            begin = max(self.begin, end - PAGE)
            tail = os.pread(self._fd, end - begin + HEADER + 255, begin)[: self.end - begin]
            at = tail.rfind(OGG)
            if at >= 0:
                page = read_page(tail[at : at + HEADER + 255])
                return page and page._replace(is_whole=begin + at + page.size <= self.end)
            end = begin  # there is junk behind the last page
        return None

    def _search(self, wanted: int) -> None:
        """Look for the next link's first page up to `wanted`; where the file ends, there is none."""
        if self.is_ended or wanted <= self._searched:
            return
        data = os.pread(self._fd, wanted - self._searched + HEADER + 255, self._searched)
        at = _find_first_page(data)
        self.has_last_page = self.has_last_page or _has_last_page(data[:at])
        if at is not None:
            self.end = self._searched + at
        self.is_ended = at is not None or self._searched + len(data) >= self.end
        self._searched = wanted


class LinkStream:
    """A link to be read in order only: without `seek`, FFmpeg does not look for an end of its own."""

    def __init__(self, link: OggLink) -> None:
        self._link = link

    def read(self, size: int) -> bytes:
        return self._link.read(size)


def read_page(data: bytes) -> Page | None:
    """The header of a page at the beginning of `data`, None if there is none."""
    if not data.startswith(OGG) or len(data) < HEADER:
        return None
    size = HEADER + data[26] + sum(data[HEADER : HEADER + data[26]])
    granule = int.from_bytes(data[6:14], "little", signed=True)
    return Page(data[5], granule, data[14:18], size, len(data) >= size)


def split_file(fd: int) -> Iterator[Part]:
    """The parts of a file in order; the next one is looked for when it is asked for. `fd` must stay open.

    Raises OSError if the file cannot be read.
    """
    size = _measure(fd)
    if not size:  # nothing that could be looked at twice
        yield Part(fd, 0, 0)
        return
    begin: int | None = find_sound(fd)
    while begin is not None:
        if os.pread(fd, len(OGG), begin) == OGG:
            link = OggLink(fd, begin)
            yield link
            end = link.find_end()
            begin = end if end < size else None
        else:
            end, following, said = _find_span(fd, begin, size)
            is_known = begin < TAG_BYTES and os.pread(fd, 1, begin) == MPEG
            part = Part(fd, 0 if is_known else begin, end)
            part.is_cut_off = said is not None and said > size + 1  # a missing pad byte is no loss
            part.is_last = following is None
            yield part
            begin = following


def find_sound(fd: int) -> int:
    """Where the sound's own format begins: behind ID3v2 tags and zeros."""
    begin = 0
    while True:
        head = os.pread(fd, ZEROS, begin)
        if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 128:
            length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            begin += 10 + length + 10 * (head[5] >> 4 & 1)
        elif len(head) == ZEROS and not any(head):
            begin = _skip_zeros(fd, begin)
        else:
            return begin if head else 0


def _skip_zeros(fd: int, begin: int) -> int:
    while data := os.pread(fd, SEARCHED, begin):
        rest = data.lstrip(b"\0")
        begin += len(data) - len(rest)
        if rest:
            break
    return begin


def _find_span(fd: int, begin: int, size: int) -> tuple[int, int | None, int | None]:
    """Where the file that begins at `begin` ends, where the next one begins behind it, if one does, and its end as its
    own head says it, perhaps beyond `size`."""
    said = lengths.find_end(fd, begin, size)
    if said is None:
        return size, None, None
    if said == lengths.UNKNOWN:
        following = lengths.find_next(fd, begin + ZEROS, size, os.pread(fd, 4, begin))
        return following or size, following, None
    if said >= size:
        return size, None, said
    following = lengths.find_next(fd, said, size)
    is_exact = os.pread(fd, 4, begin) in JUNK_HARMS
    return said if is_exact else following or size, following, said


def _has_last_page(data: bytes) -> bool:
    """Whether the last page of a stream begins in `data`."""
    at = data.find(OGG)
    while at >= 0 and len(data) - at > len(OGG):
        if data[at + 5] & END_OF_STREAM and data[at + 5] < 8:
            return True
        at = data.find(OGG, at + len(OGG))
    return False


def _find_first_page(data: bytes) -> int | None:
    """Where the first page of a stream begins in `data`, if one does."""
    at = data.find(OGG)
    while at >= 0 and len(data) - at > len(OGG):
        if data[at + 5] & BEGIN_OF_STREAM and data[at + 5] < 8 and data[at + 6 : at + 14] in (bytes(8), b"\xff" * 8):
            return at
        at = data.find(OGG, at + len(OGG))
    return None


def _measure(fd: int) -> int:
    """Bytes in the file; 0 for what is none, such as a pipe."""
    status = os.fstat(fd)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
