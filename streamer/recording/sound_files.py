"""The sound files of a recording: FLAC, Opus in Ogg, and MP3, each of which is a file that plays at any moment.

A file is only ever appended to, so that what a crash leaves behind is a good file up to its last whole frame (`mend`
cuts off the rest). What comes at the front but is known last, the chapters, has room there from the beginning: a
padding block in FLAC (RFC 9639 section 8.3), padding behind the comments in Ogg Opus (RFC 7845 section 5.2), padding in
an ID3 tag. `write_head` fills it in place, so it changes no byte of the sound, and may be done again.

Chapters are what players know: `CHAPTER001=00:00:00.000` and `CHAPTER001NAME=...` (Xiph's chapter extension) in FLAC
and Opus, frames CHAP and CTOC in ID3v2.

Knows open files and bytes; nothing of folders, threads and time.
"""

import os
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Final, Protocol

from bandstand.common.sound.lame import BITRATES
from bandstand.common.text import cut_bytes
from bandstand.common.types import CHANNELS, RATE
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.codecs.containers import (
    BEGINS,
    ENDS,
    FLAC_BITS,
    FLAC_RATE,
    STREAMINFO,
    VENDOR,
    VORBIS_COMMENT,
    Comments,
    Container,
    Mpeg,
    Ogg,
    compute_checksum,
    make_opus_head,
    make_opus_tags,
    make_page,
    make_vorbis_comment,
)
from bandstand.streamer.codecs.encoder import Codec
from bandstand.streamer.codecs.flac import Flac
from bandstand.streamer.codecs.flacframe import compute_crc_8, compute_crc_16, count_coded_bytes, make_stream_info
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.codecs.opus import Opus

ROOM: Final = 48_000
"""Bytes for titles and chapters at the front: 300 songs, or so."""
TAIL: Final = 1 << 18
"""Bytes at the end of a file in which its last whole frame is looked for: more than one frame or page ever has."""
PADDING: Final = 1
LAST: Final = 0x80
FLAC_MARK: Final = b"fLaC"
FLAC_HEAD: Final = len(FLAC_MARK) + 4 + 34
"""Bytes before the comments."""
OPUS_TAGS_AT: Final = 27 + 1 + 19
"""Where the page with the comments begins: behind the one with the head."""
TITLE_BYTES: Final = (200, 80, 30)
"""How long titles of chapters are, at most; the next is tried where they have no room."""


@dataclass(frozen=True)
class Chapter:
    start: float
    """Seconds from the beginning."""
    title: str


@dataclass(frozen=True)
class Head:
    """What stands at the front of a finished file."""

    title: str
    artist: str
    date: str
    """As 2026-11-27."""
    chapters: Sequence[Chapter] = ()
    seconds: float = 0.0


class Layout(Protocol):
    """How a format's files are laid out."""

    def make_front(self, head: Head) -> bytes:
        """The first bytes of a new file."""
        ...

    def make_container(self, front: bytes) -> Container:
        """For the sound behind that front; begins nothing."""
        ...

    def write_head(self, file: BinaryIO, head: Head, frames: int) -> None:
        """Write titles and chapters, and the length, into the room at the front."""
        ...

    def mend(self, file: BinaryIO) -> int:
        """Cut off what is no whole frame at the end; returns the frames of sound that are left, 0 for none."""
        ...


class SoundFile:
    """A file that is written. Not thread-safe. Methods raise OSError where the disk does."""

    def __init__(self, file: BinaryIO, format: str, bitrate: int, head: Head) -> None:
        """`file` is empty, unbuffered, and may be read, too."""
        self.file = file
        self._layout = LAYOUTS[format]
        self._codec: Codec = FORMATS[format].codec(bitrate)
        front = self._layout.make_front(head)
        self._container = self._layout.make_container(front)
        self._frames = 0
        write_all(file, front)

    def write(self, samples: Samples) -> None:
        """Append sound of shape (any, CHANNELS)."""
        self._frames += len(samples)
        packets = self._codec.packets(samples)
        if packets:
            write_all(self.file, self._container.pack(packets))

    def finish(self, head: Head) -> None:
        """Write what the codec still holds, and the head; the file is whole then."""
        last = self._codec.finish(zeros(0))
        write_all(self.file, self._container.end(last, self._frames))
        self._layout.write_head(self.file, head, self._frames)

    def sync(self) -> None:
        """Bring all to the disk."""
        os.fdatasync(self.file.fileno())

    def close(self) -> None:
        self._codec.close()
        self.file.close()


