"""Decodes a generator's standard output, WAV or raw samples, to blocks at the station's rate.

The decoded frames do not depend on how the bytes are cut. Knows encodings, and nothing of processes.
"""

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from bandstand.common.errors import NotAudio
from bandstand.common.generators import Generator
from bandstand.common.sound.mixdown import LAYOUTS, Mixdown
from bandstand.common.types import CHANNELS, RATE, Seconds
from bandstand.composer.audio import Block
from bandstand.composer.generators import wav
from bandstand.composer.generators.wav import Encoding, WavHeader

DETECTION_BYTES: Final = 64
"""Bytes from which text can be told from sound."""
FILES: Final = {
    b"fLaC": "FLAC", b"OggS": "Ogg", b"FORM": "AIFF", b"MThd": "MIDI", b"RIFX": "big-endian WAV", b".snd": "AU",
    b"riff": "Wave64", b"caff": "CAF", b"wvpk": "WavPack", b"MAC ": "Monkey's Audio", b"TTA1": "True Audio",
    b"#!AMR": "AMR", b"\x1aE\xdf\xa3": "Matroska or WebM", b"\x89PNG": "a picture", b"PK\x03\x04": "a ZIP archive",
    b"%PDF": "a PDF",
}  # fmt: skip
"""First bytes -> kind of file, where it takes so many of them that raw sound does not have them by chance."""
SHORT_MARKS: Final = {b"ID3": "MP3", b"\x1f\x8b": "gzip"}
"""The same, for what is not declared to be raw sound."""
SYNC: Final = 0xFFE0
"""The bits with which each frame of MP3 and AAC begins."""
DTYPES: Final = {"u8": "u1", "s16le": "<i2", "s32le": "<i4", "f32le": "<f4", "f64le": "<f8"}
"""Encoding -> NumPy's type."""
FULL_SCALE: Final = {"s16le": 2.0**15, "s24le": 2.0**31, "s32le": 2.0**31}
TEXT_BYTES: Final = frozenset(range(32, 127)) | {9, 10, 13}


class StreamDecoder:
    """Decodes bytes to blocks. `notes` has a sentence for each problem of the bytes so far.

    The stream is one part of sound or several, each behind a WAV header of its own: a script of two commands, or a
    program that speaks sentence by sentence, writes one WAV behind the other, perhaps at another rate.
    """

    def __init__(self, declared: Generator) -> None:
        self._declared = declared
        self._pending = b""
        """Bytes that are not decoded yet: the beginning, or what may be a header."""
        self._rest = b""
        """Bytes of a frame that is not complete."""
        self._encoding: Encoding | None = None
        self._converter: Converter | None = None
        self._length: int | None = None
        self._left: int | None = None
        """Bytes of sound that are still to come by the header."""
        self._is_over = False
        """Whether nothing but other chunks comes until the next header."""
        self.notes: list[str] = []

    @property
    def promised(self) -> Seconds:
        """Length of the sound by its header; 0 if unknown."""
        if self._encoding is None or self._length is None:
            return Seconds(0.0)
        return Seconds(self._length / self._encoding.frame / self._encoding.rate)

    @property
    def rate(self) -> int:
        """Frames a second as the program writes them."""
        return self._encoding.rate if self._encoding else RATE

    def push(self, data: bytes) -> Iterator[Block]:
        """Decode further bytes. Raises NotAudio if they are not sound."""
        self._pending += data
        yield from self._advance(is_last=False)

    def finish(self) -> Iterator[Block]:
        """Decode what is left after the last byte, and check the length. Raises NotAudio if it is not sound."""
        yield from self._advance(is_last=True)
        self._check_part()
        if self._converter:
            yield from self._converter.flush()

    def _advance(self, is_last: bool) -> Iterator[Block]:
        """Decode the pending bytes: sound up to the next header, that header, the sound behind it, and so on."""
        if self._encoding is None and not self._detect_encoding(is_last):
            return
        while True:
            end = wav.find_header(self._pending, is_last)
            sound, self._pending = self._pending[:end], self._pending[end:]
            yield from self._decode(sound)
            header = wav.parse_header(self._pending) if len(self._pending) >= wav.MARK_SIZE else None
            if header is None:
                break
            self._check_part()
            yield from self._begin_part(header)
        if is_last and self._pending:
            self.notes.append("behind its sound is the beginning of another WAV, without sound")

    def _detect_encoding(self, is_last: bool) -> bool:
        """Find the encoding from the first bytes, and take a header off them; False while it is unknown."""
        data = self._pending
        if data[:4] in wav.MAGICS:
            header = wav.parse_header(data)
            if header is None:
                if is_last:
                    raise NotAudio("its WAV ends before its sound begins")
                return False
            for _ in self._begin_part(header):  # there was none before it
                pass
            return True
        if not data or (len(data) < DETECTION_BYTES and not is_last):
            return False
        declared = self._declared
        refuse_other_kinds(data, is_raw=bool(declared.format))
        self._encoding = Encoding(declared.format, declared.rate, declared.channels)
        self._converter = Converter(self._encoding)
        return True

    def _begin_part(self, header: WavHeader) -> Iterator[Block]:
        """Take a header off the pending bytes. Yields what the resampler still held of the sound before it."""
        self._pending = self._pending[header.size :]
        if self._converter is None or header.encoding != self._encoding:
            if self._converter:
                yield from self._converter.flush()
            self._encoding, self._converter = header.encoding, Converter(header.encoding)
        self._length = self._left = header.length
        self._is_over = False
        self.notes += [header.problem] if header.problem else []

    def _check_part(self) -> None:
        """Note what is wrong with the length of the sound so far, and drop what is left of it."""
        if self._rest and self._left != 0:
            self.notes.append(f"its sound ends inside a frame: {len(self._rest)} bytes were left over")
        if self._left:
            received = self.promised - self._left / self._frame / self.rate
            self.notes.append(f"its WAV header promised {self.promised:.1f} s, and {received:.1f} s came")
        self._rest = b""

    @property
    def _frame(self) -> int:
        assert self._encoding is not None
        return self._encoding.frame

    def _decode(self, data: bytes) -> Iterator[Block]:
        if self._converter is None or self._is_over:
            return
        data, behind = self._split_at_end(self._rest + data)
        whole = len(data) // self._frame * self._frame
        self._rest = data[whole:] + behind
        if whole:
            if self._left is not None:
                self._left -= whole
            yield from self._converter.push(data[:whole])

    def _split_at_end(self, data: bytes) -> tuple[bytes, bytes]:
        """Split `data` into sound, and bytes behind the end by the header that are too few to be recognised.

        If the bytes behind the end are no chunk, the length in the header is wrong, and is ignored from then on.
        """
        if self._left is None or len(data) <= self._left:
            return data, b""
        behind = data[self._left :]
        if len(behind) < 5:
            return data[: self._left], behind
        if wav.is_trailer(behind[self._left % 2 :]):
            self._is_over = True
            return data[: self._left], b""
        self.notes.append(f"its WAV header promised {self.promised:.1f} s, and more came, which is played too")
        self._left = None
        return data, b""


