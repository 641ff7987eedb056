"""Files as they are found: damaged, put together, of odd layouts and in odd places."""

import os
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.common.sound import Samples
from bandstand.common.sound.container import Unplayable, has_sound, measure_length
from bandstand.common.sound.decode import Broken, decode_path
from bandstand.common.sound.mixdown import find_weights, mute_burst
from bandstand.common.sound.ogg import OGG, OggLink
from bandstand.common.sound.parts import split_file
from bandstand.common.sound.tags import read_tags
from bandstand.common.types import RATE, Frames

LINK = RATE // 2 + 312
"""Frames of half a second of Opus as PyAV makes it, which leaves the filling of the last packet."""
CASES = Path(__file__).parents[2] / "cases" / "audio"


def hear(path: Path, start: int = 0) -> tuple[Samples, str]:
    """The sound, and what is said to be missing."""
    pieces, said = [np.zeros((0, 2), np.float32)], ""
    try:
        for piece in decode_path(path, Frames(start)):
            pieces.append(piece)  # noqa: PERF402 - what came before the exception is wanted
    except Broken as error:
        said = error.reason
    return np.concatenate(pieces), said


def encode(
    path: Path, codec: str = "", rate: int = RATE, channels: int = 2, tags: dict[str, str] | None = None
) -> Path:
    """Half a second of a 997 Hz sine at half scale, in each channel."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec or path.suffix[1:], rate=rate)
        stream.layout = "mono" if channels == 1 else "stereo"
        kind = stream.codec_context.format.name
        sine = 0.5 * np.sin(2 * np.pi * 997 / rate * np.arange(rate // 2))
        raw = np.repeat((sine * 32767).astype(np.int16), channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(raw, "s16", stream.layout.name)
        frame.sample_rate = rate
        for made in av.AudioResampler(format=kind, layout=stream.layout, rate=rate).resample(frame):
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return path


def write_wav(path: Path, rate: int, channels: int) -> Path:
    sine = 0.5 * np.sin(2 * np.pi * 997 / rate * np.arange(rate // 2))
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.round(32767 * sine).astype("<i2").repeat(channels).tobytes())
    return path


def put_together(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_mono_is_as_loud_as_stereo_at_every_rate(rate: int, channels: int, tmp_path: Path) -> None:
    sound, said = hear(write_wav(tmp_path / "a.wav", rate, channels))
    assert not said
    assert np.abs(sound[2000:-2000]).max() == pytest.approx(0.5, abs=0.01)
    assert np.array_equal(sound[:, 0], sound[:, 1])


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8, 9, 12, 32])
def test_any_number_of_channels_is_mixed_down(channels: int, tmp_path: Path) -> None:
    sound, said = hear(write_wav(tmp_path / "a.wav", 44_100, channels))
    assert not said
    assert sound.shape == (RATE // 2, 2)
    assert 0.4 < np.abs(sound[2000:-2000]).max() < 2


@pytest.mark.parametrize(
    ("layout", "names", "weights"),
    [
        ("2 channels (BL+BR)", ["BL", "BR"], [[1, 0], [0, 1]]),
        ("2 channels (FL+LFE)", ["FL", "LFE"], [[1, 0], [0, 0]]),
        ("5.1", ["FL", "FR", "FC", "LFE", "BL", "BR"], [[1, 0], [0, 1], [0.707] * 2, [0, 0], [0.707, 0], [0, 0.707]]),
        ("1 channels (LFE)", ["LFE"], [[1, 1]]),
        ("ambisonic 1", ["AMBI0", "AMBI1", "AMBI2", "AMBI3"], [[1, 1], [0, 0], [0, 0], [0, 0]]),
        ("9 channels", ["NONE"] * 9, [[1 / 9] * 2] * 9),
        ("3 channels", ["FLC", "FRC", "TC"], [[1, 0], [0, 1], [1, 1]]),
    ],
)
def test_channels_are_weighed_by_their_names(layout: str, names: list[str], weights: list[list[float]]) -> None:
    assert find_weights(layout, names) == pytest.approx(np.array(weights), abs=0.001)


def test_links_of_a_chain_have_their_own_channels(tmp_path: Path) -> None:
    links = [encode(tmp_path / "a.opus", "libopus", RATE, 1), encode(tmp_path / "b.opus", "libopus")]
    sound, said = hear(put_together(tmp_path / "c.ogg", *(link.read_bytes() for link in links)))
    assert not said
    assert len(sound) == 2 * LINK
    assert np.abs(sound[-RATE // 4 :]).max() == pytest.approx(0.5, abs=0.05)


def test_links_with_the_same_serial_number_are_all_heard_also_from_the_middle(tmp_path: Path) -> None:
    link = encode(tmp_path / "a.opus", "libopus").read_bytes()
    path = put_together(tmp_path / "c.ogg", link, b"TAG".ljust(128, b"\0"), link, link)
    whole, said = hear(path)
    assert not said
    assert len(whole) == 3 * LINK
    for start in (100, RATE // 2 + 5, RATE + 5000):
        late, _ = hear(path, start)
        assert len(late) == len(whole) - start


def test_a_link_that_is_no_sound_is_told_and_the_others_are_heard(tmp_path: Path) -> None:
    link = encode(tmp_path / "a.opus", "libopus").read_bytes()
    path = put_together(tmp_path / "c.ogg", link, link[:200], link)
    sound, said = hear(path)
    assert len(sound) == 2 * LINK
    assert said == "it has a part without sound"


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.mp4", "a.au"])
def test_files_that_were_put_behind_each_other_are_whole(name: str, tmp_path: Path) -> None:
    codecs = {"a.wav": "pcm_s16le", "a.aiff": "pcm_s16be", "a.au": "pcm_s16be", "a.mp4": "aac"}
    data = encode(tmp_path / name, codecs.get(name, "")).read_bytes()
    sound, said = hear(put_together(tmp_path / f"twice{name}", data, data))
    assert not said
    assert abs(len(sound) - RATE) <= 2 * 1024


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.aac", "a.wav"])
def test_a_tag_of_any_size_may_stand_before_the_sound(name: str, tmp_path: Path) -> None:
    codecs = {"a.wav": "pcm_s16le", "a.mp3": "libmp3lame"}
    data = encode(tmp_path / name, codecs.get(name, "")).read_bytes()
    title = b"TIT2" + (5).to_bytes(4, "big") + b"\0\0\0Tide"
    body = title + b"APIC" + (1_150_000).to_bytes(4, "big") + bytes(2 + 1_150_000)
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    path = put_together(tmp_path / "big", b"ID3\x03\0\0" + size + body + data)
    assert abs(len(hear(path)[0]) - len(hear(tmp_path / name)[0])) < 1200
    assert has_sound(path)
    assert read_tags(path)["title"] == "Tide"


@pytest.mark.parametrize("before", [bytes(2_000_000), b"ID3\x03\0\0\0\0\0\x7f" + bytes(127)])
def test_zeros_and_tags_before_the_sound_are_passed_over(before: bytes, tmp_path: Path) -> None:
    data = encode(tmp_path / "a.flac").read_bytes()
    assert len(hear(put_together(tmp_path / "b", before, before, data))[0]) == RATE // 2


@pytest.mark.parametrize("behind", [bytes(20_000), b"TAG".ljust(128, b"\0"), b"APETAGEX" + bytes(24)])
@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.opus"])
def test_what_stands_behind_the_sound_takes_nothing_from_it(name: str, behind: bytes, tmp_path: Path) -> None:
    data = encode(tmp_path / name, {"a.wav": "pcm_s16le", "a.opus": "libopus"}.get(name, "")).read_bytes()
    assert len(hear(put_together(tmp_path / f"b{name}", data, behind))[0]) == (LINK if name == "a.opus" else RATE // 2)


def test_broken_frames_are_no_noise(tmp_path: Path) -> None:
    data = encode(tmp_path / "a.flac").read_bytes()
    middle = len(data) // 2
    sound, said = hear(put_together(tmp_path / "b.flac", data[:middle], bytes(range(256)) * 4, data[middle + 1024 :]))
    assert said
    assert np.abs(sound).max() < 0.51


def test_a_wav_without_its_pad_byte_is_whole_and_one_without_samples_is_not(tmp_path: Path) -> None:
    assert hear(CASES / "no-pad-byte.wav")[1] == ""
    data = write_wav(tmp_path / "a.wav", RATE, 1).read_bytes()
    assert "its end is missing" in hear(put_together(tmp_path / "b.wav", data[:-100]))[1]


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.flac\n", "ffconcat version 1.0\nfile a.flac\n"]
)
def test_a_playlist_is_not_followed(text: str, tmp_path: Path) -> None:
    encode(tmp_path / "a.flac")
    (tmp_path / "list").write_text(text)
    with pytest.raises(Unplayable, match="it is a playlist"):
        list(decode_path(tmp_path / "list"))
    assert not has_sound(tmp_path / "list")


def test_an_ape_tag_behind_an_mp3_is_read(tmp_path: Path) -> None:
    data = encode(tmp_path / "a.mp3", "libmp3lame").read_bytes()
    items = [(b"Title", "Løv".encode()), (b"Artist", b"Gr\xf6\xdfe")]
    body = b"".join(len(value).to_bytes(4, "little") + bytes(4) + key + b"\0" + value for key, value in items)
    sizes = (2000).to_bytes(4, "little") + (len(body) + 32).to_bytes(4, "little") + len(items).to_bytes(4, "little")
    ending = b"APETAGEX" + sizes + bytes(12)
    tags = read_tags(put_together(tmp_path / "b.mp3", data, body, ending))
    assert tags["title"] == "Løv"
    assert tags["artist"].startswith("Gr")


def test_riff_info_of_any_charset_is_read(tmp_path: Path) -> None:
    data = write_wav(tmp_path / "a.wav", RATE, 1).read_bytes()
    info = b"INFO" + b"INAM" + (4).to_bytes(4, "little") + b"Caf\xe9"
    chunk = b"LIST" + len(info).to_bytes(4, "little") + info
    size = (len(data) - 8 + len(chunk)).to_bytes(4, "little")
    path = put_together(tmp_path / "b.wav", b"RIFF" + size + data[8:36] + chunk + data[36:])
    assert read_tags(path)["title"] == "Caf\ufffd"


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    link = encode(tmp_path / "a.opus", "libopus").read_bytes()
    path = put_together(tmp_path / "c.ogg", link, link[: link.index(OGG, 5) + 40], link)
    before = len(list(Path("/proc/self/fd").iterdir()))
    hear(path)
    read_tags(path)
    has_sound(path)
    pieces = decode_path(path)
    next(pieces)
    pieces.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_only_what_is_read_of_a_link_is_searched_for_its_end(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.opus", "libopus")
    fd = os.open(path, os.O_RDONLY)
    try:
        part = next(split_file(fd))
        assert isinstance(part, OggLink)
        assert part.end == path.stat().st_size
    finally:
        os.close(fd)


def test_zeros_behind_ogg_are_neither_damage_nor_sound(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.ogg", "libopus")
    plain, _ = hear(path)
    path.write_bytes(path.read_bytes() + bytes(200_000))
    sound, said = hear(path)
    assert not said
    assert len(sound) == len(plain)
    assert measure_length(path) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("count", [1000, 5003, 1 << 20])
def test_zeros_before_an_mp4_leave_it_its_first_bytes(count: int, tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", "alac")
    path.write_bytes(bytes(count) + path.read_bytes())
    sound, said = hear(path)
    assert not said
    assert len(sound) == RATE // 2


def test_what_only_looks_like_sound_is_none(tmp_path: Path) -> None:
    """The second half of an MP4 has what could be frames of MP3, and zeros could be frames of a console's games."""
    path = encode(tmp_path / "a.mp4", "aac")
    data = path.read_bytes()
    chance = np.random.default_rng(5).integers(0, 256, 300_000, np.uint8).tobytes()
    for number, odd in enumerate((data[len(data) // 8 :], bytes(16 << 10) + b"x" * 100, chance)):
        made = tmp_path / f"{number}.dat"
        made.write_bytes(odd)
        assert not has_sound(made)
        with pytest.raises(Unplayable):
            hear(made)


def test_what_a_decoder_makes_of_broken_frames_is_no_louder_than_music(tmp_path: Path) -> None:
    piece = np.full((4000, 2), 0.5, np.float32)
    piece[2000] = 50_000
    assert mute_burst(piece)
    assert piece.max() == 0.5
    assert not piece[1500:2500].any() and piece[:900].all()
    assert not mute_burst(piece)


HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: audio/flac\r\nServer: a\r\n\r\n"
JUNK = {
    "text": b"Downloaded by hand, with a word before it.\n" * 90,
    "http": HTTP,
    "http and zeros": HTTP + bytes(3000),
    "zeros and text": bytes(3000) + b"here it comes",
    "page": b"<!DOCTYPE html><html><body>" + b"<p>x</p>" * 500 + b"</body></html>",
    "chance": np.random.default_rng(3).integers(0, 256, 5000, np.uint8).tobytes(),
}
KINDS = {
    "a.flac": "flac", "a.wav": "pcm_s16le", "a.aiff": "pcm_s16be", "a.mp4": "aac", "a.mka": "libopus",
    "a.ogg": "libopus", "a.opus": "libopus", "a.mp3": "libmp3lame", "a.wv": "wavpack",
}  # fmt: skip


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize(("name", "codec"), KINDS.items(), ids=KINDS)
def test_what_is_no_sound_before_the_sound_is_passed_over_and_told(
    name: str, codec: str, junk: bytes, tmp_path: Path
) -> None:
    data = encode(tmp_path / name, codec).read_bytes()
    plain, _ = hear(tmp_path / name)
    path = put_together(tmp_path / f"junk-{name}", junk, data)
    sound, said = hear(path)
    assert abs(len(sound) - len(plain)) < 1200
    assert np.abs(sound).max() < 0.6
    assert said == f"it has {len(junk.lstrip(bytes(1))):,} bytes before its sound that are none"
    assert has_sound(path)
    assert measure_length(path) == pytest.approx(0.5, abs=0.1)


def test_the_tag_behind_junk_names_the_song(tmp_path: Path) -> None:
    data = encode(tmp_path / "a.flac").read_bytes()
    title = b"TIT2" + (5).to_bytes(4, "big") + b"\0\0\0Tide"
    tag = b"ID3\x03\0\0" + bytes((0, 0, 0, len(title))) + title
    path = put_together(tmp_path / "b.flac", HTTP, tag, data)
    assert hear(path)[1] == f"it has {len(HTTP)} bytes before its sound that are none"
    assert read_tags(path)["title"] == "Tide"


@pytest.mark.parametrize(
    "before", [b"PK\x03\x04" + bytes(30), b"a.flac".ljust(257, b"\0") + b"ustar".ljust(255, b"\0")]
)
def test_an_archive_is_not_taken_for_the_first_song_in_it(before: bytes, tmp_path: Path) -> None:
    path = put_together(tmp_path / "a.zip", before, encode(tmp_path / "a.flac").read_bytes())
    assert not has_sound(path)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_in_place_of_a_file_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "odd"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    for read in (hear, measure_length, has_sound):
        with pytest.raises(Unplayable, match=f"it is a {kind}, not a file"):
            read(path)
    assert read_tags(path) == {}
