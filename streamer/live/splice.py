"""Takes some milliseconds out of sound, or puts some in, where it is least heard.

The clock of a DJ's sound card is not the station's: at 50 millionths apart, which is usual, they differ by 180 ms in an
hour. Instead of resampling everything by a ratio that is never quite right, the sound stays as it is, and every few
minutes a piece of `PIECE` is left out or repeated. Where, is chosen as in WSOLA (Verhelst and Roelands, 1993): the
sound on both sides of the join must be alike, and it is crossfaded.

Pure.
"""

from typing import Final

import numpy as np

from bandstand.common.types import RATE
from bandstand.streamer.block import Samples

PIECE: Final = RATE // 100
"""10 ms: how much, about."""
FADE: Final = RATE // 200
SEARCHED: Final = RATE // 250
"""Frames by which a piece may be longer or shorter."""
NEEDED: Final = PIECE + SEARCHED + FADE
"""Frames that `shorten` and `lengthen` need at least."""


def shorten(samples: Samples) -> Samples:
    """The same without some 10 ms of it; as it is where there is too little of it."""
    if len(samples) < NEEDED:
        return samples
    lag = _find_likeness(samples)
    joined = _crossfade(samples[:FADE], samples[lag : lag + FADE])
    return np.concatenate([joined, samples[lag + FADE :]])


def lengthen(samples: Samples) -> Samples:
    """The same with some 10 ms of it twice; as it is where there is too little of it."""
    if len(samples) < NEEDED:
        return samples
    lag = _find_likeness(samples)
    joined = _crossfade(samples[lag : lag + FADE], samples[:FADE])
    return np.concatenate([samples[:lag], joined, samples[FADE:]])


def _find_likeness(samples: Samples) -> int:
    """How many frames behind its beginning the sound is most like it, among those around `PIECE`."""
    mono = samples[:NEEDED].sum(axis=1, dtype=np.float64)
    head = mono[:FADE]
    lags = range(PIECE - SEARCHED, PIECE + SEARCHED)
    return min(lags, key=lambda lag: float(np.square(mono[lag : lag + FADE] - head).sum()))


def _crossfade(before: Samples, after: Samples) -> Samples:
    rise = np.linspace(0.0, 1.0, FADE, dtype=np.float32)[:, np.newaxis]
    mixed: Samples = before * (1 - rise) + after * rise
    return mixed
