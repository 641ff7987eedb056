"""How loud the bus is at the moment: momentary loudness (EBU R 128, ITU-R BS.1770) and the highest peak.

Pure: it is given each block that leaves and keeps no more than a second of them. Nothing is reckoned until it is asked
for. The loudness is reckoned in the frequency domain (Parseval's theorem), which spares two filters over every block.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bandstand.common.types import RATE, Decibels, Frames, Lufs
from bandstand.streamer.block import Block, Samples, zeros
from bandstand.streamer.limiter import Limiter

WINDOW: Final = Frames(RATE * 4 // 10)
"""400 ms: what "momentary" means."""
HOP: Final = Frames(WINDOW // 4)
"""The window is reckoned in pieces of this length, which is quicker than in one."""
KEPT: Final = Frames(RATE)
QUIETEST: Final = Lufs(-70.0)
"""Anything quieter is silence; BS.1770's absolute gate."""
OFFSET: Final = -0.691
"""BS.1770's offset in LU, with which a sine of 997 Hz has its level as its loudness."""
SHELF: Final = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""BS.1770's K-weighting at 48 kHz, as the two filters' coefficients."""


def _weights() -> NDArray[np.float32]:
    """The K-weighting's power gain for each frequency of a hop's spectrum, of shape (HOP // 2 + 1,)."""
    z = np.exp(-2j * np.pi * np.arange(HOP // 2 + 1) / HOP)
    gain = np.ones(len(z), dtype=complex)
    for above, below in (SHELF, HIGH_PASS):
        gain *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    power = np.abs(gain) ** 2 / (HOP * WINDOW)
    power[1:-1] *= 2  # each stands for its negative, too
    weights: NDArray[np.float32] = power.astype(np.float32)
    return weights


WEIGHTS: Final = _weights()


@dataclass(frozen=True)
class Level:
    """`loudness` is None in silence; `peak` is the highest of the last second, between samples where it was near the
    limiter's ceiling, None in digital silence."""

    loudness: Lufs | None = None
    peak: Decibels | None = None


class Meter:
    """`push` and `level` may be called from different threads."""

    def __init__(self) -> None:
        self._recent: tuple[tuple[Block, float], ...] = ()

    def push(self, block: Block, peak: float) -> None:
        """Take in the next block that leaves, and its peak, full scale at 1.0."""
        kept = [(block, peak)]
        frames = block.frames
        for older in reversed(self._recent):
            if frames >= KEPT:
                break
            kept.append(older)
            frames += older[0].frames
        self._recent = tuple(reversed(kept))

    def level(self) -> Level:
        recent = self._recent
        peak = max((peak for _, peak in recent), default=0.0)
        highest = Decibels(20 * math.log10(peak)) if peak > 0 else None
        return Level(measure_loudness([block for block, _ in recent]), highest)


def round_level(level: Level) -> Level:
    """The level in tenths, so that small fluctuations are no news."""
    found, peak = level.loudness, level.peak
    return Level(None if found is None else Lufs(round(found, 1)), None if peak is None else Decibels(round(peak, 1)))


def measure_loudness(blocks: list[Block]) -> Lufs | None:
    """The momentary loudness (ITU-R BS.1770-4, EBU Tech 3341) at the end of `blocks`; None for silence.

    By Parseval's theorem the power of the weighted sound is the sum of its frequencies' weighted powers.
    """
    sound = _last(blocks)
    if sound is None:
        return None
    spectra = np.fft.rfft(sound.T.reshape(-1, HOP), axis=1)
    power = float(np.sum((spectra.real**2 + spectra.imag**2) @ WEIGHTS))
    found = OFFSET + 10 * math.log10(power) if power > 0 else QUIETEST
    return Lufs(found) if found > QUIETEST else None


def _last(blocks: list[Block]) -> Samples | None:
    """The last `WINDOW` frames of sound, shape (WINDOW, CHANNELS); None if all of it is silence."""
    parts: list[Samples] = []
    missing, heard = int(WINDOW), False
    for block in reversed(blocks):
        part = zeros(block.frames) if block.samples is None else block.samples
        heard = heard or block.samples is not None
        parts.append(part[-missing:])
        missing -= len(parts[-1])
        if missing <= 0:
            break
    if not heard:
        return None
    parts.append(zeros(max(0, missing)))
    return np.concatenate(parts[::-1])


class OutputProcessor:
    """What is done to every block before it leaves: it is limited, then measured.

    One thread calls it for each block in order; any thread may call `level`."""

    def __init__(self) -> None:
        self._limiter = Limiter()
        self._meter = Meter()

    def __call__(self, block: Block) -> Block:
        limited, peak = self._limiter.process(block)
        self._meter.push(limited, peak)
        return limited

    def level(self) -> Level:
        return self._meter.level()
