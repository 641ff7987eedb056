"""Files of different kinds one behind the other, and frames with something else among them."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.sound import Samples
from bandstand.common.sound.container import measure_length
from bandstand.common.types import RATE
from tests.common.sound.test_cases import hear, put_together

pytestmark = pytest.mark.integration

CODECS = {
    "a.wav": "pcm_s16le", "a.flac": "flac", "a.ogg": "libvorbis", "a.opus": "libopus", "a.m4a": "aac",
    "a.wv": "wavpack", "a.mp3": "libmp3lame", "bare.mp3": "libmp3lame", "a.mp2": "mp2", "a.aac": "aac", "a.ac3": "ac3",
    "a.eac3": "eac3", "a.dts": "dca", "a.aiff": "pcm_s16be", "a.mka": "pcm_s16le",
}  # fmt: skip
FRAMED = ["bare.mp3", "a.mp2", "a.aac", "a.ac3", "a.eac3", "a.dts"]
FULL = {"a.mp3", "bare.mp3", "a.mp2", "a.aac", "a.ac3", "a.eac3", "a.dts"}
"""What can be heard of it is whole frames, with the encoder's delay."""
JUNK = np.random.default_rng(1).integers(0, 256, 60_000, np.uint8).tobytes()
LOW, HIGH = 440, 1760
HALF = RATE // 2


