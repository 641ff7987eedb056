"""Files of many formats, decoded to the sample. FFmpeg makes the files."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.errors import NotAudio
from bandstand.common.sound import Samples
from bandstand.common.sound.decode import Broken, decode
from bandstand.common.types import RATE, Frames

pytestmark = pytest.mark.integration

LENGTH = 3 * RATE + 777
FORMATS = ["wav", "flac", "mp3", "m4a", "ogg", "opus", "mka"]
CODECS = {"ogg": ["-c:a", "libvorbis"], "mka": ["-c:a", "libopus"]}


def encoded(path: Path, rate: int = RATE, length: int = LENGTH, options: tuple[str, ...] = ()) -> Path:
    """A 997 Hz sine at half scale as a file of the format that the path's suffix names."""
    sine = f"aevalsrc=0.5*sin(2*PI*997*t)|0.5*sin(2*PI*997*t):s={rate},atrim=end_sample={length}"
    codec = CODECS.get(path.suffix[1:], [])
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", sine, *codec, *options, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def heard(path: Path, start: int = 0) -> Samples:
    return np.concatenate(list(decode(os.open(path, os.O_RDONLY), Frames(start))))


def sine(frames: int) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * 997 * np.arange(frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_is_as_long_as_what_was_encoded_and_not_shifted(kind: str, tmp_path: Path) -> None:
    sound = heard(encoded(tmp_path / f"song.{kind}"))
    assert len(sound) == LENGTH
    middle = slice(RATE, 2 * RATE)
    assert np.max(np.abs(sound[middle] - sine(LENGTH)[middle])) < 0.05


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 96_000])
def test_any_rate_becomes_the_bus_s(rate: int, tmp_path: Path) -> None:
    sound = heard(encoded(tmp_path / "song.flac", rate, 2 * rate))
    assert abs(len(sound) - 2 * RATE) <= 1
    assert np.max(np.abs(sound[RATE : RATE + 4800] - sine(2 * RATE)[RATE : RATE + 4800])) < 0.01


@pytest.mark.parametrize("channels", [1, 6])
def test_any_layout_becomes_stereo(channels: int, tmp_path: Path) -> None:
    sound = heard(encoded(tmp_path / "song.flac", options=("-ac", str(channels))))
    assert sound.shape == (LENGTH, 2)
    assert np.max(np.abs(sound)) > 0.1


def test_an_itunes_comment_says_where_the_song_ends(tmp_path: Path) -> None:
    comment = f"iTunSMPB= 00000000 00000400 00000000 {LENGTH - 500:016X} 00000000"
    path = encoded(tmp_path / "song.m4a", options=("-movflags", "use_metadata_tags", "-metadata", comment))
    assert len(heard(path)) == LENGTH - 500


def test_a_file_of_no_length_gives_nothing(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.wav", length=0)
    assert not any(map(len, decode(os.open(path, os.O_RDONLY))))


@pytest.mark.parametrize("content", [b"", b"not a song\n" * 500, bytes(5000)])
def test_what_is_not_audio_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(content)
    with pytest.raises(NotAudio, match=r"^This cannot be played: .*\.$"):
        heard(tmp_path / "song.mp3")


def test_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=16x16", "-frames:v", "1", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    with pytest.raises(NotAudio, match="no sound"):
        heard(path)


def test_a_file_that_breaks_off_gives_what_is_there_and_then_says_so(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.flac")
    os.truncate(path, path.stat().st_size // 2 + 100)
    pieces = decode(os.open(path, os.O_RDONLY))
    sound = []
    with pytest.raises(Broken):
        for piece in pieces:
            sound.append(piece)  # noqa: PERF402 - what came before the exception is wanted
    assert LENGTH // 3 < sum(map(len, sound)) < LENGTH


def test_a_damaged_middle_leaves_the_rest_to_be_heard(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.flac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path.write_bytes(data)
    sound = []
    with pytest.raises(Broken):
        for piece in decode(os.open(path, os.O_RDONLY)):
            sound.append(piece)  # noqa: PERF402
    assert sum(map(len, sound)) > LENGTH // 2


@pytest.mark.parametrize("content", [b"", None])
def test_the_descriptor_is_closed_whether_it_can_be_played_or_not(content: bytes | None, tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.wav")
    if content is not None:
        path.write_bytes(content)
    before = len(list(Path("/proc/self/fd").iterdir()))
    try:
        heard(path)
    except NotAudio:
        assert content is not None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("rate", [RATE, 44_100])
@pytest.mark.parametrize("kind", FORMATS)
def test_from_the_middle_it_is_what_it_is_from_the_beginning(kind: str, rate: int, tmp_path: Path) -> None:
    path = encoded(tmp_path / f"song.{kind}", rate, 3 * rate + 777)
    sound = heard(path)
    for start in (1, 480, RATE // 2 + 1, 2 * RATE + 123, len(sound) - 1):
        rest = heard(path, start)
        assert len(rest) == len(sound) - start
        assert np.max(np.abs(rest - sound[start:])) < 0.02


def test_past_its_end_there_is_nothing(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.flac")
    assert list(decode(os.open(path, os.O_RDONLY), Frames(LENGTH))) == []
    assert list(decode(os.open(path, os.O_RDONLY), Frames(10 * LENGTH))) == []


def test_a_long_song_is_not_decoded_up_to_the_middle(tmp_path: Path) -> None:
    """Its first part is damaged beyond decoding, which would be told."""
    path = encoded(tmp_path / "song.flac", length=20 * RATE)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 4 : len(damaged) // 2] = bytes(len(damaged) // 4)
    path.write_bytes(damaged)
    assert len(heard(path, 15 * RATE)) == 5 * RATE
    with pytest.raises(Broken):
        heard(path)
