"""The database: one SQLite file, one thread, one transaction for each piece of work.

Knows no table's meaning. Nothing is started, sent or said from in here: whatever a transaction decides comes back as a
value, and is acted on only when the commit has succeeded.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

from peewee import PeeweeException, SqliteDatabase
from playhouse.migrations import Runner
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from bot.database.models import MODELS
from common.errors import BandstandError

P = ParamSpec("P")
T = TypeVar("T")

MIGRATIONS = Path(__file__).parent.parent / "storage" / "migrations"
BUSY_SECONDS = 2.0
PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": "full", "busy_timeout": int(BUSY_SECONDS * 1000)}
"""WAL with full synchronisation: what a command was promised outlives a power cut."""

CAUSES = (
    ("locked", "the database is in use by another program; try again in a moment"),
    ("full", "the disk is full; free some space and try again"),
    ("readonly", "the database cannot be written; look at the rights of its folder"),
    ("malformed", "the database is damaged; put a copy of bandstand.db in its place, or move it away to begin anew"),
    ("not a database", "bandstand.db is not a database; put a copy of it in its place, or move it away to begin anew"),
)
"""A word of SQLite's message, and the sentence for a person."""


class StoreError(BandstandError):
    """A transaction was not committed, so nothing of it has happened."""


class Store:
    """Runs functions in transactions on its own thread.

    The thread keeps fsync and a locked file away from the reactor, and one thread makes one order: transactions are
    committed, and their results arrive, in the order in which they were asked for.
    """

    def __init__(self, path: Path, reactor: IReactorFromThreads) -> None:
        self._path = path
        self._reactor = reactor
        self._database = SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=BUSY_SECONDS)
        self._pool = ThreadPool(minthreads=1, maxthreads=1, name="store")

    def open(self) -> Deferred[list[str]]:
        """Open the file and bring its tables up to date, with a copy beside it first; fires with what was applied."""
        self._pool.start()
        return deferToThreadPool(self._reactor, self._pool, self._open)

    def transact(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Run `work` in one transaction; fires with its result after the commit, or fails with nothing done.

        Faults of the database become StoreError; whatever else `work` raises comes through as it is.
        """

        def run() -> T:
            try:
                with self._database.atomic():
                    return work(*args, **kwargs)
            except PeeweeException as error:
                raise explained(error) from error

        return deferToThreadPool(self._reactor, self._pool, run)

    def close(self) -> Deferred[None]:
        def done(_: object) -> None:
            self._pool.stop()

        closing = deferToThreadPool(self._reactor, self._pool, self._database.close)
        return closing.addBoth(done)

    def _open(self) -> list[str]:
        self._database.bind(MODELS)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            private(self._path)
            self._database.connect()
            return migrate(self._database, self._path)
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror}; the station's folder must be writable") from error
        except PeeweeException as error:
            raise explained(error) from error


def private(path: Path) -> None:
    """A file of the owner's alone, which has the hashes of passwords; SQLite gives its journals the same rights."""
    path.touch(0o600)
    path.chmod(0o600)


def migrate(database: SqliteDatabase, path: Path) -> list[str]:
    """Apply what is missing, each migration whole or not at all; returns their names."""
    runner = Runner(database, directory=str(MIGRATIONS))
    missing = [migration.name for migration in runner.status() if not migration.applied]
    if missing and runner.applied():
        backup(database, path.with_suffix(f".before-{missing[0]}.db"))
    if missing:
        runner.up()
    return missing


def backup(database: SqliteDatabase, target: Path) -> None:
    """A consistent copy of the open database, by SQLite's own online backup."""
    private(target)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        database.connection().backup(copy)  # type: ignore[no-untyped-call]


def explained(error: PeeweeException) -> StoreError:
    """SQLite's fault as a sentence."""
    text = " ".join(_chain(error))
    for word, sentence in CAUSES:
        if word in text:
            return StoreError(sentence)
    return StoreError(f"the database could not do it: {error}")


def _chain(error: BaseException | None) -> Iterator[str]:
    """The error and those behind it: with a full disk SQLite rolls back by itself, and peewee's rollback hides why."""
    while error is not None:
        yield str(error)
        error = error.__context__
