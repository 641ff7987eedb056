"""Files one behind the other, junk behind and between them, and what their heads say of their length."""

import struct
import subprocess
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from bandstand.common.sound.tags import read_tags
from bandstand.common.types import RATE
from tests.common.sound.test_cases import encode, hear, put_together

HALF = RATE // 2
CODECS = {
    "a.wav": "pcm_s16le", "a.w64": "pcm_s16le", "a.caf": "pcm_s16be", "a.au": "pcm_s16be", "a.aiff": "pcm_s16be",
    "a.tta": "tta", "a.wv": "wavpack", "a.flac": "flac", "a.mka": "pcm_s16le", "a.mp4": "alac",
}  # fmt: skip
WHOLE = sorted(CODECS)
JUNK = np.random.default_rng(1).integers(0, 256, 50_000, np.uint8).tobytes()
"""More than FFmpeg reads at once."""
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
SUBFORMAT = bytes.fromhex("0100000000001000800000aa00389b71")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sound")
    return {name: encode(folder / name, codec).read_bytes() for name, codec in CODECS.items()}


def make_wav(kind: int, bits: int, data: bytes, channels: int = 1, rate: int = RATE, mask: int | None = None) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)
    if mask is not None:
        form += struct.pack("<HHI", 22, bits, mask) + SUBFORMAT
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def make_sine(rate: int = RATE, seconds: float = 0.5) -> npt.NDArray[np.float64]:
    sine: npt.NDArray[np.float64] = 0.5 * np.sin(2 * np.pi * 440 / rate * np.arange(round(rate * seconds)))
    return sine


def make_rf64(mark: bytes) -> bytes:
    data = (make_sine() * 32767).astype("<i2").tobytes()
    plain = make_wav(PCM, 16, data)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, len(plain) - 8 + 36, len(data), len(data) // 2, 0)
    at = plain.index(b"data") + 4
    unsaid = b"\xff" * 4
    return mark + unsaid + b"WAVE" + sizes + plain[12:at] + unsaid + plain[at + 4 :]


def make_dsf(blocks: int = 20) -> bytes:
    """Silence of DSD at 2.8224 MHz: the pattern that players fill with."""
    data = b"\x69" * (4096 * blocks)
    form = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2_822_400, 1, 8 * len(data), 4096, 0)
    sound = b"data" + struct.pack("<Q", 12 + len(data)) + data
    return b"DSD " + struct.pack("<QQQ", 28, 28 + len(form) + len(sound), 0) + form + sound


@pytest.mark.parametrize("between", [b"", JUNK], ids=["at once", "with junk between"])
@pytest.mark.parametrize("name", WHOLE)
def test_three_files_are_all_heard(name: str, between: bytes, files: dict[str, bytes], tmp_path: Path) -> None:
    one = files[name]
    sound, said = hear(put_together(tmp_path / name, one, between, one, between, one))
    assert not said
    assert len(sound) == pytest.approx(3 * HALF, abs=3)


@pytest.mark.parametrize("behind", [JUNK, bytes(70_000)], ids=["junk", "zeros"])
@pytest.mark.parametrize("name", WHOLE)
def test_what_stands_behind_a_file_is_no_sound_and_no_damage(
    name: str, behind: bytes, files: dict[str, bytes], tmp_path: Path
) -> None:
    sound, said = hear(put_together(tmp_path / name, files[name], behind))
    assert not said
    assert len(sound) == pytest.approx(HALF, abs=2)
    assert np.abs(sound).max() < 0.51


