"""Mounts of every kind through the real Icecast: FLAC, chained titles, what players are shown, and the standby."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.conftest import IcecastServer, Listener
from tests.integration.streaming import Station, listening, loud_frames, sine, until, written

MOUNTS = """
[[mounts]]
path = "/plain.flac"
format = "flac"
[[mounts]]
path = "/chained.flac"
format = "flac"
titles = "chained"
name = "Lossless"
description = "Every bit"
genre = "Test"
url = "http://radio.example/"
[[mounts]]
path = "/chained.opus"
format = "opus"
titles = "chained"
"""
PATHS = ("/plain.flac", "/chained.flac", "/chained.opus")


@contextmanager
def listening_to(icecast: IcecastServer, mounts: Sequence[str]) -> Iterator[list[Listener]]:
    with ExitStack() as stack:
        yield [stack.enter_context(listening(icecast, mount)) for mount in mounts]


@pytest.fixture
def icecast() -> Iterator[IcecastServer]:
    server = IcecastServer(PATHS)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def station(icecast: IcecastServer, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, icecast.port, icecast.password, MOUNTS)
    try:
        yield made
    finally:
        made.close()


def test_two_songs_and_the_silence_around_them_are_heard_whole(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    titles = [b"TITLE=Bandstand", "ARTIST=Ærø".encode(), b"TITLE=First", b"TITLE=Second"]
    with listening_to(icecast, PATHS) as listeners:
        listeners[-1].wait_until(lambda sound: len(sound) > RATE // 2, "silence")
        bot.play(1, written(tmp_path / "first.wav", sine(RATE)), title="First", artist="Ærø")
        bot.play(2, written(tmp_path / "second.wav", sine(RATE, first=RATE)), wire.Follow, title="Second")
        bot.wait_for("Ended", cue=2)
        for mount, listener in zip(PATHS, listeners, strict=True):
            listener.wait_until(lambda sound: loud_frames(sound[-RATE // 2 :]) == 0, "silence afterwards")
            assert abs(loud_frames(listener.sound()) - 2 * RATE) < 0.01 * RATE
            told = [title for title in titles if title in listener.data()]
            assert told == (titles if "chained" in mount else [])
    bot.close()


def test_who_joins_late_hears_the_mount_in_the_middle_of_a_link(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    station.start()
    bot = station.bot()
    bot.play(1, written(tmp_path / "tone.wav", sine(60 * RATE)), title="Long")
    bot.wait_for("Started", cue=1)
    with listening_to(icecast, PATHS) as listeners:
        for mount, listener in zip(PATHS, listeners, strict=True):
            listener.wait_until(lambda sound: loud_frames(sound) > RATE // 2, "the song")
            assert (b"TITLE=Long" in listener.data()) == ("chained" in mount)
    bot.close()


def test_a_mount_has_a_name_of_its_own_or_the_station_s(icecast: IcecastServer, station: Station) -> None:
    station.start()
    until(lambda: len(icecast.sources()) == len(PATHS), "every mount is there")
    keys = ("server_name", "server_description", "genre", "server_url")
    shown = icecast.sources()
    assert [shown["/chained.flac"].get(key) for key in keys] == [
        "Lossless",
        "Every bit",
        "Test",
        "http://radio.example/",
    ]
    assert shown["/plain.flac"]["server_name"] == "Bandstand"


def test_silence_takes_the_bytes_of_a_song(icecast: IcecastServer, station: Station) -> None:
    """A listener who joins during silence is then no further behind than one who joins during a song."""
    station.start()
    station.start("bandstand.streamer.standby")
    paths = [*PATHS, *(f"/standby{mount}" for mount in PATHS)]
    with listening_to(icecast, paths) as listeners:
        for path, listener in zip(paths, listeners, strict=True):
            listener.wait_until(lambda sound: len(sound) > 3 * RATE, "silence")
            kilobits = 800 if "flac" in path else 96
            data, sound = listener.data(), listener.sound()
            assert 0.9 < len(data) / (len(sound) / RATE * kilobits * 125) < 1.3


def test_a_killed_streamer_costs_no_listener_of_an_ogg_mount(
    icecast: IcecastServer, station: Station, tmp_path: Path
) -> None:
    process = station.start()
    station.start("bandstand.streamer.standby")
    until(lambda: len(icecast.sources()) == 2 * len(PATHS), "the standby")
    with listening_to(icecast, PATHS) as listeners:
        process.kill()
        process.wait(10)
        station.start()
        bot = station.bot()
        until(lambda: station.on_air(bot), "the mounts are back")
        bot.play(1, written(tmp_path / "tone.wav", sine(20 * RATE)))
        for listener in listeners:
            listener.wait_until(lambda sound: loud_frames(sound) > RATE // 4, "the song after the restart")
            assert listener.connected
        bot.close()


def test_in_a_new_station_no_listener_can_come_before_the_standby_is_there(
    icecast: IcecastServer, station: Station
) -> None:
    station.start("bandstand.streamer.standby")
    station.start()
    seen: set[str] = set()

    def a_mount_is_there() -> bool:
        seen.update(icecast.sources())
        return bool(seen & set(PATHS))

    until(a_mount_is_there, "the first mount")
    assert {f"/standby{path}" for path in seen & set(PATHS)} <= seen


def test_while_no_mount_is_on_the_air_the_programme_runs_if_it_is_to(
    icecast: Any, station: Station, tmp_path: Path
) -> None:
    station.config.write_text(station.config.read_text().replace("[station]", "[station]\nhold = false"))
    station.start()
    bot = station.bot()
    bot.play(1, written(tmp_path / "tone.wav", sine(2 * RATE)))
    bot.wait_for("Started", cue=1)
    icecast.stop()
    bot.wait_for("Ended", cue=1, reason="finished")
    bot.close()
