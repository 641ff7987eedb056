"""From raw blocks to the finished sound: gain, a limiter that looks ahead, and a fade at the very end.

Works on blocks of one length, so the result depends on nothing else. Knows neither the score nor the synthesiser.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from common.types import Frames
from composer.block import BLOCK, Block

CHUNK: Final = 48
"""Frames of which the limiter takes the highest peak: 1 ms."""
CEILING: Final = 0.83
"""-1.6 dBFS, which leaves the true peak room below -1 dBTP."""
SMOOTH: Final = 40
"""Chunks over which the limiter closes, and opens again."""
HOLD: Final = SMOOTH + 1
"""Chunks on either side for which a peak is minded: more than `SMOOTH`, so that what is smoothed is low enough."""

Gains = npt.NDArray[np.float64]
GainCurve = Callable[[npt.NDArray[np.int64]], Gains]
"""Frame numbers -> linear gain."""

_WEIGHTS = np.hanning(2 * SMOOTH + 3)[1:-1]
_WEIGHTS /= _WEIGHTS.sum()


def mastered(raw: Iterator[Block], total: Frames, gain: GainCurve, fade: Frames) -> Iterator[Block]:
    """Exactly `total` frames, the last block shorter; the last `fade` of them fall to nothing."""
    count = -(-total // BLOCK)
    loud = (
        block * gain(np.arange(index * BLOCK, (index + 1) * BLOCK))[:, None].astype(np.float32)
        for index, block in enumerate(islice(raw, count))
    )
    for index, block in enumerate(limited(loud)):
        first = index * BLOCK
        block = block[: total - first]
        if first + BLOCK > total - fade:
            left = (total - first - np.arange(len(block))) / fade
            block = block * np.sin(np.clip(left, 0, 1) * np.pi / 2).astype(np.float32)[:, None] ** 2
        yield block


def limited(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, turned down smoothly around whatever would be above the ceiling; one block behind."""
    open_ = np.ones(BLOCK // CHUNK)
    before, here, waiting = open_, open_, None
    for block in blocks:
        ahead = _needed(block)
        if waiting is not None:
            yield _turned_down(waiting, before, here, ahead)
            before = here
        here, waiting = ahead, block
    if waiting is not None:
        yield _turned_down(waiting, before, here, open_)


def _needed(block: Block) -> Gains:
    """For each chunk the gain that keeps it under the ceiling."""
    peaks = np.abs(block).reshape(-1, CHUNK * block.shape[1]).max(axis=1)
    needed: Gains = np.minimum(1.0, CEILING / np.maximum(peaks.astype(np.float64), 1e-9))
    return needed


def _turned_down(block: Block, before: Gains, here: Gains, ahead: Gains) -> Block:
    reach = HOLD + SMOOTH + 1
    needed = np.concatenate((before[-reach:], here, ahead[:reach]))
    if needed.min() == 1.0:
        return block
    lowest = sliding_window_view(needed, 2 * HOLD + 1).min(axis=1)
    smooth = np.convolve(lowest, _WEIGHTS, "valid")  # one chunk more than the block at either end
    centres = (np.arange(len(smooth)) - 0.5) * CHUNK
    return block * np.interp(np.arange(BLOCK), centres, smooth)[:, None].astype(np.float32)
