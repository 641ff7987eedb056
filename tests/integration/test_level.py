"""Loudness and true peak of the stream, as FFmpeg measures them on what a listener of the FLAC mount was sent."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.conftest import IcecastServer
from tests.integration.streaming import LOUD, Sound, Station, envelope, listening, until, written

MOUNT = '[[mounts]]\npath = "/stream.flac"\nformat = "flac"\n'
TARGET = -16.0


@pytest.fixture
def icecast() -> Iterator[IcecastServer]:
    server = IcecastServer(("/stream.flac",))
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def station(icecast: IcecastServer, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, icecast.port, icecast.password, MOUNT)
    try:
        yield made
    finally:
        made.close()


def song(seconds: float, level: float, seed: int) -> Sound:
    """Noise that falls off like music, with beats that stand far out of it."""
    chance, frames = np.random.default_rng(seed), int(seconds * RATE)
    spectrum = np.fft.rfft(chance.standard_normal((frames, 2)), axis=0)
    spectrum /= np.maximum(1, np.arange(len(spectrum)) * RATE / frames / 200)[:, None]
    sound = np.fft.irfft(spectrum, frames, axis=0)
    sound *= level / np.abs(sound).max()
    for at in range(0, frames - 2400, RATE // 2):
        beat = np.sin(2 * np.pi * 90 * np.arange(2400) / RATE) * np.exp(-np.arange(2400) / 600)
        sound[at : at + 2400] += 1.5 * level * beat[:, None]
    return sound.astype(np.float32)


def measured(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I: *(-?[0-9.]+) LUFS", said)[-1]), float(re.findall(r"Peak: *(-?[0-9.]+) dBFS", said)[-1])


def test_songs_of_any_loudness_leave_at_the_station_s_and_never_above_one_below_full_scale(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    with listening(icecast, "/stream.flac") as listener:
        for number, level in enumerate((0.1, 0.35, 0.2), 1):
            path = written(tmp_path / f"{number}.wav", song(5, level, number))
            gain = TARGET - measured(path)[0]
            bot.play(number, path, wire.Follow, gain=gain, crossfade=RATE)
            bot.wait_for("Started", cue=number)
        bot.wait_for("Ended", cue=3)
        until(lambda: bot.state().loudness is None, "silence")
        listener.wait_until(
            lambda sound: len(sound) > 12 * RATE and envelope(sound[-RATE // 4 :]).max() < LOUD, "the end"
        )
        sound = listener.sound()
    heard = np.flatnonzero(envelope(sound) > LOUD) * 48
    loudness, peak = measured(written(tmp_path / "heard.wav", sound[heard[0] : heard[-1]]))
    assert loudness == pytest.approx(TARGET, abs=0.7)
    assert -1.6 < peak <= -0.9, "the limiter had to work, and 16 bits round"
    bot.close()
