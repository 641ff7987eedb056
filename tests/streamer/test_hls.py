"""HLS: what is in the files and playlists that are written of the bus's sound."""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from time import time

import av
import numpy as np
import pytest

from bandstand.common import hls
from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.block import Block, Mark, Samples
from bandstand.streamer.hls import (
    GATHERED,
    KEPT,
    LONGEST_QUEUE,
    RETRY,
    HlsEvent,
    HlsOutput,
    HlsSettings,
    HlsStream,
)
from bandstand.streamer.output import CameOnAir, WentOffAir


class Clocks:
    """The wall's and a monotonic clock, which go with the sound."""

    def __init__(self) -> None:
        self.now = time()

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Segment:
    name: str
    seconds: float
    date: float
    """Unix seconds."""
    is_discontinuous: bool


def read_playlist(path: Path) -> tuple[int, list[Segment]]:
    """The number of the first segment, and all of them."""
    number, segments, seconds, date, broken = 0, [], 0.0, 0.0, False
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        match key:
            case "#EXT-X-MEDIA-SEQUENCE":
                number = int(value)
            case "#EXTINF":
                seconds = float(value.rstrip(","))
            case "#EXT-X-DISCONTINUITY":
                broken = True
            case "#EXT-X-PROGRAM-DATE-TIME":
                date = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
            case _ if not line.startswith("#"):
                segments.append(Segment(line, seconds, date, broken))
                broken = False
    return number, segments


