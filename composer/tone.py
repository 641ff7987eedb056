"""Shapes the whole mix between the synthesiser and the limiter, as a mastering engineer would: equaliser, width, and
gentle compression.

The mix is split into its middle (L + R) / 2 and its side (L - R) / 2. What is low stays in the middle: the side begins
at 150 Hz. Mixes differ in width by 10 dB, by their instruments and the soundfont, so the width is steered: the side is
turned up or down slowly until it is `WIDTH` under the middle. Where a mix has too little side of its own, more is made
of the middle above 250 Hz, by a filter of random phase (Kendall, "The Decorrelation of Audio Signals", CMJ 19:4, 1995);
it is heard as room, and is gone when a listener adds left and right.

Works on blocks of any number of whole `BLOCK_FRAMES` without a delay, and knows neither score nor synthesiser. Samples
of a soundfont may not be centred on zero (FluidR3's are not); the equaliser takes that away as well.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES, SPAN, Block
from bandstand.composer.compressor import Compressor
from bandstand.composer.filters import (
    SIZE,
    Convolver,
    Curve,
    Rows,
    Spectrum,
    find_size,
    make_filter,
    take_block,
    transform,
)

MIDDLE: Final[Curve] = (
    *((1, -60), (12, -20), (18, -10), (25, -4), (32, -1), (40, 0), (65, 0.8), (120, 0.3)),
    *((300, -1.2), (700, -0.3), (1500, 0), (3500, 1.2), (7000, 0.6), (12000, 1.5), (24000, 1.5)),
)
"""The response of the middle: 12 dB an octave below 25 Hz, less of what is dull, a little more presence and air."""
RUMBLE: Final[Curve] = (*MIDDLE[:5], (40, 0), (24000, 0))
"""The same of a sound from which only what is below hearing is taken."""
SIDE: Final[Curve] = (
    (1, -60),
    (50, -40),
    (100, -16),
    (150, -5),
    (220, -1),
    (300, 0),
    (3500, 1),
    (12000, 1.5),
    (24000, 1.5),
)
"""The response of the side."""
MADE: Final[Curve] = ((1, -80), (100, -40), (180, -12), (250, -3), (350, 0), (6000, 0), (12000, -6), (24000, -12))
"""The response of the side that is made of the middle."""
PHASES: Final = 1024
"""Frames of the filter that makes it: 21 ms."""
WIDTH: Final = -7.8
"""Energy of the side below that of the middle, decibels: a correlation of .72 between left and right."""
WIDEST: Final = (0.5, 1.8)
"""Least and greatest gain of the side."""
MOST_MADE: Final = 0.45
"""Greatest gain of the side that is made."""
MEMORY: Final = 6.0
"""Seconds over which the width is averaged."""
USUAL_ENERGY: Final = 0.01
"""Mean square of a usual mix. A song begins as if one had been before it, as wide as it should be."""
STEADINESS: Final = float(np.exp(-BLOCK_FRAMES / RATE / MEMORY))
LOST: Final = 3.9
"""Decibels by which a mix of average loudness becomes softer."""
_RAMP = np.linspace(0, 1, BLOCK_FRAMES, endpoint=False, dtype=np.float32)


def shape_tone(raw: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks of a mix with tone, width and dynamics as they should be."""
    convolver, widener, compressor = Convolver(2), _Widener(), Compressor()
    for block in raw:
        left, right = block.T
        rows = np.empty((2, len(block)), np.float32)
        np.add(left, right, out=rows[0])
        np.subtract(left, right, out=rows[1])
        spectra, responses = convolver.push(rows), get_responses(find_size(len(block)))
        made = take_block(spectra[0] * responses[2])
        middle, side = take_block(spectra * responses[:2])
        side = widener.mix(middle, side, made)
        shaped = np.empty_like(block)
        np.add(middle, side, out=shaped[:, 0])
        np.subtract(middle, side, out=shaped[:, 1])
        yield compressor.process(shaped)


def remove_rumble(raw: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks centred on zero, and else as they are."""
    convolver = Convolver(2)
    for block in raw:
        response = make_filter(RUMBLE, find_size(len(block)))
        yield np.ascontiguousarray(take_block(convolver.push(block.T) * response).T)


def make_filters() -> None:
    """Make the filters of `shape_tone` ahead of time, which takes some hundredths of a second, and try them."""
    silence = np.zeros((SPAN * BLOCK_FRAMES, 2), np.float32)
    for _ in shape_tone(iter((silence[:BLOCK_FRAMES], silence))):
        pass


@cache
def get_responses(size: int = SIZE) -> Spectrum:
    """What makes middle, side and made side of the spectra of L + R, L - R, and L + R again."""
    middle = make_filter(MIDDLE, size)
    return (np.stack((middle, make_filter(SIDE, size), middle * make_diffuser(size))) / 2).astype(np.complex64)


def make_diffuser(size: int = SIZE) -> Spectrum:
    """The filter that makes side of the middle: every frequency is as loud as `MADE` has it, its phase random."""
    phases = np.random.RandomState(7).uniform(0, 2 * np.pi, PHASES // 2 + 1)
    phases[[0, -1]] = 0
    response = np.fft.irfft(np.exp(1j * phases), PHASES) * np.linspace(1, 0, PHASES) ** 0.5
    return (transform(response / np.sqrt((response**2).sum()), size) * make_filter(MADE, size)).astype(np.complex64)


class _Widener:
    """Steers the width. Its gains move in a straight line within each `BLOCK_FRAMES`."""

    def __init__(self) -> None:
        own = USUAL_ENERGY * 10 ** (WIDTH / 10)
        self._energies = np.array((USUAL_ENERGY, own, USUAL_ENERGY / 2))
        self._gains = (1.0, 0.0)

    def mix(self, middle: Rows, side: Rows, made: Rows) -> Rows:
        """The side of a block as it is to be heard, from that of the mix and that which is made of the middle."""
        shaped = [sound.reshape(-1, BLOCK_FRAMES) for sound in (middle, side, made)]
        gains = [self._gains]
        for now in np.stack([np.einsum("ij,ij->i", rows, rows) for rows in shaped], axis=1) / BLOCK_FRAMES:
            self._energies = self._energies * STEADINESS + now * (1 - STEADINESS)
            gains.append(choose_gains(*self._energies.tolist()))
        self._gains = gains[-1]
        points = np.array(gains, np.float32)[:, :, None]
        own, more = np.swapaxes(points[:-1] + (points[1:] - points[:-1]) * _RAMP, 0, 1)
        own *= shaped[1]
        if more.any():
            own += more * shaped[2]
        mixed: Rows = own.reshape(-1)
        return mixed


def choose_gains(middle: float, side: float, made: float) -> tuple[float, float]:
    """The gains of the mix's own side and of the made one, for the mean squares of middle, side, and made."""
    wanted = middle * 10 ** (WIDTH / 10)
    own = min(WIDEST[1], max(WIDEST[0], (wanted / max(side, 1e-12)) ** 0.5))
    missing = max(0.0, wanted - own**2 * side)
    return own, min(MOST_MADE, (missing / max(made, 1e-12)) ** 0.5)
