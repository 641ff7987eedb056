"""The head of a WAV stream, and what may stand behind its sound. Pure: bytes in, values out.

A stream has no length, so the one in the header is believed only where it can be true.
"""

import struct
from typing import Final, NamedTuple

from common.errors import NotAudio

MAGICS: Final = (b"RIFF", b"RF64")
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
ENCODINGS: Final = {(PCM, 8): "u8", (PCM, 16): "s16le", (PCM, 24): "s24le", (PCM, 32): "s32le", (FLOAT, 32): "f32le",
                    (FLOAT, 64): "f64le"}  # fmt: skip
NAMES: Final = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "ADPCM", 85: "MP3"}
UNKNOWN: Final = 0x7FFF_F000
"""Lengths from here on, and 0, stand for a length that was not known."""
HEAD_LIMIT: Final = 1 << 20
RATES: Final = (1000, 384_000)
CHANNELS: Final = 8
TRAILERS: Final = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"smpl", b"inst", b"fact", b"JUNK", b"PAD ", b"iXML",
                   b"_PMX", b"acid", b"afsp", b"PEAK", b"DISP", b"axml", b"levl")  # fmt: skip


class Encoding(NamedTuple):
    """How sound is written: an encoding of `ENCODINGS`, frames a second, samples in a frame."""

    kind: str
    rate: int
    channels: int

    @property
    def width(self) -> int:
        return int(self.kind.strip("usfle")) // 8

    @property
    def frame(self) -> int:
        """Bytes."""
        return self.width * self.channels


class Head(NamedTuple):
    encoding: Encoding
    size: int
    """Bytes before the sound."""
    length: int | None
    """Bytes of sound as the header has it; None where it does not know."""
    oddity: str = ""


def head(data: bytes) -> Head | None:
    """The head once it is whole, None while it is not. Raises NotAudio with what is wrong in it."""
    if data[8:12] not in (b"WAVE", b"")[: 1 + (len(data) < 12)]:
        raise NotAudio("its RIFF file is no WAVE file")
    at, encoding, oddity = 12, None, ""
    while len(data) >= at + 8:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"data":
            if encoding is None:
                raise NotAudio("its WAV header has sound before it says what the sound is (no fmt chunk)")
            known = 0 < length < UNKNOWN
            return Head(encoding, at + 8, length if known else None, oddity)
        if name == b"fmt ":
            if len(data) < at + 8 + length and length <= 64:
                return None
            encoding, oddity = _format(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
        if at > HEAD_LIMIT:
            raise NotAudio("its WAV header has no data chunk within its first MiB")
    return None


def is_trailer(data: bytes) -> bool:
    """Whether what comes behind the sound is another chunk, such as a title, and no sound."""
    return data[:4] in TRAILERS


def _format(fields: bytes) -> tuple[Encoding, str]:
    if len(fields) < 16:
        raise NotAudio("its WAV header's fmt chunk is too short")
    tag, channels, rate, second, _, bits = struct.unpack("<HHIIHH", fields[:16])
    if tag == EXTENSIBLE and len(fields) >= 26:
        tag = int.from_bytes(fields[24:26], "little")
    kind = ENCODINGS.get((tag, bits))
    if kind is None:
        called = NAMES.get(tag, f"format {tag}") if tag not in (PCM, FLOAT) else f"{bits} bits"
        raise NotAudio(f"its WAV has {called}, which is not played; write 8 to 32 bits PCM, or floats")
    if not RATES[0] <= rate <= RATES[1]:
        raise NotAudio(f"its WAV header says {rate} frames a second; from {RATES[0]} to {RATES[1]} is possible")
    if not 1 <= channels <= CHANNELS:
        raise NotAudio(f"its WAV header says {channels} channels; from 1 to {CHANNELS} is possible")
    encoding = Encoding(kind, rate, channels)
    if second and second != rate * encoding.frame:
        meant = round(second / encoding.frame)
        return encoding, f"its WAV header says {rate} Hz, but {meant} Hz by its bytes a second; {rate} Hz is played"
    return encoding, ""
