"""The streamer through the real Icecast to a listener that decodes, commanded over its control socket."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import (
    LOUD,
    Station,
    envelope,
    listening,
    loud_frames,
    open_files,
    sine,
    title,
    until,
    written,
)


@pytest.mark.parametrize("mount", ["/stream.mp3", "/stream.opus"])
def test_a_listener_hears_silence_then_the_song_then_silence(
    mount: str, icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    with listening(icecast, mount) as listener:
        listener.wait_until(lambda sound: len(sound) > RATE // 2, "silence")
        assert loud_frames(listener.sound()) == 0
        bot.play(1, written(tmp_path / "tone.wav", sine(RATE)))
        bot.wait_for("Started", cue=1)
        bot.wait_for("Ended", cue=1, reason="finished", frames=RATE)
        quiet = len(listener.sound())
        listener.wait_until(lambda sound: len(sound) > quiet + RATE // 2, "silence afterwards")
        sound = listener.sound()
    assert abs(loud_frames(sound) - RATE) < 0.03 * RATE
    assert loud_frames(sound[-RATE // 4 :]) == 0
    bot.close()


@pytest.mark.parametrize("mount", ["/stream.mp3", "/stream.opus"])
def test_two_halves_of_a_sine_joined_by_follow_are_one_sine(
    mount: str, icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    first, second = 3 * RATE + 123, RATE + 123
    halves = (
        written(tmp_path / "first.wav", sine(first)),
        written(tmp_path / "second.wav", sine(second, first=first)),
    )
    with listening(icecast, mount) as listener:
        bot.play(1, halves[0])
        bot.play(2, halves[1], wire.Follow)  # answered long before the first is over, also on a busy machine
        bot.wait_for("Ended", cue=2, reason="finished", frames=second)
        listener.wait_until(lambda sound: loud_frames(sound) > first + 0.9 * second, "both halves")
        sound = listener.sound()
    bot.close()
    loud = np.flatnonzero(envelope(sound) > LOUD) * 48
    inner = sound[loud[0] + 2400 : loud[-1] - 2400, 0]
    assert envelope(inner[:, None]).min() > 0.45
    whole = len(inner) // 480 * 480  # ten periods: their mean against a steady rotation is the phase
    turned = inner[:whole] * np.exp(-2j * np.pi * 1000 / RATE * np.arange(whole))
    angles = np.angle(turned.reshape(-1, 480).mean(axis=1), deg=True)
    assert np.ptp(np.unwrap(angles, period=360)) < 12


def test_a_growing_spool_is_heard_before_it_is_complete(icecast: Any, station: Station, tmp_path: Path) -> None:
    station.start()
    bot = station.bot()
    spool = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    growth, grew = os.pipe()
    os.write(spool, sine(RATE).tobytes())
    with listening(icecast) as listener:
        bot.send(1, (spool, growth), raw=True)
        os.close(growth)
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 2, "the beginning of the song")
        assert bot.state().current is not None
        os.write(spool, sine(RATE, first=RATE).tobytes()[:-3])
        os.close(grew)
        bot.wait_for("Ended", cue=1, reason="finished", frames=2 * RATE - 1)
    os.close(spool)
    bot.close()


def test_a_song_that_falls_behind_is_told_and_goes_on(icecast: Any, station: Station, tmp_path: Path) -> None:
    station.start()
    bot = station.bot()
    spool = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    growth, grew = os.pipe()
    os.write(spool, sine(RATE // 4).tobytes())
    bot.send(1, (spool, growth), raw=True)
    until(lambda: bot.state().underruns, "the song falls behind")
    os.write(spool, sine(RATE // 4).tobytes())
    os.write(grew, b"!")
    os.close(grew)
    bot.wait_for("Underrun", cue=1)
    bot.wait_for("Ended", cue=1, reason="finished", frames=RATE // 2)
    for fd in (spool, growth):
        os.close(fd)
    bot.close()


def test_ten_rounds_of_play_and_stop(icecast: Any, station: Station, tmp_path: Path) -> None:
    process = station.start()
    bot = station.bot()
    tone = written(tmp_path / "tone.wav", sine(10 * RATE))
    until(lambda: station.on_air(bot), "on the air")
    for cue in range(1, 11):
        bot.play(cue, tone)
        bot.wait_for("Started", cue=cue)
        assert bot.ask(wire.Stop)["cue"] == str(cue).encode()
        bot.wait_for("Ended", cue=cue, reason="stopped")
    until(lambda: "tone.wav" not in open_files(process.pid), "the songs are let go")
    bot.close()


def test_what_is_not_audio_is_refused_in_a_sentence_and_the_song_goes_on(
    icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    bot.play(1, written(tmp_path / "tone.wav", sine(60 * RATE)))
    (tmp_path / "words.mp3").write_text("words")
    with pytest.raises(RuntimeError, match="This cannot be played") as refused:
        bot.play(2, tmp_path / "words.mp3")
    assert refused.value.args[0] == "NOT_AUDIO"
    current = bot.state().current
    assert current is not None and current.cue == 1
    bot.close()


def test_a_bot_that_dies_leaves_no_descriptor_behind(icecast: Any, station: Station, tmp_path: Path) -> None:
    process = station.start()
    tone = written(tmp_path / "tone.wav", sine(RATE))
    bot = station.bot()
    with tone.open("rb") as song:
        bot.give_up(song.fileno())
    other = station.bot()
    other.state()
    until(lambda: "tone.wav" not in open_files(process.pid), "the descriptor is closed")
    other.close()


def test_a_title_is_shown_whole_and_in_utf8(icecast: Any, station: Station, tmp_path: Path) -> None:
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    bot.play(1, written(tmp_path / "tone.wav", sine(60 * RATE)), title="Ærø\nnew ☃", artist="Björk")
    until(lambda: title(icecast) == "Björk - Ærø new ☃", "the title")
    bot.ask(wire.Stop)
    until(lambda: title(icecast) == "Bandstand", "the station's name")
    bot.close()


def test_every_bot_hears_every_event_in_order(icecast: Any, station: Station, tmp_path: Path) -> None:
    station.start()
    bots = [station.bot(), station.bot()]
    bots[1].state()
    bots[0].play(1, written(tmp_path / "tone.wav", sine(RATE // 10)))
    for bot in bots:
        bot.wait_for("Ended", cue=1)
        became = [name for name, told in bot.events if "cue" in told and name != "Moved"]
        assert became == ["Started", "Ended"]
        bot.close()


def test_after_icecast_was_killed_the_song_goes_on_where_it_was(icecast: Any, station: Station, tmp_path: Path) -> None:
    station.start()
    bot = station.bot()
    bot.play(1, written(tmp_path / "tone.wav", sine(60 * RATE)))
    bot.wait_for("Started", cue=1)
    icecast.stop()
    bot.wait_for("WentOffAir", mount="/stream.mp3")
    bot.wait_for("WentOffAir", mount="/stream.opus")
    held = bot.state().current
    assert held == bot.state().current
    bot.events.clear()
    icecast.start()
    bot.wait_for("CameOnAir", mount="/stream.mp3")
    with listening(icecast) as listener:
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 4, "the song")
    bot.close()


def test_a_wrong_password_is_told_in_words(icecast: Any, tmp_path: Path) -> None:
    station = Station(tmp_path, icecast.port, "wrong")
    try:
        station.start()
        bot = station.bot()
        until(lambda: all("password" in mount.trouble for mount in bot.state().mounts), "the reason")
        bot.close()
    finally:
        station.close()


def test_a_mount_in_use_is_told_in_words_and_taken_when_it_is_free(icecast: Any, tmp_path: Path) -> None:
    directories = [tmp_path / "first", tmp_path / "second"]
    for directory in directories:
        directory.mkdir()
    stations = [Station(directory, icecast.port, icecast.password) for directory in directories]
    try:
        first = stations[0].start()
        until(lambda: len(icecast.sources()) == 2, "the first one is on the air")
        stations[1].start()
        bot = stations[1].bot()
        until(lambda: all("in use" in mount.trouble for mount in bot.state().mounts), "the reason")
        first.terminate()
        until(lambda: stations[1].on_air(bot), "the second one is on the air", 30)
        bot.close()
    finally:
        for each in stations:
            each.close()


def test_a_killed_streamer_costs_no_listener(icecast: Any, station: Station, tmp_path: Path) -> None:
    process = station.start()
    station.start("bandstand.streamer.standby")
    until(lambda: "/standby/stream.mp3" in icecast.sources(), "the standby")
    with listening(icecast) as listener:
        process.kill()
        process.wait(10)
        station.start()
        bot = station.bot()
        until(lambda: station.on_air(bot), "the mount is back")
        bot.play(1, written(tmp_path / "tone.wav", sine(20 * RATE)))
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 4, "the song after the restart")
        assert listener.connected
        bot.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_nothing(number: signal.Signals, icecast: Any, station: Station) -> None:
    process = station.start()
    process.send_signal(number)
    assert process.wait(10) == 0
    left = {path.name for path in (station.directory / "var").iterdir()}
    assert left == {"standby", "webroot"}


def test_it_may_be_asked_to_end_several_times_at_once(icecast: Any, station: Station) -> None:
    streamer = station.start()
    bot = station.bot()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        streamer.send_signal(number)
    with contextlib.suppress(ConnectionError, EOFError, AssertionError):
        bot.ask(wire.Shutdown)
    assert streamer.wait(20) == 0
    assert "critical" not in (station.directory / "streamer.log").read_text()


def test_it_ends_although_icecast_is_stuck(icecast: Any, station: Station) -> None:
    process = station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    icecast.send_signal(signal.SIGSTOP)
    bot.ask(wire.Shutdown)
    assert process.wait(10) == 0
    bot.close()


def test_a_second_streamer_in_one_directory_names_the_first(icecast: Any, station: Station) -> None:
    process = station.start()
    command = [sys.executable, "-m", "bandstand.streamer", "--config", str(station.config)]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert second.returncode == 1
    assert f"process {process.pid}" in second.stderr and "Traceback" not in second.stderr
    assert station.bot().state().pid == process.pid


def test_nobody_listening_to_its_output_does_not_stop_it(icecast: Any, station: Station) -> None:
    command = f'exec "{sys.executable}" -m streamer --config "{station.config}" 0<&- 1>&- 2>&-'
    process = subprocess.Popen(["sh", "-c", command])
    station.processes.append(process)
    until(station.socket.exists, "the socket")
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    icecast.stop()
    bot.wait_for("WentOffAir", mount="/stream.mp3")
    assert process.poll() is None
    bot.close()
