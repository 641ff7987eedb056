"""Decoding of what programs write, cut anywhere: several WAVs in a stream, and mono at every rate."""

import struct

import numpy as np
import numpy.typing as npt
import pytest

from bandstand.common.errors import NotAudio
from bandstand.common.generators import Generator
from bandstand.common.types import RATE
from bandstand.composer.generators.pcm import StreamDecoder

WAV = Generator(command=["x"])
CUTS = [1000, 65536]
FINE_CUTS = [1, 7]


def make_tone(seconds: float, rate: int, channels: int = 1, level: float = 0.5) -> bytes:
    tone = level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    return np.repeat(np.round(32767 * tone).astype("<i2"), channels).tobytes()


def make_wav(data: bytes, rate: int = RATE, channels: int = 1, length: int | None = None) -> bytes:
    length = len(data) if length is None else length
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return (
        b"RIFF" + struct.pack("<I", (36 + length) & 0xFFFFFFFF) + b"WAVEfmt \x10\0\0\0" + form
        + b"data" + struct.pack("<I", length) + data
    )  # fmt: skip


def decode(data: bytes, cut: int = 65536, declared: Generator = WAV) -> tuple[npt.NDArray[np.float32], list[str]]:
    decoder = StreamDecoder(declared)
    blocks = [block for at in range(0, len(data), cut) for block in decoder.push(data[at : at + cut])]
    return np.concatenate([*blocks, *decoder.finish()]), decoder.notes


