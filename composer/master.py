"""Mastering: gain, a look-ahead limiter, and a fade-out.

The limiter finds the highest peak of every millisecond and the gain that keeps it under `CEILING`. It takes the lowest
of these gains within `HOLD` chunks on either side, and smooths them with a Hann window of `SMOOTH` chunks on either
side. Because the hold is longer than half the window, the smoothed gain is never above the needed one, so no peak
passes, and the gain changes slowly enough not to distort. It needs the block before and the block after, and so is one
block behind.

Blocks have any number of whole `BLOCK_FRAMES`. Knows neither score nor synthesiser.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from bandstand.common.types import Frames
from bandstand.composer.audio import BLOCK_FRAMES, Block

CHUNK: Final = 48
"""Frames for which the limiter takes one peak: 1 ms."""
CEILING: Final = 0.73
"""Highest sample: -2.7 dBFS, so that the true peak (ITU-R BS.1770) stays below -1 dBTP."""
SMOOTH: Final = 40
"""Chunks in which the gain falls before a peak, and rises after it."""
HOLD: Final = SMOOTH + 1
"""Chunks on either side of a peak that get its gain. More than `SMOOTH`, so that the smoothed gain is low enough."""

Gains = npt.NDArray[np.float64]
GainCurve = Callable[[npt.NDArray[np.int64]], Gains]
"""Function from frame numbers, shape (n,), to linear gains, shape (n,), or (1,) where they are all the same."""

_WEIGHTS = np.hanning(2 * SMOOTH + 3)[1:-1]
_WEIGHTS /= _WEIGHTS.sum()


def master_song(raw: Iterator[Block], total: Frames, gain: GainCurve, fade: Frames) -> Iterator[Block]:
    """Master the first `total` frames of `raw`; the last block is shorter. The last `fade` frames fade out."""
    first = 0
    for limited in limit_peaks(_amplify(take_frames(raw, total), gain)):
        block = limited[: total - first]
        if first + len(block) > total - fade:
            left = (total - first - np.arange(len(block))) / fade
            block = block * np.sin(np.clip(left, 0, 1) * np.pi / 2).astype(np.float32)[:, None] ** 2
        first += len(block)
        yield block


def take_frames(blocks: Iterator[Block], total: int) -> Iterator[Block]:
    """Yield blocks until they have `total` frames; the last one ends with the `BLOCK_FRAMES` in which this is."""
    left = -(-total // BLOCK_FRAMES) * BLOCK_FRAMES
    while left:
        block = next(blocks, None)
        if block is None:
            return
        yield block[:left]
        left -= len(block[:left])


def _amplify(blocks: Iterator[Block], gain: GainCurve) -> Iterator[Block]:
    first = 0
    for block in blocks:
        yield block * gain(np.arange(first, first + len(block)))[:, None].astype(np.float32)
        first += len(block)


def limit_peaks(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks with peaks above the ceiling turned down. Reads one block ahead."""
    unity = np.ones(HOLD + SMOOTH + 1)
    before, here, waiting = unity, unity, None
    for block in blocks:
        ahead = _compute_needed_gains(block)
        if waiting is not None:
            yield _limit_block(waiting, before, here, ahead)
            before = here
        here, waiting = ahead, block
    if waiting is not None:
        yield _limit_block(waiting, before, here, unity)


def _compute_needed_gains(block: Block) -> Gains:
    """Compute the gain that keeps each chunk under the ceiling, shape (chunks,)."""
    peaks = np.abs(block).reshape(-1, CHUNK * block.shape[1]).max(axis=1)
    needed: Gains = np.minimum(1.0, CEILING / np.maximum(peaks.astype(np.float64), 1e-9))
    return needed


def _limit_block(block: Block, before: Gains, here: Gains, ahead: Gains) -> Block:
    """Apply the smoothed gains, made of the needed gains of the block before, of this block, and of the one after."""
    reach = HOLD + SMOOTH + 1
    needed = np.concatenate((before[-reach:], here, ahead[:reach]))
    if needed.min() == 1.0:
        return block
    lowest = sliding_window_view(needed, 2 * HOLD + 1).min(axis=1)
    smooth = np.convolve(lowest, _WEIGHTS, "valid")  # one chunk more than the block at either end
    centres = (np.arange(len(smooth)) - 0.5) * CHUNK
    return block * np.interp(np.arange(len(block)), centres, smooth)[:, None].astype(np.float32)