def mend_file(file: BinaryIO, format: str, make_head: Callable[[float], Head]) -> float:
    """Make a file whole that a crash left behind; returns its seconds, 0 for one that has no sound.

    `make_head` is given those.
    """
    layout = LAYOUTS[format]
    frames = layout.mend(file)
    if frames:
        layout.write_head(file, make_head(frames / RATE), frames)
    return frames / RATE


# Chapters


def format_chapter_time(seconds: float) -> str:
    """`00:03:05.250`"""
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def make_comments(head: Head, longest: int, most: int = 999) -> Comments:
    """Vorbis comments with the chapters, each title of at most `longest` bytes."""
    made = [("TITLE", head.title), ("ARTIST", head.artist), ("DATE", head.date)]
    for number, chapter in enumerate(head.chapters[:most], 1):
        made.append((f"CHAPTER{number:03}", format_chapter_time(chapter.start)))
        made.append((f"CHAPTER{number:03}NAME", cut_bytes(chapter.title, longest)))
    return made


def fit(make: Callable[[int, int], bytes], room: int, chapters: int) -> bytes:
    """What `make` gives for the longest titles, and the most chapters, for which it has room."""
    most = min(999, chapters)
    while True:
        for longest in TITLE_BYTES:
            data = make(longest, most)
            if len(data) <= room:
                return data
        most = most * 3 // 4


# FLAC


class FlacFile:
    """FLAC by itself, without Ogg, as players and editors know it best."""

    def make_container(self, front: bytes) -> Container:
        return Mpeg(0)  # frames that follow each other

    def make_front(self, head: Head) -> bytes:
        info = make_stream_info(Flac.frame, FLAC_RATE, CHANNELS, FLAC_BITS)
        return FLAC_MARK + make_block(STREAMINFO, info) + self._make_comments(head)

    def write_head(self, file: BinaryIO, head: Head, frames: int) -> None:
        info = bytearray(make_stream_info(Flac.frame, FLAC_RATE, CHANNELS, FLAC_BITS))
        packed = int.from_bytes(info[10:18], "big") | frames & (1 << 36) - 1  # RFC 9639 section 8.2
        info[10:18] = packed.to_bytes(8, "big")
        overwrite(file, len(FLAC_MARK), make_block(STREAMINFO, bytes(info)) + self._make_comments(head))

    def _make_comments(self, head: Head) -> bytes:
        def make(longest: int, most: int) -> bytes:
            return make_block(VORBIS_COMMENT, make_vorbis_comment(make_comments(head, longest, most), VENDOR))

        data = fit(make, ROOM, len(head.chapters))
        return data + make_block(LAST | PADDING, bytes(ROOM + 4 - len(data)))

    def mend(self, file: BinaryIO) -> int:
        """The frames are contiguous, so all that is before a frame's beginning is whole."""
        begin, tail = read_tail(file)
        sound = max(FLAC_HEAD + ROOM + 8 - begin, 0)
        end = len(tail)
        while (at := find_last_frame(tail, sound, end)) is not None:
            if compute_crc_16(tail[at : end - 2]) == int.from_bytes(tail[end - 2 : end], "big"):
                number, size = read_frame_head(tail, at)
                file.truncate(begin + end)
                return number * Flac.frame + size
            end = at
        file.truncate(begin + sound)
        return 0


