"""Parses the header of a WAV stream, and recognises the chunks that may follow its sound. Pure: bytes in, values out.

After the RIFF WAVE specification (IBM & Microsoft, 1991; WAVE_FORMAT_EXTENSIBLE, 2001) and RF64 (EBU Tech 3306). A
program that writes to a pipe cannot know the length when it writes the header, so the length may be unknown.
"""

import struct
from typing import Final, NamedTuple

from bandstand.common.errors import NotAudio

MAGICS: Final = (b"RIFF", b"RF64", b"BW64")
KIND: Final = b"WAVE"
MARK_SIZE: Final = 12
"""Bytes by which a header is recognised inside a stream: a magic, four bytes of any value, and `KIND`."""
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
"""Format tags."""
ENCODINGS: Final = {(PCM, 8): "u8", (PCM, 16): "s16le", (PCM, 24): "s24le", (PCM, 32): "s32le", (FLOAT, 32): "f32le",
                    (FLOAT, 64): "f64le"}  # fmt: skip
FORMAT_NAMES: Final = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "ADPCM", 85: "MP3"}
UNKNOWN_LENGTH: Final = 0x7FFF_F000
"""A length of at least this, or 0, means that the program did not know it."""
LONGEST_HEADER: Final = 1 << 20
"""Bytes."""
RATES: Final = (1000, 384_000)
CHANNELS: Final = 8
TRAILERS: Final = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"smpl", b"inst", b"fact", b"JUNK", b"PAD ", b"iXML",
                   b"_PMX", b"acid", b"afsp", b"PEAK", b"DISP", b"axml", b"levl")  # fmt: skip


class Encoding(NamedTuple):
    """How sound is encoded: a value of `ENCODINGS`, frames a second, and channels."""

    kind: str
    rate: int
    channels: int

    @property
    def width(self) -> int:
        """Bytes in a sample."""
        return int(self.kind.strip("usfle")) // 8

    @property
    def frame(self) -> int:
        """Bytes in a frame."""
        return self.width * self.channels


class WavHeader(NamedTuple):
    """A parsed header."""

    encoding: Encoding
    size: int
    """Bytes before the sound."""
    length: int | None
    """Bytes of sound; None if unknown."""
    problem: str = ""
    """A sentence about a contradiction in the header; empty if there is none."""


def parse_header(data: bytes) -> WavHeader | None:
    """Parse the header; None if `data` does not contain all of it yet. Raises NotAudio, which says what is wrong."""
    if not KIND.startswith(data[8:12]):
        raise NotAudio("its RIFF file is no WAVE file")
    at, encoding, problem = 12, None, ""
    while len(data) >= at + 8:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"data":
            if encoding is None:
                raise NotAudio("its WAV header has sound before it says what the sound is (no fmt chunk)")
            is_known = 0 < length < UNKNOWN_LENGTH
            return WavHeader(encoding, at + 8, length if is_known else None, problem)
        if name == b"fmt ":
            if len(data) < at + 8 + length and length <= 64:
                return None
            encoding, problem = _parse_format(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
        if at > LONGEST_HEADER:
            raise NotAudio("its WAV header has no data chunk within its first MiB")
    return None


def find_header(data: bytes, is_last: bool = False) -> int:
    """Find where a header begins, or, unless these are the `is_last` bytes, may begin; the length of `data` if none.

    That sound has such bytes by chance is as good as impossible (1 in 2^63 for each place).
    """
    at = data.find(KIND, 8)
    while at >= 0:
        if data[at - 8 : at - 4] in MAGICS:
            return at - 8
        at = data.find(KIND, at + 1)
    if is_last:
        return len(data)
    longest = min(len(data), MARK_SIZE - 1)
    return next((len(data) - n for n in range(longest, 0, -1) if _may_begin_header(data[-n:])), len(data))


def _may_begin_header(data: bytes) -> bool:
    """Whether `data`, shorter than `MARK_SIZE`, may be the first bytes of a header."""
    return any(magic.startswith(data[:4]) for magic in MAGICS) and KIND.startswith(data[8:])


def is_trailer(data: bytes) -> bool:
    """Whether `data`, which follows the sound, is another chunk, such as a title."""
    return data[:4] in TRAILERS


def _parse_format(fields: bytes) -> tuple[Encoding, str]:
    """Parse a fmt chunk; return the encoding and a problem."""
    if len(fields) < 16:
        raise NotAudio("its WAV header's fmt chunk is too short")
    tag, channels, rate, byte_rate, _, bits = struct.unpack("<HHIIHH", fields[:16])
    if tag == EXTENSIBLE and len(fields) >= 26:
        tag = int.from_bytes(fields[24:26], "little")
    kind = ENCODINGS.get((tag, bits))
    if kind is None:
        name = FORMAT_NAMES.get(tag, f"format {tag}") if tag not in (PCM, FLOAT) else f"{bits} bits"
        raise NotAudio(f"its WAV has {name}, which is not played; write 8 to 32 bits PCM, or floats")
    if not RATES[0] <= rate <= RATES[1]:
        raise NotAudio(f"its WAV header says {rate} frames a second; from {RATES[0]} to {RATES[1]} is possible")
    if not 1 <= channels <= CHANNELS:
        raise NotAudio(f"its WAV header says {channels} channels; from 1 to {CHANNELS} is possible")
    encoding = Encoding(kind, rate, channels)
    if byte_rate and byte_rate != rate * encoding.frame:
        meant = round(byte_rate / encoding.frame)
        return encoding, f"its WAV header says {rate} Hz, but {meant} Hz by its bytes a second; {rate} Hz is played"
    return encoding, ""
