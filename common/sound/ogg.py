"""Ogg: pages, and the links of a chain (RFC 3533).

An Ogg stream ends where the next one begins, or something that is no page, which only reading shows. So a link is read
once from its beginning without being searched beforehand; only for a seek its end is looked for first. Knows pages;
nothing of what is in them.
"""

import os
from typing import Final, NamedTuple

from bandstand.common.sound import search
from bandstand.common.sound.part import Part, measure_file

OGG: Final = b"OggS\0"
"""Capture pattern and version of a page of Ogg, RFC 3533 section 6."""
BEGIN_OF_STREAM, END_OF_STREAM = 2, 4
HEADER: Final = 27
"""Bytes of a page's header before its table of segments."""
PAGE: Final = HEADER + 255 + 255 * 255
"""The longest page of Ogg."""
SEARCHED: Final = 1 << 20
"""Bytes that are searched at once."""


class Page(NamedTuple):
    """The header of a page of Ogg. `is_whole` is false if the page goes on after the bytes that there are."""

    flags: int
    granule: int
    serial: bytes
    size: int
    is_whole: bool = True


class OggLink(Part):
    """A link of a chain. Its end is the file's until `read` or `find_end` has come to the next one.

    Only after `find_end` may it be searched.
    """

    def __init__(self, fd: int, begin: int) -> None:
        super().__init__(fd, begin, measure_file(fd))
        self._searched = begin
        self.streams = 0
        """Streams beside one another, such as sound and pictures."""
        while (page := read_page(os.pread(fd, HEADER + 255, self._searched))) and page.flags & BEGIN_OF_STREAM:
            self.streams += 1
            self._searched += page.size
        self._last = self._searched - HEADER
        """The last page that was passed."""
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

    def find_end(self) -> None:
        self._search(self.end)

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

    def find_following(self) -> int | None:
        self.find_end()
        return self.following

    def _search(self, wanted: int) -> None:
        """Go from page to page up to `wanted`, until another link or another file begins."""
        while not self.is_ended and self._searched < wanted:
            size = min(wanted - self._searched, SEARCHED)
            data = os.pread(self._fd, size + HEADER + 255, self._searched)
            self._walk_pages(data, size)

    def _walk_pages(self, data: bytes, size: int) -> None:
        """The pages that begin in the first `size` bytes of `data`."""
        begin, at = self._searched, 0
        while at < size and begin + at < self.end:
            page = read_page(data[at : at + HEADER + 255])
            if page is None:
                self._pass_junk(begin + at)
                return
            if page.flags & BEGIN_OF_STREAM and page.granule in (0, -1):
                self._end_at(begin + at, begin + at)
                return
            self.has_last_page = self.has_last_page or bool(page.flags & END_OF_STREAM)
            self._last = begin + at
            at += page.size
        self._searched = begin + at
        self.is_ended = self._searched >= self.end

    def _pass_junk(self, lost: int) -> None:
        """Go on behind what stands at `lost`, which may have cut off the last page."""
        page = self._find_page(lost)
        found = search.find_next(self._fd, min(lost, self._last + HEADER), self.end if page is None else page)
        if found is not None:
            self._end_at(min(lost, found), found)
        elif page is not None:
            self._searched = page
        else:
            self.end, self.is_ended = lost, True

    def _find_page(self, begin: int) -> int | None:
        while begin < self.end:
            data = os.pread(self._fd, SEARCHED + HEADER, begin)
            at = data.find(OGG)
            if 0 <= at < SEARCHED:
                return begin + at
            begin += SEARCHED
        return None

    def _end_at(self, end: int, following: int) -> None:
        self.end, self.following, self.is_ended = end, following, True


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
