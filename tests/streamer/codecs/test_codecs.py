"""Encoders: what a decoder makes of their bytes, in sound and in silence."""

import io
from collections.abc import Callable

import av
import numpy as np
import pytest

from bandstand.common.config import LOSSLESS
from bandstand.common.errors import ConfigError, Missing
from bandstand.common.sound import lame
from bandstand.common.types import RATE
from bandstand.streamer.block import Samples
from bandstand.streamer.codecs import opus
from bandstand.streamer.codecs.encoder import DITHER_LEVEL, Encoder, dither
from bandstand.streamer.codecs.formats import FORMATS

KINDS = [("mp3", 32), ("mp3", 128), ("mp3", 320), ("opus", 96), ("opus", 32), ("flac", LOSSLESS)]


def decode(data: bytes) -> Samples:
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
        frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate([np.asarray(frame.to_ndarray(), np.float32).reshape(-1, 2) for frame in frames])


def sine(frames: int) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def onset(sound: Samples) -> int:
    return int(np.argmax(np.abs(sound[:, 0]) > 0.05))


@pytest.mark.parametrize(("kind", "bitrate"), KINDS)
def test_bytes_are_those_of_the_bit_rate_in_sound_and_in_silence(kind: str, bitrate: int) -> None:
    seconds, overhead = 20, 1.0 if kind == "mp3" else 1.5
    sounds = [lambda e: e.encode_silence(RATE), lambda e: e.encode(sine(RATE))]
    for encode in sounds[: 1 if kind == "flac" else 2]:  # what a sine takes in FLAC is its own affair
        encoder = FORMATS[kind].encoder(bitrate)
        size = sum(len(encode(encoder)) for _ in range(seconds))
        assert 0.98 < size / (seconds * bitrate * 125) < 1.02 * overhead
        encoder.close()


@pytest.mark.parametrize(("kind", "bitrate"), KINDS)
@pytest.mark.parametrize("silence", [0, 1, 480, 30_003])
def test_a_song_after_silence_is_where_it_was_put(kind: str, bitrate: int, silence: int) -> None:
    """Whether the silence was encoded or left out, the sound begins at the same place."""
    found = []
    for quiet in (Encoder.encode_silence, lambda encoder, frames: encoder.encode(dither(frames))):
        encoder = FORMATS[kind].encoder(bitrate)
        data = encoder.header() + quiet(encoder, silence) + encoder.encode(sine(RATE)) + encoder.encode_silence(RATE)
        encoder.close()
        found.append(onset(decode(data)))
    assert abs(found[0] - found[1]) <= 8


@pytest.mark.parametrize(("kind", "bitrate"), KINDS)
def test_sound_is_the_same_whatever_the_blocks(kind: str, bitrate: int) -> None:
    results = []
    for block in (RATE, 441):
        encoder = FORMATS[kind].encoder(bitrate)
        sound = sine(RATE)
        results.append(b"".join(encoder.encode(sound[at : at + block]) for at in range(0, RATE, block)))
        encoder.close()
    assert decoded_packets(kind, results[0]) == decoded_packets(kind, results[1])


def decoded_packets(kind: str, data: bytes) -> bytes:
    """The packets alone; the pages around Opus depend on the blocks."""
    if kind == "mp3":
        return data
    packets, at = b"", 0
    while at < len(data):
        segments = data[at + 26]
        length = sum(data[at + 27 : at + 27 + segments])
        packets += data[at + 27 + segments : at + 27 + segments + length]
        at += 27 + segments + length
    return packets


@pytest.mark.parametrize(("kind", "bitrate"), KINDS)
def test_every_frame_that_goes_in_brings_a_packet_out_at_once(kind: str, bitrate: int) -> None:
    encoder = FORMATS[kind].encoder(bitrate)
    frame = {"mp3": 1152, "opus": 960, "flac": 1152}[kind]
    assert all(encoder.encode(sine(frame)) for _ in range(10))
    encoder.close()


@pytest.mark.parametrize(("kind", "bitrate"), KINDS)
def test_silence_after_a_song_is_below_hearing_and_yet_not_nothing(kind: str, bitrate: int) -> None:
    encoder = FORMATS[kind].encoder(bitrate)
    data = encoder.header() + encoder.encode(sine(RATE))
    data += b"".join(encoder.encode_silence(480) for _ in range(200))
    encoder.close()
    tail = decode(data)[-RATE:]
    assert np.max(np.abs(tail)) < 4 * DITHER_LEVEL
    assert np.max(np.abs(tail)) > 0


@pytest.mark.parametrize(("library", "package"), [(lame.load_library, "libmp3lame0"), (opus.load_library, "libopus0")])
def test_a_missing_library_names_its_package(
    library: Callable[[], object], package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", missing)
    with pytest.raises(Missing, match=package):
        library.__wrapped__()


def test_lame_refuses_a_bit_rate_that_mp3_does_not_have() -> None:
    with pytest.raises(ConfigError, match="no bit rate of 127"):
        lame.Lame(127)


@pytest.mark.parametrize("kind", ["opus", "flac"])
@pytest.mark.parametrize("at", [1, 959, 1152, 20_001, RATE])
@pytest.mark.parametrize("block", [441, RATE])
def test_a_chain_has_every_sample_in_its_place(kind: str, at: int, block: int) -> None:
    """A sine that goes on across a joint goes on in what is heard."""
    encoder = FORMATS[kind].encoder(LOSSLESS if kind == "flac" else 128)
    sound, data = sine(2 * RATE), encoder.header()
    for part in (sound[:at], sound[at:]):
        data += b"".join(encoder.encode(part[first : first + block]) for first in range(0, len(part), block))
        encoder.begin_next_stream([("TITLE", "next")])
    data += encoder.encode(sine(RATE)) + encoder.encode_silence(RATE)
    encoder.close()
    heard = decode(data)[: len(sound)]
    assert len(heard) == len(sound)
    assert np.max(np.abs(heard - sound)) < (0.02 if kind == "opus" else 2**-14)


@pytest.mark.parametrize("kind", ["opus", "flac"])
def test_silence_at_the_end_of_a_link_has_its_length(kind: str) -> None:
    encoder = FORMATS[kind].encoder(LOSSLESS if kind == "flac" else 96)
    data = encoder.header()
    for sounding, silent in ((1000, 10_007), (0, 2003), (5000, 1)):
        data += encoder.encode(sine(sounding)) + encoder.encode_silence(silent)
        encoder.begin_next_stream([])
    data += encoder.encode_silence(RATE)
    encoder.close()
    links = data.split(b"OggS\0\2")[1:-1]  # each begins with a page that says so; the last has no end yet
    lengths = [len(decode(b"OggS\0\2" + link)) for link in links]
    assert lengths == [1000 + 10_007, 2003, 5000 + 1]


def test_flac_gives_back_sixteen_bits_bit_by_bit() -> None:
    steps = np.random.default_rng(5).integers(-32768, 32768, (5000, 2)).astype(np.float32) / 32768
    encoder = FORMATS["flac"].encoder(LOSSLESS)
    data = encoder.header() + encoder.encode(steps)
    encoder.begin_next_stream([])
    data += encoder.encode_silence(1)
    encoder.close()
    assert np.array_equal(decode(data), steps)