def refuse_other_kinds(data: bytes, is_raw: bool) -> None:
    """Raises NotAudio if the first bytes are neither a WAV's nor, where `is_raw`, those of raw sound."""
    if TEXT_BYTES.issuperset(data[:512]):
        raise NotAudio(
            f"it writes text and no sound to standard output, beginning {_quote(data)}; text goes to standard error"
        )
    if kind := find_kind(data, is_raw):
        raise NotAudio(f"it writes {kind} to standard output; write WAV there, or write the file to {{output}}")
    if is_raw:
        return
    if 0 < (at := wav.find_header(data, is_last=True)) < len(data):
        shown = f", beginning {_quote(data)}" if TEXT_BYTES.issuperset(data[:at]) else ""
        raise NotAudio(f"before its WAV it writes {at} bytes to standard output{shown}; text goes to standard error")
    raise NotAudio(
        "what it writes to standard output is no WAV; raw sound needs its format, rate and channels declared"
    )


def _quote(data: bytes) -> str:
    line = data.decode("ascii", "replace").strip().partition("\n")[0].strip()
    return f'"{line[:60]}"'


def find_kind(data: bytes, is_raw: bool) -> str:
    """The kind of file that begins with these bytes; empty if none is known."""
    marks = FILES if is_raw else FILES | SHORT_MARKS
    if kind := next((kind for mark, kind in marks.items() if data.startswith(mark)), ""):
        return kind
    if data[4:8] == b"ftyp":
        return "MP4"
    is_framed = not is_raw and int.from_bytes(data[:2], "big") & SYNC == SYNC and len(data) > 1
    return "MP3 or AAC" if is_framed else ""


class Converter:
    """Converts whole frames in one encoding to blocks of any length at the station's rate."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._has_our_rate = encoding.rate == RATE and encoding.channels <= CHANNELS
        self._layout = LAYOUTS[encoding.channels]
        self._mixdown: Mixdown | None = None

    def push(self, data: bytes) -> Iterator[Block]:
        yield from self.push_samples(decode_samples(data, self._encoding))

    def push_samples(self, made: npt.NDArray[np.float32]) -> Iterator[Block]:
        """Convert samples of shape (frames, channels), full scale at 1.0."""
        if self._has_our_rate:
            yield np.repeat(made, CHANNELS, axis=1) if self._encoding.channels == 1 else made
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(made).reshape(1, -1), format="flt", layout=self._layout)
        frame.sample_rate = self._encoding.rate
        self._mixdown = self._mixdown or Mixdown(frame)
        yield from self._mixdown.push(frame)

    def flush(self) -> Iterator[Block]:
        """Yield what the resampler still holds."""
        if self._mixdown is not None:
            yield from self._mixdown.flush()


def decode_samples(data: bytes, encoding: Encoding) -> npt.NDArray[np.float32]:
    """Decode whole frames to floats of shape (frames, channels), full scale at 1.0."""
    kind = encoding.kind
    made: npt.NDArray[np.float32]
    if kind == "s24le":
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        made = wide.view("<i4").reshape(-1).astype(np.float32)
    else:
        made = np.frombuffer(data, DTYPES[kind]).astype(np.float32)
    if kind == "u8":
        made = (made - np.float32(128)) / np.float32(128)
    elif kind in FULL_SCALE:
        made /= np.float32(FULL_SCALE[kind])
    return made.reshape(-1, encoding.channels)
