"""Arrangements of people are read as scores; broken files and those that are no arrangement are left out."""

import io
import struct
from pathlib import Path

import mido
import pytest

from bandstand.composer.midi import make_midi
from bandstand.composer.midi_files import list_arrangements, list_lumps, read_midi
from bandstand.composer.score import Score


def encode(score: Score) -> bytes:
    data = io.BytesIO()
    make_midi(score).save(file=data)
    return data.getvalue()


@pytest.fixture
def data(short: Score) -> bytes:
    return encode(short)


def test_a_song_of_ours_is_read_as_it_was_written(short: Score, data: bytes) -> None:
    read = read_midi("lantern", data)
    assert read is not None
    assert (read.title, read.beats) == ("lantern", short.beats)
    assert [part.voice == "drums" for part in read.parts].count(True) == 1
    theirs = sorted((part.program, len(part.notes), part.level) for part in read.parts)
    ours = sorted((part.program, len(part.notes), part.level) for part in short.parts)
    assert [row[:2] for row in theirs] == [row[:2] for row in ours]
    assert [row[2] for row in theirs] == pytest.approx([row[2] for row in ours], abs=0.01)
    assert read.tempi[0].bpm == pytest.approx(short.tempi[0].bpm, abs=0.01)
    assert read.seconds(read.ticks) == pytest.approx(short.seconds(short.ticks), abs=3)


def test_bass_and_tune_are_guessed(short: Score, data: bytes) -> None:
    read = read_midi("lantern", data)
    assert read is not None
    basses = {part.program for part in short.parts if part.voice == "bass"}
    assert {part.program for part in read.parts if part.voice == "bass"} == basses
    assert sum(part.voice == "melody" for part in read.parts) == 1


def test_other_metres_and_files_of_two_parts_are_no_arrangements(short: Score) -> None:
    file = make_midi(short)
    file.tracks = file.tracks[:3]
    data = io.BytesIO()
    file.save(file=data)
    assert read_midi("two", data.getvalue()) is None
    odd = make_midi(short)
    odd.tracks[0].insert(2, mido.MetaMessage("time_signature", numerator=7, denominator=8))
    data = io.BytesIO()
    odd.save(file=data)
    assert read_midi("seven", data.getvalue()) is None


def test_a_folder_is_searched_and_broken_files_are_left_out(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "good.mid").write_bytes(data)
    (tmp_path / "broken.mid").write_bytes(b"no music at all")
    (tmp_path / "cut.MID").write_bytes(data[: len(data) // 2])
    (tmp_path / "empty.midi").write_bytes(b"")
    assert [(found.source, found.name) for found in list_arrangements([tmp_path, tmp_path / "missing"])] == [
        ("below", "good")
    ]


def test_a_file_that_lies_in_two_folders_is_found_once(data: bytes, tmp_path: Path) -> None:
    for folder in ("installed", "unpacked"):
        (tmp_path / folder / "openmsx").mkdir(parents=True)
        (tmp_path / folder / "openmsx" / "song.mid").write_bytes(data)
    found = list_arrangements([tmp_path / "installed", tmp_path / "unpacked"])
    assert [(one.source, one.name) for one in found] == [("OpenTTD", "song")]


def test_the_music_of_a_wad_file_is_found_once(data: bytes, tmp_path: Path) -> None:
    lumps = [(b"D_E1M1\0\0", data), (b"MAP01\0\0\0", b"level"), (b"D_AGAIN\0", data), (b"D_OTHER\0", b"MUS\x1a")]
    body, directory = b"", b""
    for name, lump in lumps:
        directory += struct.pack("<ii8s", 12 + len(body), len(lump), name)
        body += lump
    wad = struct.pack("<4sii", b"IWAD", len(lumps), 12 + len(body)) + body + directory
    assert [name for name, _ in list_lumps(wad)] == ["D_E1M1", "D_AGAIN", "D_OTHER"]
    (tmp_path / "freedoom1.wad").write_bytes(wad)
    assert [(found.source, found.name) for found in list_arrangements([tmp_path])] == [("Freedoom", "D_E1M1")]
