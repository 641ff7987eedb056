"""The waveform and the spectrum as numbers."""

from base64 import b64decode
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from bandstand.common.types import RATE
from bandstand.composer import peaks
from bandstand.composer.audio import Block
from bandstand.composer.peaks import Peaks, encode_peaks


def make_sine(seconds: float, hertz: float = 1000.0, level: float = 0.5) -> Block:
    at = np.arange(round(seconds * RATE)) / RATE
    wave = (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


def cut(sound: Block, frames: int) -> Iterator[Block]:
    for begin in range(0, len(sound), frames):
        yield sound[begin : begin + frames]


def read(data: bytes) -> Peaks:
    return msgspec.json.decode(data, type=Peaks)


def test_a_sine_has_its_level_in_every_column_and_its_pitch_in_one_band() -> None:
    found = read(encode_peaks(cut(make_sine(2.0), 4096)))
    assert (found.seconds, found.columns_per_second, found.spectra_per_second) == (2.0, 20.0, 4.0)
    assert len(found.peaks) == len(found.rms) == 40
    assert found.peaks == pytest.approx([0.5] * 40, abs=0.002) and found.rms == pytest.approx([0.354] * 40, abs=0.002)
    shades = np.frombuffer(b64decode(found.spectrum), np.uint8).reshape(-1, len(found.bands) - 1)
    band = int(np.searchsorted(found.bands, 1000.0)) - 1
    assert shades.shape == (8, 32)
    assert (shades.argmax(axis=1) == band).all()
    assert abs(int(shades[0, band]) - (80 - 6) / 80 * 255) < 3  # half a full sine is 6 dB below it


def test_it_does_not_depend_on_how_the_sound_arrives() -> None:
    sound = make_sine(1.3, 440.0)
    assert encode_peaks(cut(sound, 777)) == encode_peaks([sound])


def test_a_long_sound_has_wider_columns_and_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "MOST_COLUMNS", 10)
    monkeypatch.setattr(peaks, "MOST_SPECTRA", 3)
    found = read(encode_peaks([make_sine(2.0)]))
    assert (len(found.peaks), found.columns_per_second) == (10, 5.0)
    assert len(b64decode(found.spectrum)) == 3 * 32


def test_no_sound_at_all_is_a_drawing_of_nothing() -> None:
    found = read(encode_peaks([]))
    assert (found.seconds, found.peaks, found.spectrum) == (0.0, [], "")
