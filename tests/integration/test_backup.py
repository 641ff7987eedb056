"""A station that is copied while it plays, and whose folder is then destroyed."""

import shutil
import subprocess
from pathlib import Path

from tests.integration.streaming import until
from tests.integration.test_station import BANDSTAND, PATIENCE, Station
from tests.postgres import empty_database


def run(*words: str) -> str:
    done = subprocess.run([BANDSTAND, *words], check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
    return done.stdout


def test_a_station_whose_folder_is_destroyed_plays_its_songs_from_the_backup(tmp_path: Path) -> None:
    (tmp_path / "station").mkdir()
    station, copy = Station(tmp_path / "station"), str(tmp_path / "copy")
    configuration = ("--config", str(station.config))
    try:
        station.up()
        code = station.ask("generate", "seconds=20")["song"]
        station.wait_for(rf"\({code}\) is made")
        station.say("fave", code)
        assert "saved in" in run("backup", *configuration, copy)
        station.end()
        shutil.rmtree(station.var)
        empty_database(station.config)
        text = station.config.read_text()
        station.config.unlink()
        assert "restored to" in run("restore", *configuration, copy)
        assert station.config.read_text() == text
        station.up()
        assert station.ask("song", code)["song"]["state"] == "ready"
        assert [song["code"] for song in station.ask("faves")["songs"]] == [code]
        station.say("play", code)
        until(lambda: (station.ask("np").get("song") or {}).get("code") == code, "the song is on the air again")
    finally:
        station.end()