class Written:
    """A stream that is written to a folder, and what it reports."""

    def __init__(self, folder: Path, **changes: object) -> None:
        given: dict[str, object] = {"formats": ("aac",), "bitrate": 96, "segment": 2, "listed": 4} | changes
        self.folder = folder
        self.clocks = Clocks()
        self.events: list[HlsEvent] = []
        self.settings = HlsSettings(folder, **given)  # type: ignore[arg-type]
        self.stream = self.begin()

    def begin(self) -> HlsStream:
        """Another life of it, with the same clocks."""
        self.stream = HlsStream(self.settings, self.events.append, self.clocks, self.clocks)
        return self.stream

    def push(self, seconds: float) -> None:
        for start in np.arange(0, seconds, 0.5):
            self.clocks.now += 0.5
            self.stream.push(make_tone(int(start * RATE), RATE // 2))

    def list_segments(self, format: str = "aac") -> tuple[int, list[Segment]]:
        return read_playlist(self.folder / format / hls.PLAYLIST)


def make_tone(start: int, frames: int) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(start, start + frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def decode(path: Path) -> Samples:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).T


@pytest.mark.parametrize("format", ["aac", "opus"])
def test_a_player_that_begins_at_the_playlist_hears_the_sound(format: str, tmp_path: Path) -> None:
    written = Written(tmp_path, formats=(format,), listed=10)
    written.push(8)
    written.stream.close()
    with (tmp_path / format / hls.PLAYLIST).open("a") as playlist:
        playlist.write("#EXT-X-ENDLIST\n")  # or the player waits for more
    sound = decode(tmp_path / hls.PLAYLIST)
    assert abs(len(sound) / RATE - 8) < 0.1
    middle = sound[RATE : 7 * RATE, 0]
    assert abs(np.sqrt(np.mean(np.square(middle))) - 0.5 / np.sqrt(2)) < 0.02
    spectrum = np.abs(np.fft.rfft(middle))
    assert abs(int(spectrum.argmax()) * RATE / len(middle) - 440) < 1


def test_segments_are_as_long_as_configured_and_dated_by_the_clock_and_the_oldest_go(tmp_path: Path) -> None:
    written = Written(tmp_path)
    began = time()
    written.push(20)
    number, segments = written.list_segments()
    assert len(segments) == 4
    assert all(abs(segment.seconds - 2) < 0.05 for segment in segments)
    assert [segment.name for segment in segments] == [f"{number + n}.m4s" for n in range(4)]
    for one, following in pairwise(segments):
        assert following.date - one.date == pytest.approx(one.seconds, abs=0.01)
    assert abs(segments[0].date - 12 - began) < 30  # the first of all is dated by the machine's clock
    kept = len(list((tmp_path / "aac").glob("*.m4s")))
    assert 4 <= kept <= 9
    assert not any(segment.is_discontinuous for segment in segments)


def test_the_numbers_go_on_in_the_next_life_behind_a_discontinuity(tmp_path: Path) -> None:
    written = Written(tmp_path, listed=10)
    written.push(6.5)
    before, old = written.list_segments()
    written.begin()  # as after kill -9: nothing was closed
    written.push(6)
    written.stream.close()
    number, segments = written.list_segments()
    assert number == before
    assert [segment.name for segment in segments] == [f"{number + n}.m4s" for n in range(len(segments))]
    assert [segment.name for segment in segments][: len(old)] == [segment.name for segment in old]
    assert [segment.is_discontinuous for segment in segments].index(True) == len(old)


def test_the_first_segment_behind_a_discontinuity_can_be_played_by_itself(tmp_path: Path) -> None:
    """VLC begins there as at a new file."""
    written = Written(tmp_path)
    written.push(5)
    written.stream.close()
    written.begin()
    written.push(5)
    written.stream.close()
    _, segments = written.list_segments()
    init = (tmp_path / "aac" / hls.INIT).read_bytes()
    parts = [(tmp_path / "aac" / one.name).read_bytes() for one in segments]
    assert [one.startswith(init) for one in parts] == [one.is_discontinuous for one in segments]
    first = next(one for one in segments if one.is_discontinuous)
    assert np.abs(decode(tmp_path / "aac" / first.name)).max() > 0.4
    assert len(decode(tmp_path / "aac" / first.name)) == pytest.approx(first.seconds * RATE, abs=2048)


def test_a_playlist_of_long_ago_is_not_gone_on_with_and_its_files_are_removed(tmp_path: Path) -> None:
    written = Written(tmp_path)
    written.push(6)
    written.stream.close()
    number, _ = written.list_segments()
    for path in (tmp_path / "aac").iterdir():
        os.utime(path, (time() - 2 * KEPT, time() - 2 * KEPT))
    written.begin()
    written.push(3)
    later, segments = written.list_segments()
    assert later >= number
    assert len(segments) == 1
    assert len(list((tmp_path / "aac").glob("*.m4s"))) == 1


def test_a_clock_that_was_set_begins_anew_behind_a_discontinuity(tmp_path: Path) -> None:
    written = Written(tmp_path, listed=10)
    written.push(5)
    written.clocks.now += 3600
    written.push(5)
    written.stream.close()
    _, segments = written.list_segments()
    assert [segment.is_discontinuous for segment in segments].count(True) == 1
    assert written.events == [CameOnAir(hls.PATH)]


def test_a_folder_that_cannot_be_written_is_said_once_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "hls"
    folder.write_text("a file")
    written = Written(folder)
    written.push(2 * RETRY)
    (fault,) = written.events
    assert isinstance(fault, WentOffAir)
    assert fault.mount == hls.PATH
    assert "exists" in fault.reason
    state = written.stream.describe()
    assert (state.on_air, state.trouble, state.dropped) == (False, fault.reason, 20)
    folder.unlink()
    written.push(RETRY + 1)
    assert written.events[1:] == [CameOnAir(hls.PATH)]
    assert written.stream.describe().on_air
    assert written.stream.describe().trouble == ""


def test_the_first_playlist_names_one_format_alone(tmp_path: Path) -> None:
    """Chromium changes to another as it likes, and cannot play on then."""
    written = Written(tmp_path, formats=("opus", "aac"))
    written.push(3)
    text = (tmp_path / hls.PLAYLIST).read_text()
    assert re.findall(r"^[a-z].*$", text, re.MULTILINE) == ["opus/live.m3u8"]
    assert 'CODECS="opus"' in text
    assert written.list_segments("aac")[1]
    written.stream.close()


def test_every_name_that_is_written_may_be_read(tmp_path: Path) -> None:
    written = Written(tmp_path)
    written.push(5)
    written.stream.close()
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(names) >= 4
    assert all(hls.FILE.fullmatch(name) for name in names)


class Heard:
    """A stream that keeps what it is given."""

    def __init__(self) -> None:
        self.pushed: list[Samples] = []
        self.is_closed = False

    def push(self, samples: Samples) -> None:
        self.pushed.append(samples)

    def close(self) -> None:
        self.is_closed = True


def test_the_output_gathers_half_seconds_and_dithers_silence() -> None:
    heard = Heard()
    output = HlsOutput(heard)  # type: ignore[arg-type]
    output.offer(Block(4608, make_tone(0, 4608)))
    for number in range(6):
        output.offer(Mark(Frames(number), CueId(1), Frames(0), is_moving=True))
        output.offer(Block(4608, None))
    output.stop()
    output.start()
    output.join(10)  # type: ignore[arg-type]
    assert [len(one) for one in heard.pushed] == [4608, 6 * 4608]
    assert 0 < np.abs(heard.pushed[1]).max() < 2**-15
    assert heard.is_closed
    assert not output.on_air


def test_an_output_whose_disk_is_busy_loses_sound_and_never_waits() -> None:
    output = HlsOutput(HlsStream(HlsSettings(Path("/nowhere"), ("aac",), 96, 2, 4), print, time, time))
    for _ in range(LONGEST_QUEUE + 5):
        output.offer(Block(GATHERED, None))
    assert output.describe().dropped == 5
