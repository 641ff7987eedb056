"""Sound without an end: a generator that is live, and a pipe that somebody gives the station."""

import array
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.integration.test_station import BANDSTAND, PATIENCE, Listener, Station

ENDLESS = """
import array, math, sys
sys.stderr.write("began\\n")
while True:
    sys.stdout.buffer.write(array.array("h", (int(16000 * math.sin(n * math.pi / 50)) for n in range(4800))).tobytes())
"""


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    (tmp_path / "endless.py").write_text(ENDLESS)
    with made.config.open("a") as file:
        file.write(
            f'[generators.endless]\ncommand = ["{sys.executable}", "endless.py"]\nlive = true\n'
            'format = "s16le"\nrate = 48000\nchannels = 1\n'
        )
    try:
        made.up()
        made.give_up_first_song()
        yield made
    finally:
        made.end()


def pour(process: "subprocess.Popen[bytes]") -> None:
    """A tone at once and without an end, into whatever reads it."""
    assert process.stdin is not None
    tone = array.array("h", (int(16000 * math.sin(n * math.pi / 50)) for n in range(4800))).tobytes()
    with suppress(BrokenPipeError):
        while True:
            process.stdin.write(tone)


def test_a_live_generator_and_a_pipe_are_heard_at_the_pace_of_the_air_until_somebody_skips(station: Station) -> None:
    listener = Listener(station)
    try:
        assert station.ask("generate", "endless")["job"]
        listener.hears(True)
        assert station.ask("np")["song"]["artist"] == "endless"
        station.say("skip")
        listener.hears(False)
        command = [
            BANDSTAND,
            "play",
            "--config",
            str(station.config),
            "--format",
            "s16le",
            "--rate",
            "48000",
            "--channels",
            "1",
            "--title",
            "Poured",
            "-",
        ]
        process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        threading.Thread(target=pour, args=(process,), daemon=True).start()
        listener.hears(True)
        assert station.ask("np")["song"]["title"] == "Poured"
        station.say("skip")
        listener.hears(False)
        process.wait(PATIENCE)
        assert not station.logged("Traceback")
    finally:
        listener.end()
