"""A true-peak limiter for the bus: nothing louder than the ceiling leaves, and what is below it leaves as it came, bit
for bit, `DELAY` frames later.

True peaks, between the samples, are found by oversampling four times with a windowed sinc (ITU-R BS.1770-4, annex 2).
Each frame gets the gain that its peak needs; the gain goes down over the `ATTACK` frames before a peak and recovers by
`RELEASE`.

Loud music is near the ceiling all the time, so oversampling has to be cheap: the sound is taken in rows of `ROW`
frames, and only rows that have a frame near the ceiling are oversampled, all of them by one multiplication of matrices.
A row begins and ends with what the filter needs of its neighbours.

Pure sums over blocks. Knows levels; nothing of songs. A block that is far from the ceiling costs one look at its
highest sample.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.common.types import CHANNELS, RATE, Frames
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


ROW: Final = 16
"""Frames that are oversampled together; with more, more is reckoned in vain."""


def _oversampling() -> NDArray[np.float32]:
    """The matrix that turns a row and its neighbours, `ROW + 2 * HALF - 1` samples, into what lies between samples.

    The first `ROW` values are a quarter of the way after each sample, the next a half, the last three quarters."""
    phases = [_between(phase) for phase in (0.25, 0.5, 0.75)]
    matrix = np.zeros((ROW + 2 * HALF - 1, len(phases), ROW), dtype=np.float32)
    for number, weights in enumerate(phases):
        for at in range(ROW):
            matrix[at : at + 2 * HALF, number, at] = weights
    return matrix.reshape(len(matrix), -1)


OVERSAMPLING: Final = _oversampling()
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
        self._is_changing = False
        """Whether any of `_gains` is below 1."""

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
        if highest <= NEAR and not self._is_changing:
            return Block(block.frames, out), highest
        peaks = _find_peaks(sound)[: block.frames + ATTACK - 1]
        highest = float(peaks.max())
        if highest <= CEILING and not self._is_changing:
            return Block(block.frames, out), highest
        wanted: NDArray[np.float32] = (CEILING / np.maximum(peaks, CEILING)).astype(np.float32, copy=False)
        gains = self._smooth(wanted)
        out = out * np.repeat(gains, CHANNELS).reshape(-1, CHANNELS)
        return Block(block.frames, out), float((peaks[: block.frames] * gains).max())

    def _before(self) -> Samples:
        return zeros(CONTEXT) if self._past is None else self._past

    def _smooth(self, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        """A gain for each frame that leaves: never above what it needs, down before a peak, and slowly up after it.

        Where nothing is to be done it is 1 but for rounding errors, which 32 bits do not hold.
        """
        lowest = _find_lowest(wanted)
        recovery = RELEASE * np.arange(1, len(lowest) + 1)
        allowed = recovery + np.minimum.accumulate(np.minimum(lowest - recovery, self._gain))
        whole = np.concatenate([self._gains, np.minimum(allowed, lowest)])
        self._gains, self._gain = whole[len(whole) - ATTACK + 1 :], float(whole[-1])
        self._is_changing = float(self._gains.min()) < UNITY
        sums = np.cumsum(whole)
        over = sums[ATTACK - 1 :].copy()
        over[1:] -= sums[:-ATTACK]
        return (over / ATTACK).astype(np.float32)


def _find_lowest(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The lowest of each `ATTACK` values in a row; that is a power of two."""
    width = 1
    while width < ATTACK:
        values = np.minimum(values[:-width], values[width:])
        width *= 2
    return values


def _find_peaks(sound: Samples) -> NDArray[np.float32]:
    """For each frame but the first and last `HALF`, the highest of its samples and of what lies between it and the
    next, on either channel."""
    rows = -(-(len(sound) - 2 * HALF) // ROW)
    channels = np.zeros((CHANNELS, rows * ROW + 2 * HALF), dtype=np.float32)
    channels[:, : len(sound)] = sound.T
    left, right = np.abs(channels[:, HALF : len(sound) - HALF + 1])
    levels = np.maximum(left, right)
    peaks: NDArray[np.float32] = levels[:-1].copy()
    near = np.flatnonzero(np.maximum(levels[:-1], levels[1:]) > NEAR)
    if len(near):
        peaks[near] = np.maximum(peaks[near], _find_between(channels, near))
    return peaks


def _find_between(channels: NDArray[np.float32], frames: NDArray[np.intp]) -> NDArray[np.float32]:
    """The highest of what lies between each of these frames and the next. Frames are counted from the first that has
    `HALF` before it; `channels` is whole rows of each channel, with `HALF` on either side."""
    rows = (channels.shape[1] - 2 * HALF) // ROW
    marked = np.zeros(rows, dtype=bool)
    marked[frames // ROW] = True
    used = np.flatnonzero(marked)
    step = channels.itemsize
    shape, strides = (CHANNELS, rows, len(OVERSAMPLING)), (channels.strides[0], ROW * step, step)
    windows = np.ndarray(shape, np.float32, channels, step, strides)
    between = np.abs(windows[:, used].reshape(-1, len(OVERSAMPLING)) @ OVERSAMPLING)
    left, right = between.reshape(CHANNELS, len(used), -1, ROW)
    highest = np.zeros((rows, ROW), dtype=np.float32)
    highest[used] = np.maximum(left, right).max(axis=1)
    return highest.reshape(-1)[frames]
