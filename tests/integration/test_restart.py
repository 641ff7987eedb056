"""Parts of a whole station end while it plays, as planned or not: what a listener hears, and who starts them again."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.integration.conftest import Listener
from tests.integration.streaming import LOUD, Sound, envelope, until
from tests.integration.test_station import PATIENCE, Station

RATE = 48_000
RISE = "aevalsrc=0.4*sin(2*PI*(400*t+5*t*t)):sample_rate=48000:duration=120"
"""A tone of 400 Hz that rises by 10 Hz a second, so that its pitch tells where in the song it is."""
ON_AIR = r"cue \d is on the air"


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    try:
        made.up()
        made.give_up_first_song()
        made.wait_for(r"standby info: /standby/stream\.mp3 is on the air")
        yield made
    finally:
        made.end()


def plays_a_rise(station: Station) -> None:
    code = station.ask("generate", "seconds=20")["song"]
    station.wait_for(r"job 2: .* is made")
    target = station.var / "songs" / code / "song.flac"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", RISE, "-ac", "2", str(target)]
    subprocess.run(command, check=True, timeout=PATIENCE)
    station.say("play", code)
    station.wait_for(ON_AIR)


def place(sound: Sound) -> float:
    """Where in the song a tenth of a second of it is, in seconds."""
    spectrum = np.abs(np.fft.rfft(sound[:4800, 0] * np.hanning(4800), 48_000))
    return float((np.argmax(spectrum) - 400) / 10)


def heard_around(station: Station, listener: Listener, first: int) -> None:
    """Wait for the song to go on; print and check what was heard of the interruption in all that came after `first`."""
    station.wait_for(ON_AIR)
    now = len(listener.sound())
    listener.wait_until(lambda sound: len(sound) > now + 2 * RATE, "what comes after")
    sound = listener.sound()[first:]
    loud = np.flatnonzero(envelope(sound) > LOUD) * 48
    sound = sound[loud[0] : loud[-1]]
    gap = (len(sound) - 48 * len(loud)) / RATE
    lost = place(sound[-4800:]) - place(sound) - (len(sound) - 4800) / RATE + gap
    print(f"a silence of {gap:.2f} s, {lost:+.2f} s of the song lost, no bytes for {listener.longest_wait:.2f} s")
    assert listener.connected
    assert gap < 10 and abs(lost) < 2


def test_the_streamer_restarted_or_killed_goes_on_with_the_song_where_it_was(station: Station) -> None:
    plays_a_rise(station)
    listener = Listener(station.port, "/stream.mp3")
    try:
        listener.wait_until(lambda sound: len(sound) > 3 * RATE, "the song")
        before = station.pid("bandstand.streamer")
        assert "it takes over the song" in station.say("restart", "streamer")
        heard_around(station, listener, 5 * RATE // 2)  # behind what the burst has of the song before
        assert station.pid("bandstand.streamer") != before
        first = len(listener.sound()) - RATE
        station.mark()
        os.kill(station.pid("bandstand.streamer"), signal.SIGKILL)
        heard_around(station, listener, first)
    finally:
        listener.close()


def test_a_new_bot_starts_again_what_it_adopted_when_that_ends(station: Station) -> None:
    assert station.process is not None
    station.process.kill()
    station.process.wait()
    station.start()
    station.wait_for(r"takes commands")
    for module, again in (
        ("bandstand.streamer.standby", r"standby info: /standby/stream\.mp3 is on the air"),
        ("bandstand.streamer", r"streamer info: /stream\.mp3 is on the air"),
    ):
        station.mark()
        os.kill(station.pid(module), signal.SIGKILL)
        station.wait_for(again)
    station.mark()
    icecast = int((station.var / "icecast" / "icecast.pid").read_text())
    os.kill(icecast, signal.SIGKILL)
    station.wait_for(r"streamer info: /stream\.mp3 is on the air")
    processes = station.ask("status")["station"]["processes"]
    states = {process["name"]: process["state"] for process in processes}
    assert states["icecast"] == states["standby"] == states["streamer"] == "running"


def test_listeners_stay_when_streamer_and_standby_are_killed_at_once_or_the_streamer_stands_still(
    station: Station,
) -> None:
    plays_a_rise(station)
    listener = Listener(station.port, "/stream.mp3")
    try:
        listener.wait_until(lambda sound: len(sound) > 3 * RATE, "the song")
        station.mark()
        for pid in (station.pid("bandstand.streamer.standby"), station.pid("bandstand.streamer")):
            os.kill(pid, signal.SIGKILL)
        station.wait_for(r"standby info: /standby/stream\.mp3 is on the air")
        station.wait_for(r"streamer info: /stream\.mp3 is on the air")
        station.mark()
        os.kill(station.pid("bandstand.streamer"), signal.SIGSTOP)
        station.wait_for(r"standby warn: /stream\.mp3 got no sound from the streamer")
        os.kill(station.pid("bandstand.streamer"), signal.SIGCONT)
        station.wait_for(r"streamer info: /stream\.mp3 is on the air")
        now = len(listener.data())
        until(lambda: len(listener.data()) > now + 16_000, "a second more")
        print(f"no bytes for {listener.longest_wait:.2f} s")
        assert listener.connected
    finally:
        listener.close()
