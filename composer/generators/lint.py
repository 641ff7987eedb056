"""What is odd about a generator's sound, looked at block by block: each oddity is told once, in a sentence.

Pure. What must not reach an ear is mended (what is not a number) or refused (samples that are not in range).
"""

from typing import Final

import numpy as np

from common.errors import NotAudio
from common.text import clock
from common.types import CHANNELS, RATE
from composer.block import Block

AUDIBLE: Final = 2e-4
"""-74 dBFS from peak to peak: less is silence."""
FULL: Final = 0.9999
RUN: Final = 3
"""Samples at full scale on end, which is clipping and no mere peak."""
CLIPS: Final = 5
ABSURD: Final = 64.0
"""36 dB over full scale: integers that were taken for floats, or a filter that exploded."""
OFFSET: Final = 0.03
SETTLED: Final = RATE
"""Frames after which a mean says something."""


class Lint:
    """`notes` grows as sound passes."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.frames = 0
        self.audible = False
        self.odd = 0
        """Samples that were no numbers."""
        self._sum = np.zeros(CHANNELS)
        self._clips = 0
        self._peak = 0.0
        self._offset_told = False

    def push(self, block: Block) -> Block:
        """The block, fit to be heard. Raises NotAudio where that cannot be."""
        if not len(block):
            return block
        here = clock(self.frames / RATE)
        block = self._numbers(block, here)
        peak = float(np.abs(block).max())
        if peak > ABSURD:
            raise NotAudio(
                f"at {here} its samples reach {peak:.0f}: floats are from -1 to 1, and integers need their format"
            )
        self._clipping(block, peak, here)
        self._sum += block.sum(axis=0, dtype=np.float64)
        self.audible = self.audible or float(np.ptp(block, axis=0).max()) > AUDIBLE
        self.frames += len(block)
        if self.frames >= SETTLED:
            self._mean()
        return block

    def finish(self) -> None:
        """Nothing more will come."""
        if self.frames:
            self._mean()

    def _numbers(self, block: Block, here: str) -> Block:
        wrong = ~np.isfinite(block)
        count = int(wrong.sum())
        if not count:
            return block
        if not self.odd:
            self.notes.append(
                f"from {here} on it has samples that are no numbers (NaN or infinite); 0 is played for them"
            )
        self.odd += count
        return np.where(wrong, np.float32(0), block)

    def _clipping(self, block: Block, peak: float, here: str) -> None:
        if peak < FULL:
            return
        full = np.abs(block) >= FULL
        runs = int((full[: -RUN + 1] & full[1 : -RUN + 2] & full[RUN - 1 :]).sum()) if len(block) >= RUN else 0
        before, self._clips = self._clips, self._clips + runs
        if before < CLIPS <= self._clips:
            over = f", by {20 * np.log10(peak):.1f} dB" if peak > 1.001 else ""
            self.notes.append(f"it clips from {here} on{over}: it is louder than full scale, so turn it down")

    def _mean(self) -> None:
        offset = float(np.abs(self._sum).max() / self.frames)
        if offset > OFFSET and not self._offset_told:
            self._offset_told = True
            self.notes.append(
                f"it is off centre by {offset:.2f} of full scale (DC offset), which costs loudness and clicks"
            )
