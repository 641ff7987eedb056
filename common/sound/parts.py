"""The parts of a sound file: one for most, several where files were put one behind the other.

Ogg chains them by its specification (RFC 3533, section 4); `cat` makes such files of any format, of one or of several
kinds, also of Ogg streams with the same serial number, which the specification forbids. FFmpeg plays the first part, or
goes on with the wrong rate, so each part is read as a file of its own. Here, too, is what may stand before the sound:
ID3v2 tags (FFmpeg gives up at 1 MiB of them) and zeros.

    part.py        bytes to be read as a file      lengths.py  the end that a head says
    ogg.py         a link of a chain               search.py   the next file in what is left
    open_ended.py  frames, and FLAC                framed.py   headers of frames

Knows bytes; nothing of FFmpeg.
"""

import os
from collections.abc import Iterator
from typing import Final

from bandstand.common.sound import framed, lengths, search
from bandstand.common.sound.ogg import OGG, OggLink
from bandstand.common.sound.open_ended import FLAC, FlacPart, FramedPart
from bandstand.common.sound.outer_tags import (
    APE_MARK,
    ID3,
    ID3_HEAD,
    ID3V1_MARK,
    are_tags_only,
    list_behind,
    skip_ape,
    skip_id3,
    skip_id3_tags,
)
from bandstand.common.sound.part import Part, measure_file

SEARCHED: Final = 1 << 20
"""Bytes that are searched at once."""
JUNK_HARMS: Final = (b".snd", b"riff", b"caff", b"wvpk", b"MPCK")
"""Beginnings of formats of which FFmpeg takes for sound, or for damage, what stands behind the end by their head."""
TAG_BYTES: Final = 512 << 10
"""As much may stand before MPEG audio for FFmpeg to find it by itself, with its tags."""
READ_BY_FFMPEG: Final = (ID3V1_MARK, APE_MARK[:4])
"""Beginnings of tags behind MPEG audio that it does not take for damaged sound."""
MPEG: Final = b"\xff"
"""The first byte of a frame of MP3 or AAC."""
MOST_JUNK: Final = 256 << 10
"""Bytes of junk behind which a sound is looked for. FFmpeg looks for MP3 in about as much."""
ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""Beginnings of files in which others are packed; that of tar stands further on."""
TAR_MARK, TAR_PLACE = b"ustar", 257
ZEROS: Final = 64
"""Fewer zeros than this may belong to a format's header."""
MP4_LENGTH: Final = 4
"""Bytes of the length that stands before the name of MP4's first box."""
PCM_KINDS: Final = (1, 3, 0xFFFE)
"""Kinds of samples in a WAV in which the beginning of another file cannot be a part of the sound."""


def split_file(fd: int, start: int | None = None) -> Iterator[Part]:
    """The parts of a file in order; the next one is looked for when it is asked for. `fd` must stay open.

    With `start` the first one begins there. Raises OSError if the file cannot be read.
    """
    size = measure_file(fd)
    if not size:  # nothing that could be looked at twice
        yield Part(fd, 0, 0)
        return
    begin: int | None = find_sound(fd) if start is None else start
    is_first = True
    while begin is not None:
        part = _make_part(fd, begin, size, is_first)
        yield part
        is_first = False
        begin = part.find_following()


def _make_part(fd: int, begin: int, size: int, is_first: bool) -> Part:
    head = os.pread(fd, framed.RUN, begin)
    if head.startswith(OGG):
        return OggLink(fd, begin)
    if head.startswith(FLAC):
        return FlacPart(fd, begin)
    is_behind_id3 = is_first and 0 < begin == skip_id3_tags(fd) < TAG_BYTES
    first = 0 if is_behind_id3 and head.startswith(MPEG) else begin
    if framed.is_certain(head, 0, len(head) < framed.RUN):
        return _make_framed(fd, first, begin, head)
    end, following, said = _find_span(fd, begin, size)
    part = Part(fd, first, end)
    part.is_cut_off = said is not None and said > size + 1  # a missing pad byte is no loss
    part.is_recognised = search.HEADS.match(head) is not None
    part.following, part.is_last = following, following is None
    return part


