"""Filters whose frequency response is drawn as a table, applied to sound block by block.

A filter is a finite impulse response of `TAPS` frames. It is made minimum-phase (through the cepstrum: Oppenheim &
Schafer, "Discrete-Time Signal Processing", 3rd edition, 13.8), so that it delays nothing, and a song begins as soon as
without it. Blocks are convolved through the Fourier transform, overlap-save: a block and the `TAPS` - 1 frames before
it are transformed together, and of the result only the block is whole. So a filter is needed for each length of block.
Knows nothing of songs.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES

TAPS: Final = BLOCK_FRAMES // 2 + 1
"""Length of a filter: 50 ms, enough for a bend at 25 Hz."""
SIZE: Final = BLOCK_FRAMES + TAPS - 1
"""Frames of the transform of one block of `BLOCK_FRAMES`."""
FINE: Final = 1 << 15
"""Frames of the transforms in which a filter is made."""
NORM: Final = "ortho"
"""How the transforms of blocks are scaled: any other way NumPy 2 computes one of the two in double, at three times the
cost."""
QUIETEST: Final = -80.0
"""Decibels, the least that a response is taken for."""

Curve = tuple[tuple[float, float], ...]
"""(frequency in Hz, gain in dB), frequencies rising: straight lines between them on a logarithmic frequency axis."""
Spectrum = npt.NDArray[np.complex64]
"""Of `size` frames, shape (..., `size` // 2 + 1)."""
Rows = npt.NDArray[np.float32]
"""Channels as rows, shape (channels, frames)."""


@cache
def make_filter(curve: Curve, size: int = SIZE) -> Spectrum:
    """The minimum-phase filter with this gain at each frequency, for spectra of so many frames."""
    return transform(_make_response(curve), size)


@cache
def _make_response(curve: Curve) -> npt.NDArray[np.float64]:
    frequencies = np.maximum(np.fft.rfftfreq(FINE, 1 / RATE), 1.0)
    points = np.log([frequency for frequency, _ in curve])
    decibels = np.interp(np.log(frequencies), points, [gain for _, gain in curve])
    return make_minimum_phase(10 ** (np.maximum(decibels, QUIETEST) / 20))


def make_minimum_phase(gains: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The impulse response, `TAPS` long, whose spectrum has these linear gains, shape (`FINE` // 2 + 1,)."""
    cepstrum = np.fft.irfft(np.log(gains), FINE)
    cepstrum[1 : FINE // 2] *= 2
    cepstrum[FINE // 2 + 1 :] = 0
    response = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), FINE)[:TAPS]
    response[TAPS // 2 :] *= np.cos(np.linspace(0, np.pi / 2, TAPS - TAPS // 2)) ** 2
    return np.asarray(response)


def transform(response: Sequence[float] | npt.NDArray[np.float64], size: int = SIZE) -> Spectrum:
    """The spectrum of an impulse response of at most `TAPS` frames, for spectra of `size` frames."""
    return np.fft.rfft(np.asarray(response), size).astype(np.complex64)


def find_size(frames: int) -> int:
    """Frames of the transform of a block of so many frames."""
    return frames + TAPS - 1


class Convolver:
    """Keeps the frames before the current block. One transform of the input serves any number of filters."""

    def __init__(self, channels: int) -> None:
        self._before = np.zeros((channels, TAPS - 1), np.float32)

    def push(self, rows: Rows) -> Spectrum:
        """The spectra of the next block, shape (channels, frames), and of the `TAPS` - 1 frames before it.

        The block may have any length from `BLOCK_FRAMES` on.
        """
        frames = np.concatenate((self._before, rows), axis=1)
        self._before[:] = frames[:, 1 - TAPS :]
        return np.fft.rfft(frames, norm=NORM).astype(np.complex64, copy=False)  # NumPy 1 computes in double


def take_block(spectra: Spectrum) -> Rows:
    """The block of which these are the spectra, each times that of its filter."""
    size = 2 * (spectra.shape[-1] - 1)
    return np.fft.irfft(spectra, size, norm=NORM)[..., TAPS - 1 :].astype(np.float32, copy=False)
