"""A transaction is whole or not at all, and nothing can be asked outside of it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from peewee import InterfaceError, OperationalError

from bandstand.bot.station.rules import Rules
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, OutsideTransaction, prepare
from bandstand.bot.storage.sqlite import IN_MEMORY, SqliteStation
from bandstand.bot.storage.transaction import Surroundings, begin
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.values import Outside, SongState
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode
from tests.bot.memory import DirectStore, make_database, make_transaction
from tests.bot.storage.samples import make_song

SURROUNDINGS = Surroundings(1000.0, Random(1), Rules(crossfade=2.0), Outside(uptime=5.0))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteStation]:
    path = tmp_path / "bandstand.db"
    copy = sqlite3.connect(path)
    make_database().connection().backup(copy)
    copy.close()
    database = SqliteStation(path)
    database.connect()
    database.execute_sql("PRAGMA busy_timeout = 0")
    yield database
    database.close()


def test_work_is_given_the_time_the_rules_and_what_is_outside(database: SqliteStation) -> None:
    with begin(database, SURROUNDINGS, is_writing=False) as tx:
        assert (tx.now, tx.rules.crossfade, tx.outside.uptime) == (1000.0, 2.0, 5.0)
        assert tx.chance is SURROUNDINGS.chance


def test_a_transaction_that_raises_leaves_nothing(database: SqliteStation) -> None:
    with pytest.raises(ZeroDivisionError), begin(database, SURROUNDINGS, is_writing=True) as tx:
        tx.songs.add(make_song())
        raise ZeroDivisionError
    with begin(database, SURROUNDINGS, is_writing=False) as tx:
        assert tx.songs.count() == 0


def test_a_repository_cannot_be_used_when_its_transaction_is_over(database: SqliteStation) -> None:
    with begin(database, SURROUNDINGS, is_writing=True) as first:
        first.songs.add(make_song())
    songs = first.songs
    with pytest.raises(OutsideTransaction):
        first.songs.count()
    with begin(database, SURROUNDINGS, is_writing=True), pytest.raises(OutsideTransaction):
        songs.write_state("7kq3", SongState.FAILED)
    with pytest.raises(ZeroDivisionError), begin(database, SURROUNDINGS, is_writing=True) as failed:
        raise ZeroDivisionError
    with pytest.raises(OutsideTransaction):
        failed.songs.count()


def test_work_that_reads_cannot_write(database: SqliteStation) -> None:
    with begin(database, SURROUNDINGS, is_writing=False) as tx, pytest.raises(OutsideTransaction):
        tx.songs.add(make_song())


def test_a_query_by_itself_has_no_database_to_run_on(database: SqliteStation) -> None:
    with begin(database, SURROUNDINGS, is_writing=True) as tx:
        tx.songs.add(make_song())
        with pytest.raises(InterfaceError):
            list(tables.Song.select())
        with pytest.raises(InterfaceError):
            tables.Song.delete().execute()


def test_a_connection_is_never_opened_by_a_query() -> None:
    closed = SqliteStation(IN_MEMORY)
    with pytest.raises(InterfaceError), begin(closed, SURROUNDINGS, is_writing=False) as tx:
        tx.songs.count()


def test_work_that_reads_goes_on_while_another_program_writes(database: SqliteStation, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bandstand.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with begin(database, SURROUNDINGS, is_writing=False) as tx:
        assert tx.songs.count() == 0
    other.execute("ROLLBACK")
    with begin(database, SURROUNDINGS, is_writing=False) as tx:
        tx.songs.count()
        other.execute("BEGIN IMMEDIATE")  # and keeps nobody from writing
        other.execute("COMMIT")
    other.close()


def test_work_that_writes_has_the_lock_before_its_first_query(database: SqliteStation, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bandstand.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = False
    with pytest.raises(OperationalError, match="locked"), begin(database, SURROUNDINGS, is_writing=True):
        begun = True
    assert not begun
    other.close()


def test_a_transaction_in_memory_shows_at_once_what_was_written_and_published() -> None:
    tx = make_transaction(now=5.0)
    tx.songs.add(make_song())
    tx.publish(QueueChanged())
    assert (tx.songs.count(), tx.events, tx.now) == (1, [QueueChanged()], 5.0)
    tx.now, tx.outside = 6.0, Outside(is_connected=True)
    assert tx.outside.is_connected
    assert make_transaction().songs.count() == 0, "another test has another database"


def test_a_store_in_memory_publishes_after_the_commit_and_not_after_a_failure() -> None:
    told: list[object] = []
    store = DirectStore(told.extend)

    def work(tx: object, *, fails: bool = False) -> str:
        tx.songs.add(make_song("bad" if fails else "good"))  # type: ignore[attr-defined]
        tx.publish(QueueChanged())  # type: ignore[attr-defined]
        if fails:
            raise ZeroDivisionError
        return "done"

    results: list[object] = []
    store.transact(work).addCallback(results.append)
    store.record(lambda tx: work(tx, fails=True)).addErrback(lambda failure: results.append(failure.type))
    store.read(lambda tx: tx.songs.count()).addCallback(results.append)
    assert results == ["done", ZeroDivisionError, 1]
    assert told == store.events == [QueueChanged()]


def test_what_a_failed_program_said_is_read_from_its_file(database: SqliteStation, tmp_path: Path) -> None:
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "7kq3.txt").write_bytes(b"caf\xe9\nlast\n")
    around = msgspec.structs.replace(SURROUNDINGS, paths=Paths(tmp_path))
    with begin(database, around, is_writing=False) as tx:
        assert tx.read_errors(SongCode("7kq3")) == "caf\N{REPLACEMENT CHARACTER}\nlast\n"
        assert tx.read_errors(SongCode("none")) == ""


def test_a_stored_songs_files_are_those_of_its_folder(database: SqliteStation, tmp_path: Path) -> None:
    folder = tmp_path / "songs" / "7kq3"
    (folder / "stems").mkdir(parents=True)
    for name in ("song.flac", "score.json", ".partial", "stems/1-bass.flac"):
        (folder / name).write_text("")
    around = msgspec.structs.replace(SURROUNDINGS, paths=Paths(tmp_path))
    with begin(database, around, is_writing=False) as tx:
        whole = tx.list_files(SongCode("7kq3"), is_whole=True)
        assert whole == (folder, ("score.json", "song.flac", "stems/1-bass.flac"))
        assert (
            tx.list_files(SongCode("none"), is_whole=True)[1]
            == tx.list_files(SongCode("7kq3"), is_whole=False)[1]
            == ()
        )
        partial = folder.with_name("7kq3.partial-17")
        partial.mkdir()
        (partial / "score.json").write_text("")
        assert tx.list_files(SongCode("7kq3"), is_whole=False) == (partial, ("score.json",))


def test_the_end_of_the_log_is_read_from_its_file(database: SqliteStation, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    path = paths.log
    path.parent.mkdir()
    path.write_bytes(b"x" * 200_000 + b"\none\ncaf\xe9\nthree\n")
    around = msgspec.structs.replace(SURROUNDINGS, paths=paths)
    with begin(database, around, is_writing=False) as tx:
        assert tx.read_log(2) == ("caf\N{REPLACEMENT CHARACTER}", "three")
        assert len(tx.read_log(1000)) == 4
        path.unlink()
        assert tx.read_log(2) == ()


def test_a_prepared_query_answers_as_the_query_itself_and_its_gaps_are_filled_in_order() -> None:
    executor = Executor(make_database(), is_writing=True)
    row = tables.Setting
    for number in range(4):
        executor.insert(row.insert(key=f"key {number}", value=str(number)))
    query = row.select(row.value).where(row.key != "key 0", row.key != GAP).order_by(row.key).limit(GAP)
    prepared = prepare(query)
    plain = row.select(row.value).where(row.key != "key 0", row.key != "key 2").order_by(row.key).limit(1)
    assert executor.select(prepared.fill("key 2", 1)) == executor.select(plain) == [("1",)]
    assert executor.select(prepared.fill("key 1", 9)) == [("2",), ("3",)], "it can be filled again"
