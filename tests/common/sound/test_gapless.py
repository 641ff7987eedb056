"""Two songs that were one are one again: each format keeps its length, in files of FFmpeg and of its own tools."""

import os
import struct
import subprocess
import wave
from collections.abc import Callable
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.sound import Samples
from bandstand.common.sound.decode import Broken, decode
from bandstand.common.types import RATE, Frames

pytestmark = pytest.mark.integration

TONE = 997
LENGTHS = [5000, 54_979, 3 * RATE + 777]
"""Some so short that the whole song is on one page of Ogg; with some the last packet holds no sound at all."""


def run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, capture_output=True)


def ffmpeg(path: Path, song: Path, *options: str) -> Path:
    run("ffmpeg", "-v", "error", "-y", "-i", song, *options, path)
    return path


def wav(path: Path, length: int, rate: int = RATE, start: int = 0) -> Path:
    """The tone from frame `start` to frame `length`, in 16 bits and stereo."""
    sine = np.sin(2 * np.pi * TONE / rate * np.arange(start, length))
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(np.round(16384 * sine).astype("<i2").repeat(2).tobytes())
    return path


def flac(song: Path, path: Path) -> Path:
    run("flac", "-s", "-o", path, song)
    return path


def vorbis(song: Path, path: Path) -> Path:
    run("oggenc", "-Q", "-o", path, song)
    return path


def opus(song: Path, path: Path) -> Path:
    run("opusenc", "--quiet", song, path)
    return path


def by_ffmpeg(*options: str) -> Callable[[Path, Path], Path]:
    return lambda song, path: ffmpeg(path, song, *options)


def itunes(song: Path, path: Path) -> Path:
    """As iTunes writes it: no edit list, but a comment with the encoder's delay, what fills the end, and the length."""
    with av.open(song) as original:
        length = original.streams.audio[0].duration or 0
    ffmpeg(path, song, "-use_editlist", "0", "-fflags", "+bitexact", "-map_metadata", "-1")
    numbers = [0, 1024, -(length + 1024) % 1024]
    text = "".join(f" {number:08X}" for number in numbers) + f" {length:016X}" + " 00000000" * 8
    data = path.read_bytes()
    at = data.rindex(b"moov") - 4
    assert at + struct.unpack_from(">I", data, at)[0] == len(data)
    user = atom(b"udta", atom(b"meta", bytes(4) + handler() + atom(b"ilst", comment("iTunSMPB", text))))
    size = struct.pack(">I", len(data) - at + len(user))
    path.write_bytes(data[:at] + size + data[at + 4 :] + user)
    return path


def atom(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def handler() -> bytes:
    return atom(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))


def comment(name: str, text: str) -> bytes:
    mean = atom(b"mean", bytes(4) + b"com.apple.iTunes")
    data = atom(b"data", struct.pack(">II", 1, 0) + text.encode())
    return atom(b"----", mean + atom(b"name", bytes(4) + name.encode()) + data)


EXACT = {
    "wav": (by_ffmpeg(), ".wav"),
    "24 bits": (by_ffmpeg("-c:a", "pcm_s24le"), ".wav"),
    "aiff": (by_ffmpeg(), ".aiff"),
    "flac": (flac, ".flac"),
    "flac in ogg": (by_ffmpeg("-c:a", "flac"), ".oga"),
    "mp3 with LAME's header": (by_ffmpeg("-q:a", "2"), ".mp3"),
    "aac with an edit list": (by_ffmpeg(), ".m4a"),
    "aac from iTunes": (itunes, ".m4a"),
    "alac": (by_ffmpeg("-c:a", "alac"), ".m4a"),
    "vorbis": (vorbis, ".ogg"),
    "vorbis by FFmpeg": (by_ffmpeg("-c:a", "libvorbis"), ".ogg"),
    "opus": (opus, ".opus"),
    "opus in webm": (by_ffmpeg("-c:a", "libopus"), ".webm"),
}


def heard(path: Path) -> Samples:
    return np.concatenate(list(decode(os.open(path, os.O_RDONLY))))


def lag(sound: Samples) -> float:
    """Frames by which the tone is late, from its phase over a stretch of whole periods."""
    middle = slice(len(sound) // 2 - 960, len(sound) // 2 + 960)
    turning = np.exp(-2j * np.pi * TONE / RATE * np.arange(len(sound)))
    angle = np.angle(np.sum(sound[middle, 0] * turning[middle])) + np.pi / 2
    return float(angle / (2 * np.pi) * RATE / TONE)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", EXACT)
def test_a_song_is_neither_longer_nor_shorter_nor_shifted(kind: str, length: int, tmp_path: Path) -> None:
    encode, suffix = EXACT[kind]
    sound = heard(encode(wav(tmp_path / "original.wav", length), tmp_path / f"song{suffix}"))
    assert len(sound) == length
    assert abs(lag(sound)) < 0.3


@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        *product(["flac", "vorbis", "opus", "aac from iTunes"], [8000, 44_100, 96_000]),
        ("mp3 with LAME's header", 44_100),
    ],
)
def test_the_same_holds_at_any_rate(kind: str, rate: int, tmp_path: Path) -> None:
    encode, suffix = EXACT[kind]
    length = 2 * rate + 777
    sound = heard(encode(wav(tmp_path / "original.wav", length, rate), tmp_path / f"song{suffix}"))
    assert abs(len(sound) - length * RATE / rate) < 1
    assert abs(lag(sound)) < 0.3


