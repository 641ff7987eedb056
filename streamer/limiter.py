"""A true-peak limiter for the bus: nothing louder than the ceiling leaves, and what is below it leaves as it came, bit
for bit, `DELAY` frames later.

True peaks, between the samples, are found by oversampling four times with a windowed sinc (ITU-R BS.1770-4, annex 2).
Each frame gets the gain that its peak needs; the gain goes down over the `ATTACK` frames before a peak and recovers by
`RELEASE`.

Loud music is near the ceiling all the time, so oversampling has to be cheap: the sound is taken in rows of `ROW`
frames, and only rows that have a frame near the ceiling are oversampled, all of them by one multiplication of matrices.
A row begins and ends with what the filter needs of its neighbours. All else is a few passes over 32-bit numbers, as
64-bit ones, masks, and the highest along a short axis cost several times as much.

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
ROUNDING: Final = 1e-6
"""As much is added to a gain that recovers, so that it comes to exactly 1 and the sound leaves bit for bit again."""


def _between(phase: float) -> NDArray[np.float64]:
    """Weights that give the sound's value at `phase` of the way from one sample to the next: a windowed sinc."""
    at = np.arange(1 - HALF, HALF + 1) - phase
    weights: NDArray[np.float64] = np.sinc(at) * np.kaiser(2 * HALF + 1, 5.0)[1:]
    weights /= weights.sum()
    return weights


PHASES: Final = 3
"""Places between two samples that are reckoned: after a quarter, a half and three quarters."""
ROW: Final = 16
"""Frames that are oversampled together; with more, more is reckoned in vain."""


def _oversampling() -> NDArray[np.float32]:
    """The matrix that turns a row and its neighbours, `ROW + 2 * HALF - 1` samples, into what lies between samples.

    The first `ROW` values are a quarter of the way after each sample, the next a half, the last three quarters."""
    phases = [_between((number + 1) / (PHASES + 1)) for number in range(PHASES)]
    matrix = np.zeros((ROW + 2 * HALF - 1, PHASES, ROW), dtype=np.float32)
    for number, weights in enumerate(phases):
        for at in range(ROW):
            matrix[at : at + 2 * HALF, number, at] = weights
    return matrix.reshape(len(matrix), -1)


OVERSAMPLING: Final = _oversampling()
MOST_ROWS: Final = 0.8
"""Where more rows than this share have a frame near the ceiling, all are oversampled: to pick some costs more."""


def _make_recovery(frames: int) -> NDArray[np.float32]:
    """How much the gain recovers in 1, 2, ... frames."""
    return (RELEASE * np.arange(1, frames + 1)).astype(np.float32)


RECOVERY: Final = _make_recovery(1 << 13)
"""For blocks as they usually are."""
NEAR: Final = CEILING * 0.63
"""The peak between two samples is reckoned only if one of them is above this: a higher peak between two lower samples
needs a frequency so high that other samples beside it are above this, too."""


class Limiter:
    """Takes blocks in order; returns each with the sound of `DELAY` frames earlier, and its peak."""

    def __init__(self) -> None:
        self._past: Samples | None = None
        """The last `CONTEXT` frames; None for silence."""
        self._gain = 1.0
        self._gains = np.ones(ATTACK - 1, dtype=np.float32)
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
        gains = self._smooth(peaks if highest > CEILING else None, block.frames)
        both = np.empty_like(out)
        both[:, 0] = both[:, 1] = gains
        both *= out
        return Block(block.frames, both), float((peaks[: block.frames] * gains).max())

    def _before(self) -> Samples:
        return zeros(CONTEXT) if self._past is None else self._past

    def _smooth(self, peaks: NDArray[np.float32] | None, frames: int) -> NDArray[np.float32]:
        """A gain for each frame that leaves: never above what it needs, down before a peak, and slowly up after it.

        Where nothing is to be done it is exactly 1. `peaks` is None where no peak is above the ceiling.
        """
        recovery = RECOVERY[:frames] if frames <= len(RECOVERY) else _make_recovery(frames)
        if peaks is None:
            allowed = recovery + np.float32(self._gain)
            lowest: NDArray[np.float32] | np.float32 = np.float32(1)
            self._gain = min(1.0, float(allowed[-1]))
        else:
            wanted = (np.float32(CEILING) / np.maximum(peaks, np.float32(CEILING))).astype(np.float32, copy=False)
            lowest = _find_lowest(wanted)
            allowed = np.minimum(lowest - recovery, np.float32(self._gain))
            np.minimum.accumulate(allowed, out=allowed)
            allowed += recovery
            self._gain = float(min(allowed[-1], lowest[-1]))
        allowed += np.float32(ROUNDING)
        whole = np.concatenate([self._gains, np.minimum(allowed, lowest)])
        self._gains = whole[len(whole) - ATTACK + 1 :]
        self._is_changing = float(self._gains.min()) < 1
        return _average(whole)


def _find_lowest(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The lowest of each `ATTACK` values in a row; that is a power of two."""
    width = 1
    while width < ATTACK:
        values = np.minimum(values[:-width], values[width:])
        width *= 2
    return values


def _average(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The average of each `ATTACK` values in a row; exactly 1 where all of them are."""
    width = 1
    while width < ATTACK:
        values = values[:-width] + values[width:]
        width *= 2
    return values * np.float32(1 / ATTACK)


def _find_peaks(sound: Samples) -> NDArray[np.float32]:
    """For each frame but the first and last `HALF`, the highest of its samples and of what lies between it and the
    next, on either channel."""
    frames = len(sound) - 2 * HALF
    rows = -(-frames // ROW)
    channels = np.empty((CHANNELS, rows * ROW + 2 * HALF), dtype=np.float32)
    channels[:, : len(sound)] = sound.T
    channels[:, len(sound) :] = 0
    left, right = np.abs(channels[:, HALF : 1 - HALF])
    levels = np.maximum(left, right)
    is_near = np.maximum(levels[:-1], levels[1:]) > NEAR
    is_near[frames:] = False
    used = is_near.reshape(rows, ROW).any(axis=1)
    peaks: NDArray[np.float32] = levels[:-1]
    if used.any():
        between = _find_between(channels, used)
        between *= is_near
        np.maximum(peaks, between, out=peaks)
    return peaks[:frames]


def _find_between(channels: NDArray[np.float32], used: NDArray[np.bool_]) -> NDArray[np.float32]:
    """For each frame of the rows that are `used`, the highest of what lies between it and the next, 0 for others.

    `channels` is whole rows of each channel, with `HALF` on either side.
    """
    rows, step = len(used), channels.itemsize
    shape, strides = (CHANNELS, rows, len(OVERSAMPLING)), (channels.strides[0], ROW * step, step)
    windows = np.ndarray(shape, np.float32, channels, step, strides)
    is_whole = np.count_nonzero(used) > MOST_ROWS * rows
    if not is_whole:
        windows = windows[:, used]
    between = windows.reshape(-1, len(OVERSAMPLING)) @ OVERSAMPLING
    np.abs(between, out=between)
    left, right = between.reshape(CHANNELS, -1, PHASES, ROW)
    first, second, third = np.maximum(left, right, out=left).swapaxes(0, 1)
    highest: NDArray[np.float32] = np.maximum(np.maximum(first, second), third)
    if is_whole:
        return highest.reshape(-1)
    found = np.zeros((rows, ROW), dtype=np.float32)
    found[used] = highest
    return found.reshape(-1)
