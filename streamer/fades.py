"""Equal-power fades: a source that comes in rises as a quarter of a sine, one that goes falls as a quarter of a cosine.

The powers of the two add up to one at each moment, so a crossfade of two songs is as loud as either of them. Pure sums
over samples; knows no cue and no event.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from bandstand.common.types import Frames
from bandstand.streamer.block import AudioSource, Samples


def fade_in_gain(at: int, length: int) -> float:
    """The gain, 0 to 1, after `at` of `length` frames."""
    return sin(pi / 2 * at / length) if at < length else 1.0


def fade_in(samples: Samples, at: int, length: int) -> Samples:
    """Fade `samples` in, in place: they are the frames from `at` on of a fade over `length` frames."""
    if at < length:
        head = samples[: length - at]
        head *= np.sin(_angles(at, len(head), length))
    return samples


def fade_out(samples: Samples, at: int, length: int) -> Samples:
    """Fade `samples` out, in place: they are the frames from `at` on of a fade over `length` frames."""
    samples *= np.cos(_angles(at, len(samples), length))
    return samples


def _angles(at: int, frames: int, length: int) -> NDArray[np.float32]:
    return (np.arange(at, at + frames, dtype=np.float32)[:, None] + np.float32(0.5)) * np.float32(pi / 2 / length)


@dataclass
class FadingSource:
    """A source that fades out after its cue has ended. Owns the source."""

    source: AudioSource
    length: Frames
    level: float = 1.0
    """The gain at the beginning of the fade."""
    offset: int = 0
    """Frames of the next block before the fade begins."""
    at: int = 0
    hold: int | None = 0
    """Frames that it goes on before the fade begins; None: to its end, and it does not fade."""

    @property
    def is_over(self) -> bool:
        return self.source.ended or (self.hold == 0 and self.at >= self.length)

    def mix_into(self, samples: Samples) -> None:
        """Add the next frames of it to `samples`, of shape (frames, CHANNELS). If the source is late, the fade goes on
        unheard."""
        samples, self.offset = samples[self.offset :], 0
        held = samples if self.hold is None else samples[: self.hold]
        part = self.source.read(len(held))
        held[: len(part)] += part if self.level == 1.0 else part * np.float32(self.level)
        if self.hold is not None:
            self.hold -= len(held)
        self._mix_fading(samples[len(held) :])

    def _mix_fading(self, samples: Samples) -> None:
        here = samples[: self.length - self.at]
        if not len(here):
            return
        part = fade_out(self.source.read(len(here)), self.at, self.length)
        here[: len(part)] += part if self.level == 1.0 else part * np.float32(self.level)
        self.at += len(here)

    def shorten(self, fade: Frames) -> None:
        """End the fade within `fade` frames."""
        if self.hold != 0 or self.length - self.at > fade:
            self.level *= cos(pi / 2 * self.at / self.length)
            self.length, self.at, self.hold = fade, 0, 0
