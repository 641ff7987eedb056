"""The database: one SQLite file, one thread, one transaction for each piece of work.

The thread keeps fsync and a locked file away from the reactor, and one thread makes one order: transactions are
committed, their events published and their results given in the order in which they were asked for. Nothing is started,
sent or said from inside a transaction; its events are published in the reactor's thread after the commit.

Three kinds of work. What a person asks (`transact`) fails with a sentence where the database cannot do it. What only
looks (`read`) takes no write lock, so that it goes on while another program writes or the disk is full. What has
happened already (`record`) must not be lost: it waits, and is tried again until the database takes it. Facts are
recorded in their order, and no `transact` overtakes them: one that comes while facts wait has them tried first, and
fails as they do. A `read` may see the database without the facts that wait.
"""

import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Generic, TypeVar

from peewee import PeeweeException, SqliteDatabase
from playhouse.migrations import Runner
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorFromThreads, IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from bandstand.bot.station.repositories import Work
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.transaction import Surroundings, begin
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event
from bandstand.common.api.values import Outside
from bandstand.common.backoff import Backoff
from bandstand.common.errors import BandstandError
from bandstand.common.paths import Paths

T = TypeVar("T")
log = Logger()

MIGRATIONS: Final = Path(__file__).parent / "migrations"
BUSY_SECONDS: Final = 2.0
"""How long a transaction waits for a lock that another program holds."""
NOTHING: Final = Outside()
FIRST_RETRY: Final = 0.25
LONGEST_RETRY: Final = 1.0
"""Seconds until waiting facts are tried again: the first time, and at most. The queue waits for them, so the music goes
on that much after the database can be written again."""
PRAGMAS: Final = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": "full",
    "busy_timeout": int(BUSY_SECONDS * 1000),
}
"""WAL with full synchronisation: what a command was promised outlives a power cut."""

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


class StoreError(BandstandError):
    """The database could not do it: the transaction was not committed, so nothing of it has happened."""


class IStoreReactor(IReactorFromThreads, IReactorTime):
    """What the store needs of a reactor."""


class Task(Generic[T]):
    """A piece of work on its way through the thread. `now` is the time of asking, however often it is tried."""

    def __init__(self, work: Work[T], surroundings: Surroundings) -> None:
        self.work = work
        self.surroundings = surroundings
        self.done: Deferred[T] = Deferred()


