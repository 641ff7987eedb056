"""Recordings as files: whole ones, ones that a crash left behind, and what the disk cannot take."""

import errno
import os
import struct
from datetime import UTC
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus

from bandstand.common.recordings import PARTIAL, SHEET, Sheet
from bandstand.common.types import RATE, Frames
from bandstand.streamer.block import Block, Samples
from bandstand.streamer.recording import recorder as recorders
from bandstand.streamer.recording.recorder import (
    Begin,
    End,
    Recorder,
    RecorderSettings,
    RecordingEvent,
    TitleBegan,
)
from bandstand.streamer.recording.sound_files import Chapter, Head, format_chapter_time, make_comments

NOW = 1_795_809_600.0
"""2026-11-27 20:00 UTC."""
STEP = 4608


class Station:
    """A recorder with a bus that gives it noise."""

    def __init__(self, folder: Path, *formats: str) -> None:
        self.events: list[RecordingEvent] = []
        self.free = 1 << 40
        self.now = NOW
        self.settings = RecorderSettings(
            folder, formats or ("flac",), 128, "Radio Test", UTC, lambda: self.now, count_free=lambda _: self.free
        )
        self.recorder = Recorder(self.settings, self.events.append)
        self.at = 0
        self.sound: list[Samples] = []
        self._chance = np.random.default_rng(1)

    def play(self, frames: int) -> None:
        """Whole steps of 16 bits, so that FLAC has them bit for bit."""
        left = frames
        while left:
            size = min(STEP, left)
            steps = self._chance.integers(-8000, 8000, (size, 2))
            samples = steps.astype(np.float32) / np.float32(32768)
            self.sound.append(samples)
            self.recorder.push(Block(size, samples, Frames(self.at)))
            self.at += size
            left -= size

    @property
    def folders(self) -> list[Path]:
        return sorted(path for path in self.settings.folder.iterdir() if not path.name.endswith(PARTIAL))

    def read_sheet(self, number: int = 0) -> Sheet:
        return msgspec.json.decode((self.folders[number] / SHEET).read_bytes(), type=Sheet)

    def find(self, pattern: str, number: int = 0) -> Path:
        return next(self.folders[number].glob(pattern))


def decode(path: Path) -> Samples:
    with av.open(str(path)) as container:
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
        packed = parts[0].shape[0] == 1
    joined = np.concatenate(parts, axis=1)
    samples = joined.reshape(-1, 2) if packed else joined.T
    return samples / np.float32(32768) if samples.dtype == np.int16 else samples


def test_a_flac_recording_has_the_sound_of_the_air_to_the_sample(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.play(1000)
    station.recorder.push(Begin(1500, "Night", "4"))
    station.recorder.push(TitleBegan(1500, "Lantern", "Ann", "7kq3"))
    station.play(27_000)
    station.recorder.push(End(29_000))
    station.play(STEP)
    air = np.concatenate(station.sound)
    assert np.array_equal(decode(station.find("*.flac")), air[1500:29_000])
    assert FLAC(station.find("*.flac")).info.total_samples == 27_500
    assert [event.state for event in station.events] == ["began", "ended"]


def test_a_cut_loses_and_doubles_no_sample(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "One", "1"))
    station.play(20_000)
    station.now += 60
    station.recorder.push(Begin(23_456, "Two", "2"))
    station.play(20_000)
    station.recorder.close()
    whole = np.concatenate([decode(station.find("*.flac", number)) for number in (0, 1)])
    assert np.array_equal(whole, np.concatenate(station.sound))
    assert [station.read_sheet(number).name for number in (0, 1)] == ["One", "Two"]


