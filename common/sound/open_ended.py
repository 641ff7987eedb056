"""Parts of which nothing says where they end: frames without a structure around them, and FLAC.

They are not searched beforehand, which would take longer than a song may take to be heard: frames are walked through as
they are read, and FLAC ends where its decoder has come to the last sample. Only before a seek their end is looked for.
Knows where frames stand; nothing of what is in them.
"""

import os
from typing import Final

from bandstand.common.sound import framed, search
from bandstand.common.sound.outer_tags import are_tags_only
from bandstand.common.sound.part import Part, measure_file

FAR: Final = 1 << 20
"""Bytes ahead of what has been walked through, beyond which a reader only looks for tags."""
FLAC: Final = b"fLaC"
FLAC_FRAME: Final = b"\xff\xf8"
"""The beginning of a frame of a fixed number of samples, behind which its own number stands after two bytes."""
FLAC_HEAD: Final = 42
PROBES: Final = (0.13, 0.31, 0.47, 0.59, 0.73, 0.89, 1.0)
"""Places in a file, as a share of its length, at which its frames' numbers are looked at."""
PROBED: Final = 1 << 16
LEEWAY: Final = 0.25
"""How far a frame's number may be from its place, both as a share of the whole."""


class FramedPart(Part):
    """Frames that nothing surrounds. Its end is the file's until `read` or `find_end` has come to another file.

    What stands between frames is read as zeros, which decoders pass over, so that no noise is made of it. `sound` is
    where the first frame stands, behind a tag.
    """

    def __init__(self, fd: int, begin: int, sound: int) -> None:
        size = measure_file(fd)
        super().__init__(fd, begin, size)
        self._size = size
        self._walked = self._first = sound
        self._last = sound
        """The last frame that was found."""
        self._junk: list[tuple[int, int]] = []
        frame = framed.parse_header(os.pread(fd, framed.HEADER, sound))
        assert frame is not None
        self._kind, self._key = frame.kind, frame.key
        self._sizes: dict[bytes, int] = {}
        self._is_guessed = False
        self.is_ended = False

    @property
    def is_file(self) -> bool:
        return False

    @property
    def passed_over(self) -> list[int]:
        """Bytes of each stretch that was found to be no sound: tags in the middle, junk, damage."""
        return [end - begin for begin, end in self._junk]

    @property
    def share(self) -> float:
        """The share of its bytes that are frames."""
        size = self.end - self.begin
        return 1 - sum(end - begin for begin, end in self._junk if begin < self.end) / size if size else 1

    def read(self, size: int) -> bytes:
        if self._at <= self._walked + FAR:
            self._walk(self._at + size)
        begin = self._at
        data = super().read(size)
        for first, last in self._junk:
            if first < begin + len(data) and last > begin:
                first, last = max(first - begin, 0), min(last - begin, len(data))
                data = data[:first] + bytes(last - first) + data[last:]
        return data

    def find_end(self) -> None:
        self._walk(self._size)

    def guess_end(self) -> None:
        """Take the file's end, as long as nothing else is read, if frames stand everywhere that is looked at."""
        window = (framed.AGREEING + 2) * framed.get_longest(self._kind)
        places = [int(share * (self._size - window)) for share in PROBES]
        self._is_guessed = places[0] > 0 and all(self._has_frames(place, window) for place in places)
        if not self._is_guessed:
            self.find_end()

    def _has_frames(self, place: int, window: int) -> bool:
        found = search.find_frames(os.pread(self._fd, window, place))
        frame = None if found is None else framed.parse_header(os.pread(self._fd, framed.HEADER, place + found))
        return frame is not None and (frame.kind, frame.key) == (self._kind, self._key)

    def find_following(self) -> int | None:
        if not self._is_guessed:
            self.find_end()
        return self.following

    def _walk(self, wanted: int) -> None:
        while not self.is_ended and self._walked < wanted:
            data = os.pread(self._fd, min(wanted - self._walked, search.WINDOW) + framed.LONGEST, self._walked)
            self._walk_frames(data, self._walked + len(data) >= self._size)

    def _walk_frames(self, data: bytes, is_end: bool) -> None:
        """Go from frame to frame; where none stands any more, look for the next, or for another file."""
        begin, at = self._walked, 0
        end = len(data) if is_end else len(data) - framed.LONGEST
        may_begin = any(mark in data for mark in framed.INFO_MARKS)
        while at < end:
            size = self._get_size(data, at)
            if not size:
                self._pass_junk(begin + at)
                return
            if may_begin and begin + at != self._first and framed.read_info(data, at) is not None:
                self._end_at(begin + at, begin + at)
                return
            self._last = begin + at
            at += size
        self._walked, self.is_ended = begin + at, is_end

    def _get_size(self, data: bytes, at: int) -> int:
        """Bytes of the frame at `at`; 0 if none of this stream stands there. MPEG's headers repeat."""
        head = data[at : at + framed.HEADER]
        known = head[: framed.MPEG_HEADER] if self._kind in framed.MPEG_KINDS else head
        size = self._sizes.get(known)
        if size is None:
            frame = framed.parse_header(head)
            size = frame.size if frame and (frame.kind, frame.key) == (self._kind, self._key) else 0
            if len(head) == framed.HEADER and known is not head:
                self._sizes[known] = size
        return size

    def _pass_junk(self, lost: int) -> None:
        """Go on behind what stands at `lost`. The last frame may have been cut off by it."""
        found = search.find_next(self._fd, min(lost, self._last + framed.HEADER), self._size)
        if found is None:
            self.end = lost
            if not are_tags_only(self._fd, lost, self._size):
                self._junk.append((lost, self._size))
            self._walked, self.is_ended = self._size, True
            return
        head = os.pread(self._fd, framed.LONGEST, found)
        frame = framed.parse_header(head)
        if frame is None or frame.kind != self._kind or framed.read_info(head) is not None:
            self._end_at(min(lost, found), found)
            return
        self._key = frame.key
        self._sizes.clear()
        if found > lost:
            self._junk.append((lost, found))
        self._walked = self._last = found

    def _end_at(self, end: int, following: int) -> None:
        self.end, self.following = end, following
        self.is_ended, self.is_last = True, False


