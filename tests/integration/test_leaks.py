"""A streamer that is given a thousand songs and more holds no more than before."""

import os
import signal
from pathlib import Path
from typing import Any

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import Bot, Station, sine, until, written

SONGS = 1000
WARMING_UP = 150
GROWTH = 10 * 2**20
"""Bytes; 10 KiB a song would be found."""


def held(pid: int) -> tuple[int, int]:
    """Descriptors and threads."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), len(list(Path(f"/proc/{pid}/task").iterdir()))


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def play(bot: Bot, song: Path, first: int, number: int) -> None:
    """So many songs, each cut in, followed by another one that is skipped to; cues `first` and after."""
    for cue in range(first, first + 2 * number, 2):
        bot.play(cue, song)
        bot.play(cue + 1, song, wire.Follow)
        bot.ask(wire.Skip, cue=cue)
    bot.events.clear()


def test_a_thousand_songs_leave_nothing_behind(icecast: Any, station: Station, tmp_path: Path) -> None:
    process = station.start()
    bot = station.bot()
    song = written(tmp_path / "song.wav", sine(2 * RATE))
    until(lambda: station.on_air(bot), "on the air")
    before = held(process.pid)
    play(bot, song, 1, WARMING_UP)
    memory = resident(process.pid)
    play(bot, song, 10_000, SONGS // 2)
    bot.ask(wire.Stop)
    until(lambda: held(process.pid) == before, f"descriptors and threads as before: {before}")
    assert resident(process.pid) - memory < GROWTH
    bot.close()


def test_bots_that_come_and_go_leave_nothing_behind(icecast: Any, station: Station, tmp_path: Path) -> None:
    process = station.start()
    song = written(tmp_path / "song.wav", sine(RATE))
    first = station.bot()
    until(lambda: station.on_air(first), "on the air")
    before = held(process.pid)
    memory = 0
    for number in range(SONGS):
        bot = station.bot()
        bot.state()
        with song.open("rb") as file:
            bot.give_up(file.fileno())
        if number == WARMING_UP:
            memory = resident(process.pid)
    until(lambda: held(process.pid) == before, f"descriptors and threads as before: {before}")
    assert resident(process.pid) - memory < GROWTH
    first.close()


def test_an_icecast_that_comes_and_goes_leaves_nothing_behind(icecast: Any, station: Station) -> None:
    process = station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    before = held(process.pid)
    for _ in range(5):
        icecast.send_signal(signal.SIGKILL)
        icecast.stop()
        until(lambda: not any(mount.on_air for mount in bot.state().mounts), "off the air")
        icecast.start()
        until(lambda: station.on_air(bot), "on the air again")
    until(lambda: held(process.pid) == before, f"descriptors and threads as before: {before}")
    bot.close()
