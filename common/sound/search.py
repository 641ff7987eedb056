"""Where the next sound file begins in bytes that belong to none: behind the end of one, or where one is broken off.

A file begins with a head that cannot be mistaken (`HEADS`), with frames that agree (framed.py), or with an ID3v2 tag
before either. The places where two bytes could begin one are found by NumPy, since a regular expression of so many
branches takes ten times as long. Knows the beginnings of formats; nothing of where they end.
"""

import os
import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.common.sound import framed
from bandstand.common.sound.lengths import AMR, AMR_WIDE, ASF, VOC, W64
from bandstand.common.sound.outer_tags import ID3, skip_id3

WINDOW: Final = 1 << 20
"""Bytes that are searched at once."""
LONGEST_HEAD: Final = 128
MP4_MARK: Final = 4
"""Where the letters `ftyp` stand in their box."""
HEADS: Final = re.compile(
    rb"RIFF.{4}WAVE|RF64.{4}WAVEds64|BW64.{4}WAVEds64|FORM.{4}AIF[FC]|\.snd\0\0.{2}.{4}\0\0\0|caff\0\x01\0\0desc"
    rb"|fLaC[\0\x80]\0\0\x22|OggS\0\x02\0{8}|\0\0\0.ftyp|TTA1[\x01\x03]\0|wvpk.{4}.\x04|DSD \x1c\0{7}"
    rb"|\x1a\x45\xdf\xa3.{1,56}?(?:matroska|webm)|MAC [\x8c-\xff]\x0f\0\0|MPCKSH|MP\+[\x07\x17]|"
    + b"|".join(map(re.escape, (W64, ASF, VOC, AMR, AMR_WIDE))),
    re.DOTALL,
)
"""How files begin that can be told from samples by their first bytes."""
PAIRS: Final = [*b"RI RF BW FO .s ca fL Og TT wv DS MA MP #! Cr ID ft".split(), W64[:2], ASF[:2], b"\x1a\x45"]
"""The first two bytes of each; of MP4 those of `ftyp`."""

Accept = Callable[[int], bool]
"""Tells whether a beginning at a place in the file counts."""


def _make_table() -> NDArray[np.bool_]:
    table = np.zeros(1 << 16, np.bool_)
    for pair in PAIRS:
        table[pair[0] << 8 | pair[1]] = True
    table[0x0B77] = table[0x7FFE] = True
    table[0xFFE2:0xFFE8] = table[0xFFF0:0x10000] = True
    return table


TABLE: Final = _make_table()
"""Two bytes, the first being the higher one -> whether a file could begin with them."""


def find_next(fd: int, begin: int, size: int, accept: Accept = lambda _: True) -> int | None:
    """Where the next file's sound begins, behind its tag if it has one, in the bytes from `begin` to `size`."""
    while begin < size:
        data = os.pread(fd, min(WINDOW + framed.RUN, size - begin), begin)
        is_end = begin + len(data) >= size
        searched = len(data) if is_end else len(data) - framed.RUN
        for place in _list_places(data, searched):
            found = _find_beginning(fd, data, place, begin, is_end)
            if found is not None and found < size and accept(found):
                return found
        if not data or is_end:
            return None
        begin += searched
    return None


def find_frames(data: bytes) -> int | None:
    """The first place in `data` where frames certainly begin; two at its end will do."""
    places = _list_places(data, len(data))
    return next((place for place in places if framed.is_certain(data, place, is_end=True)), None)


def find_head(data: bytes, begin: int) -> int | None:
    """The first place in `data` from `begin` on where a head that cannot be mistaken begins, or an ID3v2 tag."""
    for place in _list_places(data, len(data)):
        at = place - MP4_MARK if data[place : place + 4] == b"ftyp" else place
        if at >= begin and (HEADS.match(data, at) or ID3.match(data, at)):
            return at
    return None


def begins_sound(fd: int, at: int) -> bool:
    """Whether a file that can be told from samples begins at `at`."""
    data = os.pread(fd, framed.RUN, at)
    return bool(HEADS.match(data)) or framed.is_certain(data, 0, len(data) < framed.RUN)


def _list_places(data: bytes, end: int) -> list[int]:
    """Places before `end` where a file could begin."""
    raw = np.frombuffer(data, np.uint8)
    if len(raw) < 2:
        return []
    pairs = raw[:-1].astype(np.uint16)
    pairs <<= 8
    pairs |= raw[1:]
    places: list[int] = np.flatnonzero(TABLE[pairs[:end]]).tolist()
    return places


def _find_beginning(fd: int, data: bytes, place: int, begin: int, is_end: bool) -> int | None:
    """Where in the file a sound begins of which `place` in `data` shows the first bytes. `data` begins at `begin`."""
    first = data[place]
    if first in (0xFF, 0x0B, 0x7F):
        return begin + place if framed.is_certain(data, place, is_end) else None
    if data[place : place + 4] == b"ftyp":
        place -= MP4_MARK
    if place >= 0 and HEADS.match(data, place):
        return begin + place
    if ID3.match(data, place):
        at = skip_id3(fd, begin + place)
        return at if begins_sound(fd, at) else None
    return None
