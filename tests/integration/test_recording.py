"""A streamer that records: what a crash leaves behind is whole after the next start, and has the sound of the air."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bandstand.common.recordings import SHEET, CueTag, Sheet
from bandstand.common.types import RATE
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import Station, sine, until, written
from tests.streamer.recording.test_recorder import decode

MORE = '[[mounts]]\npath = "/stream.mp3"\nformat = "mp3"\n[recordings]\nformats = ["flac", "opus"]\n'


@pytest.fixture
def station(icecast: IcecastServer, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, icecast.port, icecast.password, MORE)
    try:
        yield made
    finally:
        made.close()


def test_a_show_is_recorded_and_survives_kill_9(station: Station, tmp_path: Path) -> None:
    process = station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    song = written(tmp_path / "song.wav", sine(20 * RATE))
    tag = msgspec.json.encode(CueTag("7kq3", "4", "Night", is_recorded=True))
    bot.play(1, song, tag=tag)
    bot.wait_for("RecordingChanged", state="began")
    folder = bot.state().recording
    flac = station.directory / "var" / "recordings" / f"{folder}.partial" / f"{folder}.flac"
    until(lambda: flac.stat().st_size > 300_000, "some seconds of sound")
    process.kill()
    process.wait()
    size = flac.stat().st_size
    station.start()
    whole = station.directory / "var" / "recordings" / folder
    until(whole.exists, "what was left behind has its name")
    sheet = msgspec.json.decode((whole / SHEET).read_bytes(), type=Sheet)
    assert (sheet.name, sheet.show, sheet.is_mended, sheet.titles[0].song) == ("Night", "4", True, "7kq3")
    assert (whole / f"{folder}.flac").stat().st_size > size - 20_000
    sound = decode(whole / f"{folder}.flac")
    assert len(sound) / RATE == pytest.approx(sheet.seconds, abs=0.1)
    loud = sound[np.flatnonzero(np.abs(sound[:, 0]) > 0.1)[0] :]
    turns = np.flatnonzero((loud[:-1, 0] < 0) & (loud[1:, 0] >= 0))
    assert set(np.diff(turns)) == {48}, "a sine of 1 kHz without a gap"
