"""Checks a generator's sound block by block: NaN, clipping, DC offset, silence. Each problem is noted once.

Pure. Samples that are not finite are replaced by 0; samples far out of range are refused, for the sake of ears.
"""

from typing import Final

import numpy as np

from bandstand.common.errors import NotAudio
from bandstand.common.text import clock
from bandstand.common.types import CHANNELS, RATE
from bandstand.composer.audio import Block

AUDIBLE: Final = 2e-4
"""Smallest difference between two samples of a block that is not silence: -74 dBFS."""
FULL_SCALE: Final = 0.9999
CLIP_RUN: Final = 3
"""Samples in a row at full scale that count as clipping rather than a peak."""
MOST_CLIPS: Final = 5
"""Clippings from which on they are noted."""
REFUSED_PEAK: Final = 64.0
"""36 dB over full scale: integers that were read as floats, or an unstable filter."""
MOST_OFFSET: Final = 0.03
OFFSET_FRAMES: Final = RATE
"""Frames from which on the mean is meaningful."""


class AudioLint:
    """Checks the sound that is pushed through it. `notes` has a sentence for each problem so far."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.frames = 0
        self.is_audible = False
        """Whether there was any sound but silence."""
        self.invalid = 0
        """Samples that were NaN or infinite."""
        self._sum = np.zeros(CHANNELS)
        self._clips = 0
        self._peak = 0.0
        self._has_noted_offset = False

    def push(self, block: Block) -> Block:
        """Check a block; return it with finite samples only. Raises NotAudio if it is far out of range."""
        if not len(block):
            return block
        here = clock(self.frames / RATE)
        block = self._replace_invalid(block, here)
        peak = float(np.abs(block).max())
        if peak > REFUSED_PEAK:
            raise NotAudio(
                f"at {here} its samples reach {peak:.0f}: floats are from -1 to 1, and integers need their format"
            )
        self._check_clipping(block, peak, here)
        self._sum += block.sum(axis=0, dtype=np.float64)
        self.is_audible = self.is_audible or float(np.ptp(block, axis=0).max()) > AUDIBLE
        self.frames += len(block)
        if self.frames >= OFFSET_FRAMES:
            self._check_offset()
        return block

    def finish(self) -> None:
        """Check the sound as a whole, after its last block."""
        if self.frames:
            self._check_offset()

    def _replace_invalid(self, block: Block, here: str) -> Block:
        wrong = ~np.isfinite(block)
        count = int(wrong.sum())
        if not count:
            return block
        if not self.invalid:
            self.notes.append(
                f"from {here} on it has samples that are no numbers (NaN or infinite); 0 is played for them"
            )
        self.invalid += count
        return np.where(wrong, np.float32(0), block)

    def _check_clipping(self, block: Block, peak: float, here: str) -> None:
        if peak < FULL_SCALE:
            return
        full = np.abs(block) >= FULL_SCALE
        count = len(block) - CLIP_RUN + 1
        runs = int((full[:count] & full[1 : count + 1] & full[CLIP_RUN - 1 :]).sum()) if count > 0 else 0
        before, self._clips = self._clips, self._clips + runs
        if before < MOST_CLIPS <= self._clips:
            over = f", by {20 * np.log10(peak):.1f} dB" if peak > 1.001 else ""
            self.notes.append(f"it clips from {here} on{over}: it is louder than full scale, so turn it down")

    def _check_offset(self) -> None:
        offset = float(np.abs(self._sum).max() / self.frames)
        if offset > MOST_OFFSET and not self._has_noted_offset:
            self._has_noted_offset = True
            self.notes.append(
                f"it is off centre by {offset:.2f} of full scale (DC offset), which costs loudness and clicks"
            )
