"""Joints of two files, and the loudness of the stream, as a listener has them: decoded and measured by FFmpeg."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import LOUD, Sound, Station, envelope, listening, loud_frames, until

HALF = 2 * RATE + 123
"""Frames, so many that a busy machine opens the second half while the first is heard. They are no whole number of
periods, so that the second half goes on where the first one ended."""
OPTIONS = {".ogg": ("-c:a", "libvorbis", "-q:a", "8"), ".mp3": ("-b:a", "320k"), ".m4a": ("-b:a", "256k")}


def half(path: Path, number: int) -> Path:
    """The first or the second half of a 1 kHz sine, in the format that the path's suffix names."""
    wave = f"0.5*sin(2*PI*1000*(n+{number * HALF})/{RATE})"
    sine = f"aevalsrc={wave}|{wave}:s={RATE},atrim=end_sample={HALF}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", sine, *OPTIONS.get(path.suffix, ()), str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def phases(tone: Sound) -> Sound:
    """In degrees, of each 10 ms against a steady rotation at 1 kHz."""
    whole = len(tone) // 480 * 480
    turned = tone[:whole] * np.exp(-2j * np.pi * 1000 / RATE * np.arange(whole))
    return np.unwrap(np.angle(turned.reshape(-1, 480).mean(axis=1), deg=True), period=360)


@pytest.mark.parametrize(
    ("first", "second"), [(".flac", ".mp3"), (".mp3", ".opus"), (".opus", ".m4a"), (".m4a", ".ogg"), (".ogg", ".wav")]
)
def test_two_halves_of_a_sine_in_two_formats_are_one_sine(
    first: str, second: str, icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    halves = half(tmp_path / f"first{first}", 0), half(tmp_path / f"second{second}", 1)
    with listening(icecast) as listener:
        bot.play(1, halves[0])
        bot.play(2, halves[1], wire.Follow)
        bot.wait_for("Ended", cue=2, reason="finished", frames=HALF)
        listener.wait_until(lambda sound: loud_frames(sound) > 1.95 * HALF, "both halves")
        sound = listener.sound()
    bot.close()
    loud = np.flatnonzero(envelope(sound) > LOUD) * 48
    inner = sound[loud[0] + 2400 : loud[-1] - 2400, 0]
    assert envelope(inner[:, None]).min() > 0.4
    assert np.ptp(phases(inner)) < 12


def ebur128(sound: Sound) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by FFmpeg."""
    command = ["ffmpeg", "-hide_banner", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    command += ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    said = subprocess.run(command, input=sound.tobytes(), capture_output=True, check=True).stderr.decode()
    words = said[said.rindex("Summary:") :].split()
    return float(words[words.index("I:") + 1]), float(words[words.index("Peak:") + 1])


@pytest.mark.parametrize("gain", [-12.0, 12.0])
def test_a_gain_is_heard_as_such_and_no_peak_goes_over_the_limit(
    gain: float, icecast: Any, station: Station, tmp_path: Path
) -> None:
    """Pink noise, which has peaks 12 dB over its mean: made quieter it is just that, made louder it is limited."""
    noise = "anoisesrc=color=pink:seed=1:sample_rate=48000:duration=5:amplitude=0.5"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", noise, "-ac", "2", str(tmp_path / "noise.wav")]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    with listening(icecast) as listener:
        bot.play(1, tmp_path / "noise.wav", gain=gain)
        bot.wait_for("Ended", cue=1, reason="finished")
        listener.wait_until(lambda sound: loud_frames(sound[-RATE // 4 :]) == 0, "silence afterwards")
        sound = listener.sound()
    bot.close()
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(tmp_path / "noise.wav"), "-f", "f32le", "-"],
        capture_output=True,
        check=True,
    ).stdout
    original, _ = ebur128(np.frombuffer(decoded, np.float32))
    loud = np.flatnonzero(envelope(sound) > LOUD / 10) * 48
    loudness, peak = ebur128(sound[loud[0] : loud[-1]])
    assert peak < 0.0
    if gain < 0:
        assert abs(loudness - (original + gain)) < 1.0  # MP3 leaves out the highest of the noise
