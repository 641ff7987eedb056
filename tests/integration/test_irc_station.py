"""A whole station controlled from a channel: somebody asks for a song, is told of it, likes it, and skips it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ircd import Person, Server
from tests.integration.test_station import PATIENCE, Station


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server("ngircd")
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def station(tmp_path: Path, server: Server) -> Iterator[Station]:
    made = Station(tmp_path)
    irc = f'[irc]\nserver = "127.0.0.1"\nname = "testnet"\nport = {server.port}\ntls = false\nchannels = ["#radio"]\n'
    made.config.write_text(made.config.read_text() + irc)
    try:
        yield made
    finally:
        made.end()


def find_state(station: Station) -> str:
    """How the network is, as `status` has it."""
    processes = station.ask("status")["station"]["processes"]
    [state] = [process["state"] for process in processes if process["name"] == "irc testnet"]
    return str(state)


def test_a_station_is_controlled_from_a_channel(station: Station, server: Server) -> None:
    ann = Person(server.port, "ann", "#radio", user="annuser")
    station.up()
    ann.hears(r"^:bandstand!.* JOIN", PATIENCE)
    for command in ("skip", "generate"):
        ann.says("#radio", f"!{command}")
        ann.hears(f'ann: denied: "{command}" needs the right dj; ', PATIENCE)
    assert "dj now" in station.say("grant", "testnet/*!*annuser@127.0.0.1", "dj")
    ann.says("#radio", "!generate minutes=1")
    ann.hears(r"NOTICE #radio :ann: ok: job 2 makes song \w+; it cuts in as soon as it can be heard$", PATIENCE)
    now = r"NOTICE #radio :now: .* by .*, [01]:\d\d; on the air [0-9.]+ s after it was asked for$"
    if not any(re.search(now, line) for line in ann.past):  # it may come before the answer, which waits its turn
        ann.hears(now, PATIENCE)
    ann.says("#radio", "!np")
    ann.hears(r'NOTICE #radio :ann: ok: ".*" \(\w+\) by .*, at 0:', PATIENCE)
    ann.says("#radio", "!fave")
    ann.hears(r'NOTICE #radio :ann: ok: ".*" \(\w+\) is one of your favourites now; you are told', PATIENCE)
    ann.says("#radio", "!replay")
    ann.hears(r'NOTICE ann :a favourite of yours begins: ".*" \(\w+\)$', PATIENCE)
    for rating in ("!+1", "!-1 ", "bandstand: +1"):
        ann.says("#radio", rating)
        ann.hears(r"NOTICE #radio :ann: (ok|error): ", PATIENCE)
    ann.says("#radio", "!skip")
    ann.hears("ann: ok: skipped ", PATIENCE)
    assert find_state(station) == "in #radio"
    ann.says("#radio", "!help")
    ann.hears("NOTICE #radio :ann: ok: help COMMAND says more: generate, again, ", PATIENCE)
    ann.says("bandstand", "songs")
    ann.hears("NOTICE ann :ok: 2 songs: ", PATIENCE)
    ann.close()


def test_the_station_answers_elsewhere_while_its_network_is_away(station: Station, server: Server) -> None:
    server.stop()
    station.up()
    station.give_up_first_song()
    assert "silence" in station.say("np") or "at 0:" in station.say("np")
    assert find_state(station).startswith("not connected: ")
