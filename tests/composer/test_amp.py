import numpy as np
import numpy.typing as npt

from bandstand.common.types import RATE
from bandstand.composer.amp import Amplifier
from bandstand.composer.audio import BLOCK_FRAMES

BLOCKS = 6


def amplify(wave: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    rows = np.stack((wave, wave)).astype(np.float32)
    amplifier = Amplifier()
    blocks = [amplifier.process(rows[:, begin : begin + BLOCK_FRAMES]) for begin in range(0, len(wave), BLOCK_FRAMES)]
    return np.concatenate(blocks, axis=1)


def make_chord(level: float) -> npt.NDArray[np.float64]:
    at = np.arange(BLOCKS * BLOCK_FRAMES) / RATE
    return level * (np.sin(2 * np.pi * 200 * at) + np.sin(2 * np.pi * 300 * at))


def test_a_power_chord_gets_a_tone_an_octave_below() -> None:
    out = amplify(make_chord(0.02))[0, BLOCK_FRAMES:]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    each = len(out) / RATE
    assert spectrum[round(100 * each)] > 10 * spectrum[round(150 * each)]
    assert spectrum[round(500 * each)] > 10 * spectrum[round(550 * each)]


def test_what_is_struck_harder_is_hardly_louder() -> None:
    soft, hard = (np.abs(amplify(make_chord(level))).max() for level in (0.05, 0.2))
    assert hard < 1.5 * soft


def test_silence_stays_silent_and_nothing_is_off_its_middle() -> None:
    assert np.abs(amplify(np.zeros(BLOCKS * BLOCK_FRAMES))).max() < 1e-6
    assert abs(amplify(make_chord(0.05))[:, BLOCK_FRAMES:].mean()) < 1e-3


def test_the_two_amplifiers_differ() -> None:
    left, right = amplify(make_chord(0.02))
    assert not np.allclose(left, right, atol=1e-4)
