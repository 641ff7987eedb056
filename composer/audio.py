"""Audio in blocks, and audio files: decoding any file, writing FLAC while a song is made, exporting other formats.

Sound is a float32 array of shape (frames, 2), left and right, full scale at 1.0, at `common.types.RATE`. The composer
makes it in blocks whose lengths are always the same (`plan_blocks`), so that the samples do not depend on how a reader
cuts the sound.
16-bit files are dithered with triangular noise (Lipshitz, Wannamaker & Vanderkooy, "Quantization and Dither", JAES
40:5, 1992), whose random numbers depend on the song's seed alone. Knows nothing of songs but their tags.
"""

import contextlib
import errno
import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from pydub import AudioSegment
from pydub.exceptions import CouldntEncodeError

from bandstand.common.errors import Missing, NotAudio
from bandstand.common.sound.container import Unplayable
from bandstand.common.sound.decode import Broken, decode_path
from bandstand.common.sound.lame import Lame
from bandstand.common.types import CHANNELS, RATE, Frames

Block = npt.NDArray[np.float32]
"""Shape (frames, 2), full scale at 1.0."""
Samples = npt.NDArray[np.int16]
"""Shape (frames, 2)."""

BLOCK_FRAMES: Final = 4800
"""Frames in a block of composed sound: 100 ms. A multiple of FluidSynth's 64."""
SINGLE_BLOCKS: Final = 50
"""Blocks at the beginning of a song that are made one by one, because they are awaited: 5 s."""
SPAN: Final = 10
"""Blocks that are made as one after that: it costs less, and wakes the reader less often."""
FULL_SCALE: Final = 32767
PREVIEW_RATE: Final = 128
"""kbit/s."""
FADE_IN, FADE_OUT = 0.6, 2.5
"""Fades of a preview, seconds."""
PREVIEW_TAGS: Final = {"title": "TIT2", "artist": "TPE1", "genre": "TCON", "bpm": "TBPM", "initialkey": "TKEY"}
"""Tag -> its frame in ID3v2; `comment` has one of another shape."""
EXPORT_RATE: Final = "192k"
CODECS: Final = {"mp3": "libmp3lame", "ogg": "libvorbis", "wav": None}
"""Kind of file that pydub can export -> FFmpeg's codec."""


def plan_blocks(single: int = SINGLE_BLOCKS) -> Iterator[int]:
    """Yield the length of each block of a song, without an end: `single` blocks of `BLOCK_FRAMES`, then longer ones."""
    yield from repeat(BLOCK_FRAMES, single)
    yield from repeat(SPAN * BLOCK_FRAMES)


class Dither:
    """Converts blocks to 16-bit samples with triangular noise of one step. The same seed gives the same noise.

    RandomState is the one generator whose numbers NumPy keeps the same in every version.
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.RandomState(seed % 2**32)

    def convert(self, block: Block) -> Samples:
        """Convert the next block of the sound; values beyond full scale are clipped."""
        numbers = np.frombuffer(self._random.bytes(4 * block.size), "<u2").astype(np.float32)
        noise = (numbers[: block.size] - numbers[block.size :]).reshape(block.shape) * np.float32(2**-16)
        return np.clip(np.rint(block * np.float32(FULL_SCALE) + noise), -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)


class FlacWriter:
    """Writes a 16-bit FLAC file block by block. The file has its length in its header only after `close`."""

    def __init__(self, path: Path, seed: int, tags: dict[str, str]) -> None:
        self._dither = Dither(seed)
        self._container = av.open(str(path), "w", format="flac")
        self._container.metadata.update(tags)
        self._stream = self._container.add_stream("flac", rate=RATE)
        self._stream.layout = "stereo"
        self._stream.format = "s16"
        self._closed = False

    def push(self, block: Block) -> None:
        """Append a block of any length. Raises OSError if the file cannot be written."""
        samples = self._dither.convert(block).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = RATE
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file. A second call does nothing."""
        if not self._closed:
            self._closed = True
            self._container.mux(self._stream.encode(None))
            self._container.close()


def write_flac(blocks: Iterable[Block], path: Path, seed: int, tags: dict[str, str]) -> None:
    """Write a whole 16-bit FLAC file. Raises OSError."""
    flac = FlacWriter(path, seed, tags)
    try:
        for block in blocks:
            flac.push(block)
    except BaseException:
        with contextlib.suppress(OSError):  # what was wrong before is wrong now, and is what counts
            flac.close()
        raise
    flac.close()


