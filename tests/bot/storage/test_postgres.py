"""PostgreSQL as the station's database: its tables, and a connection that is lost at every moment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from bandstand.bot.station.rules import Rules
from bandstand.bot.storage import postgres, schema, search, tables, tsvector
from bandstand.bot.storage.databases import StoreError
from bandstand.bot.storage.executor import GAP, Executor, prepare
from bandstand.bot.storage.postgres import AWAY, PostgresStation
from bandstand.bot.storage.schema import MIGRATIONS, translate
from bandstand.bot.storage.store import Store
from bandstand.bot.storage.tsvector import make_tsquery, make_vector
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event
from bandstand.common.api.refusals import NoSongsYet, Refused
from bandstand.common.errors import BandstandError
from bandstand.common.paths import Paths
from bandstand.common.song_search import Query
from tests.bot.memory import make_transaction
from tests.bot.storage.samples import make_song
from tests.bot.storage.test_store import Reactor, add_song
from tests.postgres import PostgresServer

MODELS = [model for model in vars(tables).values() if isinstance(model, type) and hasattr(model, "_meta")]


class PostgresBench:
    """A store on PostgreSQL, all that it told, and somebody who can end its connection."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.reactor = Reactor()
        self.told: list[Event] = []
        paths = Paths(Path("/nowhere"), address)
        self.store = Store(paths, self.reactor, self.told.extend, lambda: 1000.0, Random(1), Rules())
        self.database: Any = self.store._database

    def ask(self, way: str, work: Any) -> Any:
        return self.reactor.wait_for(getattr(self.store, way)(work))

    def list_codes(self) -> list[str]:
        return sorted(song.code for song in self.ask("read", lambda tx: tx.songs.list_newest(100)))

    def end_connection(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as other:
            others = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid() AND datname = %s"
            )
            other.execute(others, (self.address.rpartition("/")[2],))

    def pass_time(self) -> None:
        self.reactor.run_until(self.reactor.getDelayedCalls)
        self.reactor.advance(self.reactor.getDelayedCalls()[0].getTime() - self.reactor.seconds())

    def settle(self, is_done: Callable[[], object]) -> None:
        """Let time pass for as long as something is tried again and again."""
        while not is_done():
            calls = self.reactor.getDelayedCalls()
            if calls:
                self.reactor.advance(calls[0].getTime() - self.reactor.seconds())
            self.reactor.run_until(lambda: is_done() or self.reactor.getDelayedCalls())

    def count_told(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.told)


@pytest.fixture(scope="module")
def address(postgres_server: PostgresServer) -> str:
    return postgres_server.make_database("store")


@pytest.fixture
def bench(address: str) -> Iterator[PostgresBench]:
    bench = PostgresBench(address)
    bench.reactor.wait_for(bench.store.open())
    yield bench
    if bench.database.is_away is False:
        bench.ask("transact", lambda tx: bench.database.execute_sql("DELETE FROM song"))
    bench.reactor.wait_for(bench.store.close())


def forbid_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(postgres.psycopg, "connect", connect)


# Tables


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_tables_and_models_have_the_same_columns_and_references(model: Any, postgres_pool: Any) -> None:
    database = postgres_pool.take()
    columns = {row.name: row.null for row in database.get_columns(model._meta.table_name)}
    columns.pop("rowid", None)
    assert columns == {field.column_name: field.null for field in model._meta.sorted_fields}
    found = {(key.column, key.dest_table, key.dest_column) for key in database.get_foreign_keys(model._meta.table_name)}
    assert found >= {
        (field.column_name, field.rel_model._meta.table_name, field.rel_field.column_name) for field in model._meta.refs
    }
    postgres_pool.give_back()


def test_a_new_database_has_every_migration_and_one_from_before_gets_what_it_lacks(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))
    database = PostgresStation(postgres_server.make_database("before"))
    assert database.open() == names
    for path in MIGRATIONS.glob("0*.py"):
        (tmp_path / path.name).write_text(path.read_text())
    later = "ALTER TABLE cue ADD COLUMN is_loud INTEGER NOT NULL DEFAULT 0"
    filled = 'db.execute_sql("UPDATE setting SET value = ? WHERE key LIKE \'a%\'", ("b",))'
    lines = ["def up(_migrator, db):", f"    db.execute_sql({later!r})", f"    {filled}"]
    (tmp_path / "9999_later.py").write_text("\n".join(lines))
    make_transaction(database).settings.put("ask", "x")
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    assert database.migrate() == ["9999_later"]
    assert {row.name: row.data_type for row in database.get_columns("cue")}["is_loud"] == "bigint"
    assert make_transaction(database).settings.get("ask") == "b"
    assert database.migrate() == []
    database.close()