def make(folder: Path, hertz: int, rate: int) -> dict[str, bytes]:
    """Half a second of a sine at half scale, in each format."""
    source = f"aevalsrc=0.5*sin(2*PI*{hertz}*t)|0.5*sin(2*PI*{hertz}*t):s={rate}:d=0.5"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-bitexact"]
    for name, codec in CODECS.items():
        bare = ["-write_xing", "0", "-id3v2_version", "0"] if name.startswith("bare") else []
        command += ["-map", "0", "-c:a", codec, "-strict", "-2", *bare, str(folder / name)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return {name: (folder / name).read_bytes() for name in CODECS}


@pytest.fixture(scope="module")
def low(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make(tmp_path_factory.mktemp("low"), LOW, 44_100)


@pytest.fixture(scope="module")
def high(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make(tmp_path_factory.mktemp("high"), HIGH, RATE)


def list_tones(sound: Samples) -> list[int]:
    """The tones that follow each other, of steps of 40 ms that hold one alone."""
    tones: list[int] = []
    for at in range(0, len(sound) - 1920, 1920):
        spectrum = np.abs(np.fft.rfft(sound[at : at + 1920, 0] * np.hanning(1920))) ** 2
        loudest = int(spectrum.argmax())
        if spectrum[max(0, loudest - 3) : loudest + 4].sum() > 0.98 * spectrum.sum() > 100:
            tone = min((LOW, HIGH), key=lambda hertz: abs(hertz - loudest * 25))
            if not tones or tones[-1] != tone:
                tones.append(tone)
    return tones


def count_frames(*names: str) -> tuple[float, int]:
    """Frames at RATE of half a second of each, and how many more or fewer they may be."""
    return len(names) * HALF, sum(5000 if name in FULL else 400 for name in names)


@pytest.mark.parametrize("second", CODECS)
@pytest.mark.parametrize("first", CODECS)
def test_files_of_any_two_kinds_and_rates_are_both_heard(
    first: str, second: str, low: dict[str, bytes], high: dict[str, bytes], tmp_path: Path
) -> None:
    path = put_together(tmp_path / "joined", low[first], high[second])
    sound, said = hear(path)
    length, leeway = count_frames(first, second)
    assert not said
    assert list_tones(sound) == [LOW, HIGH]
    assert abs(len(sound) - length) <= leeway
    assert measure_length(path) == pytest.approx(len(sound) / RATE, abs=0.15)


@pytest.mark.parametrize("first", ["a.mp3", "a.flac", "a.ogg", "a.wav", "a.mp2"])
def test_the_later_of_several_begins_where_it_is_sought(
    first: str, low: dict[str, bytes], high: dict[str, bytes], tmp_path: Path
) -> None:
    path = put_together(tmp_path / "joined", low[first], high["a.flac"], low["a.mp3"])
    whole, _ = hear(path)
    for start in (1000, HALF + 3000, 2 * HALF + 4000):
        late, said = hear(path, start)
        assert not said
        assert len(late) == pytest.approx(len(whole) - start, abs=2)
        assert np.abs(late[-4000:] - whole[-4000:]).max() < 0.01


@pytest.mark.parametrize("count", [2, 3, 5])
def test_mp3s_with_the_word_of_their_encoder_are_joined_without_a_gap(
    count: int, low: dict[str, bytes], tmp_path: Path
) -> None:
    sound, said = hear(put_together(tmp_path / "joined.mp3", *[low["a.mp3"]] * count))
    assert not said
    assert abs(len(sound) - count * HALF) <= count
    assert np.abs(sound[:, 0]).max() < 0.55


@pytest.mark.parametrize("name", [*FRAMED, "a.mp3"])
def test_junk_behind_frames_is_no_noise(name: str, low: dict[str, bytes], tmp_path: Path) -> None:
    alone, _ = hear(put_together(tmp_path / "alone", low[name]))
    sound, said = hear(put_together(tmp_path / "junk", low[name], JUNK))
    assert said == ("" if name == "a.mp3" else "it has 60,000 bytes in 1 place that are no sound")
    assert np.array_equal(sound, alone)


@pytest.mark.parametrize("between", [JUNK, bytes(30_000), b"ID3\x03\0\0\0\0\0\x7f" + bytes(127)])
@pytest.mark.parametrize("name", FRAMED)
def test_what_stands_among_frames_is_told_and_is_no_noise(
    name: str, between: bytes, low: dict[str, bytes], high: dict[str, bytes], tmp_path: Path
) -> None:
    path = put_together(tmp_path / "junk", low[name], between, high[name])
    sound, said = hear(path)
    length, leeway = count_frames(name, name)
    assert said == f"it has {len(between):,} bytes in 1 place that are no sound"
    assert list_tones(sound) == [LOW, HIGH]
    assert abs(len(sound) - length) <= leeway
    assert np.abs(sound).max() < 0.6
    assert measure_length(path) == pytest.approx(len(sound) / RATE, abs=0.15)


@pytest.mark.parametrize("second", ["a.mp3", "a.flac", "a.ogg", "a.wav"])
@pytest.mark.parametrize("first", ["a.mp3", "bare.mp3", "a.flac", "a.aac"])
def test_a_file_behind_one_that_was_cut_off_is_heard(
    first: str, second: str, low: dict[str, bytes], high: dict[str, bytes], tmp_path: Path
) -> None:
    cut = low[first][: len(low[first]) * 3 // 5]
    sound, _ = hear(put_together(tmp_path / "joined", cut, high[second]))
    assert list_tones(sound)[:1] == [LOW] and list_tones(sound)[-1:] == [HIGH]
    late, _ = hear(put_together(tmp_path / "alone", high[second]))
    assert len(sound) > len(late) + HALF * 0.15


def test_many_files_of_many_kinds_are_all_heard(low: dict[str, bytes], high: dict[str, bytes], tmp_path: Path) -> None:
    names = list(CODECS)
    parts = [files[name] for name, files in zip(names, [low, high] * len(names), strict=False)]
    sound, said = hear(put_together(tmp_path / "joined", *parts))
    length, leeway = count_frames(*names)
    assert not said
    assert list_tones(sound) == ([LOW, HIGH] * len(names))[: len(names)]
    assert abs(len(sound) - length) <= leeway


def test_a_small_file_of_frames_is_one_too(low: dict[str, bytes], tmp_path: Path) -> None:
    for size in (900, 1300, 3000):
        assert len(hear(put_together(tmp_path / "small.mp3", low["bare.mp3"][:size]))[0]) > 0
