"""A gentle compressor: what is louder than `THRESHOLD` is turned down by the ratio, slowly enough not to be heard; and
whole passages that are quieter than `QUIET`, such as the beginning of a ballad, are lifted.

The level is the mean square of steps of `STEP_FRAMES`, of both sides together, so that the picture does not move. It
follows a rise within `ATTACK` and a fall within `RELEASE` seconds, for the lift within `SLOW` of each. The threshold
is in the scale of the synthesiser, before the gain that brings a song to its loudness; so an excerpt that is measured
is compressed like the song. Works block by block without a delay.
"""

from math import exp
from typing import Final

import numpy as np
import numpy.typing as npt

from bandstand.common.types import RATE
from bandstand.composer.audio import Block

RATIO: Final = 1.8
THRESHOLD: Final = -27.0
"""Level from which on sound is turned down, dBFS of the mean square."""
KNEE: Final = 8.0
"""Decibels around the threshold in which the ratio sets in."""
ATTACK: Final = 0.03
RELEASE: Final = 0.35
QUIET: Final = -24.0
"""Level below which a passage is lifted, dBFS."""
LIFT: Final = 0.45
"""Decibels that it is lifted for each decibel below."""
MOST_LIFTED: Final = 6.0
SLOW: Final = (0.4, 2.0)
"""Seconds within which the lift follows a rise, and a fall."""
STEP_FRAMES: Final = 480
"""Frames for which one level is taken: 10 ms."""
Levels = npt.NDArray[np.float64]
"""In dBFS, shape (steps,)."""

START: Final = -24.0
"""Level before the first block."""
_RISE = np.arange(1, STEP_FRAMES + 1, dtype=np.float32) / np.float32(STEP_FRAMES)
"""How far a step's frames are from the gain before it to that after it."""


class Compressor:
    """Keeps its level between blocks."""

    def __init__(self) -> None:
        self._fast, self._slow = _Follower(ATTACK, RELEASE), _Follower(*SLOW)
        self._gain = float(compute_gain(START) * compute_lift(START))

    def process(self, block: Block) -> Block:
        """Compress the next block, of any number of whole steps."""
        steps = block.reshape(-1, 2 * STEP_FRAMES)
        powers = (np.einsum("ij,ij->i", steps, steps) / (2 * STEP_FRAMES)).tolist()
        gains = compute_gain(self._fast.follow(powers)) * compute_lift(self._slow.follow(powers))
        points = np.concatenate(((self._gain,), gains)).astype(np.float32)[:, None]
        self._gain = float(gains[-1])
        curve = points[:-1] + (points[1:] - points[:-1]) * _RISE
        return block * curve.reshape(-1, 1)


class _Follower:
    """A level that follows the power of the steps."""

    def __init__(self, attack: float, release: float) -> None:
        self._power = 10 ** (START / 10)
        self._rise, self._fall = (1 - exp(-STEP_FRAMES / RATE / seconds) for seconds in (attack, release))

    def follow(self, powers: list[float]) -> Levels:
        """The level after each of the next steps."""
        power, rise, fall = self._power, self._rise, self._fall
        followed = []
        for now in powers:
            power += (now - power) * (rise if now > power else fall)
            followed.append(power)
        self._power = power
        return 10 * np.log10(np.array(followed) + 1e-12)


def compute_lift(level: float | Levels) -> Levels:
    """The linear gains of passages at these levels, dBFS."""
    return np.asarray(10 ** (np.minimum(MOST_LIFTED, np.maximum(0.0, QUIET - level) * LIFT) / 20))


def compute_gain(level: float | Levels) -> Levels:
    """The linear gains at levels in dBFS, with a quadratic knee (Giannoulis, Massberg & Reiss, JAES 60:6, 2012)."""
    over = np.asarray(level) - THRESHOLD
    excess = np.where(over >= KNEE / 2, over, np.maximum(0.0, over + KNEE / 2) ** 2 / (2 * KNEE))
    return np.asarray(10 ** (-excess * (1 - 1 / RATIO) / 20))
