"""Fingerprints of recordings."""

import numpy as np
import pytest

from bandstand.common.types import RATE
from bandstand.composer.audio import Samples
from bandstand.composer.fingerprint import SHORTEST, Fingerprinter, _load_library

pytestmark = pytest.mark.skipif(_load_library() is None, reason="libchromaprint is not installed")


def make_tune(seed: int, seconds: float, level: float = 8000.0) -> Samples:
    chance = np.random.RandomState(seed)
    tones = np.repeat(chance.choice([220, 262, 330, 392, 440, 523, 660], round(seconds * 8)), RATE // 8)
    wave = np.sin(np.cumsum(tones) * (2 * np.pi / RATE)) * level
    return np.repeat(wave.astype(np.int16).reshape(-1, 1), 2, axis=1)


def listen(samples: Samples, size: int = 4096) -> tuple[int, ...]:
    fingerprinter = Fingerprinter()
    for at in range(0, len(samples), size):
        fingerprinter.push(samples[at : at + size])
    return fingerprinter.finish()


def test_a_recording_has_the_same_at_any_level_and_in_any_pieces_and_another_has_another() -> None:
    tune = listen(make_tune(1, 12.0))
    assert len(set(tune)) >= SHORTEST
    quieter = listen(make_tune(1, 12.0, level=2000.0), size=1000)
    assert len(set(tune) & set(quieter)) > 0.8 * len(set(tune))
    assert len(set(tune) & set(listen(make_tune(2, 12.0)))) < 0.1 * len(set(tune))


@pytest.mark.parametrize("samples", [make_tune(1, 1.0), np.zeros((RATE * 12, 2), np.int16), make_tune(1, 0.0)])
def test_what_is_too_short_or_one_sound_has_none(samples: Samples) -> None:
    assert listen(samples) == ()
