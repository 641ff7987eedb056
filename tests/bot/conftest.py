"""Which database the bot's tests have: SQLite in memory, or PostgreSQL.

A module whose tests are to run on both says `pytestmark = pytest.mark.usefixtures("either_database")`. With
`BANDSTAND_TEST_DATABASE=postgresql` in the environment, all tests of the bot that ask `tests.bot.memory` for a database
have one of PostgreSQL.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from bandstand.bot.storage.schema import list_tables
from tests.bot import memory
from tests.bot.memory import make_database
from tests.postgres import ALL_ON_POSTGRES, WHY_NOT, PostgresServer, find_programs

AT_ONCE = 3
DATABASES = ("sqlite", "postgresql")


class PostgresPool:
    """Databases that are made once and emptied after each test: a new one takes a third of a second."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._databases: list[Any] = []
        self._used = 0
        self._empty = ""

    def take(self) -> Any:
        """An empty one, of which a test may have `AT_ONCE`: the examples of a property use them one after the other."""
        place = self._used % AT_ONCE
        if self._used >= AT_ONCE:
            self._clear(self._databases[place])
        elif self._used == len(self._databases):
            self._databases.append(self._make())
        self._used += 1
        return self._databases[place]

    def _make(self) -> Any:
        from bandstand.bot.storage.postgres import PostgresStation

        database = PostgresStation(self._server.make_database(f"station{self._used}"))
        database.open()
        template = make_database()
        tables = ["document_words", *reversed(list_tables(template))]
        counters = [table for table in tables if "id" in {column.name for column in template.get_columns(table)}]
        resets = [f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), 1, false)" for table in counters]
        resets.append("SELECT setval(pg_get_serial_sequence('song', 'rowid'), 1, false)")
        self._empty = "; ".join([*(f'DELETE FROM "{table}"' for table in tables), *resets])
        return database

    def _clear(self, database: Any) -> None:
        if database.is_closed():  # by the test
            database.connect()
        database.undo_work()
        database._run(self._empty)

    def give_back(self) -> None:
        for database in self._databases[: self._used]:
            self._clear(database)
        self._used = 0

    def close(self) -> None:
        for database in self._databases:
            database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    if find_programs() is None:
        pytest.skip(WHY_NOT)
    server = PostgresServer()
    yield server
    server.end()


@pytest.fixture(scope="session")
def postgres_pool(postgres_server: PostgresServer) -> Iterator[PostgresPool]:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    pool = PostgresPool(postgres_server)
    yield pool
    pool.close()


def _use(pool: PostgresPool, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(memory, "make_database", pool.take)
    yield "postgresql"
    pool.give_back()


@pytest.fixture(params=DATABASES)
def either_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the database that `make_transaction` and `DirectStore` have in this test."""
    if request.param == "sqlite":
        yield "sqlite"
    else:
        yield from _use(request.getfixturevalue("postgres_pool"), monkeypatch)


@pytest.fixture(autouse=ALL_ON_POSTGRES)
def postgres_everywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if "either_database" in request.fixturenames:
        yield
        return
    for _ in _use(request.getfixturevalue("postgres_pool"), monkeypatch):
        yield