def find_pitch(sound: npt.NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    return float(spectrum.argmax() * RATE / len(sound))


UNKNOWN, ZERO = 0xFFFFFFFF, 0


def make_parts(seconds: float) -> dict[str, tuple[bytes, bytes]]:
    """Two WAVs, each of that length, in every way in which one is written behind the other."""
    return {
        "known": (make_wav(make_tone(seconds, RATE, 2), RATE, 2), make_wav(make_tone(seconds, 24000), 24000)),
        "unknown": (
            make_wav(make_tone(seconds, RATE, 2), RATE, 2, UNKNOWN),
            make_wav(make_tone(seconds, 24000), 24000, 1, ZERO),
        ),
        "trailer": (
            make_wav(make_tone(seconds, RATE)) + b"LIST\x0c\0\0\0INFOIART\0\0\0\0",
            make_wav(make_tone(seconds, 44100), 44100),
        ),
        "same": (make_wav(make_tone(seconds, 44100), 44100), make_wav(make_tone(seconds, 44100), 44100)),
        "wrong": (make_wav(make_tone(seconds, RATE), length=100), make_wav(make_tone(seconds, RATE))),
        "cut": (make_wav(make_tone(seconds, RATE), length=RATE * 4), make_wav(make_tone(seconds, RATE))),
        "odd": (make_wav(make_tone(seconds, RATE, 2) + b"\0\0\0", RATE, 2), make_wav(make_tone(seconds, RATE))),
    }


PARTS = make_parts(0.5)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", PARTS)
def test_wavs_one_behind_the_other_are_each_played_at_their_own_rate(name: str, cut: int) -> None:
    sound, _ = decode(b"".join(PARTS[name]), cut)
    assert len(sound) == pytest.approx(RATE, abs=100)
    for half in (sound[2000:22000], sound[26000:46000]):
        assert find_pitch(half) == pytest.approx(440, abs=4)
        assert np.abs(half).max() == pytest.approx(0.5, abs=0.01)
    steps = np.abs(np.diff(sound[:, 0]))[:-200]
    assert steps.max() < 0.06, "a header is heard as a click"


@pytest.mark.parametrize("cut", FINE_CUTS)
@pytest.mark.parametrize("name", PARTS)
def test_wavs_one_behind_the_other_are_the_same_sound_wherever_they_are_cut(name: str, cut: int) -> None:
    data = b"".join(make_parts(0.02)[name])
    np.testing.assert_allclose(decode(data, cut)[0], decode(data)[0], atol=1e-6)
    assert decode(data, cut)[1] == decode(data)[1]


@pytest.mark.parametrize("name", ["known", "unknown", "trailer", "same"])
def test_a_second_wav_is_no_problem_of_the_sound(name: str) -> None:
    assert decode(b"".join(PARTS[name]))[1] == []


def test_ten_sentences_are_ten_wavs() -> None:
    sound, notes = decode(make_wav(make_tone(0.25, 22050), 22050, length=UNKNOWN) * 10, 4096)
    assert len(sound) == pytest.approx(2.5 * RATE, abs=200)
    assert notes == []


def test_a_header_in_declared_raw_sound_is_read() -> None:
    raw = Generator(command=["x"], format="s16le", rate=RATE, channels=1)
    sound, _ = decode(make_tone(0.5, RATE) + make_wav(make_tone(0.5, 24000), 24000), 999, raw)
    assert len(sound) == pytest.approx(RATE, abs=100)
    assert find_pitch(sound[26000:46000]) == pytest.approx(440, abs=4)


@pytest.mark.parametrize("behind", [b"RIFF", b"RIFF\0\0\0\0WAV", b"WAVE", b"RIFFRIFFWAVX"])
def test_bytes_that_only_resemble_a_header_are_sound(behind: bytes) -> None:
    data = make_tone(0.05, RATE)
    sound, _ = decode(make_wav(data + behind, length=UNKNOWN), 3)
    assert len(sound) == (len(data) + len(behind)) // 2


def test_a_header_without_sound_at_the_end_is_told() -> None:
    sound, notes = decode(make_wav(make_tone(0.5, RATE)) + make_wav(b"")[:30])
    assert len(sound) == RATE // 2
    assert notes == ["behind its sound is the beginning of another WAV, without sound"]


RAW = Generator(command=["x"], format="s16le", rate=RATE, channels=1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"RIFX\0\0\0\x24WAVEfmt ", "it writes big-endian WAV to standard output; write WAV there"),
        (b".snd\0\0\0\x18", "it writes AU to"),
        (b"riff\x2e\x91\xcf\x11", "it writes Wave64 to"),
        (b"\0\0\0\x20ftypM4A ", "it writes MP4 to"),
        (b"\xff\xfb\x90\x64", "it writes MP3 or AAC to"),
        (b"\xff\xf1\x50\x80", "it writes MP3 or AAC to"),
        (b"\x1aE\xdf\xa3\x9f", "it writes Matroska or WebM to"),
        (b"\x1f\x8b\x08\0", "it writes gzip to"),
        (b"Loading the model\nRIFF\xff\xff\xff\xffWAVEfmt ", 'before its WAV it writes 18 bytes to standard output, '
         'beginning "Loading the model"; text goes to standard error'),
        (b"\0\0RIFF\xff\xff\xff\xffWAVEfmt ", "before its WAV it writes 2 bytes to standard output; text"),
        (b"\x80", "is no WAV; raw sound needs its format"),
        (b"R", 'it writes text and no sound to standard output, beginning "R"'),
    ],
)  # fmt: skip
def test_what_is_no_wav_is_named(data: bytes, said: str) -> None:
    with pytest.raises(NotAudio) as error:
        decode(data + bytes(100) * (len(data) > 1))
    assert said in str(error.value)


@pytest.mark.parametrize("beginning", [b"\xff\xfb\xff\xfb", b"ID3\0", b"\x1f\x8b\0\0"])
def test_raw_sound_may_begin_as_some_files_do(beginning: bytes) -> None:
    data = beginning + make_tone(0.01, RATE)
    assert len(decode(data, declared=RAW)[0]) == len(data) // 2


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
def test_mono_is_as_loud_as_it_was_written_at_every_rate(rate: int) -> None:
    sound, _ = decode(make_wav(make_tone(1, rate), rate))
    assert np.abs(sound[4000:-4000]).max() == pytest.approx(0.5, abs=0.005)
    assert (sound[:, 0] == sound[:, 1]).all()
