"""Where a sound file ends by its own head.

`cat` puts files one behind the other, and downloads and recorders leave junk behind them. FFmpeg knows the length that
a head gives for some formats only: of others it plays the first file without a word, takes junk for samples, or counts
it into the duration. Most heads say how long their file is, so only what is left over has to be searched (search.py).

Knows the outermost structure of formats; nothing of what is inside. Sources: RIFF, RF64 (EBU Tech 3306), Sony Wave64,
AIFF (EA IFF 85), AU, Apple's CAF and MP4 (ISO/IEC 14496-12), ASF (Microsoft's specification 1.20.03), Matroska (RFC
9559, RFC 8794), TTA1 and WavPack 4 (their authors' descriptions), DSF (Sony, 1.01), Creative Voice,
Monkey's Audio and Musepack's stream version 8 (their authors' descriptions), AMR (RFC 4867 section 5).
"""

import os
import re
from collections.abc import Callable
from typing import Final

from bandstand.common.sound import musepack
from bandstand.common.sound.outer_tags import pass_tags

ENDLESS: Final = 0x7FFF_0000
"""A RIFF file that was written to a pipe has 0, or a length beyond this, in place of its own."""
LONGEST_HEAD: Final = 128
AMR, AMR_WIDE = b"#!AMR\n", b"#!AMR-WB\n"
AMR_SIZES: Final = {
    AMR: (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0),
    AMR_WIDE: (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0),
}
"""First bytes -> bytes of a frame behind its first one, by the mode that this one names."""
AMR_UNUSED: Final = 0x83
"""Bits of a frame's first byte that are 0."""
MOST_BOXES: Final = 1000
"""Outer boxes of MP4, chunks or objects that are looked at; a live recording has two boxes for each second."""
W64: Final = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
ASF: Final = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
VOC: Final = b"Creative Voice File\x1a"
EBML: Final = b"\x1a\x45\xdf\xa3"
SEGMENT: Final = b"\x18\x53\x80\x67"
WAVPACK_HEAD: Final = 32
WAVPACK_INITIAL: Final = 0x08
"""A bit of the second byte of the flags."""
UNKNOWN: Final = 0
"""The end of a file that does not say how long it is: it is searched from its beginning on."""


def find_end(fd: int, begin: int, size: int) -> int | None:
    """Where the file that begins at `begin` ends by its own head, perhaps beyond `size`, the end of what is there.

    `UNKNOWN` if it is of a kind whose length is there to be said, and is not; None for every other kind.
    """
    head = os.pread(fd, LONGEST_HEAD, begin)
    for mark, at, measure in KINDS:
        if head[at : at + len(mark)] == mark:
            return measure(fd, begin, size)
    return None


def _little(fd: int, at: int, count: int) -> int:
    return int.from_bytes(os.pread(fd, count, at), "little")


def _big(fd: int, at: int, count: int) -> int:
    return int.from_bytes(os.pread(fd, count, at), "big")


def _measure_riff(fd: int, begin: int, size: int) -> int:
    length = _little(fd, begin + 4, 4)
    return begin + 8 + length if 0 < length < ENDLESS else UNKNOWN


def _measure_rf64(fd: int, begin: int, size: int) -> int:
    length = _little(fd, begin + 20, 8) if os.pread(fd, 4, begin + 12) == b"ds64" else 0
    return begin + 8 + length if length else UNKNOWN


def _measure_w64(fd: int, begin: int, size: int) -> int:
    length = _little(fd, begin + 16, 8)
    return begin + length if length else UNKNOWN


def _measure_aiff(fd: int, begin: int, size: int) -> int:
    return begin + 8 + _big(fd, begin + 4, 4)


def _measure_au(fd: int, begin: int, size: int) -> int:
    length = _big(fd, begin + 8, 4)
    return begin + _big(fd, begin + 4, 4) + length if 0 < length < 0xFFFF_FFFF else UNKNOWN


def _measure_dsf(fd: int, begin: int, size: int) -> int:
    return begin + _little(fd, begin + 12, 8)


def _measure_caf(fd: int, begin: int, size: int) -> int:
    """Chunks of a four-letter name and a length; that of the sound may be -1, in the last one."""
    at = begin + 8
    for _ in range(MOST_BOXES):
        name, length = os.pread(fd, 4, at), _big(fd, at + 4, 8)
        if not re.fullmatch(rb"[a-z]{4}", name) or name == b"caff":
            break
        if length >= 1 << 63:
            return UNKNOWN
        at += 12 + length
    return at


def _measure_asf(fd: int, begin: int, size: int) -> int:
    """Objects of an identifier of 16 bytes and a length; that of a broadcast's sound is 0."""
    at = begin
    for _ in range(MOST_BOXES):
        mark, length = os.pread(fd, 16, at), _little(fd, at + 16, 8)
        if at > begin and (mark == ASF or mark[8:10] not in (b"\xa6\xd9", b"\x8e\xe4", b"\xb1\x03", b"\xae\xfe")):
            break
        if length < 24:
            return UNKNOWN
        at += length
    return at


