"""A true-peak limiter for the bus: nothing louder than the ceiling leaves, and what is below it leaves as it came, bit
for bit, `DELAY` frames later.

True peaks, between the samples, are found by oversampling four times with a windowed sinc (ITU-R BS.1770-4, annex 2).
Each frame gets the gain that its peak needs; the gain goes down over the `ATTACK` frames before a peak and recovers by
`RELEASE`.

Pure sums over blocks. Knows levels; nothing of songs. A block that is far from the ceiling costs one look at its
highest sample.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Block, Samples, zeros

CEILING: Final = 10 ** (-1.1 / 20)
"""-1 dBTP, and a tenth for what the change of gain itself adds between samples."""
ATTACK: Final = 64
"""Frames, 1.3 ms, in which the gain goes down before a peak."""
RELEASE: Final = 1.0 / (0.4 * RATE)
"""How much the gain recovers in a frame: from 0 to 1 in 0.4 s."""
HALF: Final = 16
"""Taps of the interpolation on either side of a place between two samples."""
DELAY: Final = Frames(ATTACK + HALF)
CONTEXT: Final = DELAY + HALF
"""Frames of the past that are put before the next block."""
UNITY: Final = 1 - 1e-6
"""A gain above this is taken for 1, so that the sound leaves bit for bit."""


def _between(phase: float) -> NDArray[np.float64]:
    """Weights that give the sound's value at `phase` of the way from one sample to the next: a windowed sinc."""
    at = np.arange(1 - HALF, HALF + 1) - phase
    weights: NDArray[np.float64] = np.sinc(at) * np.kaiser(2 * HALF + 1, 5.0)[1:]
    weights /= weights.sum()
    return weights


PHASES: Final = np.stack([_between(phase) for phase in (0.25, 0.5, 0.75)], axis=1).astype(np.float32)
NEAR: Final = CEILING * 0.63
"""The peak between two samples is reckoned only if one of them is above this: a higher peak between two lower samples
needs a frequency so high that other samples beside it are above this, too."""


class Limiter:
    """Takes blocks in order; returns each with the sound of `DELAY` frames earlier, and its peak."""

    def __init__(self) -> None:
        self._past: Samples | None = None
        """The last `CONTEXT` frames; None for silence."""
        self._gain = 1.0
        self._gains = np.ones(ATTACK - 1)
        """Those of the last frames, before they are smoothed; the last of them is `_gain`."""

    def process(self, block: Block) -> tuple[Block, float]:
        """Limit the next block. The peak, full scale at 1.0, is the true peak if it is near the ceiling, else the
        highest sample."""
        if block.samples is None and self._past is None:
            return block, 0.0
        sound = np.concatenate([self._before(), zeros(block.frames) if block.samples is None else block.samples])
        self._past = sound[len(sound) - CONTEXT :]
        highest = max(float(sound.max()), -float(sound.min()))
        if block.samples is None and block.frames >= CONTEXT:
            self._past = None
        out = sound[HALF : HALF + block.frames]
        changing = self._gain < 1.0 or self._gains.min() < 1.0
        if highest <= NEAR and not changing:
            return Block(block.frames, out), highest
        peaks = _peaks(sound)[: block.frames + ATTACK - 1]
        highest = float(peaks.max())
        if highest <= CEILING and not changing:
            return Block(block.frames, out), highest
        gains = self._smoothed(np.minimum(1.0, CEILING / np.maximum(peaks, CEILING)))
        out = out * gains.astype(np.float32)[:, None]
        return Block(block.frames, out), float((peaks[: block.frames] * gains).max())

    def _before(self) -> Samples:
        return zeros(CONTEXT) if self._past is None else self._past

    def _smoothed(self, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
        """A gain for each frame that leaves: never above what it needs, down before a peak, and slowly up after it."""
        lowest = _lowest(wanted)
        recovery = RELEASE * np.arange(1, len(lowest) + 1)
        allowed = recovery + np.minimum.accumulate(np.minimum(lowest - recovery, self._gain))
        allowed = np.minimum(allowed, lowest)
        allowed[allowed > UNITY] = 1.0
        whole = np.concatenate([self._gains, allowed])
        self._gains, self._gain = whole[len(whole) - ATTACK + 1 :], float(whole[-1])
        sums = np.cumsum(np.concatenate([[0.0], whole]))
        gains: NDArray[np.float64] = (sums[ATTACK:] - sums[:-ATTACK]) / ATTACK
        gains[gains > UNITY] = 1.0
        return gains


def _lowest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lowest of each `ATTACK` values in a row; that is a power of two."""
    width = 1
    while width < ATTACK:
        values = np.minimum(values[:-width], values[width:])
        width *= 2
    return values


def _peaks(sound: Samples) -> NDArray[np.float32]:
    """For each frame but the first and last `HALF`, the highest of its samples and of what lies between it and the
    next, on either channel."""
    levels = np.maximum(np.abs(sound[:, 0]), np.abs(sound[:, 1]))[HALF : len(sound) - HALF + 1]
    peaks: NDArray[np.float32] = levels[:-1].copy()
    near = np.flatnonzero(np.maximum(levels[:-1], levels[1:]) > NEAR)
    if len(near):
        windows = sliding_window_view(np.ascontiguousarray(sound.T), 2 * HALF, axis=1)[:, near + 1]
        peaks[near] = np.maximum(peaks[near], np.abs(windows @ PHASES).max(axis=(0, 2)))
    return peaks
