"""A second to sound: what a new listener of an MP3 mount is sent by our own Icecast, and what FFmpeg makes of it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import pytest

from bandstand.bot.supervision.icecast import prepare
from bandstand.common import config
from bandstand.common.intro_check import find_missing_intros
from tests.integration.conftest import Listener, run_icecast
from tests.integration.streaming import Station, envelope, free_port, sine, until, written

pytestmark = pytest.mark.skipif(shutil.which("icecast2") is None, reason="icecast2 is not installed")
MOUNTS = """
[[mounts]]
path = "/intro.mp3"
format = "mp3"
bitrate = 320
[[mounts]]
path = "/plain.mp3"
format = "mp3"
bitrate = 320
"""
FRAME = 960
"""Bytes, at 320 kbit/s."""
ENOUGH = 150_000
"""Bytes: more than FFmpeg looks at before it takes anything for MP3."""


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A streamer that sends silence to our own Icecast, where one mount has lost its intro."""
    tmp_path.chmod(0o755)
    managed = tmp_path / "managed.toml"
    managed.write_text(f'[station]\ndirectory = "var"\n[icecast]\nport = {free_port()}\n{MOUNTS}')
    settings = config.load(managed, {})
    prepared = prepare(settings)
    xml = settings.paths.icecast / "icecast.xml"
    xml.write_text(xml.read_text().replace("<intro>/intro_plain.mp3.mp3</intro>", ""))
    made = Station(tmp_path, prepared.port, prepared.password, MOUNTS)
    with run_icecast(prepared):
        try:
            made.start()
            bot = made.bot()
            until(lambda: made.on_air(bot), "the mounts are on the air")
            bot.close()
            yield made
        finally:
            made.close()


class Stream:
    """What FFmpeg reads piece by piece, as it would from Icecast."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.taken = 0

    def read(self, size: int) -> bytes:
        piece = self._data[self.taken : self.taken + size]
        self.taken += len(piece)
        return piece


def count_bytes_to_first_sample(data: bytes) -> int:
    stream = Stream(data)
    with av.open(stream, buffer_size=2048) as container:
        next(container.decode(audio=0))
        return stream.taken


def listen_from_inside_a_frame(port: int, path: str) -> Listener:
    """One block of Icecast's in 24 begins with a whole frame; that one is passed over."""
    while True:
        listener = Listener(port, path)
        data = listener.data
        until(lambda data=data: len(data()) > FRAME, "the burst")
        if data()[:2] != b"\xff\xfb":
            return listener
        listener.close()


def test_ffmpeg_plays_at_once_and_without_the_intro_only_after_128_kib(station: Station, tmp_path: Path) -> None:
    port = config.load(station.config, {}).icecast.port
    intro = (tmp_path / "var" / "webroot" / "intro_intro.mp3.mp3").read_bytes()
    with ExitStack() as stack:
        plain = listen_from_inside_a_frame(port, "/plain.mp3")
        stack.callback(plain.close)
        listener = Listener(port, "/intro.mp3")
        stack.callback(listener.close)
        # Not before: FFmpeg passes over zeros, with which the frames of a tone end, and finds the next one at once.
        bot = station.bot()
        stack.callback(bot.close)
        bot.play(1, written(tmp_path / "tone.wav", sine(60 * 48_000)))
        until(lambda: min(len(plain.data()), len(listener.data())) > ENOUGH, "enough of the stream")
    assert listener.data().startswith(intro)
    assert count_bytes_to_first_sample(plain.data()[:ENOUGH]) > 131_072
    assert count_bytes_to_first_sample(listener.data()[:ENOUGH]) < 60 * FRAME  # FFmpeg looks at fifty before it plays
    heard = envelope(listener.sound())
    began = int(np.argmax(heard > 0.4))
    assert heard.max() < 0.71  # the tone has .5: nothing at the joint is louder by more than the codec's own overshoot
    assert heard[began:-100].min() > 0.4
    (told,) = find_missing_intros(config.load(tmp_path / "managed.toml", {}))
    assert told.startswith("/plain.mp3: ")