@pytest.mark.parametrize("name", ["a.w64", "a.caf", "a.wav", "a.aiff", "a.au"])
def test_an_end_that_is_missing_is_told(name: str, files: dict[str, bytes], tmp_path: Path) -> None:
    sound, said = hear(put_together(tmp_path / name, files[name][: len(files[name]) // 2]))
    assert "incomplete" in said
    assert 0 < len(sound) < HALF * 0.6


def test_files_of_two_kinds_are_both_heard(files: dict[str, bytes], tmp_path: Path) -> None:
    sound, said = hear(put_together(tmp_path / "a.wav", files["a.wav"], files["a.tta"], files["a.flac"]))
    assert not said
    assert len(sound) == pytest.approx(3 * HALF, abs=3)


@pytest.mark.parametrize("start", [100, HALF + 100, 2 * HALF + 5000])
@pytest.mark.parametrize("name", ["a.tta", "a.wv", "a.w64", "a.caf"])
def test_it_begins_in_the_middle_of_any_part(name: str, start: int, files: dict[str, bytes], tmp_path: Path) -> None:
    late, _ = hear(put_together(tmp_path / name, files[name] * 3), start)
    assert len(late) == pytest.approx(3 * HALF - start, abs=3)


@pytest.mark.parametrize("mark", [b"RF64", b"BW64"])
def test_a_wav_with_64_bit_lengths_is_read(mark: bytes, tmp_path: Path) -> None:
    data = make_rf64(mark)
    assert len(hear(put_together(tmp_path / "one", data))[0]) == HALF
    assert len(hear(put_together(tmp_path / "two", data, data))[0]) == 2 * HALF
    assert hear(put_together(tmp_path / "cut", data[:-1000]))[1] == "it is incomplete: its end is missing"


def test_dsd_is_read(tmp_path: Path) -> None:
    data = make_dsf()
    length = 20 * 4096 * 8 / 2_822_400 * RATE
    assert len(hear(put_together(tmp_path / "one", data))[0]) == pytest.approx(length, abs=2)
    assert len(hear(put_together(tmp_path / "two", data, data))[0]) == pytest.approx(2 * length, abs=4)
    assert "incomplete" in hear(put_together(tmp_path / "cut", data[:-9000]))[1]


def test_windows_media_is_played_to_the_end_of_its_last_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wma"
    with av.open(str(path), "w", format="asf") as container:
        stream = container.add_stream("wmav2", rate=44_100)
        stream.layout, stream.bit_rate = "mono", 64_000
        frame = av.AudioFrame.from_ndarray(make_sine(44_100).astype(np.float32).reshape(1, -1), "fltp", "mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    one, _ = hear(path)
    assert len(one) > HALF * 0.9
    data = path.read_bytes()
    for between in (b"", JUNK):
        sound, said = hear(put_together(tmp_path / "b.wma", data, between, data))
        assert not said
        assert len(sound) == pytest.approx(2 * len(one), abs=3)


def test_wavs_from_a_pipe_one_behind_the_other_are_all_heard(tmp_path: Path) -> None:
    first, second = (
        make_wav(PCM, 16, (make_sine(rate) * 32767).astype("<i2").tobytes(), 1, rate) for rate in (44_100, 24_000)
    )
    unsaid = b"\xff" * 4
    piped = [data[:4] + unsaid + data[8:40] + unsaid + data[44:] for data in (first, second)]
    assert len(hear(put_together(tmp_path / "a.wav", *piped))[0]) == pytest.approx(2 * HALF, abs=2)


def test_the_tag_behind_the_first_of_two_files_is_its_title(files: dict[str, bytes], tmp_path: Path) -> None:
    item = struct.pack("<II", 4, 0) + b"Title\0Tide"
    head, foot = (
        struct.pack("<IIII", 2000, len(item) + 32, 1, flags) + bytes(8) for flags in (0xA000_0000, 0x8000_0000)
    )
    bare = files["a.wv"].partition(b"APETAGEX")[0]
    tagged = bare + b"APETAGEX" + head + item + b"APETAGEX" + foot
    path = put_together(tmp_path / "a.wv", tagged, tagged)
    assert read_tags(path)["title"] == "Tide"
    assert len(hear(path)[0]) == 2 * HALF


@pytest.mark.parametrize("codec", ["libvorbis", "libopus", "flac"])
def test_junk_behind_an_ogg_stream_leaves_its_end_where_it_is(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    source = put_together(tmp_path / "a.wav", make_wav(PCM, 16, (make_sine() * 32767).astype("<i2").tobytes()))
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), "-c:a", codec, str(path)], check=True)
    whole, _ = hear(path)
    for size in (1000, 50_000, 200_000):
        sound, _ = hear(put_together(tmp_path / "b.ogg", path.read_bytes(), (JUNK * 4)[:size]))
        assert len(sound) == len(whole)


# Samples as somebody wrote them


@pytest.mark.parametrize("rate", [RATE, 44_100])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e30])
def test_a_sample_that_is_no_number_is_silence_and_is_told(wrong: float, rate: int, tmp_path: Path) -> None:
    sine = make_sine(rate).astype("<f4")
    sine[5000] = wrong
    sound, said = hear(put_together(tmp_path / "a.wav", make_wav(FLOAT, 32, sine.tobytes(), 1, rate)))
    assert said
    assert np.isfinite(sound).all() and np.abs(sound).max() <= 1000
    assert np.abs(sound[:4000]).max() < 0.51 and np.abs(sound[-4000:]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("bits", [8, 24, 32, 64])
def test_samples_of_any_width_are_as_loud(bits: int, tmp_path: Path) -> None:
    sine = make_sine()
    kind, data = {
        8: (PCM, (sine * 127 + 128).astype("u1").tobytes()),
        24: (PCM, (sine * (2**23 - 1)).astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()),
        32: (PCM, (sine * (2**31 - 1)).astype("<i4").tobytes()),
        64: (FLOAT, sine.astype("<f8").tobytes()),
    }[bits]
    sound, said = hear(put_together(tmp_path / "a.wav", make_wav(kind, bits, data)))
    assert not said and len(sound) == HALF
    assert np.abs(sound).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rate", [4000, 11_025, 384_000])
def test_any_rate_is_played(rate: int, tmp_path: Path) -> None:
    data = make_wav(PCM, 16, (make_sine(rate) * 32767).astype("<i2").tobytes(), 1, rate)
    sound, said = hear(put_together(tmp_path / "a.wav", data))
    assert not said and len(sound) == pytest.approx(HALF, abs=2)


@pytest.mark.parametrize("mask", [0x3F, 0x60F, 0, 0xFFFF_FFFF, 1, 3, 0x12345, 0x8000_0000])
def test_six_channels_are_played_whatever_their_mask_says(mask: int, tmp_path: Path) -> None:
    raw = np.repeat((make_sine() * 16000).astype("<i2")[:, None], 6, 1).tobytes()
    sound, said = hear(put_together(tmp_path / "a.wav", make_wav(EXTENSIBLE, 16, raw, 6, RATE, mask)))
    assert not said and len(sound) == HALF
    assert 0.2 < np.abs(sound).max() < 1


@pytest.mark.parametrize("frames", [1, 2, 10])
def test_a_file_of_a_few_samples_is_a_file(frames: int, tmp_path: Path) -> None:
    sound, said = hear(put_together(tmp_path / "a.wav", make_wav(PCM, 16, bytes(2 * frames))))
    assert not said and len(sound) == frames


def make_ape(frames: int) -> bytes:
    """Monkey's Audio, of which no encoder is at hand, in frames that only say that they are silence."""
    blocks, last, rate = 73_728, 5000, 44_100
    frame = struct.pack("<II", 0x8000_0000, 3) + bytes(16)
    length = 4 * (blocks * (frames - 1) + last)
    plain = make_wav(PCM, 16, b"", channels=2, rate=rate)
    plain = plain[:4] + struct.pack("<I", 36 + length) + plain[8:-4] + struct.pack("<I", length)
    first = 76 + 4 * frames + len(plain)
    table = struct.pack(f"<{frames}I", *(first + len(frame) * number for number in range(frames)))
    sizes = struct.pack("<HHIIIIIII", 3990, 0, 52, 24, len(table), len(plain), len(frame) * frames, 0, 0)
    head = struct.pack("<HHIIIHHI", 1000, 0, blocks, last, frames, 16, 2, rate)
    return b"MAC " + sizes + bytes(16) + head + table + plain + frame * frames


@pytest.mark.parametrize("between", [b"", JUNK], ids=["at once", "with junk between"])
def test_monkeys_audio_is_as_long_as_it_says_also_behind_another(between: bytes, tmp_path: Path) -> None:
    sound, said = hear(put_together(tmp_path / "a.ape", make_ape(3), between, make_ape(2)))
    assert not said
    assert len(sound) == pytest.approx((3 * 73_728 + 10_000) / 44_100 * RATE, abs=2)
    sound, said = hear(put_together(tmp_path / "b.ape", make_ape(3)[:-30]))
    assert "its end is missing" in said
