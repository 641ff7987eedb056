"""Frames of streams that have no outer structure: MPEG audio (MP3, MP2, MP1), AAC in ADTS, AC-3, E-AC-3 and DTS.

Such a file is frame after frame, each with a header that says how long it is, but nothing says where the file ends. A
header alone is short enough to turn up in random bytes (1 of 5,000 looks like MP3), and then a decoder makes noise of
them. So, as players do, a place counts as a frame where `AGREEING` consecutive headers stand at the distances that they
say and agree in what does not change in a stream.

Knows headers only. Sources: ISO/IEC 11172-3 2.4.2.3, 13818-3, 14496-3 1.A.2, ATSC A/52 5.3 and E.1.2, ETSI TS 102 114;
for Xing's frame, LAME's description of it.
"""

from typing import Final, NamedTuple

AGREEING: Final = 4
"""Consecutive headers that make it certain: with 18 bits that agree in each, chance needs 2 ** 54 bytes."""
HEADER: Final = 8
"""Bytes that `parse_header` looks at."""
LONGEST: Final = 16_384
"""Bytes of the longest frame, one of DTS."""
RUN: Final = AGREEING * LONGEST
"""Bytes behind a place that may be needed to be certain of it."""
MPEG_RATES: Final = (44_100, 48_000, 32_000)
MPEG_KILOBITS: Final = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""(Whether it is MPEG-1, layer) -> bit rates by their index, from 1 on."""
AC3_KILOBITS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
XING: Final = (b"Xing", b"Info")
XING_PLACES: Final = {(True, False): 36, (True, True): 21, (False, False): 21, (False, True): 13}
"""(Whether it is MPEG-1, whether it is mono) -> where the mark stands in its frame."""
VBRI_PLACE: Final = 36
HAS_FRAMES, HAS_BYTES = 1, 2
INFO_MARKS: Final = (*XING, b"VBRI")
MPEG_KINDS: Final = ("mp1", "mp2", "mp3")
MPEG_HEADER: Final = 4
"""Bytes that tell all of a frame of MPEG audio."""
MPEG_LONGEST: Final = 1792


class Frame(NamedTuple):
    """What a header says. `kind` is a format; `key` is what stays the same in a stream. `size` is in bytes."""

    kind: str
    key: tuple[int, ...]
    size: int


def parse_header(data: bytes, at: int = 0) -> Frame | None:
    """The frame whose header stands at `at`; None if none does, or if it does not say its length."""
    if len(data) - at < HEADER:
        return None
    if data[at] == 0xFF and data[at + 1] >= 0xE0:
        return _parse_mpeg(data, at) if data[at + 1] & 6 else _parse_adts(data, at)
    if data[at] == 0x0B and data[at + 1] == 0x77:
        return _parse_ac3(data, at)
    if data[at : at + 4] == b"\x7f\xfe\x80\x01":
        size = ((data[at + 5] & 3) << 12 | data[at + 6] << 4 | data[at + 7] >> 4) + 1
        return Frame("dts", (), size) if size >= 96 else None
    return None


def _parse_mpeg(data: bytes, at: int) -> Frame | None:
    second, third = data[at + 1], data[at + 2]
    version, layer, rate, index = second >> 3 & 3, 4 - (second >> 1 & 3), third >> 2 & 3, third >> 4
    if version == 1 or rate == 3 or index in (0, 15):
        return None
    kilobits = MPEG_KILOBITS[version == 3, layer][index - 1]
    hertz = MPEG_RATES[rate] >> (0, 0, 1, 0)[version] if version else MPEG_RATES[rate] >> 2
    padding = third >> 1 & 1
    if layer == 1:
        size = (12_000 * kilobits // hertz + padding) * 4
    else:
        size = (72_000 if layer == 3 and version != 3 else 144_000) * kilobits // hertz + padding
    return Frame(f"mp{layer}", (version, rate), size)


def _parse_adts(data: bytes, at: int) -> Frame | None:
    third = data[at + 2]
    size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    if data[at + 1] < 0xF0 or third >> 2 & 15 > 12 or size < 9:
        return None
    return Frame("aac", (data[at + 1], third >> 2), size)


def _parse_ac3(data: bytes, at: int) -> Frame | None:
    rate, index, version = data[at + 4] >> 6, data[at + 4] & 63, data[at + 5] >> 3
    if 10 < version <= 16:
        size = ((data[at + 2] & 7) << 8 | data[at + 3]) + 1
        return Frame("eac3", (rate,), 2 * size) if size >= 32 else None
    if rate == 3 or index >= 2 * len(AC3_KILOBITS) or version > 10:
        return None
    kilobits = AC3_KILOBITS[index >> 1]
    words = (2 * kilobits, kilobits * 96_000 // 44_100 + (index & 1), 3 * kilobits)[rate]
    return Frame("ac3", (rate, version), 2 * words)


def is_certain(data: bytes, at: int, is_end: bool = False) -> bool:
    """Whether frames begin at `at`. With `is_end`, nothing comes behind `data`, and two that end there will do."""
    first = frame = parse_header(data, at)
    for count in range(AGREEING):
        if frame is None or first is None or (frame.kind, frame.key) != (first.kind, first.key):
            return is_end and count >= 2 and at >= len(data) - HEADER
        at += frame.size
        frame = parse_header(data, at)
    return True


def get_longest(kind: str) -> int:
    """Bytes of the longest frame of a kind."""
    return MPEG_LONGEST if kind in MPEG_KINDS else LONGEST


def read_info(data: bytes, at: int = 0) -> int | None:
    """Bytes of the stream by the frame at `at`, if that is an encoder's word of the whole (Xing, Info or VBRI), which
    begins a file; 0 if it does not say them. None if it is an ordinary frame."""
    frame = parse_header(data, at)
    if frame is None or frame.kind != "mp3":
        return None
    if data[at + VBRI_PLACE : at + VBRI_PLACE + 4] == b"VBRI":
        return int.from_bytes(data[at + VBRI_PLACE + 10 : at + VBRI_PLACE + 14], "big")
    mark = at + XING_PLACES[frame.key[0] == 3, data[at + 3] >> 6 == 3]
    if data[mark : mark + 4] not in XING:
        return None
    flags = int.from_bytes(data[mark + 4 : mark + 8], "big")
    if not flags & HAS_BYTES:
        return 0
    where = mark + 8 + 4 * (flags & HAS_FRAMES)
    return int.from_bytes(data[where : where + 4], "big")