def _make_framed(fd: int, first: int, begin: int, head: bytes) -> Part:
    """Frames from `begin` on, of which their encoder's word of the whole may tell where they end."""
    size = measure_file(fd)
    length = framed.read_info(head)
    end = begin + length if length else 0
    if not length or end > size or not _runs_to(fd, begin, end):
        frames = FramedPart(fd, first, begin)
        frames.is_cut_off = end > size
        return frames
    if are_tags_only(fd, end, size):
        is_plain = all(os.pread(fd, 4, tag.begin).startswith(READ_BY_FFMPEG) for tag in list_behind(fd, size))
        return Part(fd, first, size if is_plain else end)
    following = search.find_next(fd, end, size)
    if following is not None and _goes_on(fd, following, head):
        return FramedPart(fd, first, begin)  # what was said is not true any more
    part = Part(fd, first, end)
    part.following, part.is_last = following, following is None
    return part


def _runs_to(fd: int, begin: int, end: int) -> bool:
    """Whether frames stand up to `end`, as in a file of which nothing is missing, by those at its end."""
    at = max(begin, end - (framed.AGREEING + 2) * framed.MPEG_LONGEST)
    data = os.pread(fd, end - at, at)
    place = search.find_frames(data)
    while place is not None and place < len(data):
        frame = framed.parse_header(data, place)
        if frame is None:
            return False
        place += frame.size
    return place == len(data)


def _goes_on(fd: int, at: int, head: bytes) -> bool:
    """Whether what begins at `at` are frames of the same kind that begin no file of their own."""
    data = os.pread(fd, framed.LONGEST, at)
    frame, own = framed.parse_header(data), framed.parse_header(head)
    return frame is not None and own is not None and frame.kind == own.kind and framed.read_info(data) is None


def find_sound(fd: int) -> int:
    """Where the sound's own format begins: behind tags and zeros."""
    begin, size = 0, measure_file(fd)
    while True:
        head = os.pread(fd, ZEROS, begin)
        if (end := max(skip_id3(fd, begin), skip_ape(fd, begin))) > begin:
            if end > size:  # its length is wrong
                return search.find_next(fd, begin + ID3_HEAD, size) or begin
            begin = end
        elif len(head) == ZEROS and not any(head):
            begin = _skip_zeros(fd, begin)
        else:
            return begin if head else 0


def find_behind_junk(fd: int, begin: int) -> tuple[int, int] | None:
    """Where a sound begins behind what stands at `begin` and is none, such as the head of an answer by HTTP: its place,
    and that of the tag before it, or its own again. None if there is none within `MOST_JUNK`.

    An archive is left alone: the songs in it are several, and the names that it has for them would be lost.
    """
    data = os.pread(fd, MOST_JUNK, begin)
    if data.startswith(ARCHIVES) or data[TAR_PLACE : TAR_PLACE + len(TAR_MARK)] == TAR_MARK:
        return None
    sound = search.find_next(fd, begin + 1, min(begin + MOST_JUNK, measure_file(fd)))
    if sound is None:
        return None
    tags = (begin + tag.start() for tag in ID3.finditer(data, 0, sound - begin))
    return sound, next((at for at in tags if skip_id3(fd, at) == sound), sound)


def _skip_zeros(fd: int, begin: int) -> int:
    while data := os.pread(fd, SEARCHED, begin):
        rest = data.lstrip(b"\0")
        begin += len(data) - len(rest)
        if rest:
            break
    return _find_mp4(fd, begin) or begin


def _find_mp4(fd: int, at: int) -> int | None:
    """The beginning of an MP4 whose first byte that is not zero stands at `at`: it begins with a length of four."""
    place = os.pread(fd, 2 * MP4_LENGTH, at).find(b"ftyp")
    return at + place - MP4_LENGTH if place >= 0 else None


def _find_span(fd: int, begin: int, size: int) -> tuple[int, int | None, int | None]:
    """Where the file that begins at `begin` ends, where the next one begins behind it, if one does, and its end as its
    own head says it, perhaps beyond `size`."""
    said = lengths.find_end(fd, begin, size)
    if said is None:
        return size, None, None
    if said == lengths.UNKNOWN:
        following = search.find_next(fd, begin + ZEROS, size, _choose_kinds(fd, begin))
        return following or size, following, None
    if said >= size:
        return size, None, said
    following = search.find_next(fd, said, size)
    is_exact = os.pread(fd, 4, begin) in JUNK_HARMS
    return said if is_exact else following or size, following, said


def _choose_kinds(fd: int, begin: int) -> search.Accept:
    """Which beginnings end a file of unknown length: such as its own, and any behind plain samples."""
    head = os.pread(fd, 22, begin)
    if head[:4] == b"RIFF" and head[12:16] == b"fmt " and int.from_bytes(head[20:22], "little") in PCM_KINDS:
        return lambda _: True
    return lambda at: os.pread(fd, 4, at) == head[:4]