def make_block(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(3, "big") + data


def find_last_frame(data: bytes, begin: int, end: int) -> int | None:
    """Where the last frame begins before `end`: its sync code and the checksum of its head are right."""
    at = end
    while (at := data.rfind(b"\xff\xf8", begin, at)) >= 0:
        if is_frame_head(data, at):
            return at
        at += 1
    return None


def is_frame_head(data: bytes, at: int) -> bool:
    if len(data) < at + 16 or data[at + 2] & 0xF != 0xA:  # 48 kHz
        return False
    length = measure_frame_head(data, at)
    return compute_crc_8(data[at : at + length]) == data[at + length]


def measure_frame_head(data: bytes, at: int) -> int:
    """Bytes of a frame's head before its checksum, RFC 9639 section 9.1."""
    return 4 + count_coded_bytes(data[at + 4]) + {6: 1, 7: 2}.get(data[at + 2] >> 4, 0)


def read_frame_head(data: bytes, at: int) -> tuple[int, int]:
    """A frame's number, and its samples."""
    length = count_coded_bytes(data[at + 4])
    number = data[at + 4] if length == 1 else data[at + 4] & (1 << (7 - length)) - 1
    for byte in data[at + 5 : at + 4 + length]:
        number = number << 6 | byte & 0x3F
    extra = data[at + 4 + length :]
    size = {6: extra[0] + 1, 7: int.from_bytes(extra[:2], "big") + 1}.get(data[at + 2] >> 4, int(Flac.frame))
    return number, size


# Opus


class OpusFile:
    """One logical Ogg stream."""

    def __init__(self) -> None:
        self._pre_skip = 0

    @property
    def pre_skip(self) -> int:
        if not self._pre_skip:
            codec = Opus(64)
            self._pre_skip = codec.pre_skip
            codec.close()
        return self._pre_skip

    def make_container(self, front: bytes) -> Container:
        container = Ogg(read_serial(front), int(Opus.frame), [b"", b""], self.pre_skip)
        container.header()  # the two pages of the front have the numbers 0 and 1
        return container

    def make_front(self, head: Head) -> bytes:
        serial = random.getrandbits(31)
        first = make_page(serial, 0, 0, [make_opus_head(CHANNELS, self.pre_skip)], BEGINS)
        return first + self._make_comments(head, serial)

    def write_head(self, file: BinaryIO, head: Head, frames: int) -> None:
        file.seek(0)
        overwrite(file, OPUS_TAGS_AT, self._make_comments(head, read_serial(file.read(OPUS_TAGS_AT))))

    def _make_comments(self, head: Head, serial: int) -> bytes:
        def make(longest: int, most: int) -> bytes:
            return make_opus_tags(make_comments(head, longest, most))

        return make_page(serial, 1, 0, [fit(make, ROOM, len(head.chapters)).ljust(ROOM, b"\0")])

    def mend(self, file: BinaryIO) -> int:
        """The last whole page becomes the end of the stream."""
        begin, tail = read_tail(file)
        at = len(tail)
        while (at := tail.rfind(b"OggS", 0, at)) >= 0:
            page = cut_page(tail, at)
            if page is not None:
                return self._end_with(file, begin + at, page)
            at += 3
        return 0

    def _end_with(self, file: BinaryIO, at: int, page: bytes) -> int:
        file.truncate(at + len(page))
        granule, _, sequence = struct.unpack_from("<qII", page, 6)
        if sequence < 2:
            return 0  # nothing but the front
        ended = page[:5] + bytes([page[5] | ENDS]) + page[6:22] + bytes(4) + page[26:]
        overwrite(file, at, ended[:22] + struct.pack("<I", compute_checksum(ended)) + ended[26:])
        return max(0, int(granule) - self.pre_skip)


def read_serial(front: bytes) -> int:
    """The serial number of the stream that begins so."""
    return int.from_bytes(front[14:18], "little")


def cut_page(data: bytes, at: int) -> bytes | None:
    """The page that begins there, if it is whole and its checksum is right."""
    if len(data) < at + 27:
        return None
    body = at + 27 + data[at + 26]
    end = body + sum(data[at + 27 : body])
    if len(data) < end or len(data) < body:
        return None
    page = data[at:end]
    checked = compute_checksum(page[:22] + bytes(4) + page[26:])
    return page if checked == int.from_bytes(page[22:26], "little") else None


# MP3


class Mp3File:
    """MP3 frames of one size behind an ID3v2 tag."""

    def make_container(self, front: bytes) -> Container:
        return Mpeg(0)

    def make_front(self, head: Head) -> bytes:
        def make(longest: int, most: int) -> bytes:
            return b"".join(list_id3_frames(head, longest, most))

        size = ROOM - 10
        lengths = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
        return b"ID3\x04\x00\x00" + lengths + fit(make, size, min(255, len(head.chapters))).ljust(size, b"\0")

    def write_head(self, file: BinaryIO, head: Head, frames: int) -> None:
        overwrite(file, 0, self.make_front(head))

    def mend(self, file: BinaryIO) -> int:
        """Frames of one bit rate and without a reservoir have all the same size."""
        file.seek(ROOM)
        begin = file.read(4)
        if len(begin) < 4 or begin[0] != 0xFF or not 1 <= begin[2] >> 4 <= len(BITRATES):
            file.truncate(min(ROOM, file.seek(0, os.SEEK_END)))
            return 0
        size = BITRATES[(begin[2] >> 4) - 1] * 1000 // 8 * 1152 // RATE
        whole = (file.seek(0, os.SEEK_END) - ROOM) // size
        file.truncate(ROOM + whole * size)
        return max(0, whole) * 1152


def list_id3_frames(head: Head, longest: int, most: int) -> Iterator[bytes]:
    """Title, artist, date, and `most` chapters in the order of time, which some players go by."""
    from mutagen.id3 import CHAP, CTOC, TDRC, TIT2, TPE1, CTOCFlags  # seldom needed, and slow to import

    yield make_id3_frame(TIT2(encoding=3, text=[head.title]))
    yield make_id3_frame(TPE1(encoding=3, text=[head.artist]))
    yield make_id3_frame(TDRC(encoding=3, text=[head.date]))
    chapters = list(head.chapters[:most])
    names = [f"chp{number}" for number in range(len(chapters))]
    if chapters:
        flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
        yield make_id3_frame(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    ends = [chapter.start for chapter in chapters[1:]] + [head.seconds]
    for name, chapter, end in zip(names, chapters, ends, strict=False):
        times = {"start_time": round(chapter.start * 1000), "end_time": round(max(end, chapter.start) * 1000)}
        unknown = {"start_offset": 0xFFFFFFFF, "end_offset": 0xFFFFFFFF}
        title = TIT2(encoding=3, text=[cut_bytes(chapter.title, longest)])
        yield make_id3_frame(CHAP(element_id=name, **times, **unknown, sub_frames=[title]))


def make_id3_frame(frame: Any) -> bytes:
    """A frame as ID3v2.4 has it; a whole tag would have its frames sorted by size."""
    from mutagen.id3 import ID3

    tags, data = ID3(), BytesIO()
    tags.add(frame)
    tags.save(data, v2_version=4, padding=lambda info: 0)
    return data.getvalue()[10:]


LAYOUTS: Final[dict[str, Layout]] = {"flac": FlacFile(), "opus": OpusFile(), "mp3": Mp3File()}


def write_all(file: BinaryIO, data: bytes) -> None:
    """An unbuffered file may take a part only, where the disk is nearly full; then the next part fails."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def overwrite(file: BinaryIO, at: int, data: bytes) -> None:
    """Write over bytes that are there, and go back to the end."""
    file.seek(at)
    write_all(file, data)
    file.seek(0, os.SEEK_END)


def read_tail(file: BinaryIO) -> tuple[int, bytes]:
    """The end of the file, and where that begins."""
    begin = max(0, file.seek(0, os.SEEK_END) - TAIL)
    file.seek(begin)
    return begin, file.read(TAIL)
