"""The waveform and the spectrum of a sound as numbers, for whoever draws it: `peaks.json` in a song's folder.

The waveform is the largest sample and the mean power of each column. The spectrum is the power of each column in bands
of equal width on a logarithmic scale of frequency, in decibels, as a spectrogram has it. A long sound has wider columns
rather than more of them.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from bandstand.common.types import RATE
from bandstand.composer.audio import Block

COLUMN: Final = 2400
"""Frames in the finest column of the waveform: 50 ms."""
HOP: Final = 5 * COLUMN
"""Frames in the finest column of the spectrum: 250 ms."""
MOST_COLUMNS: Final = 4000
MOST_SPECTRA: Final = 2000
WINDOW: Final = 4096
"""Frames of which a spectrum is made, from the beginning of its column."""
BANDS: Final = 32
LOWEST, HIGHEST = 40.0, 16_000.0
"""Hertz: the lower edge of the lowest band, and the upper one of the highest."""
FLOOR: Final = -80.0
"""Decibels below a full sine that are written as 0."""

Floats = npt.NDArray[np.float32]


class Peaks(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    version: int = 1
    seconds: float
    columns_per_second: float
    peaks: list[float]
    """The largest sample of each column, 0 to 1."""
    rms: list[float]
    """The root of the mean power of each column, on the same scale."""
    spectra_per_second: float
    bands: list[float]
    """The edges of the bands in hertz, one more than there are bands."""
    spectrum: str
    """Base64 of a byte for each band of each column, the lowest band first: 0 is 80 dB below a full sine, 255 is one,
    in equal steps of decibels."""


def encode_peaks(blocks: Iterable[Block]) -> bytes:
    """Read a sound to its end; blocks of any length, shape (frames, 2). Raises what the blocks raise."""
    peaks, powers, spectra, frames = _collect(blocks)
    columns = _choose_width(len(peaks), MOST_COLUMNS)
    hops = _choose_width(len(spectra), MOST_SPECTRA)
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1)
    decibels = 10 * np.log10(_join(spectra, hops, np.maximum) + 1e-12)
    shades = np.clip((decibels / -FLOOR + 1) * 255, 0, 255).astype(np.uint8)
    found = Peaks(
        seconds=round(frames / RATE, 3),
        columns_per_second=RATE / COLUMN / columns,
        peaks=_round(_join(peaks, columns, np.maximum)),
        rms=_round(np.sqrt(_join(powers, columns, np.add) / columns)),
        spectra_per_second=RATE / HOP / hops,
        bands=[round(float(edge), 1) for edge in edges],
        spectrum=b64encode(shades.tobytes()).decode("ascii"),
    )
    return msgspec.json.encode(found)


def _collect(blocks: Iterable[Block]) -> tuple[Floats, Floats, Floats, int]:
    """Peaks and powers of the finest columns, the spectra (columns, bands), and how many frames there are."""
    peaks: list[Floats] = []
    powers: list[Floats] = []
    spectra: list[Floats] = []
    rest, frames = np.zeros((0, 2), np.float32), 0
    for block in blocks:
        frames += len(block)
        rest = np.concatenate([rest, block])
        while len(rest) >= HOP:
            _measure(rest[:HOP], peaks, powers, spectra)
            rest = rest[HOP:]
    if len(rest):
        _measure(np.concatenate([rest, np.zeros((HOP - len(rest), 2), np.float32)]), peaks, powers, spectra)
    if not peaks:
        return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros((0, BANDS), np.float32), 0
    columns = -(-frames // COLUMN)
    return np.concatenate(peaks)[:columns], np.concatenate(powers)[:columns], np.stack(spectra), frames


def _measure(sound: Block, peaks: list[Floats], powers: list[Floats], spectra: list[Floats]) -> None:
    shaped = sound.reshape(-1, COLUMN * 2)
    peaks.append(np.abs(shaped).max(axis=1))
    powers.append((shaped**2).mean(axis=1))
    spectra.append(_measure_spectrum(sound[:WINDOW].mean(axis=1)))


def _make_bands() -> npt.NDArray[np.int64]:
    """The band of each frequency of the transform; below the lowest and above the highest: BANDS."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    found = np.floor(np.log(np.maximum(hertz, 1e-9) / LOWEST) / np.log(HIGHEST / LOWEST) * BANDS).astype(np.int64)
    return np.where((found >= 0) & (found < BANDS), found, BANDS)


_SHAPE: Final = np.hanning(WINDOW).astype(np.float32)
_BAND_OF: Final = _make_bands()
_FULL: Final = float((_SHAPE.sum() / 2) ** 2)
"""Power of a full sine at its frequency."""


def _measure_spectrum(sound: Floats) -> Floats:
    """The largest power of each band, 1 for a full sine. `sound` is mono, WINDOW frames."""
    power = np.abs(np.fft.rfft(sound * _SHAPE)) ** 2 / _FULL
    found = np.zeros(BANDS + 1, np.float32)
    np.maximum.at(found, _BAND_OF, power.astype(np.float32))
    return found[:BANDS]


def _choose_width(count: int, most: int) -> int:
    """How many of the finest columns make one."""
    return max(1, -(-count // most))


def _join(values: Floats, width: int, how: np.ufunc) -> Floats:
    """Each `width` of the values, along their first axis, as one."""
    if width == 1 or not len(values):
        return values
    joined: Floats = how.reduceat(values, np.arange(0, len(values), width), axis=0)
    return joined


def _round(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in np.clip(values, 0, 1)]
