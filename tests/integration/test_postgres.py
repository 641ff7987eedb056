"""A whole station on PostgreSQL: kill -9 of the server in the middle costs nothing that was promised, nor a moment of
music."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bandstand.bot.commands.reply import Reply
from bandstand.bot.shell.ctl import Station as Control
from tests.integration.streaming import until
from tests.integration.test_station import BURST, PATIENCE, Listener, Station
from tests.postgres import WHY_NOT, PostgresServer, find_programs

SECONDS = 5.0
"""Of the song that is heard twice while the database is away."""
DURABLE = {"fsync": "on", "full_page_writes": "on"}


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    if find_programs() is None:
        pytest.skip(WHY_NOT)
    made = PostgresServer(settings=DURABLE)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def station(tmp_path: Path, server: PostgresServer) -> Iterator[Station]:
    made = Station(tmp_path)
    address = server.make_database("station").replace("station@", "station:secret@")
    made.config.write_text(f'[station]\ndatabase = "{address}"\n' + made.config.read_text())
    try:
        yield made
    finally:
        made.end()


def test_kill_9_of_postgresql_loses_nothing_promised_and_the_music_goes_on(
    station: Station, server: PostgresServer
) -> None:
    def ask(line: str) -> Reply:
        with closing(Control(station.var / "bot.sock")) as control:
            return next(control.ask(line, wait=False))

    station.up()
    station.give_up_first_song()
    short, long = station.tone("short", SECONDS), station.tone("long", 40.0)
    assert ask(f"play {short}").is_good
    assert ask(f"queue {short}").is_good
    assert ask(f"queue {long}").is_good
    listener = Listener(station)
    try:
        listener.hears(True, BURST)
        server.kill()
        refused = ask("mark this is lost")
        assert not refused.is_good
        assert "the station's database does not answer; the music goes on" in refused.summary
        status = ask("status")
        assert status.is_good and "not wholly on the air" in status.summary
        assert any(row[0] == "database" and "does not answer" in row[1] for row in status.rows)
        listener.keeps_hearing(2 * SECONDS)  # into the third, of which the streamer did not know
        server.start()
        until(lambda: ask("mark this is kept").is_good, "commands are carried out again", PATIENCE)
        listener.keeps_hearing(0.5)
    finally:
        listener.end()
    log = "SELECT state, reason, started IS NULL FROM cue ORDER BY id DESC LIMIT 3"
    played = [("air", "", False), ("over", "finished", False), ("over", "finished", False)]
    until(lambda: station.select(log) == played, "all was written down", PATIENCE)
    assert station.select("SELECT note FROM bookmark") == [("this is kept",)]
    history = ask("history")
    assert [row[1] for row in history.rows][:3] == [long, short, short]
    logged = "".join(station.logged_lines)
    assert "Traceback" not in logged and "secret" not in logged
    assert logged.count("the database takes everything again") == 1
