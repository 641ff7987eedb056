"""The log of `bandstand up` on a real terminal: rotated on the air, and after the bot was killed."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from bandstand.bot.supervision.log_files import CHECK_SECONDS, LOG_BYTES
from tests.integration.test_station import BANDSTAND, PATIENCE, Station
from tests.postgres import put_database

ROOT = Path(__file__).parents[2]
FILLING = b"x" * 99 + b"\n"


class OnTerminal(Station):
    """Its log is a file, and its processes outlive the terminal's."""

    @property
    def log(self) -> Path:
        return self.var / "log" / "bandstand.log"

    def start(self) -> None:
        put_database(self.config)
        environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(ROOT)}
        words = [BANDSTAND, "up", "--config", str(self.config)]
        self.terminal = pexpect.spawn(sys.executable, words, env=environment, encoding="utf-8", timeout=PATIENCE)
        self.terminal.expect("goes on the air")
        self.terminal.expect(">")

    def fill_log(self) -> None:
        with self.log.open("ab") as stream:
            stream.write(FILLING * (LOG_BYTES // len(FILLING) + 1))

    def has_rotated(self, filled: int) -> bool:
        return self.log.stat().st_size < LOG_BYTES and earlier(self.log, filled).exists()

    def logs_of(self, process: str) -> bool:
        return any(f" {process} " in line for line in self.log.read_text().splitlines())

    def end(self) -> None:
        self.terminal.close(force=True)
        super().end()


def earlier(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    pause, last = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, what
        pause.wait(0.1)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[OnTerminal]:
    made = OnTerminal(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.end()


def test_the_log_is_rotated_on_the_air_and_the_streamer_that_outlives_the_bot_stays_in_it(station: OnTerminal) -> None:
    until(lambda: station.logs_of("streamer"), "the streamer's records")
    streamer = station.pid("bandstand.streamer")
    station.fill_log()
    until(lambda: station.has_rotated(1), "the first rotation", CHECK_SECONDS + PATIENCE)
    station.terminal.send("restart streamer\r")
    until(lambda: station.logs_of("streamer"), "the next streamer's records, in the new file")
    until(lambda: station.pids_of("bandstand.streamer") not in ([], [streamer]), "the next streamer")
    until(lambda: streamer not in station.pids_of("bandstand.streamer"), "the end of the one before")
    station.terminal.kill(signal.SIGKILL)
    station.terminal.close(force=True)
    streamer = station.pid("bandstand.streamer")
    station.fill_log()
    station.start()
    until(lambda: station.has_rotated(2), "the second rotation", CHECK_SECONDS + PATIENCE)
    assert station.pid("bandstand.streamer") == streamer
    os.kill(streamer, signal.SIGTERM)
    until(lambda: station.logs_of("streamer"), "the last records of the streamer")
    assert "streamer" in earlier(station.log, 2).read_text()
