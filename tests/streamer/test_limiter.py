"""The limiter: nothing above the ceiling, and nothing touched below it. Peaks are measured by FFmpeg as well."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.common.types import RATE
from bandstand.streamer.block import Block, Samples, zeros
from bandstand.streamer.limiter import ATTACK, CEILING, DELAY, HALF, RELEASE, Limiter, _between


def limited(sound: Samples, sizes: list[int] = [4608]) -> Samples:  # noqa: B006
    """`sound` through a limiter in blocks of these sizes in turn, without its delay."""
    limiter, out, at, turn = Limiter(), [], 0, 0
    padded = np.concatenate([sound, zeros(DELAY)])
    while at < len(padded):
        part = padded[at : at + sizes[turn % len(sizes)]]
        block, _ = limiter.process(Block(len(part), part))
        assert block.samples is not None
        out.append(block.samples)
        at, turn = at + len(part), turn + 1
    return np.concatenate(out)[DELAY:]


def stereo(wave: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Samples:
    return np.stack([wave, wave], axis=1).astype(np.float32)


def sine(frequency: float, level: float, phase: float = 0.0) -> Samples:
    return stereo(level * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE + phase))


def oversampled_peak(sound: Samples) -> float:
    spectrum = np.fft.rfft(sound[:, 0])
    return float(np.abs(np.fft.irfft(spectrum, 8 * len(sound)) * 8)[8 * 2400 : -8 * 2400].max())


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8), st.floats(0.0, 0.55))
@settings(max_examples=15)
def test_what_is_below_the_ceiling_leaves_as_it_came_bit_for_bit(sizes: list[int], level: float) -> None:
    sound = (np.random.default_rng(7).uniform(-1, 1, (RATE // 4, 2)) * level).astype(np.float32)
    assert np.array_equal(limited(sound, sizes), sound)


@pytest.mark.parametrize("frequency", [50, 997, 7000, 12_000, 15_000, 19_000])
def test_no_sine_passes_the_ceiling_even_between_its_samples(frequency: float) -> None:
    sound = limited(sine(frequency, 2.0, np.pi / 4))
    assert oversampled_peak(sound) < 10 ** (-1 / 20)
    assert oversampled_peak(sound) > CEILING * 0.97


def test_a_sine_whose_samples_are_low_but_whose_peaks_are_not_is_limited() -> None:
    sound = sine(RATE / 4, 1.2, np.pi / 4)
    assert np.abs(sound).max() < CEILING
    assert oversampled_peak(limited(sound)) < 10 ** (-1 / 20)


@pytest.mark.slow
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_it_is_the_same_sound_whatever_the_blocks(sizes: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    sound = (chance.standard_normal((RATE // 8, 2)) * chance.uniform(0, 1.5, (RATE // 8, 1))).astype(np.float32)
    whole = limited(sound, [RATE])
    assert np.abs(whole).max() <= CEILING + 1e-5
    assert np.allclose(limited(sound, sizes), whole, atol=1e-5)


def test_the_gain_is_down_before_the_peak_and_back_soon_after_it() -> None:
    sound = sine(997, 0.5)
    sound[RATE // 2] = 3.0
    out = limited(sound)
    gain = out[:, 0] / np.where(np.abs(sound[:, 0]) > 0.1, sound[:, 0], np.nan)
    assert np.nanmin(gain[: RATE // 2 - DELAY]) == 1.0
    assert abs(out[RATE // 2, 0]) <= CEILING + 1e-6
    assert np.nanmax(np.abs(np.diff(gain[RATE // 2 - DELAY : RATE // 2 - 20]))) < 0.05
    assert np.nanmin(gain[RATE // 2 + int(0.4 * RATE) :]) == 1.0


def test_silence_passes_and_what_is_on_its_way_comes_out_before_it() -> None:
    limiter = Limiter()
    silence = Block(480, None)
    assert limiter.process(silence) == (silence, 0.0)
    sound = sine(997, 0.4)[:480]
    first, peak = limiter.process(Block(480, sound))
    rest, _ = limiter.process(silence)
    assert first.samples is not None and rest.samples is not None
    assert np.array_equal(np.concatenate([first.samples, rest.samples])[DELAY : DELAY + 480], sound)
    assert peak == pytest.approx(0.4, abs=0.01)
    assert limiter.process(silence) == (silence, 0.0)


def test_ffmpeg_measures_no_true_peak_above_one_below_full_scale(tmp_path: Path) -> None:
    """Noise, clicks and a sweep, all far too loud."""
    chance = np.random.default_rng(3)
    clicks = zeros(RATE)
    clicks[chance.integers(0, RATE, 60)] = chance.uniform(-6, 6, (60, 2))
    sweep = stereo(1.8 * np.sin(2 * np.pi * 9000 * (np.arange(RATE) / RATE) ** 2))
    loud = np.concatenate([chance.standard_normal((RATE, 2)).astype(np.float32), clicks, sweep])
    (tmp_path / "sound.f32").write_bytes(limited(loud).tobytes())
    command = ["ffmpeg", "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    measured = subprocess.run(
        [*command, "-i", str(tmp_path / "sound.f32"), "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    peak = re.findall(r"Peak: *(-?[0-9.]+) dBFS", measured)[-1]
    assert -1.6 < float(peak) <= -1.0


def limited_plainly(sound: Samples) -> Samples:
    """As the limiter, by the definition: each peak from a window of its own, each gain from a mean of the last ones."""
    padded = np.concatenate([zeros(HALF), sound, zeros(ATTACK + HALF)]).astype(np.float64)
    phases = np.stack([_between(phase) for phase in (0.0, 0.25, 0.5, 0.75)])
    windows = np.stack([padded[at + 1 : at + 1 + 2 * HALF] for at in range(len(sound) + ATTACK)])
    peaks = np.abs(np.einsum("pw,nwc->npc", phases, windows)).max(axis=(1, 2))
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks, CEILING))
    gain, gains = 1.0, [1.0] * (ATTACK - 1)
    for at in range(len(sound)):
        gain = min(gain + RELEASE, wanted[at : at + ATTACK].min())
        gains.append(gain)
    smooth = np.convolve(gains, np.ones(ATTACK) / ATTACK, "valid")
    return (sound * smooth[:, None]).astype(np.float32)


@pytest.mark.parametrize("level", [0.3, 0.8, 4.0])
def test_rows_that_are_oversampled_together_give_what_each_window_by_itself_gives(level: float) -> None:
    chance = np.random.default_rng(11)
    smooth = np.convolve(chance.standard_normal(6000), np.hanning(5), "same")
    sound = np.stack([smooth, np.roll(smooth, 5)], axis=1).astype(np.float32) * np.float32(level)
    sound[:ATTACK] = 0.0  # the definition knows nothing of the gains before
    assert np.abs(limited(sound, [4608, 577, 16]) - limited_plainly(sound)).max() < 2e-4
