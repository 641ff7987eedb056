import numpy as np
import pytest

from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES
from bandstand.composer.filters import SIZE, Convolver, Curve, make_filter, take_block, transform

TREBLE: Curve = ((20, 0), (1000, 0), (2000, -12), (24000, -12))


@pytest.mark.parametrize(("frequency", "decibels"), [(200, 0), (1000, 0), (2000, -12), (10000, -12)])
def test_a_filter_has_the_gains_of_its_curve(frequency: int, decibels: float) -> None:
    gain = abs(make_filter(TREBLE)[frequency * SIZE // RATE])
    assert 20 * np.log10(gain) == pytest.approx(decibels, abs=0.3)


def test_a_filter_delays_nothing() -> None:
    response = np.fft.irfft(make_filter(TREBLE), SIZE)
    assert np.argmax(np.abs(response)) < 5


def test_a_sound_in_blocks_is_filtered_like_one_in_one_piece() -> None:
    sound = np.random.RandomState(1).random_sample((1, 5 * BLOCK_FRAMES)).astype(np.float32)
    response = np.random.RandomState(2).random_sample(300)
    convolver, spectrum = Convolver(1), transform(response)
    blocks = [
        take_block(convolver.push(sound[:, begin : begin + BLOCK_FRAMES]) * spectrum)
        for begin in range(0, sound.shape[1], BLOCK_FRAMES)
    ]
    whole = np.convolve(sound[0], response)[: sound.shape[1]]
    assert np.concatenate(blocks, axis=1)[0] == pytest.approx(whole, rel=1e-3)
