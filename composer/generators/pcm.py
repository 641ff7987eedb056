"""Bytes of a generator's standard output become blocks at the station's rate, as they come.

Knows encodings; nothing of processes. However the bytes are cut, the same frames come out.
"""

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from common.errors import NotAudio
from common.generators import Generator
from common.types import CHANNELS, RATE, Seconds
from composer.block import Block
from composer.generators import wav
from composer.generators.wav import Encoding

LAYOUTS: Final = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
ENOUGH: Final = 64
"""Bytes that tell text from sound."""
FILES: Final = {b"fLaC": "FLAC", b"OggS": "Ogg", b"ID3": "MP3", b"\xff\xfb": "MP3", b"FORM": "AIFF", b"MThd": "MIDI"}
DTYPES: Final = {"u8": "u1", "s16le": "<i2", "s32le": "<i4", "f32le": "<f4", "f64le": "<f8"}
FULL: Final = {"s16le": 2.0**15, "s24le": 2.0**31, "s32le": 2.0**31}
TEXT: Final = frozenset(range(32, 127)) | {9, 10, 13}


class Sound:
    """Takes bytes, gives blocks. `notes` collects what is odd about the bytes, a sentence each."""

    def __init__(self, declared: Generator) -> None:
        self._declared = declared
        self._head = b""
        self._rest = b""
        self._encoding: Encoding | None = None
        self._converter: Converter | None = None
        self._length: int | None = None
        self._left: int | None = None
        """Bytes of sound that the header still promises."""
        self._over = False
        self.notes: list[str] = []

    @property
    def promised(self) -> Seconds:
        """How long the header says that it is; 0 where it does not."""
        if self._encoding is None or self._length is None:
            return Seconds(0.0)
        return Seconds(self._length / self._encoding.frame / self._encoding.rate)

    @property
    def rate(self) -> int:
        return self._encoding.rate if self._encoding else RATE

    def push(self, data: bytes) -> Iterator[Block]:
        """Raises NotAudio where it is none."""
        if self._encoding is None:
            self._head += data
            data = self._begin(last=False)
        yield from self._blocks(data)

    def finish(self) -> Iterator[Block]:
        """Nothing more will come."""
        if self._encoding is None and self._head:
            yield from self._blocks(self._begin(last=True))
        if self._rest and self._left != 0:
            self.notes.append(f"its sound ends inside a frame: {len(self._rest)} bytes were left over")
        if self._left:
            have = self.promised - self._left / self._frame / self.rate
            self.notes.append(f"its WAV header promised {self.promised:.1f} s, and {have:.1f} s came")
        if self._converter:
            yield from self._converter.flush()

    def _begin(self, last: bool) -> bytes:
        """The first bytes behind the head, once it is known what they are."""
        data = self._head
        if data[:4] in wav.MAGICS:
            head = wav.head(data)
            if head is None:
                if last:
                    raise NotAudio("its WAV ends before its sound begins")
                return b""
            self._settle(head.encoding)
            self._length = self._left = head.length
            self.notes += [head.oddity] if head.oddity else []
            return data[head.size :]
        if len(data) < ENOUGH and not last:
            return b""
        self._refuse(data)
        declared = self._declared
        if not declared.format:
            raise NotAudio(
                "what it writes to standard output is no WAV; raw sound needs its format, rate and channels declared"
            )
        self._settle(Encoding(declared.format, declared.rate, declared.channels))
        return data

    def _refuse(self, data: bytes) -> None:
        if TEXT.issuperset(data[:512]):
            line = data.decode("ascii").strip().partition("\n")[0].strip()
            raise NotAudio(
                f'it writes text and no sound to standard output, beginning "{line[:60]}"; text goes to standard error'
            )
        for magic, kind in FILES.items():
            if data.startswith(magic):
                raise NotAudio(f"it writes {kind} to standard output; write WAV there, or write the file to {{output}}")

    def _settle(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._converter = Converter(encoding)
        self._head = b""

    @property
    def _frame(self) -> int:
        assert self._encoding is not None
        return self._encoding.frame

    def _blocks(self, data: bytes) -> Iterator[Block]:
        if self._converter is None or self._over:
            return
        data, behind = self._within(self._rest + data)
        whole = len(data) // self._frame * self._frame
        self._rest = data[whole:] + behind
        if whole:
            if self._left is not None:
                self._left -= whole
            yield from self._converter.push(data[:whole])

    def _within(self, data: bytes) -> tuple[bytes, bytes]:
        """What of `data` is sound, by the header's length, and what may be; a length that proves wrong is forgotten."""
        if self._left is None or len(data) <= self._left:
            return data, b""
        behind = data[self._left :]
        if len(behind) < 5:
            return data[: self._left], behind
        if wav.is_trailer(behind[self._left % 2 :]):
            self._over = True
            return data[: self._left], b""
        self.notes.append(f"its WAV header promised {self.promised:.1f} s, and more came, which is played too")
        self._left = None
        return data, b""


class Converter:
    """Whole frames in one encoding become stereo floats at the station's rate."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._plain = encoding.rate == RATE and encoding.channels <= CHANNELS
        self._layout = LAYOUTS[encoding.channels]
        self._resampler = None if self._plain else av.AudioResampler(format="flt", layout="stereo", rate=RATE)

    def push(self, data: bytes) -> Iterator[Block]:
        yield from self.push_samples(samples(data, self._encoding))

    def push_samples(self, made: npt.NDArray[np.float32]) -> Iterator[Block]:
        """Floats of shape (frames, channels)."""
        if self._encoding.channels == 1 and self._plain:
            yield np.repeat(made, CHANNELS, axis=1)
        elif self._resampler is None:
            yield made
        else:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(made).reshape(1, -1), format="flt", layout=self._layout
            )
            frame.sample_rate = self._encoding.rate
            yield from self._resampled(frame)

    def flush(self) -> Iterator[Block]:
        if self._resampler is not None:
            yield from self._resampled(None)

    def _resampled(self, frame: av.AudioFrame | None) -> Iterator[Block]:
        assert self._resampler is not None
        for made in self._resampler.resample(frame):
            if made.samples:
                yield made.to_ndarray().reshape(-1, CHANNELS).astype(np.float32, copy=False)


def samples(data: bytes, encoding: Encoding) -> npt.NDArray[np.float32]:
    """Whole frames as floats of shape (frames, channels), full scale at 1.0."""
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
    elif kind in FULL:
        made /= np.float32(FULL[kind])
    return made.reshape(-1, encoding.channels)
