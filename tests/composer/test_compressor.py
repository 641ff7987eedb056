import numpy as np
import pytest

from bandstand.composer.audio import BLOCK_FRAMES, Block
from bandstand.composer.compressor import (
    KNEE,
    MOST_LIFTED,
    QUIET,
    RATIO,
    THRESHOLD,
    Compressor,
    compute_gain,
    compute_lift,
)


def decibels(gain: float) -> float:
    return float(20 * np.log10(gain))


def make_block(level: float) -> Block:
    """A constant sound whose mean square is `level` dBFS."""
    return np.full((BLOCK_FRAMES, 2), 10 ** (level / 20), np.float32)


def settle(level: float) -> float:
    """The level that comes out when it has lasted."""
    compressor = Compressor()
    for _ in range(100):
        out = compressor.process(make_block(level))
    return decibels(float(out[-1, 0]))


def test_what_is_loud_rises_by_the_ratio() -> None:
    assert settle(-6) - settle(-15) == pytest.approx(9 / RATIO, abs=0.1)


def test_the_knee_joins_the_two_lines() -> None:
    assert compute_gain(THRESHOLD - KNEE / 2) == 1
    assert decibels(compute_gain(THRESHOLD + KNEE / 2)) == pytest.approx(-KNEE / 2 * (1 - 1 / RATIO))


def test_a_quiet_passage_is_lifted_and_silence_not_without_end() -> None:
    assert settle(QUIET - 10) > QUIET - 10
    assert compute_lift(QUIET) == 1
    assert decibels(compute_lift(-120)) == pytest.approx(MOST_LIFTED)


def test_the_gain_moves_without_a_step() -> None:
    compressor = Compressor()
    blocks = [compressor.process(make_block(-12)) for _ in range(5)]
    assert np.abs(np.diff(np.concatenate(blocks)[:, 0])).max() < 0.001
