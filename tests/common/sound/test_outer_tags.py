"""Tags before and behind the sound, in any order and of any age, as taggers left them."""

import struct
from pathlib import Path

import pytest

from bandstand.common.sound.tags import read_tags
from bandstand.common.types import RATE
from tests.common.sound.test_cases import encode, hear

HALF = RATE // 2
FORMATS = {"a.mp3": "libmp3lame", "a.wav": "pcm_s16le", "a.wv": "wavpack", "a.ogg": "libopus", "a.aac": "aac"}


def make_id3(title: str, flags: int = 0) -> bytes:
    text = b"\3" + title.encode()
    frame = b"TIT2" + bytes([0, 0, 0, len(text)]) + b"\0\0" + text
    size = bytes([0, 0, 0, len(frame)])
    footer = b"3DI\4\0" + bytes([flags]) + size if flags else b""
    return b"ID3\4\0" + bytes([flags]) + size + frame + footer


def make_id3v1(title: bytes) -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + b"Ann".ljust(30) + b"\0" * 64 + b"\x11"


def make_ape(title: str, has_header: bool = True) -> bytes:
    value = title.encode()
    items = struct.pack("<II", len(value), 0) + b"Title\0" + value
    ends = [
        b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, 1, flags) + bytes(8)
        for flags in (0xA000_0000, 0x8000_0000 * has_header)
    ]
    return ends[0] * has_header + items + ends[1]


LYRICS_1 = b"LYRICSBEGINla la laLYRICSEND"
LYRICS_2 = b"LYRICSBEGIN" + b"IND0000210" + b"000021" + b"LYRICS200"
FOOTED = make_id3("Low Tide", flags=0x10)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sound")
    made = {}
    for name, codec in FORMATS.items():
        data = encode(folder / name, codec).read_bytes()
        made[name] = data[data.index(b"\xff\xfb") :] if name == "a.mp3" else data
    return made


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "behind",
    [
        make_id3v1(b"Low Tide"),
        make_ape("Low Tide"),
        make_ape("Low Tide", has_header=False),
        LYRICS_1 + make_id3v1(b"Low Tide"),
        make_ape("Low Tide") + LYRICS_2 + make_id3v1(b"Low Ti"),
        b"TAG+" + bytes(223) + make_id3v1(b"Low Tide"),
        FOOTED,
        FOOTED + make_ape("Low") + make_id3v1(b"Lo"),
    ],
    ids=["id3v1", "ape", "ape-headless", "lyrics1", "lyrics2", "extended", "footer", "three"],
)
def test_tags_behind_the_sound_are_read_and_are_no_damage(
    name: str, behind: bytes, sounds: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(sounds[name])
    plain, _ = hear(path)
    path.write_bytes(sounds[name] + behind)
    sound, said = hear(path)
    assert not said
    assert len(sound) == len(plain)
    assert read_tags(path)["title"] == "Low Tide"


@pytest.mark.parametrize("before", [make_ape("Low Tide"), make_id3("Low Tide") + make_ape("Low")], ids=["ape", "both"])
@pytest.mark.parametrize("name", FORMATS)
def test_ape_tags_before_the_sound_are_read_and_do_not_shift_it(
    name: str, before: bytes, sounds: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(sounds[name])
    plain, _ = hear(path)
    path.write_bytes(before + sounds[name])
    sound, said = hear(path)
    assert not said
    assert len(sound) == len(plain)
    assert read_tags(path)["title"] == "Low Tide"


def test_a_tag_that_says_it_is_longer_than_the_file_does_not_hide_the_sound(
    sounds: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\3\0\0\x7f\0\0\0" + sounds["a.mp3"])
    sound, said = hear(path)
    assert not said
    assert abs(len(sound) - HALF) < 100


@pytest.mark.parametrize(
    "end", [b"", b"TAG", b"APETAGEX", b"LYRICS200", b"3DI\4\0\x10\x7f\x7f\x7f\x7f", b"999999LYRICS200"]
)
def test_half_a_tag_hides_nothing(end: bytes, sounds: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(sounds["a.wav"] + end)
    sound, _ = hear(path)
    assert len(sound) == HALF
    assert "title" not in read_tags(path)


@pytest.mark.parametrize("values", ["One\0Two\0Three", "One\0\0Two\0Three\0"])
def test_all_values_of_an_id3_tag_are_read(values: str, sounds: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(make_id3(values) + sounds["a.mp3"])
    assert read_tags(path)["title"] == "One, Two, Three"
