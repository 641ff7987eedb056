"""Equal-power fades: the rise of what comes, and what sinks under it until it is gone.

Pure sums over samples; knows no cue and no event.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from common.types import Frames
from streamer.block import AudioSource, Samples


def fade_in_gain(at: int, length: int) -> float:
    """The level after `at` of `length` frames: a quarter of a sine."""
    return sin(pi / 2 * at / length) if at < length else 1.0


def fade_in(samples: Samples, at: int, length: int) -> Samples:
    """`samples`, in place, as the frames from `at` on of a rise over `length` frames."""
    if at < length:
        head = samples[: length - at]
        head *= np.sin(_angles(at, len(head), length))
    return samples


def fade_out(samples: Samples, at: int, length: int) -> Samples:
    """`samples`, in place, as the frames from `at` on of a fall over `length` frames."""
    samples *= np.cos(_angles(at, len(samples), length))
    return samples


def _angles(at: int, frames: int, length: int) -> NDArray[np.float32]:
    return (np.arange(at, at + frames, dtype=np.float32)[:, None] + np.float32(0.5)) * np.float32(pi / 2 / length)


@dataclass
class FadingSource:
    """A source that is not the one on the air any more, on its way down. Takes it over."""

    source: AudioSource
    length: Frames
    level: float = 1.0
    """Where it begins."""
    offset: int = 0
    """How far into the next block it begins."""
    at: int = 0

    @property
    def is_over(self) -> bool:
        return self.at >= self.length or self.source.ended

    def mix_into(self, samples: Samples) -> None:
        """Add the next of it. Where it is not ready in time it sinks unheard."""
        here = samples[self.offset :][: self.length - self.at]
        part = fade_out(self.source.read(len(here)), self.at, self.length)
        here[: len(part)] += part if self.level == 1.0 else part * np.float32(self.level)
        self.at += len(here)
        self.offset = 0

    def shorten(self, fade: Frames) -> None:
        """Be gone within `fade` frames."""
        if self.length - self.at > fade:
            self.level *= cos(pi / 2 * self.at / self.length)
            self.length, self.at = fade, 0
