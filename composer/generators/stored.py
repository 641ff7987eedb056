"""The sound of a file of any format, as blocks at the station's rate."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from common.errors import NotAudio
from common.types import CHANNELS, RATE
from composer.block import Block


def blocks(path: Path) -> Iterator[Block]:
    """Raises NotAudio where it holds no sound, or where what it holds is damaged."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise NotAudio("the file that it wrote has no sound in it")
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
            for frame in container.decode(audio=0):
                yield from _resampled(resampler, frame)
            yield from _resampled(resampler, None)
    except av.FFmpegError as error:
        raise NotAudio(f"the file that it wrote cannot be decoded: {error.strerror}") from None


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[Block]:
    for made in resampler.resample(frame):
        if made.samples:
            yield made.to_ndarray().reshape(-1, CHANNELS).astype(np.float32, copy=False)
