"""Tags around the sound: where they begin and end, before a file's own format and behind it.

Taggers of thirty years left them there in any order, often several: ID3v2 and APE before the sound; ID3v1 (with its
extension `TAG+`), APE, Lyrics3, and ID3v2 with a footer behind it. No format of sound knows of all of them, so their
bytes would be taken for damage, for samples, or for a part of the sound's length.

Knows bytes; what a tag says is for tags.py. Sources: the ID3v2.4 structure document, the APEv2 specification of the
Hydrogenaudio wiki, Lyrics3 v1 and v2 and ID3v1 by their authors' descriptions.
"""

import os
import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

ID3: Final = re.compile(rb"ID3[\x02-\x04]\0[\0-\xf0][\0-\x7f]{4}", re.DOTALL)
ID3_HEAD: Final = 10
HAS_FOOTER: Final = 0x10
"""Of an ID3v2 tag's flags."""
ID3V1_MARK, ID3V1 = b"TAG", 128
EXTENDED_MARK, EXTENDED = b"TAG+", 227
"""An extension of ID3v1, which stands before it."""
APE_MARK, APE_END = b"APETAGEX", 32
"""Mark and length of an APE tag's header, and of its footer; the length that they say counts the footer alone."""
LONGEST_APE: Final = 16 << 20
LYRICS_BEGIN: Final = b"LYRICSBEGIN"
LYRICS_END: Final = re.compile(rb"LYRICS(?:END|200)")
LYRICS_MARK: Final = 9
"""Bytes of either end of Lyrics3."""
LYRICS_SIZE: Final = 6
"""Digits before the second version's end that say how long it is."""
LONGEST_LYRICS: Final = 1 << 20
LONGEST_LYRICS_1: Final = 5200
MOST: Final = 10
"""Tags that are looked at on one side."""


class TagKind(Enum):
    ID3V1 = "ID3v1"
    ID3V2 = "ID3v2"
    APE = "APE"
    OTHER = "other"
    """Nothing that is read here."""


class OuterTag(NamedTuple):
    """The bytes from `begin` to `end`."""

    kind: TagKind
    begin: int
    end: int


def skip_id3(fd: int, at: int) -> int:
    """Where the ID3v2 tag at `at` ends; `at` if there is none."""
    head = os.pread(fd, ID3_HEAD, at)
    if not ID3.match(head):
        return at
    return at + ID3_HEAD + _read_size(head) + ID3_HEAD * bool(head[5] & HAS_FOOTER)


def skip_id3_tags(fd: int) -> int:
    """Where the ID3v2 tags at the file's beginning end."""
    at, end = 0, skip_id3(fd, 0)
    while end > at:
        at, end = end, skip_id3(fd, end)
    return at


def _read_size(head: bytes) -> int:
    """The length of an ID3v2 tag by its header or footer, seven bits in each byte."""
    return head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]


def skip_ape(fd: int, at: int) -> int:
    """Where the APE tag at `at` ends, whose header may be missing before its items only; `at` if there is none."""
    head = os.pread(fd, APE_END, at)
    length = int.from_bytes(head[12:16], "little")
    if not head.startswith(APE_MARK) or not APE_END <= length <= LONGEST_APE:
        return at
    return at + APE_END + length


def pass_tags(fd: int, at: int) -> int:
    """Where the tags end that stand at `at`, behind the sound; `at` if there are none."""
    for _ in range(MOST):
        mark = os.pread(fd, len(LYRICS_BEGIN), at)
        if mark.startswith(APE_MARK):
            end = skip_ape(fd, at)
        elif mark.startswith(LYRICS_BEGIN):
            end = _skip_lyrics(fd, at)
        elif mark.startswith(EXTENDED_MARK) and os.pread(fd, 3, at + EXTENDED) == ID3V1_MARK:
            end = at + EXTENDED
        elif mark.startswith(ID3V1_MARK):
            end = at + ID3V1
        elif os.pread(fd, ID3_HEAD, at)[5:6] and os.pread(fd, ID3_HEAD, at)[5] & HAS_FOOTER:
            end = skip_id3(fd, at)
        else:
            break
        if end <= at:
            break
        at = end
    return at


def are_tags_only(fd: int, at: int, size: int) -> bool:
    """Whether nothing but tags stands from `at` to the end of the file's `size` bytes."""
    return pass_tags(fd, at) >= size or any(tag.begin <= at for tag in list_behind(fd, size))


def _skip_lyrics(fd: int, at: int) -> int:
    found = LYRICS_END.search(os.pread(fd, LONGEST_LYRICS, at))
    return at + found.end() if found else at


def list_behind(fd: int, end: int) -> Iterator[OuterTag]:
    """The tags at the end of the `end` bytes of a file, the last one first."""
    for _ in range(MOST):
        tag = _find_last(fd, end)
        if tag is None or tag.begin < 0:
            return
        yield tag
        end = tag.begin


def _find_last(fd: int, end: int) -> OuterTag | None:
    tail = os.pread(fd, ID3V1, max(0, end - ID3V1))
    if len(tail) == ID3V1 and tail.startswith(ID3V1_MARK):
        return OuterTag(TagKind.ID3V1, end - ID3V1, end)
    if os.pread(fd, len(EXTENDED_MARK), max(0, end - EXTENDED)) == EXTENDED_MARK:
        return OuterTag(TagKind.OTHER, end - EXTENDED, end)
    footer = tail[-APE_END:]
    length = int.from_bytes(footer[12:16], "little")
    if footer.startswith(APE_MARK) and APE_END <= length <= LONGEST_APE:
        begin = end - length
        has_header = os.pread(fd, len(APE_MARK), max(0, begin - APE_END)) == APE_MARK
        return OuterTag(TagKind.APE, begin - APE_END * has_header, end)
    if tail[-ID3_HEAD:].startswith(b"3DI"):
        return OuterTag(TagKind.ID3V2, end - 2 * ID3_HEAD - _read_size(tail[-ID3_HEAD:]), end)
    return _find_lyrics(fd, end) if LYRICS_END.fullmatch(tail[-LYRICS_MARK:]) else None


def _find_lyrics(fd: int, end: int) -> OuterTag | None:
    tail = os.pread(fd, LYRICS_SIZE, max(0, end - LYRICS_MARK - LYRICS_SIZE))
    if tail.isdigit():
        return OuterTag(TagKind.OTHER, end - LYRICS_MARK - LYRICS_SIZE - int(tail), end)
    begin = max(0, end - LONGEST_LYRICS_1)
    at = os.pread(fd, end - begin, begin).rfind(LYRICS_BEGIN)
    return OuterTag(TagKind.OTHER, begin + at, end) if at >= 0 else None