def _measure_mp4(fd: int, begin: int, size: int) -> int:
    """Boxes of a length and a four-letter name, up to one that begins a file or is none; a length of 0 goes to the
    end."""
    at = begin
    for _ in range(MOST_BOXES):
        length, name = _big(fd, at, 4), os.pread(fd, 4, at + 4)
        if (at > begin and name == b"ftyp") or not re.fullmatch(rb"[ -~\xa9]{4}", name):
            break
        length = _big(fd, at + 8, 8) if length == 1 else length
        if length < 8:
            break
        at += length
    return at


def _measure_matroska(fd: int, begin: int, size: int) -> int:
    """A head and a segment, each an identifier, a length of variable size, and its bytes (RFC 8794 section 4)."""
    at = begin
    for mark in (EBML, SEGMENT):
        data = os.pread(fd, 12, at)
        width = 9 - data[4].bit_length() if len(data) == 12 and data[4] else 0
        length = int.from_bytes(data[4 : 4 + width], "big") & ((1 << 7 * width) - 1)
        if data[:4] != mark or not width or length == (1 << 7 * width) - 1:
            return UNKNOWN
        at += 4 + width + length
    return at


def _measure_tta(fd: int, begin: int, size: int) -> int:
    """A head of 22 bytes, a table of the frames' lengths, and the frames, each of 256/245 s."""
    rate, samples = _little(fd, begin + 10, 4), _little(fd, begin + 14, 4)
    if not rate or not samples:
        return UNKNOWN
    count = -(-samples // (rate * 256 // 245 or 1))
    table = os.pread(fd, min(4 * count, size), begin + 22)
    lengths = sum(int.from_bytes(table[at : at + 4], "little") for at in range(0, len(table), 4))
    return begin + 22 + 4 * count + 4 + lengths


def _measure_voc(fd: int, begin: int, size: int) -> int:
    """Blocks of a kind and a length of three bytes, up to one of kind 0."""
    at = begin + _little(fd, begin + 20, 2)
    for _ in range(MOST_BOXES):
        kind = os.pread(fd, 1, at)
        if kind in (b"", b"\0"):
            break
        at += 4 + _little(fd, at + 1, 3)
    return at + 1


def _measure_wavpack(fd: int, begin: int, size: int) -> int:
    """Blocks of a head of 32 bytes; the first of a file begins at sample 0. Several may be one span of time, of which
    the first is marked."""
    at, is_begun = begin, False
    while len(head := os.pread(fd, WAVPACK_HEAD, at)) == WAVPACK_HEAD and head[:4] == b"wvpk":
        samples = int.from_bytes(head[20:24], "little")
        if samples and head[25] & WAVPACK_INITIAL:
            if is_begun and not any(head[16:20]) and not head[10]:
                break
            is_begun = True
        at += 8 + int.from_bytes(head[4:8], "little")
    return at


def _measure_ape(fd: int, begin: int, size: int) -> int:
    """A descriptor from version 3.98 on: lengths of itself, of the head, the table, and three kinds of data."""
    if _little(fd, begin + 4, 2) < 3980:
        return UNKNOWN
    parts = [_little(fd, begin + at, 4) for at in (8, 12, 16, 20, 24, 32)]
    return pass_tags(fd, begin + sum(parts) + (_little(fd, begin + 28, 4) << 32))


def _measure_musepack(fd: int, begin: int, size: int) -> int:
    *_, end = musepack.list_packets(fd, begin)
    return pass_tags(fd, end)


def _measure_amr(fd: int, begin: int, size: int) -> int:
    """Frames of 20 ms, each with a byte that names its mode."""
    mark = AMR_WIDE if os.pread(fd, len(AMR_WIDE), begin) == AMR_WIDE else AMR
    at = begin + len(mark)
    while (head := os.pread(fd, 1, at)) and not head[0] & AMR_UNUSED:
        at += 1 + AMR_SIZES[mark][head[0] >> 3 & 15]
    return at


Measure = Callable[[int, int, int], int]
KINDS: Final[tuple[tuple[bytes, int, Measure], ...]] = (
    (b"RIFF", 0, _measure_riff),
    (b"RF64", 0, _measure_rf64),
    (b"BW64", 0, _measure_rf64),
    (W64, 0, _measure_w64),
    (b"FORM", 0, _measure_aiff),
    (b".snd", 0, _measure_au),
    (b"caff", 0, _measure_caf),
    (b"DSD ", 0, _measure_dsf),
    (b"ftyp", 4, _measure_mp4),
    (ASF, 0, _measure_asf),
    (EBML, 0, _measure_matroska),
    (b"TTA1", 0, _measure_tta),
    (b"wvpk", 0, _measure_wavpack),
    (VOC, 0, _measure_voc),
    (b"MAC ", 0, _measure_ape),
    (b"MPCK", 0, _measure_musepack),
    (AMR, 0, _measure_amr),
    (AMR_WIDE, 0, _measure_amr),
)
"""First bytes, where they stand, and how to find the end of such a file."""
