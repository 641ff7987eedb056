"""The whole station with nobody at it: it plays on, whatever ends, and makes way for whoever asks."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.integration.streaming import until
from tests.integration.test_station import Station

COMPOSED = 240.0
"""Seconds in which a slow and busy machine composes a song, for which it is given what others leave."""


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    made.config.write_text(f"[icecast]\nport = {made.port}\n[radio]\nstock = 4\n")
    yield made
    made.end()


def is_on_air(station: Station, cue: int) -> bool:
    return bool(station.ask("np").get("cue") == cue)


def wait_for(condition: Callable[[], object], what: str) -> None:
    until(condition, what, COMPOSED, pause=0.2)


@pytest.mark.timeout(1000)
def test_a_station_that_nobody_uses_plays_one_song_after_the_other_and_makes_way_for_what_is_ordered(
    station: Station,
) -> None:
    station.up()
    wait_for(lambda: station.ask("np")["state"] == "playing", "the first song is heard")
    wait_for(lambda: station.ask("queue")["songs"], "a song is planned")
    heard = [station.ask("np")["song"]["code"]]
    for _ in range(2):
        planned = station.ask("queue")["songs"][0]
        assert planned["choice"]["source"] in ("stock", "rotation", "composed")
        station.ask("skip")
        wait_for(partial(is_on_air, station, planned["cue"]), "the planned song is on the air")
        heard.append(planned["song"]["code"])
        wait_for(lambda: station.ask("queue")["songs"], "the next one is planned")
    assert len(set(heard)) == len(heard), "no song is heard twice"

    ordered = station.ask("generate")["song"]
    wait_for(lambda: station.ask("np")["song"]["code"] == ordered, "what was ordered cuts in")
    assert station.ask("why")["choice"] is None
    station.ask("radio", "off")
    assert station.ask("queue")["songs"] == []
    station.ask("skip")
    wait_for(lambda: station.ask("np")["state"] == "silence", "the station is silent")
    assert station.ask("why")["quiet"] == "off"
    station.ask("radio", "on")
    wait_for(lambda: station.ask("np")["state"] == "playing", "the station plays again")
