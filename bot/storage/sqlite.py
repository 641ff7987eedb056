"""SQLite as the station's database: one file beside the songs, nothing to install or to run.

Knows what SQLite has by its own means: the file and its rights, its pragmas, locks, result codes, online backup. See
`bot.storage.postgres` for the other database, and `bot.storage.databases` for what the two have in common.

Work that reads begins DEFERRED and never asks for the write lock. Work that writes begins IMMEDIATE: it waits for the
lock before its first query, so that it cannot fail in the middle because another program has written meanwhile.
"""

import contextlib
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from peewee import SqliteDatabase

from bandstand.bot.storage.schema import find_missing, list_statements, list_tables, make_runner
from bandstand.common.errors import BandstandError

BUSY_SECONDS: Final = 2.0
"""How long a transaction waits for a lock that another program holds."""
PRAGMAS: Final = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": "full",
    "busy_timeout": int(BUSY_SECONDS * 1000),
}
"""WAL with full synchronisation: what a command was promised outlives a power cut."""
IN_MEMORY: Final = ":memory:"

LOCKED: Final = "the database is in use by another program; try again in a moment"
CAUSES: Final = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_READONLY: "the database cannot be written; look at the rights of its folder",
    sqlite3.SQLITE_PERM: "the database cannot be written; look at the rights of its folder",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; look at the rights of its folder",
    sqlite3.SQLITE_IOERR: "the disk does not read or write the database; look at the system's log",
    sqlite3.SQLITE_NOMEM: "there is not enough memory for the database; try again in a moment",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; put a copy of bandstand.db in its place, or move it away to"
    " begin anew",
    sqlite3.SQLITE_NOTADB: "bandstand.db is not a database; put a copy of it in its place, or move it away to begin"
    " anew",
}
"""SQLite's result codes that are the machine's fault and may pass, each as a sentence. Others are faults of ours."""


class SqliteStation(SqliteDatabase):
    """A station's file, or a database in memory; see `bot.storage.databases.StationDatabase`."""

    is_away = False
    doubt = None
    patience = 0.0

    def __init__(self, path: Path | str) -> None:
        pragmas = {"foreign_keys": 1} if path == IN_MEMORY else PRAGMAS
        super().__init__(str(path), pragmas=pragmas, timeout=BUSY_SECONDS, autoconnect=False)
        self.place = Path(path)
        self.shown = str(path)

    def open(self) -> list[str]:
        """Raises OSError where the folder cannot be used."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.place)
        self.connect()
        return self.migrate()

    def open_to_read(self) -> None:
        """Raises BandstandError where there is no file."""
        if not self.place.exists():
            raise BandstandError(f"there is no database {self.place}")
        self.connect()

    def migrate(self) -> list[str]:
        """With a copy of the file beside it first."""
        runner = make_runner(self)
        missing = find_missing(runner)
        if missing and runner.applied():
            back_up(self, self.place.with_suffix(f".before-{missing[0]}.db"))
        if missing:
            runner.up()
        return missing

    def connect_again(self) -> None:
        pass

    def is_written(self, number: int) -> bool:
        raise NotImplementedError("a commit of SQLite is never in doubt")

    def begin_work(self, *, is_writing: bool) -> None:
        self.begin("IMMEDIATE" if is_writing else "DEFERRED")

    def commit_work(self, *, has_written: bool) -> None:
        self.commit()

    def undo_work(self) -> None:
        # With a full disk SQLite has undone everything by itself already.
        if self.connection().in_transaction:  # type: ignore[no-untyped-call]
            self.rollback()

    def execute_prepared(self, sql: str, params: Any) -> Any:
        """The driver keeps the last statements by itself."""
        return self.execute_sql(sql, params)  # type: ignore[no-untyped-call]

    def find_cause(self, error: BaseException) -> str | None:
        return find_cause(error)


class Layout(NamedTuple):
    tables: tuple[str, ...]
    """Each after those that it refers to."""
    statements: tuple[str, ...]
    """What makes them in PostgreSQL."""


@cache
def read_layout() -> Layout:
    """The tables that all migrations come to."""
    template = SqliteStation(IN_MEMORY)
    template.connect()
    template.migrate()
    layout = Layout(tuple(list_tables(template)), tuple(list_statements(template)))
    template.close()
    return layout


def find_cause(error: BaseException | None) -> str | None:
    """The sentence for an error of SQLite's, or for the one behind it: peewee puts its own before it."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None:
            return CAUSES.get(code & 0xFF)
        error = error.__cause__ or error.__context__
    return None


def make_private(path: Path) -> None:
    """Keep a file to its owner, since it has the hashes of passwords; SQLite gives its journals the same rights."""
    path.touch(0o600)
    path.chmod(0o600)


def back_up(database: Any, target: Path) -> None:
    """Write a consistent copy of the open database, by SQLite's own online backup."""
    make_private(target)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        database.connection().backup(copy)
