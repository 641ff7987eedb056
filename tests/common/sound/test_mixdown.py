"""Frames of sound converted: the same samples in small pieces as in large ones, and no loss that could be heard."""

import av
import numpy as np
import pytest

from bandstand.common.sound import Samples
from bandstand.common.sound.mixdown import Mixdown
from bandstand.common.types import RATE

SECONDS = 2
LARGEST = 9216
FLOOR = -85.0
"""Decibels of what a sine must not be joined by; 16 bits have -98 for all of the spectrum."""


def convert(sound: Samples, rate: int, largest: int = 0, size: int = 1152) -> list[Samples]:
    """`sound`, of shape (frames, channels) at `rate`, in frames of `size`; what comes with each, and then with the end.

    What the end gives comes last, as one piece.
    """
    mixdown: Mixdown | None = None
    pieces: list[Samples] = []
    for at in range(0, len(sound), size):
        part = np.ascontiguousarray(sound[at : at + size])
        frame = av.AudioFrame.from_ndarray(part.reshape(1, -1), "flt", "stereo" if part.shape[1] == 2 else "mono")
        frame.sample_rate = rate
        mixdown = mixdown or Mixdown(frame, largest)
        pieces += mixdown.push(frame)
    assert mixdown is not None
    return [*pieces, *mixdown.flush()]


def sine(frequency: float, rate: int, channels: int = 2) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * frequency * np.arange(SECONDS * rate) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def measure_rest(sound: Samples, frequency: float) -> tuple[float, float]:
    """The level of a sine in dB beside half of full scale, and of all that is not the sine, in dB beside the sine."""
    wave = sound[RATE // 2 : -RATE // 2, 0].astype(np.float64)
    angles = 2 * np.pi * frequency * np.arange(len(wave)) / RATE
    basis = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    found = np.linalg.lstsq(basis, wave, rcond=None)[0]
    rest = wave - basis @ found
    level = float(np.hypot(*found))
    return 20 * np.log10(level / 0.5), 20 * np.log10(rest.std() / (level / 2**0.5) + 1e-12)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, RATE, 96_000])
def test_large_pieces_have_the_same_samples_as_small_ones(rate: int, channels: int) -> None:
    sound = np.random.default_rng(3).uniform(-1, 1, (SECONDS * rate + 77, channels)).astype(np.float32)
    small, large = convert(sound, rate), convert(sound, rate, LARGEST)
    assert np.array_equal(np.concatenate(small), np.concatenate(large))
    assert len(large) < len(small) / 2 or rate == 8000


def test_the_first_piece_comes_with_the_first_frame_and_the_largest_are_of_the_size_that_was_asked_for() -> None:
    lengths = [len(piece) for piece in convert(sine(997, 44_100), 44_100, LARGEST)]
    assert lengths[0] < 1300
    assert max(lengths) == LARGEST and lengths.count(LARGEST) >= 6


def test_without_a_size_each_frame_gives_what_is_ready_so_that_nothing_waits_for_a_slow_generator() -> None:
    lengths = [len(piece) for piece in convert(sine(997, 44_100), 44_100)]
    assert max(lengths) < 1300


@pytest.mark.parametrize("frequency", [50, 997, 10_000, 15_000, 18_000])
def test_44_100_hz_become_48_000_without_distortion_or_images(frequency: int) -> None:
    level, rest = measure_rest(np.concatenate(convert(sine(frequency, 44_100), 44_100, LARGEST)), frequency)
    assert abs(level) < 0.1
    assert rest < FLOOR
