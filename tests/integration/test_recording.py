"""A streamer that records: what a crash leaves behind is whole after the next start, and has the sound of the air."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from bandstand.common import wire
from bandstand.common.recordings import SHEET, CueTag, Sheet
from bandstand.common.types import RATE
from bandstand.streamer.codecs.flac import FRAME
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import Sound, Station, listening, sine, until, written
from tests.streamer.recording.test_recorder import decode

MORE = '[[mounts]]\npath = "/stream.flac"\nformat = "flac"\n[recordings]\nformats = ["flac", "opus"]\n'
DITHER = 2
"""Steps of 16 bits by which two that dither the same sound, each by itself, may differ."""


@pytest.fixture
def station(icecast: IcecastServer, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, icecast.port, icecast.password, MORE)
    try:
        yield made
    finally:
        made.close()


def test_flac_has_the_sound_of_a_lossless_mount_to_the_sample(
    station: Station, icecast: IcecastServer, tmp_path: Path
) -> None:
    """Bit for bit where the sound is whole steps of 16 bits, which nobody dithers; else within the dither of each. The
    second song is softer by a gain, so it is of the latter kind, and begins on the first one's last sample. Frames of
    FLAC are dithered as one: those at the first song's ends may have silence, or the second song, in them."""
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    first, second = (
        written(tmp_path / f"{number}.wav", np.random.default_rng(number).uniform(-0.3, 0.3, (3 * RATE, 2)))
        for number in (1, 2)
    )
    with listening(icecast, "/stream.flac") as listener:
        listener.wait_until(lambda sound: len(sound) > 0, "silence")
        bot.ask(wire.Record, on=True, ends_shows=False)
        bot.play(1, first)
        bot.play(2, second, wire.Follow, gain=-3.0)
        bot.wait_for("Ended", cue=2)
        bot.ask(wire.Record, on=False, ends_shows=False)
        bot.wait_for("RecordingChanged", state="ended")
        (file,) = (station.directory / "var" / "recordings").glob("*/*.flac")
        recorded = count_steps(decode(file))
        mark = recorded[RATE : RATE + 480]
        listener.wait_until(lambda sound: 0 <= find(sound, mark) < len(sound) - 6 * RATE, "both songs")
        heard = count_steps(listener.sound())
        begin = find(listener.sound(), mark) - RATE
    same = heard[begin : begin + len(recorded)]
    assert len(same) >= 6 * RATE - 10
    whole = slice(FRAME, 3 * RATE - FRAME)
    assert np.array_equal(same[whole], recorded[whole])
    assert np.abs(same.astype(int) - recorded[: len(same)]).max() <= DITHER


def find(sound: Sound, mark: NDArray[np.int16]) -> int:
    """The frame at which the mark begins; below zero where it is not in it."""
    return count_steps(sound).tobytes().find(mark.tobytes()) // 4


def count_steps(sound: Sound) -> NDArray[np.int16]:
    """Decoded sound in the whole steps of 16 bits that it is made of."""
    return np.rint(sound * 32768).astype(np.int16)


def test_a_show_is_recorded_and_survives_kill_9(station: Station, tmp_path: Path) -> None:
    process = station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    song = written(tmp_path / "song.wav", sine(20 * RATE))
    evening, night = (CueTag("7kq3", show, name, is_recorded=True) for show, name in (("3", "Evening"), ("4", "Night")))
    bot.play(1, song, tag=msgspec.json.encode(evening))
    bot.wait_for("RecordingChanged", state="began")
    before = bot.state().recording
    bot.ask(wire.Retag, cue=1, tag=msgspec.json.encode(night))
    bot.wait_for("RecordingChanged", state="ended", folder=before)
    until(lambda: bot.state().recording not in ("", before), "the show that began meanwhile is recorded")
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
