"""A station's database is copied to another one, of either kind, with all that it has; or nothing is kept there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bandstand.bot import rebuild
from bandstand.bot.backup import Backup, make_backup, restore_station
from bandstand.bot.station.repositories import RatedSection, Transaction
from bandstand.bot.storage.databases import choose_database
from bandstand.bot.storage.moving import copy_station
from bandstand.bot.storage.sqlite import SqliteStation
from bandstand.bot.storage.store import run_once
from bandstand.common.api.people import Right
from bandstand.common.errors import CommandError
from bandstand.common.paths import Paths
from bandstand.common.song_search import parse_query
from bandstand.common.types import SongCode
from tests.bot.memory import make_transaction
from tests.bot.storage.samples import make_cue, make_form, make_job, make_song
from tests.postgres import PostgresServer

NUMBERS = iter(range(1000))


def fill(tx: Transaction) -> None:
    form = tx.bands.add_form(make_form())
    tx.bands.set_form(form.slug, form.id, 1.0)
    later = tx.bands.add_form(make_form(parent=form.id, is_variation=True))
    tx.songs.add(make_song("7kq3", form=later.id, facts={"style": "bossa", "tempo": 120}))
    tx.songs.add(make_song("9abc", title="Été d'Azur"))
    job = tx.jobs.add(make_job())
    first = tx.queue.add(make_cue(job=job, started=1.0))
    second = tx.queue.add(make_cue())
    tx.queue.save(msgspec.structs.replace(first, cuts=second.id))  # a row that refers to a later one
    tx.ratings.put(RatedSection(SongCode("7kq3"), 1, 0.5), "ann", 1.0)
    tx.people.put_grant("ann", Right.DJ, "owner", 1.0)
    tx.settings.put("name", "blue")


def read(tx: Transaction) -> dict[str, Any]:
    return {
        "songs": [tx.songs.get("7kq3"), tx.songs.get("9abc")],
        "cues": tx.queue.list_open(),
        "jobs": tx.jobs.get(1),
        "bands": tx.bands.list_all(),
        "rating": tx.ratings.get_mean("7kq3"),
        "right": tx.people.get_right("ann"),
        "setting": tx.settings.get("name"),
        "phrase": tx.search.find(parse_query('"blue lantern" style:bossa tempo:120-130 -azur')),
        "begun": tx.search.find(parse_query("ete")),
        "typed": tx.search.correct(["lanten"]),
    }


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite", "postgresql to postgresql"])
def sides(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: PostgresServer) -> Iterator[tuple[Any, Any]]:
    made = []
    for side, kind in enumerate(request.param.split(" to ")):
        name = f"moving{next(NUMBERS)}"
        address = postgres_server.make_database(name) if kind == "postgresql" else ""
        made.append(choose_database(Paths(tmp_path / str(side), address)))
        made[-1].open()
    yield made[0], made[1]
    for database in made:
        database.close()


def test_everything_is_copied_and_counted_and_found(sides: tuple[Any, Any]) -> None:
    source, target = sides
    fill(make_transaction(source))
    before = read(make_transaction(source))
    assert before["phrase"] == ["7kq3"] and before["begun"] == ["9abc"] and before["typed"] == {"lanten": "lantern"}
    said: list[str] = []
    counts = copy_station(source, target, said.append)
    assert read(make_transaction(target)) == before
    assert read(make_transaction(source)) == before
    assert (counts["song"], counts["cue"], counts["rating"]) == (2, 2, 1)
    assert f"song: {counts['song']}" in said
    assert len(said) == len(counts) > 25


def test_no_number_of_a_cue_is_used_again(sides: tuple[Any, Any]) -> None:
    source, target = sides
    tx = make_transaction(source)
    fill(tx)
    last = tx.queue.add(make_cue())
    source.execute_sql(f"DELETE FROM cue WHERE id = {last.id}")
    copy_station(source, target)
    assert make_transaction(target).queue.add(make_cue()).id == last.id + 1


def test_a_database_that_has_anything_is_refused_and_kept(sides: tuple[Any, Any]) -> None:
    source, target = sides
    fill(make_transaction(source))
    make_transaction(target).settings.put("name", "other")
    with pytest.raises(CommandError, match="is not empty: it has rows in setting"):
        copy_station(source, target)
    assert make_transaction(target).settings.get("name") == "other"
    assert make_transaction(target).songs.count() == 0


def test_a_copy_that_fails_leaves_nothing(sides: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = sides
    fill(make_transaction(source))

    def fail(said: str) -> None:
        if said.startswith("cue"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        copy_station(source, target, fail)
    assert make_transaction(target).songs.count() == 0
    copy_station(source, target)
    assert make_transaction(target).songs.count() == 2


# The command, and backups


@pytest.mark.slow
def test_the_command_says_what_to_change_and_keeps_the_password_to_itself(
    tmp_path: Path, postgres_server: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(tmp_path / "var")
    run_once(paths, fill)
    address = postgres_server.make_database("command").replace("station@", "station:secret@")
    configuration = tmp_path / "bandstand.toml"
    configuration.write_text("")
    assert rebuild.main(["--config", str(configuration), "move", address]) == 0
    said = capsys.readouterr().out
    assert "song: 2" in said and "is as it was" in said and ":***@" in said and "secret" not in said
    assert run_once(Paths(tmp_path / "var", address), read) == run_once(paths, read)
    with pytest.raises(CommandError, match="is not empty"):
        rebuild.main(["--config", str(configuration), "move", address])
    configuration.write_text(f'[station]\ndatabase = "{address}"\n')
    assert rebuild.main(["move", "--config", str(configuration), str(tmp_path / "back.db")]) == 0
    assert run_once(Paths(tmp_path / "var", file=tmp_path / "back.db"), read) == run_once(paths, read)


def test_a_move_to_where_it_is_or_to_a_file_that_is_there_is_refused(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    with pytest.raises(CommandError, match="there is no station"):
        rebuild.move(paths, str(tmp_path / "other.db"), None)
    run_once(paths, fill)
    with pytest.raises(CommandError, match="already"):
        rebuild.move(paths, str(paths.database), None)
    (tmp_path / "other.db").write_text("something")
    with pytest.raises(CommandError, match="is there already"):
        rebuild.move(paths, str(tmp_path / "other.db"), None)
    assert (tmp_path / "other.db").read_text() == "something"


def test_a_move_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path)
    run_once(paths, fill)

    def fail(*_: object) -> None:
        raise CommandError("no")

    monkeypatch.setattr(rebuild, "copy_station", fail)
    with pytest.raises(CommandError, match="no"):
        rebuild.move(paths, str(tmp_path / "other.db"), None)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.slow
@pytest.mark.parametrize("to_postgres", [True, False])
def test_a_backup_of_postgresql_is_restored_to_either(
    tmp_path: Path, postgres_server: PostgresServer, to_postgres: bool
) -> None:
    paths = Paths(tmp_path / "var", postgres_server.make_database(f"saved{to_postgres}"))
    run_once(paths, fill)
    backup = Backup(tmp_path / "backup")
    running = choose_database(paths)
    running.open()  # as the bot has it
    snapshot = make_backup(paths, None, backup)
    running.close()
    assert snapshot.songs == 2
    address = postgres_server.make_database(f"restored{to_postgres}") if to_postgres else ""
    there = Paths(tmp_path / "restored", address)
    restore_station(snapshot, backup, there)
    assert run_once(there, read) == run_once(paths, read)
    assert there.database.exists() != to_postgres
    with pytest.raises(CommandError, match="there is a station in"):
        restore_station(snapshot, backup, there)


def test_a_backup_is_one_file_of_sqlite(tmp_path: Path, postgres_server: PostgresServer) -> None:
    paths = Paths(tmp_path / "var", postgres_server.make_database("onefile"))
    paths.directory.mkdir()
    run_once(paths, fill)
    backup = Backup(tmp_path / "backup")
    snapshot = make_backup(paths, None, backup)
    database = SqliteStation(backup.find_file(snapshot.files[0].hash))
    database.open_to_read()
    assert make_transaction(database).songs.count() == 2
    database.close()