def test_a_migrations_words_become_postgresqls() -> None:
    sql = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b TEXT NOT NULL REFERENCES c (d) ON DELETE CASCADE, e REAL)"
    assert translate(sql) == (
        "CREATE TABLE a (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
        ' b TEXT COLLATE "C" NOT NULL REFERENCES c (d) ON DELETE CASCADE DEFERRABLE, e DOUBLE PRECISION)'
    )
    assert translate("UPDATE a SET b = ? WHERE b LIKE 'x%'") == "UPDATE a SET b = %s WHERE b LIKE 'x%%'"


def test_what_postgresql_takes_in_no_text_is_replaced(postgres_pool: Any) -> None:
    tx = make_transaction(postgres_pool.take())
    tx.songs.add(make_song("7kq3", title="a\0b", artist="x" * 100_000, parameters={"text": "y" * 100_000}))
    assert tx.songs.get("7kq3").title == "a\N{REPLACEMENT CHARACTER}b"
    assert tx.songs.find_made_with("band", {"text": "y" * 100_000}) is not None
    postgres_pool.give_back()


def test_words_of_a_person_stay_words() -> None:
    assert make_vector({"title": "it's", "facets": "=sbossa"}) == "'it''s':1 '==title=it''s':1 '=sbossa':12"
    from bandstand.bot.storage.search_terms import Terms

    terms = Terms(("a' | 'b",), ("blue lantern",), (("tag", "calm"),), (("=t1", "=t2"),), ("été",))
    assert make_tsquery(terms) == (
        "'a'' | ''b':* & ('blue' <-> 'lantern') & ('==tags=calm') & ('=t1' | '=t2') & !('ete')"
    )


@pytest.mark.parametrize(
    "query",
    [
        Query(words=("lantern",)),
        Query(words=("lan",)),
        Query(words=("lantern", "rare")),
        Query(words=("rare",)),
        Query(words=("old",)),
        Query(words=("none",)),
        Query(words=("lantern",), style="bossa"),
        Query(words=("lantern",), style="bossa", tempo=(120.0, 122.0)),
        Query(words=("lantern",), excluded=("rare",)),
        Query(words=("lantern",), is_unplayed=True),
        Query(fields=(("title", "lantern"),)),
    ],
    ids=str,
)
def test_the_newest_that_fit_are_found_wherever_they_are(
    query: Query, postgres_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tsvector, "FEW", 4)
    monkeypatch.setattr(tsvector, "MANY", 12)
    monkeypatch.setattr(search, "LIMIT", 3)
    tx = make_transaction(postgres_pool.take())
    for number in range(40):
        words = f"{'lantern' if number % 2 else 'road'} {'rare' if number % 11 == 5 else ''} {'old' * (number < 9)}"
        facts = {"style": "bossa" if number % 3 else "waltz", "tempo": 120 + number % 5}
        tx.songs.add(make_song(f"s{number}", title=words, facts=facts))
    everything = tx.search.list_all(query)
    assert tx.search.find(query) == everything[:3]
    assert (len(everything) > 0) == (query.words != ("none",))
    postgres_pool.give_back()


def test_what_is_always_the_same_is_no_parameter_of_a_prepared_query(bench: PostgresBench) -> None:
    title, song = "it's 100 % \\ %s", tables.Song
    query = prepare(song.select(song.code).where(song.title == title, song.seed == 1, song.code == GAP).limit(2))

    def work(tx: Any) -> list[Any]:
        tx.songs.add(make_song(title=title))
        return Executor(bench.database, is_writing=False).select(query.fill("7kq3"))

    assert query.fill("7kq3").get_statement("%s")[1] == ("7kq3",)
    assert bench.ask("transact", work) == [("7kq3",)]
    assert query.get_statement("?")[1] == (title, 1, Ellipsis, 2)


def test_what_is_asked_again_and_again_stays_prepared_when_a_command_is_refused(bench: PostgresBench) -> None:
    def count(tx: Any) -> int:
        tx.songs.find("7kq3")
        found = bench.database.execute_sql(
            "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%%song%%'"
        )
        return int(found.fetchone()[0])

    def refuse(tx: Any) -> None:
        tx.songs.find("7kq3")
        raise Refused(NoSongsYet())

    before = bench.ask("read", count)
    with pytest.raises(Refused):
        bench.ask("transact", refuse)
    assert bench.ask("read", count) == before == 1