@pytest.mark.parametrize("format", ["flac", "opus", "mp3"])
def test_chapters_are_in_the_file_and_on_the_sheet(tmp_path: Path, format: str) -> None:
    station = Station(tmp_path, format)
    station.recorder.push(Begin(0, "Night", "4"))
    station.recorder.push(TitleBegan(0, "Lantern", "Ann", "7kq3"))
    station.play(RATE)
    station.recorder.push(TitleBegan(RATE, "Road \u202e<b>", "", ""))
    station.play(RATE)
    station.recorder.close()
    sheet = station.read_sheet()
    assert [(one.title, one.song, one.start, one.at) for one in sheet.titles] == [
        ("Lantern", "7kq3", 0.0, NOW),
        ("Road <b>", "", 1.0, NOW + 1),
    ]
    assert (sheet.seconds, sheet.is_whole, sheet.is_mended) == (2.0, True, False)
    path = station.find(f"*.{format}")
    with av.open(str(path)) as container:
        found = [(chapter["start"] * chapter["time_base"], chapter["metadata"]) for chapter in container.chapters()]
    assert [float(start) for start, _ in found] == [0.0, 1.0]
    assert [metadata["title"] for _, metadata in found] == ["Ann - Lantern", "Road <b>"]


def test_a_title_that_a_dj_tells_at_once_is_what_the_show_begins_with(tmp_path: Path) -> None:
    """The song keeps its code and its beginning; the next title is one of its own."""
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    station.recorder.push(TitleBegan(0, "live: ann", "", "7kq3"))
    station.play(RATE // 2)
    station.recorder.push(TitleBegan(station.at, "River", "Ann", ""))
    station.play(RATE // 2)
    station.recorder.push(TitleBegan(station.at, "Road", "Ann", ""))
    station.play(RATE)
    station.recorder.close()
    titles = [(one.title, one.artist, one.song, one.start) for one in station.read_sheet().titles]
    assert titles == [("River", "Ann", "7kq3", 0.0), ("Road", "Ann", "", 1.0)]


def test_the_length_of_an_opus_recording_is_exact(tmp_path: Path) -> None:
    station = Station(tmp_path, "opus", "mp3")
    station.recorder.push(Begin(0, "", ""))
    station.play(RATE + 777)
    station.recorder.close()
    assert OggOpus(station.find("*.opus")).info.length == pytest.approx((RATE + 777) / RATE, abs=1e-6)
    assert len(decode(station.find("*.opus"))) == RATE + 777
    assert MP3(station.find("*.mp3")).info.length == pytest.approx(1.1, abs=0.12)
    assert station.read_sheet().name == "Radio Test"


@pytest.mark.parametrize("format", ["flac", "opus", "mp3"])
@pytest.mark.parametrize("torn", [0, 1, 300, 3000])
def test_what_a_crash_leaves_behind_is_made_whole(tmp_path: Path, format: str, torn: int) -> None:
    station = Station(tmp_path, format)
    station.recorder.push(Begin(0, "Night", "4"))
    station.recorder.push(TitleBegan(0, "Lantern", "Ann", "7kq3"))
    station.play(2 * RATE)
    path = next(tmp_path.glob(f"*{PARTIAL}/*.{format}"))
    os.truncate(path, path.stat().st_size - torn)
    following = Station(tmp_path, format)
    following.recorder.mend()
    sheet = following.read_sheet()
    assert sheet.is_mended and sheet.is_whole and sheet.code in following.folders[0].name
    assert 1.6 < sheet.seconds <= 2.0
    made = following.find(f"*.{format}")
    assert len(decode(made)) / RATE == pytest.approx(sheet.seconds, abs=0.06)
    if format == "flac":
        sound = decode(made)
        assert np.array_equal(sound, np.concatenate(station.sound)[: len(sound)])
        assert FLAC(made).info.total_samples == len(sound)
    with av.open(str(made)) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["Ann - Lantern"]
    assert following.events == [RecordingEvent("ended", following.folders[0].name)]


@pytest.mark.parametrize("left", [b"", b"fLaC", bytes(60_000)])
def test_what_has_no_sound_is_removed(tmp_path: Path, left: bytes) -> None:
    folder = tmp_path / f"2026-11-27-2000-7kq3{PARTIAL}"
    folder.mkdir()
    for name in ("a.flac", "a.opus", "a.mp3"):
        (folder / name).write_bytes(left)
    station = Station(tmp_path)
    station.recorder.mend()
    assert list(tmp_path.iterdir()) == []
    assert station.events == []


def test_a_lost_sheet_is_no_hindrance(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(RATE)
    next(tmp_path.glob(f"*/{SHEET}")).write_bytes(b"{")
    station.recorder.mend()
    assert station.read_sheet().name == "Radio Test"


def test_a_full_disk_ends_the_recording_and_none_begins_before_there_is_room(tmp_path: Path) -> None:
    """Of three songs the disk is full in the first and for the second; it is told once."""
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(2 * RATE)
    station.free = 0
    station.play(2 * RATE)
    station.recorder.push(TitleBegan(station.at, "Road", "", ""))
    station.play(RATE // 2)
    assert [event.state for event in station.events] == ["began", "failed", "ended"]
    assert "64 MiB" in station.events[1].reason
    assert station.read_sheet().seconds == pytest.approx(2.5, abs=0.6)
    station.free, station.now = 1 << 40, NOW + 60
    station.recorder.push(TitleBegan(station.at, "House", "", ""))
    station.play(RATE)
    station.recorder.close()
    sheet = station.read_sheet(1)
    assert (sheet.name, [title.title for title in sheet.titles]) == ("Night", ["House"])


def test_a_folder_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    station = Station(tmp_path / "file" / "recordings")
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(STEP)
    for at in (STEP, 2 * STEP):
        station.recorder.push(TitleBegan(at, "Road", "", ""))
        station.play(STEP)
    assert [event.state for event in station.events] == ["failed"]


def test_a_short_write_leaves_no_torn_frame_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(RATE)

    def fail(self: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recorders.OpenRecording, "_sync", fail)
    station.play(RATE)
    sound = decode(station.find("*.flac"))
    assert np.array_equal(sound, np.concatenate(station.sound)[: len(sound)])


def test_sound_that_was_lost_on_the_way_is_silence(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(STEP)
    station.at += 10_000
    station.play(STEP)
    station.recorder.close()
    sound = decode(station.find("*.flac"))
    assert len(sound) == 2 * STEP + 10_000
    assert not sound[STEP : STEP + 10_000].any()
    assert station.read_sheet().lost == pytest.approx(10_000 / RATE, abs=1e-3)


def test_an_unforeseen_fault_harms_nobody_else(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.recorder.push(Begin(0, "Night", "4"))
    bad = Block(STEP, object(), Frames(0))  # type: ignore[arg-type]
    station.recorder.attempt(lambda: station.recorder.push(bad))
    assert [event.state for event in station.events] == ["began", "failed"]


def test_many_long_titles_have_room_or_are_left_out() -> None:
    chapters = [Chapter(number, "\U0001f3b5" * 2500) for number in range(990)]
    comments = make_comments(Head("a", "b", "c", chapters), 200)
    assert all(len(value.encode()) <= 200 for _, value in comments)
    for layout in recorders_layouts():
        assert len(layout) < 60_000


def recorders_layouts() -> list[bytes]:
    from bandstand.streamer.recording.sound_files import LAYOUTS

    chapters = [Chapter(number, "\U0001f3b5" * 2500) for number in range(990)]
    return [layout.make_front(Head("a", "b", "2026", chapters, 1000.0)) for layout in LAYOUTS.values()]


def test_times_of_chapters_are_written_as_players_read_them() -> None:
    assert format_chapter_time(3 * 3600 + 5 * 60 + 7.25) == "03:05:07.250"
    assert format_chapter_time(59.9996) == "00:01:00.000"


def test_an_id3_tag_says_its_own_size(tmp_path: Path) -> None:
    station = Station(tmp_path, "mp3")
    station.recorder.push(Begin(0, "Night", "4"))
    station.play(RATE)
    station.recorder.close()
    path = station.find("*.mp3")
    size = ID3(path).size
    assert struct.unpack(">H", path.read_bytes()[size : size + 2])[0] >> 5 == 0x7FF
