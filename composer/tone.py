"""Shapes the tone of a whole mix, between the synthesiser and the master: what is not heard, but would take room, goes.

Samples of a soundfont may not be centred on zero (FluidR3's are not), and a song of many of them would be shifted as a
whole. Works on blocks of `BLOCK_FRAMES` frames without a delay, and knows neither score nor synthesiser.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from bandstand.common.types import CHANNELS
from bandstand.composer.audio import Block
from bandstand.composer.filters import Convolver, Curve, make_filter, take_block

RUMBLE: Final[Curve] = ((1, -60), (12, -20), (18, -10), (25, -4), (32, -1), (40, 0), (24000, 0))
"""The response of the mix: 12 dB an octave below 25 Hz."""


def shape_tone(raw: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks of a mix with its tone as it should be."""
    convolver, response = Convolver(CHANNELS), make_filter(RUMBLE)
    for block in raw:
        yield np.ascontiguousarray(take_block(convolver.push(block.T) * response).T)
