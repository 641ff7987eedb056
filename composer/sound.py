"""Sound on its way into files: FLAC as it is made, and what pydub makes of it when it is whole.

Knows nothing of songs but their tags.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from pydub import AudioSegment

from common.errors import Missing
from common.types import CHANNELS, RATE, Frames
from composer.block import Block

FULL: Final = 32767
PREVIEW_RATE: Final = "128k"
FADE_IN, FADE_OUT = 600, 2500
"""Of a preview, milliseconds."""
EXPORT_RATE: Final = "192k"
CODECS: Final = {"mp3": "libmp3lame", "ogg": "libvorbis", "wav": None}
"""What pydub may export -> the codec that FFmpeg is asked for."""

Samples = npt.NDArray[np.int16]


class Dither:
    """16-bit samples with triangular noise of one step, the same for the same seed.

    RandomState is the one generator whose numbers NumPy promises for ever.
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.RandomState(seed % 2**32)

    def __call__(self, block: Block) -> Samples:
        noise = self._random.random_sample(block.shape) - self._random.random_sample(block.shape)
        return np.clip(np.rint(block * float(FULL) + noise), -FULL - 1, FULL).astype(np.int16)


class Flac:
    """A FLAC file that is written block by block; it has its length only when closed."""

    def __init__(self, path: Path, seed: int, tags: dict[str, str]) -> None:
        self._dither = Dither(seed)
        self._container = av.open(str(path), "w", format="flac")
        self._container.metadata.update(tags)
        self._stream = self._container.add_stream("flac", rate=RATE)
        self._stream.layout = "stereo"
        self._stream.format = "s16"
        self._closed = False

    def push(self, block: Block) -> None:
        samples = self._dither(block).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = RATE
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Once is enough; the second time does nothing."""
        if not self._closed:
            self._closed = True
            self._container.mux(self._stream.encode(None))
            self._container.close()


class Clip:
    """Keeps a stretch of what passes by."""

    def __init__(self, begin: Frames, length: Frames) -> None:
        self._begin, self._end = begin, begin + length
        self._at = 0
        self.blocks: list[Block] = []

    def push(self, block: Block) -> None:
        cut = block[max(0, self._begin - self._at) : max(0, self._end - self._at)]
        if len(cut):
            self.blocks.append(cut)
        self._at += len(block)


def segment(blocks: Iterable[Block], seed: int) -> AudioSegment:
    dither = Dither(seed)
    data = b"".join(dither(block).tobytes() for block in blocks)
    return AudioSegment(data, sample_width=2, frame_rate=RATE, channels=CHANNELS)


def export(sound: AudioSegment, path: Path, kind: str, tags: dict[str, str], bitrate: str = EXPORT_RATE) -> None:
    """Write a file of this kind; raises Missing where the ffmpeg program is needed and not there."""
    if kind != "wav" and not shutil.which("ffmpeg"):
        raise Missing(f"writing {kind} needs the ffmpeg program, which is not installed here")
    codec = CODECS[kind]
    sound.export(str(path), format=kind, codec=codec, bitrate=bitrate if codec else None, tags=tags).close()


def preview(blocks: Iterable[Block], path: Path, seed: int, tags: dict[str, str]) -> None:
    """A short MP3 that comes and goes softly; raises Missing as `export` does."""
    faded = segment(blocks, seed).fade_in(FADE_IN).fade_out(FADE_OUT)
    export(faded, path, "mp3", tags, PREVIEW_RATE)
