import math

import numpy as np
import pytest

from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.loudness import LoudnessMeter, TruePeakMeter, measure_loudness


def tone(seconds: float, decibels: float) -> Block:
    """A sine of 997 Hz in both channels, with its peak `decibels` below full scale."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    sine = np.sin(2 * np.pi * 997 * at) * 10 ** (decibels / 20)
    return np.stack([sine, sine], axis=1).astype(np.float32)


def cut(sound: Block, length: int) -> list[Block]:
    return [sound[at : at + length] for at in range(0, len(sound), length)]


def test_a_sine_at_minus_23_in_both_channels_is_minus_23_lufs() -> None:
    """EBU Tech 3341, test 1."""
    assert measure_loudness(cut(tone(20, -23), BLOCK_FRAMES)) == pytest.approx(-23.0, abs=0.1)


def test_the_last_short_block_does_not_lose_the_measure() -> None:
    meter = LoudnessMeter()
    for block in cut(tone(5.0123, -10), BLOCK_FRAMES):
        meter.push(block)
    loudness, peak = meter.finish()
    assert loudness == pytest.approx(-10.0, abs=0.2)
    assert peak == pytest.approx(-10.0, abs=0.2)


def test_silence_is_silence() -> None:
    meter = LoudnessMeter()
    meter.push(np.zeros((BLOCK_FRAMES, 2), np.float32))
    loudness, peak = meter.finish()
    assert loudness <= -70
    assert peak == -math.inf


@pytest.mark.parametrize(("frequency", "phase"), [(12_000, math.pi / 4), (6000, 0.4), (15_000, 0.3)])
def test_a_peak_between_samples_is_found(frequency: int, phase: float) -> None:
    sine = 0.5 * np.sin(2 * np.pi * frequency * np.arange(9600) / 48_000 + phase)
    meter = TruePeakMeter()
    for block in cut(np.stack([sine, sine / 2], axis=1).astype(np.float32), 777):
        meter.push(block)
    assert 20 * math.log10(meter.finish()) == pytest.approx(-6.0, abs=0.6)


def test_the_very_last_sample_counts() -> None:
    sound = np.zeros((1000, 2), np.float32)
    sound[-1] = 0.5
    meter = TruePeakMeter()
    meter.push(sound)
    assert meter.finish() == 0.5
