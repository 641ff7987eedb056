"""What the store needs of a database, whichever it is, and the choice between SQLite and PostgreSQL.

Both are peewee's, so the repositories' queries go to either. What each does by its own means (to connect, to begin and
commit, to name the cause of an error, to bring its tables up to date) is behind the methods of `StationDatabase`.

A connection may be lost in the middle of a commit. Then nobody knows whether it was done, until the database is asked
again: `doubt` is the number of that commit, and `is_written` says, when the database is back, whether it is there.
"""

import contextlib
import importlib.util
import sqlite3
from collections.abc import Iterator
from typing import Any, Protocol, cast

from peewee import PeeweeException

from bandstand.bot.storage.sqlite import SqliteStation
from bandstand.common.database_address import hide_password
from bandstand.common.errors import Hindered
from bandstand.common.paths import Paths


class StoreError(Hindered):
    """The database could not do it: the transaction was not committed, so nothing of it has happened."""


class StationDatabase(Protocol):
    """peewee's database, with these."""

    param: str
    shown: str
    """Its name for people, without a password."""
    patience: float
    """Seconds for which `open` waits for a server that does not answer yet."""

    @property
    def is_away(self) -> bool:
        """The connection is lost; `connect_again` tries to have another."""

    @property
    def doubt(self) -> int | None:
        """The number of the commit in which the connection was lost, as long as nobody has asked `is_written`."""

    def open(self) -> list[str]:
        """Connect, and bring the tables up to date; returns the names of the migrations that were applied."""

    def open_to_read(self) -> None:
        """Connect to a station's database beside its bot, to read only, and change nothing in it."""

    def close(self) -> Any: ...

    def connect_again(self) -> None: ...

    def is_written(self, number: int) -> bool: ...

    def begin_work(self, *, is_writing: bool) -> None: ...

    def commit_work(self, *, has_written: bool) -> None: ...

    def undo_work(self) -> None:
        """Undo what the transaction did, as far as it is not undone by itself already; never raises."""

    def find_cause(self, error: BaseException) -> str | None:
        """A sentence for what is the machine's fault; None for a fault of ours."""

    def execute_sql(self, sql: str, params: Any = None) -> Any: ...

    def execute_prepared(self, sql: str, params: Any) -> Any:
        """Run one of the statements that come again and again with other parameters."""


def choose_database(paths: Paths) -> StationDatabase:
    """The station's database, not open yet. Raises StoreError where what it takes is not installed."""
    if not paths.postgres:
        return cast(StationDatabase, SqliteStation(paths.database))
    if importlib.util.find_spec("psycopg") is None:
        raise StoreError(
            "station.database names PostgreSQL, and Python's package for it is missing: "
            "pip install 'bandstand[postgresql]'"
        )
    from bandstand.bot.storage.postgres import PostgresStation

    return cast(StationDatabase, PostgresStation(paths.postgres))


def name_database(paths: Paths) -> str:
    """Where the station's database is, for people."""
    return hide_password(paths.postgres) if paths.postgres else str(paths.database)


@contextlib.contextmanager
def explained(database: StationDatabase) -> Iterator[None]:
    """Raise StoreError with a sentence for what is the machine's fault; let faults of ours through as they are."""
    try:
        yield
    except (PeeweeException, sqlite3.Error) as error:
        sentence = database.find_cause(error)
        if sentence is None:
            raise
        raise StoreError(sentence) from error
