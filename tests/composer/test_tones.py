import numpy as np
import pytest

from composer.reverb import Reverb
from composer.tones import STROKES, stroke, timbre, tone


@pytest.mark.parametrize("program", [*range(0, 104, 8), 29])
def test_a_tone_has_its_pitch(program: int) -> None:
    wave = tone(timbre(program), 69, 48_000)[:48_000]
    assert np.argmax(np.abs(np.fft.rfft(wave))) == 440


@pytest.mark.parametrize("program", [*range(0, 104, 8), 29])
def test_a_tone_begins_and_ends_without_a_click(program: int) -> None:
    wave = tone(timbre(program), 60, 20_000)
    assert abs(wave[0]) < 0.001
    assert abs(wave[-1]) < 0.001
    assert np.abs(wave).max() > 0.01


@pytest.mark.parametrize("drum", [*STROKES, 45])
def test_a_stroke_sounds_and_is_over(drum: int) -> None:
    wave = stroke(drum)
    assert np.abs(wave).max() > 0.01
    assert abs(wave[-1]) < 0.001


@pytest.mark.parametrize("size", [100, 241, 4800])
def test_reverberation_does_not_depend_on_the_blocks(size: int) -> None:
    sound = (np.random.RandomState(2).random_sample(9600) - 0.5).astype(np.float32)
    whole = Reverb()(sound)
    reverb = Reverb()
    pieces = np.concatenate([reverb(sound[at : at + size]) for at in range(0, len(sound), size)])
    assert np.array_equal(pieces, whole)


def test_reverberation_dies_away() -> None:
    reverb = Reverb()
    click = np.zeros(4800, np.float32)
    click[0] = 1
    first = np.abs(reverb(click)).max()
    for _ in range(20):
        last = np.abs(reverb(np.zeros(4800, np.float32))).max()
    assert 0 < last < first / 100
