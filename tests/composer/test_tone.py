from collections.abc import Iterator

import numpy as np
import pytest

from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.tone import MOST_MADE, WIDEST, WIDTH, choose_gains, remove_rumble, shape_tone


def make_blocks(sound: Block) -> Iterator[Block]:
    return (sound[begin : begin + BLOCK_FRAMES] for begin in range(0, len(sound), BLOCK_FRAMES))


def make_sine(frequency: float, blocks: int = 10) -> Block:
    wave = 0.3 * np.sin(2 * np.pi * frequency * np.arange(blocks * BLOCK_FRAMES) / RATE)
    return np.stack((wave, wave), axis=1).astype(np.float32)


def make_noise(width: float, blocks: int = 250) -> Block:
    """Noise whose side has `width` times the amplitude of its middle."""
    random = np.random.RandomState(5)
    middle, side = random.standard_normal((2, blocks * BLOCK_FRAMES)) * 0.1
    return np.stack((middle + width * side, middle - width * side), axis=1).astype(np.float32)


def shape(sound: Block) -> Block:
    return np.concatenate(list(shape_tone(make_blocks(sound))))


def measure_side(sound: Block) -> float:
    """The energy of the side under that of the middle, decibels."""
    middle, side = sound[:, 0] + sound[:, 1], sound[:, 0] - sound[:, 1]
    return float(10 * np.log10((side**2).mean() / (middle**2).mean()))


def test_what_is_not_centred_on_zero_is_centred() -> None:
    shifted = make_sine(200) + np.float32(0.1)
    for out in (shape(shifted), np.concatenate(list(remove_rumble(make_blocks(shifted))))):
        assert abs(out[5 * BLOCK_FRAMES :].mean()) < 0.003


def test_without_the_rumble_a_sound_is_as_loud_as_it_was() -> None:
    out = np.concatenate(list(remove_rumble(make_blocks(make_sine(200)))))
    assert np.abs(out[BLOCK_FRAMES:]).max() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("width", [0.1, 0.4, 0.7])
def test_narrow_and_wide_mixes_become_equally_wide(width: float) -> None:
    assert measure_side(shape(make_noise(width))[-60 * BLOCK_FRAMES :]) == pytest.approx(WIDTH, abs=2)


def test_low_notes_stay_in_the_middle() -> None:
    left = make_sine(60)
    left[:, 1] = 0
    assert measure_side(shape(left)) < -15


def test_the_gains_of_the_side_stay_within_their_limits() -> None:
    assert choose_gains(1, 1, 1) == (WIDEST[0], 0)
    assert choose_gains(1, 0, 0.001) == (WIDEST[1], MOST_MADE)
    own, made = choose_gains(1, 10 ** (WIDTH / 10), 1)
    assert own == pytest.approx(1)
    assert made == pytest.approx(0, abs=1e-6)


def test_a_block_comes_out_before_the_next_is_read() -> None:
    read: list[int] = []

    def blocks() -> Iterator[Block]:
        for number, block in enumerate(make_blocks(make_sine(200, 3))):
            read.append(number)
            yield block

    next(shape_tone(blocks()))
    assert read == [0]