@pytest.mark.parametrize("kind", EXACT)
def test_two_halves_joined_are_the_whole(kind: str, tmp_path: Path) -> None:
    """No gap and no jump: what a codec adds of its own at the joint is small against the tone."""
    encode, suffix = EXACT[kind]
    whole = wav(tmp_path / "whole.wav", 2 * RATE)
    halves = []
    for number, (start, end) in enumerate(((0, 48123), (48123, 2 * RATE))):
        half = wav(tmp_path / f"half{number}.wav", end, start=start)
        halves.append(heard(encode(half, tmp_path / f"{number}{suffix}")))
    joined, original = np.concatenate(halves), heard(whole)
    assert len(joined) == len(original)
    around = slice(48123 - 2400, 48123 + 2400)
    assert np.sqrt(np.mean((joined[around] - original[around]) ** 2)) < 0.05


@pytest.mark.parametrize(
    ("options", "suffix", "filling"),
    [(("-write_xing", "0"), ".mp3", 1152 + 529), ((), ".aac", 1024)],
    ids=["mp3", "adts"],
)
def test_without_a_header_the_sound_still_begins_where_it_began(
    options: tuple[str, ...], suffix: str, filling: int, tmp_path: Path
) -> None:
    length = 2 * RATE
    sound = heard(ffmpeg(tmp_path / f"song{suffix}", wav(tmp_path / "original.wav", length), *options))
    assert abs(lag(sound)) < 0.3
    assert length <= len(sound) < length + filling


CUT = {
    "wav": (by_ffmpeg(), ".wav"),
    "aiff": (by_ffmpeg(), ".aiff"),
    "flac": (flac, ".flac"),
    "flac in ogg": (by_ffmpeg("-c:a", "flac"), ".oga"),
    "mp3": (by_ffmpeg(), ".mp3"),
    "aac": (by_ffmpeg("-movflags", "+faststart"), ".m4a"),
    "vorbis": (vorbis, ".ogg"),
    "opus": (opus, ".opus"),
    "webm": (by_ffmpeg("-c:a", "libopus"), ".webm"),
}


@pytest.mark.parametrize("kind", CUT)
def test_a_file_without_its_end_plays_what_is_there_and_then_says_so(kind: str, tmp_path: Path) -> None:
    encode, suffix = CUT[kind]
    path = encode(wav(tmp_path / "original.wav", 4 * RATE), tmp_path / f"song{suffix}")
    os.truncate(path, path.stat().st_size * 6 // 10 + 13)
    sound = []
    with pytest.raises(Broken, match=r"^The file is .*\.$"):
        for piece in decode(os.open(path, os.O_RDONLY)):
            sound.append(piece)  # noqa: PERF402 - what came before the exception is wanted
    assert 1.4 * RATE < sum(map(len, sound)) < 2.6 * RATE


def test_a_wav_that_was_written_to_a_pipe_is_no_broken_one(tmp_path: Path) -> None:
    song = wav(tmp_path / "original.wav", RATE)
    piped = subprocess.run(["ffmpeg", "-v", "error", "-i", song, "-f", "wav", "-"], check=True, capture_output=True)
    (tmp_path / "song.wav").write_bytes(piped.stdout)
    assert len(heard(tmp_path / "song.wav")) == RATE


def test_links_of_a_chain_are_all_heard(tmp_path: Path) -> None:
    halves = [opus(wav(tmp_path / f"{n}.wav", n * RATE), tmp_path / f"{n}.opus").read_bytes() for n in (2, 1)]
    (tmp_path / "song.opus").write_bytes(b"".join(halves))
    assert abs(len(heard(tmp_path / "song.opus")) - 3 * RATE) < 1000


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_resampling_adds_nothing_that_can_be_heard(rate: int, tmp_path: Path) -> None:
    """A 15 kHz tone at full scale, against the same tone calculated: everything else is 80 dB below it."""
    tone = f"aevalsrc=0.9*sin(2*PI*15000*t):s={rate}:d=2"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, "-ac", "2", "-c:a", "pcm_f32le", tmp_path / "song.wav")
    sound = heard(tmp_path / "song.wav")[RATE // 2 : RATE * 3 // 2, 0].astype(float)
    turning = 2 * np.pi * 15_000 / RATE * np.arange(RATE // 2, RATE * 3 // 2)
    base = np.stack([np.sin(turning), np.cos(turning)], axis=1)
    rest = sound - base @ np.linalg.lstsq(base, sound, rcond=None)[0]
    assert np.sqrt(np.mean(rest**2)) < np.sqrt(np.mean(sound**2)) * 10 ** (-80 / 20)


@pytest.mark.parametrize(
    ("options", "suffix"),
    [(("-write_xing", "0"), ".mp3"), ((), ".aac"), (("-c:a", "libvorbis"), ".ogg"), ((), ".opus")],
    ids=["mp3", "adts", "vorbis", "opus"],
)
def test_a_song_that_begins_in_the_middle_is_at_the_same_place(
    options: tuple[str, ...], suffix: str, tmp_path: Path
) -> None:
    path = ffmpeg(tmp_path / f"song{suffix}", wav(tmp_path / "original.wav", 4 * RATE), *options)
    whole = heard(path)
    start = 2 * RATE + 345
    late = np.concatenate(list(decode(os.open(path, os.O_RDONLY), Frames(start))))
    assert len(late) == len(whole) - start
    assert np.max(np.abs(late - whole[start:])) < 0.02