# Who may use it


def test_one_station_uses_a_database(bench: PostgresBench) -> None:
    other = PostgresStation(bench.address)
    with pytest.raises(BandstandError, match="another station uses this database"):
        other.open()


def test_a_database_with_tables_of_something_else_is_left_alone(postgres_server: PostgresServer) -> None:
    address = postgres_server.make_database("foreign")
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("CREATE TABLE song (name TEXT)")
    database = PostgresStation(address)
    with pytest.raises(BandstandError, match="tables of something else"):
        database.open()
    database.close()


def test_a_database_that_is_not_there_is_told_without_the_password(postgres_server: PostgresServer) -> None:
    address = postgres_server.get_address("nowhere").replace("station@", "station:s%40cret@")
    with pytest.raises(BandstandError, match='database "nowhere" does not exist') as raised:
        PostgresStation(address).open()
    assert "cret" not in str(raised.value)
    with pytest.raises(BandstandError, match="no address that PostgreSQL knows") as raised:
        PostgresStation("postgresql://ann:s%40cret@[db/station").open()
    assert "cret" not in str(raised.value)


# A lost connection


@pytest.mark.parametrize("way", ["read", "transact", "record"])
def test_work_after_the_connection_was_ended_is_done_on_another(bench: PostgresBench, way: str) -> None:
    bench.ask("transact", add_song("kept"))
    bench.end_connection()
    assert bench.ask(way, lambda tx: tx.songs.has_code("kept"))


def test_while_the_database_is_away_everybody_is_told_and_facts_wait(
    bench: PostgresBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ask("transact", add_song("before"))
    with monkeypatch.context() as away:
        bench.end_connection()
        forbid_connecting(away)
        for way in ("read", "transact"):
            with pytest.raises(StoreError, match="does not answer"):
                bench.ask(way, add_song("refused"))
        facts = [bench.store.record(add_song(code)) for code in ("first", "second")]
        bench.pass_time()
        with pytest.raises(StoreError, match="does not answer"):
            bench.list_codes()
        assert bench.store.trouble == AWAY
    bench.settle(lambda: all(fact.called for fact in facts))
    assert bench.list_codes() == ["before", "first", "second"]
    bench.settle(lambda: bench.count_told(DatabaseRecovered))
    assert (bench.count_told(DatabaseFailed), bench.count_told(DatabaseRecovered)) == (1, 1)


def test_a_database_that_comes_back_is_noticed_although_nothing_waits(
    bench: PostgresBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        bench.end_connection()
        forbid_connecting(away)
        with pytest.raises(StoreError, match="does not answer"):
            bench.list_codes()
    bench.settle(lambda: bench.count_told(DatabaseRecovered))
    assert bench.store.trouble == ""


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("way", ["record", "transact"])
def test_what_was_cut_off_in_its_commit_is_done_once(
    bench: PostgresBench, monkeypatch: pytest.MonkeyPatch, way: str, is_done: bool
) -> None:
    run = bench.database._run

    def cut_off(statements: str) -> None:
        if "COMMIT" in statements:
            monkeypatch.setattr(bench.database, "_run", run)
            if is_done:
                run(statements)
            bench.database._state.conn.close()
        run(statements)

    monkeypatch.setattr(bench.database, "_run", cut_off)
    asked = getattr(bench.store, way)(add_song("7kq3"))
    if way == "transact":
        with pytest.raises(StoreError, match="does not answer"):
            bench.reactor.wait_for(asked)
    else:
        bench.settle(lambda: asked.called)
    assert bench.list_codes() == (["7kq3"] if is_done or way == "record" else [])
    bench.settle(lambda: not bench.store.trouble)
    told = [event for event in bench.told if type(event).__name__ == "MountCameOn"]
    assert len(told) == (1 if is_done or way == "record" else 0), "what came through is told, once"


@pytest.mark.slow
def test_kill_9_of_the_server_loses_nothing_that_was_promised() -> None:
    server = PostgresServer(settings={"fsync": "on", "full_page_writes": "on"})
    try:
        bench = PostgresBench(server.make_database("station"))
        bench.reactor.wait_for(bench.store.open())
        bench.ask("transact", add_song("promised"))
        server.kill()
        fact = bench.store.record(add_song("fact"))
        with pytest.raises(StoreError, match="does not answer"):
            bench.ask("transact", add_song("refused"))
        server.start()
        bench.settle(lambda: fact.called)
        assert bench.list_codes() == ["fact", "promised"]
        bench.reactor.wait_for(bench.store.close())
    finally:
        server.end()
