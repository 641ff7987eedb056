"""Somebody sets the machine's clock while a station plays: nothing stops, nobody is dropped, and no time is wrong."""

import array
import os
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_station import BURST, Listener, Station

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
WATCHED = 9.0
"""Seconds after a step: longer than the delivery monitor waits for a figure of Icecast's."""

TOLERANCE = 60.0
"""Seconds by which the place in the song may be wrong on a slow machine: an hour would be more."""


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    """All its processes have the time of day that the file `clock` says; what measures durations is left alone."""
    if not LIBRARIES:
        pytest.skip("libfaketime is not installed")
    (tmp_path / "clock").write_text("+0h")
    for name, value in {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(tmp_path / "clock"),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    made = Station(tmp_path)
    try:
        made.up()
        made.give_up_first_song()
        for name in ("LD_PRELOAD", *(name for name in os.environ if name.startswith("FAKETIME"))):
            monkeypatch.delenv(name)
        yield made
    finally:
        made.end()


def test_a_clock_that_is_set_by_an_hour_changes_nothing_that_is_heard_or_said(station: Station, tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(array.array("h", [0, 9000, 0, -9000] * 2000 * 300).tobytes())
    station.say("play", str(tone))
    station.wait_for(r"cue \d+ is on the air")
    listener = Listener(station)
    try:
        listener.hears(True, BURST)
        for hours in ("+1h", "+0h"):
            before, began = station.ask("np")["seconds"], time.monotonic()
            station.mark()
            (tmp_path / "clock").write_text(hours)
            listener.keeps_hearing(WATCHED)
            assert not station.logged("does not pass it on|went away|ended by|Traceback")
            passed = time.monotonic() - began
            assert abs(station.ask("np")["seconds"] - before - passed) < TOLERANCE
    finally:
        listener.end()