class Store:
    """Runs work in transactions on a thread of its own. `now` is the wall clock; see `bot.station.repositories.Store`.

    Work raises StoreError where the machine is at fault, and else whatever it raises itself.
    """

    def __init__(
        self,
        path: Path,
        reactor: IStoreReactor,
        publish: Callable[[Sequence[Event]], None],
        now: Callable[[], float],
        chance: Random,
        rules: Rules,
    ) -> None:
        self._path = path
        self._reactor = reactor
        self._publish = publish
        self._now = now
        self._chance = chance
        self._rules = rules
        self._database = SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=BUSY_SECONDS, autoconnect=False)
        self._pool = ThreadPool(minthreads=1, maxthreads=1, name="store")
        self._is_open = False
        self.trouble = ""
        """Why facts wait, as a sentence; empty while none does. Told when it begins, and when it ends."""
        self._retry: IDelayedCall | None = None
        self._backoff = Backoff(lambda: 0.0, FIRST_RETRY, LONGEST_RETRY)
        self._facts: deque[Task[Any]] = deque()
        """Facts that the database has not taken yet. The store's thread alone touches these two."""
        self._is_behind = False

    def open(self) -> Deferred[list[str]]:
        """Open the file and bring its tables up to date, with a copy beside it first; fires with what was applied."""
        self._pool.start()
        self._is_open = True
        return deferToThreadPool(self._reactor, self._pool, self._open)

    def change_rules(self, change: Callable[[Rules], Rules]) -> None:
        """Have transactions that are asked for from now on go by other rules."""
        self._rules = change(self._rules)

    def read(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        """Run work that changes nothing."""
        return self._hand_over(self._run_read, work, outside)

    def transact(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        """Run work that a person asked for; fires after the commit, when its events are published."""
        return self._hand_over(self._run_transact, work, outside)

    def record(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        """Write down what has happened; fires when the database has taken it, which may be later.

        Fails with StoreError only if the store is closed before that. Anything else that `work` raises is a fault of
        ours: it is logged, ends this fact and holds up no other.
        """
        return self._hand_over(self._run_record, work, outside)

    def close(self) -> Deferred[None]:
        """Try facts that wait for a last time, then close the file."""
        self._is_open = False
        self._cancel_retry()

        def stop(_: object) -> None:
            self._pool.stop()

        return deferToThreadPool(self._reactor, self._pool, self._close).addBoth(stop)

    def _hand_over(self, run: Callable[[Task[T]], None], work: Work[T], outside: Outside) -> Deferred[T]:
        if not self._is_open:
            return fail(StoreError("the station's database is closed; start the station and try again"))
        paths = Paths(self._path.parent)
        task = Task(work, Surroundings(self._now(), self._chance, self._rules, outside, paths))
        self._pool.callInThread(run, task)
        return task.done

    # In the store's thread

    def _open(self) -> list[str]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            make_private(self._path)
            with explained():
                self._database.connect()
                return migrate(self._database, self._path)
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror}; the station's folder must be writable") from error

    def _run_read(self, task: Task[T]) -> None:
        self._attempt(task, is_writing=False)

    def _run_transact(self, task: Task[T]) -> None:
        error = self._record_facts()
        if error is None:
            self._attempt(task, is_writing=True)
        else:
            self._give(task, Failure(error), [])

    def _run_record(self, task: Task[T]) -> None:
        self._facts.append(task)
        if len(self._facts) == 1:
            self._record_facts()

    def _record_facts(self) -> StoreError | None:
        """Record the facts that wait, in order, as far as the database takes them; returns why it does not."""
        while self._facts:
            error = self._attempt(self._facts[0], is_writing=True, is_fact=True)
            if error is not None:
                self._is_behind = True
                self._reactor.callFromThread(self._schedule_retry, error)
                return error
            self._facts.popleft()
        if self._is_behind:
            self._is_behind = False
            self._reactor.callFromThread(self._end_retries)
        return None

    def _attempt(self, task: Task[T], *, is_writing: bool, is_fact: bool = False) -> StoreError | None:
        """Run work in one transaction and give its result; a fact for which it is too early is kept instead."""
        try:
            with explained(), begin(self._database, task.surroundings, is_writing=is_writing) as tx:
                result = task.work(tx)
        except StoreError as error:
            if is_fact:
                return error
            self._give(task, Failure(), [])
        except Exception:
            if is_fact:
                log.failure("something that happened could not be written down")
            self._give(task, Failure(), [])
        else:
            self._give(task, result, tx.events)
        return None

    def _give(self, task: Task[T], result: T | Failure, events: Sequence[Event]) -> None:
        self._reactor.callFromThread(self._finish, task, result, events)

    def _close(self) -> None:
        error = self._record_facts()
        for task in self._facts:
            self._give(task, Failure(error), [])
        if self._facts:
            log.error("{count} facts could not be written down: {why}", count=len(self._facts), why=str(error))
        self._facts.clear()
        self._database.close()

    # In the reactor's thread

    def _finish(self, task: Task[T], result: T | Failure, events: Sequence[Event]) -> None:
        if events:
            self._publish_safely(events)
        if isinstance(result, Failure):
            task.done.errback(result)
        else:
            task.done.callback(result)

    def _publish_safely(self, events: Sequence[Event]) -> None:
        try:
            self._publish(events)
        except Exception:
            log.failure("events could not be published")

    def _schedule_retry(self, error: StoreError) -> None:
        if self._retry is None and self._is_open:
            delay = self._backoff.next_wait()
            log.debug("the database takes nothing, tried again in {delay:.2f} s: {why}", delay=delay, why=str(error))
            self._retry = self._reactor.callLater(delay, self._start_retry)
            is_news, self.trouble = not self.trouble, str(error)
            if is_news:
                self._publish_safely([DatabaseFailed(reason=self.trouble)])

    def _start_retry(self) -> None:
        self._retry = None
        self._pool.callInThread(self._record_facts)

    def _end_retries(self) -> None:
        self._backoff.restart()
        self._cancel_retry()
        is_news, self.trouble = bool(self.trouble), ""
        if is_news:
            self._publish_safely([DatabaseRecovered()])

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None


def run_once(path: Path, work: Work[T]) -> T:
    """Run one piece of work on the database at `path` without a reactor, brought up to date first; its events are lost.

    The caller holds the bot's lock. Raises StoreError.
    """
    make_private(path)
    database = SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=BUSY_SECONDS, autoconnect=False)
    surroundings = Surroundings(time.time(), Random(), Rules())
    with explained():
        database.connect()
        try:
            migrate(database, path)
            with begin(database, surroundings, is_writing=True) as tx:
                return work(tx)
        finally:
            database.close()


def make_private(path: Path) -> None:
    """Keep a file to its owner, since it has the hashes of passwords; SQLite gives its journals the same rights."""
    path.touch(0o600)
    path.chmod(0o600)


def migrate(database: SqliteDatabase, path: Path) -> list[str]:
    """Apply what is missing, each migration whole or not at all; returns their names."""
    runner = Runner(database, directory=str(MIGRATIONS))
    missing = [migration.name for migration in runner.status() if not migration.applied]
    if missing and runner.applied():
        back_up(database, path.with_suffix(f".before-{missing[0]}.db"))
    if missing:
        runner.up()
    return missing


def back_up(database: SqliteDatabase, target: Path) -> None:
    """Write a consistent copy of the open database, by SQLite's own online backup."""
    make_private(target)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        database.connection().backup(copy)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Raise StoreError with a sentence for what is the machine's fault; let faults of ours through as they are."""
    try:
        yield
    except (PeeweeException, sqlite3.Error) as error:
        sentence = find_cause(error)
        if sentence is None:
            raise
        raise StoreError(sentence) from error


def find_cause(error: BaseException | None) -> str | None:
    """The sentence for an error of SQLite's, or for the one behind it: peewee puts its own before it."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None:
            return CAUSES.get(code & 0xFF)
        error = error.__cause__ or error.__context__
    return None
