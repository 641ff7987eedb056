import numpy as np
import pytest

from bandstand.composer.reverb import Reverb
from bandstand.composer.tones import DRUM_SOUNDS, find_timbre, make_drum, make_reversed_cymbal, make_tone


@pytest.mark.parametrize("program", [*range(0, 104, 8), 29])
def test_a_tone_has_its_pitch(program: int) -> None:
    wave = make_tone(find_timbre(program), 69, 48_000)[:48_000]
    assert np.argmax(np.abs(np.fft.rfft(wave))) == 440


@pytest.mark.parametrize("program", [*range(0, 104, 8), 29])
def test_a_tone_begins_and_ends_without_a_click(program: int) -> None:
    wave = make_tone(find_timbre(program), 60, 20_000)
    assert abs(wave[0]) < 0.001
    assert abs(wave[-1]) < 0.001
    assert np.abs(wave).max() > 0.01


@pytest.mark.parametrize("drum", [*DRUM_SOUNDS, 45])
def test_a_drum_is_audible_and_ends(drum: int) -> None:
    wave = make_drum(drum)
    assert np.abs(wave).max() > 0.01
    assert abs(wave[-1]) < 0.001


def test_a_reversed_cymbal_grows_to_its_end() -> None:
    for frames in (12_000, 60_000, 400_000):
        quarters = [float(np.abs(part).mean()) for part in np.array_split(make_reversed_cymbal(frames), 4)]
        assert quarters == sorted(quarters)
        assert len(make_reversed_cymbal(frames)) == frames


@pytest.mark.parametrize("size", [100, 241, 4800])
def test_reverberation_does_not_depend_on_the_blocks(size: int) -> None:
    sound = (np.random.RandomState(2).random_sample(9600) - 0.5).astype(np.float32)
    whole = Reverb().process(sound)
    reverb = Reverb()
    parts = np.concatenate([reverb.process(sound[at : at + size]) for at in range(0, len(sound), size)])
    assert np.array_equal(parts, whole)


def test_reverberation_decays() -> None:
    reverb = Reverb()
    click = np.zeros(4800, np.float32)
    click[0] = 1
    first = np.abs(reverb.process(click)).max()
    for _ in range(20):
        last = np.abs(reverb.process(np.zeros(4800, np.float32))).max()
    assert 0 < last < first / 100
