"""The sound of a file of any format, as blocks at the station's rate."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from common.errors import NotAudio
from common.types import CHANNELS, RATE
from composer.block import Block


def blocks(path: Path, called: str = "the file") -> Iterator[Block]:
    """Raises NotAudio, which says how the file is `called`, where it holds no sound or what it holds is damaged."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise NotAudio(f"there is no sound in {called}")
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
            for frame in container.decode(audio=0):
                yield from _resampled(resampler, frame)
            yield from _resampled(resampler, None)
    except av.FFmpegError as error:
        raise NotAudio(f"{called} cannot be decoded: {error.strerror}") from None


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[Block]:
    for made in resampler.resample(frame):
        if made.samples:
            yield made.to_ndarray().reshape(-1, CHANNELS).astype(np.float32, copy=False)
