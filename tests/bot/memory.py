"""A database in memory for unit tests: the real tables, repositories and transactions, with no thread and no reactor.

`make_transaction` is for handlers that are called by hand, `DirectStore` for what asks a store. The tables are made
once in a process and copied from then on, so that a test begins in about a millisecond.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from random import Random
from typing import TypeVar

from twisted.internet.defer import Deferred, execute

from bandstand.bot.station.repositories import Work
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.executor import Executor
from bandstand.bot.storage.sqlite import IN_MEMORY, SqliteStation
from bandstand.bot.storage.store import NOTHING
from bandstand.bot.storage.transaction import SqlTransaction, Surroundings, begin
from bandstand.common.api.events import Event
from bandstand.common.api.values import Outside

T = TypeVar("T")
NOW = 1000.0


@cache
def _get_template() -> SqliteStation:
    template = SqliteStation(IN_MEMORY)
    template.connect()
    template.migrate()
    return template


def make_database() -> SqliteStation:
    """An open, empty database in memory, up to date."""
    database = SqliteStation(IN_MEMORY)
    database.connect()
    _get_template().connection().backup(database.connection())
    return database


def make_transaction(
    database: SqliteStation | None = None,
    *,
    now: float = NOW,
    chance: Random | None = None,
    rules: Rules | None = None,
    outside: Outside | None = None,
) -> SqlTransaction:
    """A transaction that stays open for as long as the test: everything that it does can be seen at once.

    `events` is the list of what was published. `now` and `outside` may be set at any time.
    """
    executor = Executor(database or make_database(), is_writing=True)
    return SqlTransaction(executor, Surroundings(now, chance or Random(1), rules or Rules(), outside or Outside()))


class DirectStore:
    """A store whose work is done at once, in real transactions; its Deferreds have fired already.

    `publish` is given the events after each commit; `events` has them all.
    """

    def __init__(
        self,
        publish: Callable[[Sequence[Event]], None] = lambda _: None,
        *,
        now: Callable[[], float] = lambda: NOW,
        chance: Random | None = None,
        rules: Rules | None = None,
        database: SqliteStation | None = None,
    ) -> None:
        self.database = database or make_database()
        self.events: list[Event] = []
        self._publish = publish
        self._now = now
        self._chance = chance or Random(1)
        self._rules = rules or Rules()

    def read(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        return execute(self._run, work, outside, is_writing=False)

    def transact(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        return execute(self._run, work, outside, is_writing=True)

    def record(self, work: Work[T], outside: Outside = NOTHING) -> Deferred[T]:
        return execute(self._run, work, outside, is_writing=True)

    def do(self, work: Work[T], outside: Outside | None = None) -> T:
        """What `work` returns, or raises, in a transaction that writes."""
        return self._run(work, outside or Outside(), is_writing=True)

    def _run(self, work: Work[T], outside: Outside, *, is_writing: bool) -> T:
        surroundings = Surroundings(self._now(), self._chance, self._rules, outside)
        with begin(self.database, surroundings, is_writing=is_writing) as tx:
            result = work(tx)
        self.events += tx.events
        if tx.events:
            self._publish(tx.events)
        return result


@contextmanager
def trace(database: SqliteStation) -> Iterator[list[str]]:
    """Every statement that is given to SQLite within the block."""
    statements: list[str] = []
    database.connection().set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        database.connection().set_trace_callback(None)