class FlacPart(Part):
    """FLAC, whose frames say their number but not their length."""

    def __init__(self, fd: int, begin: int) -> None:
        super().__init__(fd, begin, measure_file(fd))
        self.reached = begin + FLAC_HEAD
        """The last frame that was decoded, behind which the end is looked for."""
        self._is_known = False

    def find_end(self) -> None:
        self._is_known = True
        if not self._is_alone():
            self.following = search.find_next(self._fd, self.begin + FLAC_HEAD, self.end)
            self.end, self.is_last = self.following or self.end, self.following is None

    def find_following(self) -> int | None:
        if self._is_known:
            return self.following
        return search.find_next(self._fd, self.reached, self.end)

    def _is_alone(self) -> bool:
        """Whether the file's frames are numbered from its beginning to its end as one stream's are."""
        head = self.read_at(0, FLAC_HEAD)
        block, longest = int.from_bytes(head[8:10], "big"), int.from_bytes(head[15:18], "big") or PROBED
        total = int.from_bytes(head[21:26], "big") & 0xF_FFFF_FFFF
        if not block or not total:
            return False
        last, size = (total - 1) // block, self.end - self.begin
        tail = self.read_at(max(0, size - longest - PROBED), longest + PROBED)
        if last < len(PROBES) or last not in _list_numbers(tail):
            return False
        return all(self._is_numbered(share, last) for share in PROBES[:-1])

    def _is_numbered(self, share: float, last: int) -> bool:
        """Whether the frames at a place, a share of the whole, have about the numbers of this place."""
        numbers = _list_numbers(self.read_at(int(share * (self.end - self.begin)), PROBED))
        return any(abs(number / last - share) < LEEWAY for number in numbers)


def _list_numbers(data: bytes) -> set[int]:
    """The numbers of the frames of FLAC that seem to begin in `data`, coded as UTF-8 codes letters."""
    numbers, at = set(), data.find(FLAC_FRAME)
    while at >= 0:
        first = data[at + 4 : at + 5]
        width = 8 - (first[0] ^ 0xFF).bit_length() if first else 0
        if first and width != 1:
            number = first[0] & (0x7F >> width)
            for byte in data[at + 5 : at + 4 + width]:
                number = number << 6 | byte & 0x3F
            numbers.add(number)
        at = data.find(FLAC_FRAME, at + 1)
    return numbers
