from collections.abc import Iterator

import numpy as np

from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.tone import shape_tone


def make_blocks(sound: Block) -> list[Block]:
    return [sound[begin : begin + BLOCK_FRAMES] for begin in range(0, len(sound), BLOCK_FRAMES)]


def make_sine(frequency: float, blocks: int = 10) -> Block:
    wave = 0.3 * np.sin(2 * np.pi * frequency * np.arange(blocks * BLOCK_FRAMES) / RATE)
    return np.stack((wave, wave), axis=1).astype(np.float32)


def test_what_is_not_centred_on_zero_is_centred_and_the_rest_stays_as_loud() -> None:
    shifted = make_sine(200) + np.float32(0.1)
    out = np.concatenate(list(shape_tone(iter(make_blocks(shifted)))))[5 * BLOCK_FRAMES :]
    assert abs(out.mean()) < 0.001
    assert abs(np.abs(out).max() - 0.3) < 0.01


def test_a_block_comes_out_before_the_next_is_read() -> None:
    read: list[int] = []

    def blocks() -> Iterator[Block]:
        for number, block in enumerate(make_blocks(make_sine(200, 3))):
            read.append(number)
            yield block

    next(shape_tone(blocks()))
    assert read == [0]
