"""Momentary loudness beside FFmpeg's, and the peak."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.types import RATE, Decibels, Lufs
from bandstand.streamer.block import Block, Samples
from bandstand.streamer.meter import Level, Meter, OutputProcessor, measure_loudness, round_level


def sine(level: float, frequency: float = 997, frames: int = RATE) -> Samples:
    wave = level * np.sin(2 * np.pi * frequency * np.arange(frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def blocks(sound: Samples, size: int = 4608) -> list[Block]:
    return [Block(len(sound[at : at + size]), sound[at : at + size]) for at in range(0, len(sound), size)]


def test_a_sine_of_997_hertz_is_as_loud_as_the_standard_says() -> None:
    assert measure_loudness(blocks(sine(1.0))) == pytest.approx(0.0, abs=0.02)
    assert measure_loudness(blocks(sine(0.1))) == pytest.approx(-20.0, abs=0.02)


@pytest.mark.slow
def test_it_is_ffmpeg_s_momentary_loudness(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    noise = np.cumsum(chance.standard_normal((10 * RATE, 2)), axis=0)
    noise -= np.apply_along_axis(np.convolve, 0, noise, np.ones(4801) / 4801, "same")
    swell = 0.02 + 0.2 * np.abs(np.sin(np.arange(10 * RATE) / RATE * 2))[:, None]
    sound = (noise / np.abs(noise).max() * swell).astype(np.float32) + 0.2 * sine(1, 120, 10 * RATE)
    (tmp_path / "sound.f32").write_bytes(sound.tobytes())
    command = ["ffmpeg", "-hide_banner", "-nostats", "-v", "verbose", "-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    measured = subprocess.run(
        [*command, "-i", str(tmp_path / "sound.f32"), "-af", "ebur128=framelog=verbose", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    found = [(float(t), float(m)) for t, m in re.findall(r"t: *([0-9.]+) .*? M: *(-?[0-9.]+)", measured)]
    assert len(found) > 90
    for seconds, momentary in found[4:]:
        end = round(seconds * RATE)
        assert measure_loudness(blocks(sound[:end])) == pytest.approx(momentary, abs=0.3)


def test_silence_has_no_loudness() -> None:
    assert measure_loudness([]) is None
    assert measure_loudness([Block(RATE, None)]) is None
    assert measure_loudness(blocks(sine(1e-5))) is None
    assert Meter().level() == Level(None, None)


def test_what_is_quiet_for_longer_than_the_window_is_forgotten() -> None:
    assert measure_loudness([*blocks(sine(0.5)), Block(RATE // 2, None)]) is None
    half = measure_loudness([*blocks(sine(1.0)), Block(RATE // 5, None)])
    assert half == pytest.approx(-3.0, abs=0.1)


def test_what_is_told_has_one_decimal() -> None:
    assert round_level(Level(Lufs(-16.04), Decibels(-1.26))) == Level(Lufs(-16.0), Decibels(-1.3))
    assert round_level(Level()) == Level()


def test_the_peak_is_that_of_the_last_second_after_the_limiter() -> None:
    master = OutputProcessor()
    for block in blocks(sine(2.0)):
        master(block)
    level = master.level()
    assert level.peak == pytest.approx(-1.1, abs=0.05)
    assert level.loudness == pytest.approx(-1.1, abs=0.1)
    for block in blocks(sine(0.1, frames=3 * RATE)):
        master(block)
    assert master.level().peak == pytest.approx(-20, abs=0.05)