class Clip:
    """Keeps `length` frames from frame `begin` on of the sound that is pushed through it."""

    def __init__(self, begin: Frames, length: Frames) -> None:
        self._begin, self._end = begin, begin + length
        self._at = 0
        self.blocks: list[Block] = []

    def push(self, block: Block) -> None:
        """Pass the next block of the sound; what lies inside the clip is added to `blocks`."""
        cut = block[max(0, self._begin - self._at) : max(0, self._end - self._at)]
        if len(cut):
            self.blocks.append(cut)
        self._at += len(block)


def read_blocks(path: Path, description: str = "the file", notes: list[str] | None = None) -> Iterator[Block]:
    """Decode a file of any format to blocks of any length at `RATE`, as the streamer does.

    If some of the sound is missing, that is added to `notes`, as a clause of which the file is the subject.
    Raises NotAudio, which calls the file by its `description`, if it has no sound or cannot be read.
    """
    try:
        yield from decode_path(path)
    except Broken as error:
        if notes is not None:
            notes.append(error.reason)
    except Unplayable as error:
        raise NotAudio(f"{description} cannot be decoded: {error.reason}") from None
    except OSError as error:
        raise NotAudio(f"{description} cannot be read: {error.strerror}") from None


def make_segment(blocks: Iterable[Block], seed: int) -> AudioSegment:
    """Collect blocks in a pydub segment of 16-bit samples, dithered by `seed`."""
    dither = Dither(seed)
    data = b"".join(dither.convert(block).tobytes() for block in blocks)
    return AudioSegment(data, sample_width=2, frame_rate=RATE, channels=CHANNELS)


def export_segment(
    segment: AudioSegment, path: Path, kind: str, tags: dict[str, str], bitrate: str = EXPORT_RATE
) -> None:
    """Write a file of a kind in `CODECS`.

    Raises Missing if this needs the ffmpeg program and it is not installed, OSError if the file cannot be written.
    """
    if kind != "wav" and not shutil.which("ffmpeg"):
        raise Missing(f"writing {kind} needs the ffmpeg program, which is not installed here")
    codec = CODECS[kind]
    try:
        segment.export(str(path), format=kind, codec=codec, bitrate=bitrate if codec else None, tags=tags).close()
    except CouldntEncodeError as error:
        is_full = os.strerror(errno.ENOSPC) in str(error)
        raise OSError(errno.ENOSPC if is_full else errno.EIO, "ffmpeg could not write it") from None
    except OSError as error:
        _drop_frames(error)
        raise OSError(error.errno, error.strerror) from None


def _drop_frames(error: OSError) -> None:
    """Let go of what was being written: Python's `wave` tries once more as it goes, and complains to standard error."""
    complain = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        traceback.clear_frames(error.__traceback__)
    finally:
        sys.unraisablehook = complain


def write_preview(blocks: Iterable[Block], path: Path, tags: dict[str, str]) -> None:
    """Write a short MP3 that fades in and out. Raises Missing if the encoder is not installed, or OSError."""
    encoder = Lame(PREVIEW_RATE)
    try:
        sound = _fade(np.concatenate([np.zeros((0, CHANNELS), np.float32), *blocks]))
        path.write_bytes(b"".join([_make_id3(tags), *encoder.packets(sound), *encoder.finish(sound)]))
    finally:
        encoder.close()


def _fade(sound: Block) -> Block:
    at = np.arange(len(sound)) / RATE
    left = np.minimum(at / FADE_IN, (len(sound) / RATE - at) / FADE_OUT)
    return sound * np.sin(np.minimum(left, 1) * np.pi / 2).astype(np.float32)[:, None] ** 2


def _make_id3(tags: dict[str, str]) -> bytes:
    from mutagen import id3  # at the end of a song, when nothing waits for it to be loaded

    tag, written = id3.ID3(), BytesIO()
    for name, text in tags.items():
        if name in PREVIEW_TAGS:
            tag.add(getattr(id3, PREVIEW_TAGS[name])(encoding=id3.Encoding.UTF8, text=text))
        elif name == "comment":
            tag.add(id3.COMM(encoding=id3.Encoding.UTF8, lang="eng", desc="", text=text))
    tag.save(written)
    return written.getvalue()
