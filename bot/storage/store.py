"""The database: one connection, one thread, one transaction for each piece of work.

The thread keeps fsync and a locked file away from the reactor, and one thread makes one order: transactions are
committed, their events published and their results given in the order in which they were asked for. Nothing is started,
sent or said from inside a transaction; its events are published in the reactor's thread after the commit.

Three kinds of work. What a person asks (`transact`) fails with a sentence where the database cannot do it. What only
looks (`read`) takes no write lock, so that it goes on while another program writes or the disk is full. What has
happened already (`record`) must not be lost: it waits, and is tried again until the database takes it. Facts are
recorded in their order, and no `transact` overtakes them: one that comes while facts wait has them tried first, and
fails as they do. A `read` may see the database without the facts that wait.

A connection to PostgreSQL may be lost. The thread has another made before the next piece of work, and then again and
again, with waits, until the database is back; meanwhile work fails and facts wait. What was cut off before its commit
is done once more as soon as there is a connection. What was cut off in its commit may have been done: the database
knows it (`StationDatabase.is_written`), so a fact is not recorded twice, and the events of a request are published
that came through although it was answered with an error.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from random import Random
from typing import Any, Final, Generic, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorFromThreads, IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from bandstand.bot.station.repositories import Work
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.databases import StoreError, choose_database, explained
from bandstand.bot.storage.transaction import SqlTransaction, Surroundings, begin
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event
from bandstand.common.api.values import Outside
from bandstand.common.backoff import Backoff
from bandstand.common.paths import Paths
from bandstand.common.reference import get_reference

T = TypeVar("T")
log = Logger()

NOTHING: Final = Outside()
PATIENCE: Final = 20.0
"""Seconds for which a bot that starts waits for a database that may start at the same time."""
FIRST_RETRY: Final = 0.25
LONGEST_RETRY: Final = 1.0
"""Seconds until waiting facts are tried again: the first time, and at most. The queue waits for them, so the music goes
on that much after the database can be written again."""


class IStoreReactor(IReactorFromThreads, IReactorTime):
    """What the store needs of a reactor."""


class Task(Generic[T]):
    """A piece of work on its way through the thread. `now` is the time of asking, however often it is tried. `context`
    is that of whoever asked: it has their request's reference, for the log, and for whoever reacts to the events."""

    def __init__(self, work: Work[T], surroundings: Surroundings) -> None:
        self.work = work
        self.surroundings = surroundings
        self.context = copy_context()
        self.done: Deferred[T] = Deferred()


class Store:
    """Runs work in transactions on a thread of its own. `now` is the wall clock; see `bot.station.repositories.Store`.

    Work raises StoreError where the machine is at fault, and else whatever it raises itself.
    """

    def __init__(
        self,
        paths: Paths,
        reactor: IStoreReactor,
        publish: Callable[[Sequence[Event]], None],
        now: Callable[[], float],
        chance: Random,
        rules: Rules,
    ) -> None:
        self._paths = paths
        self._reactor = reactor
        self._publish = publish
        self._now = now
        self._chance = chance
        self._rules = rules
        self._database = choose_database(paths)
        self._database.patience = PATIENCE
        self._pool = ThreadPool(minthreads=1, maxthreads=1, name="store")
        self._is_open = False
        self.trouble = ""
        """Why facts wait, as a sentence; empty while none does. Told when it begins, and when it ends."""
        self.tell_time: Callable[[bool, float], None] = lambda is_writing, seconds: None
        """Told, in the store's thread, how long each transaction took."""
        self._retry: IDelayedCall | None = None
        self._backoff = Backoff(lambda: 0.0, FIRST_RETRY, LONGEST_RETRY)
        self._facts: deque[Task[Any]] = deque()
        """Facts that the database has not taken yet. The store's thread alone touches these two."""
        self._is_behind = False
        self._doubtful: tuple[Task[Any], Any, Sequence[Event]] | None = None
        """Work that the database may have committed, with its result and its events. The store's thread alone."""

    def open(self) -> Deferred[list[str]]:
        """Open the database and bring its tables up to date; fires with what was applied."""
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
        """Try facts that wait for a last time, then close the database."""
        self._is_open = False
        self._cancel_retry()

        def stop(_: object) -> None:
            self._pool.stop()

        return deferToThreadPool(self._reactor, self._pool, self._close).addBoth(stop)

    def _hand_over(self, run: Callable[[Task[T]], None], work: Work[T], outside: Outside) -> Deferred[T]:
        if not self._is_open:
            return fail(StoreError("the station's database is closed; start the station and try again"))
        task = Task(work, Surroundings(self._now(), self._chance, self._rules, outside, self._paths, get_reference()))
        self._pool.callInThread(run, task)
        return task.done

    # In the store's thread

    def _open(self) -> list[str]:
        try:
            with explained(self._database):
                return self._database.open()
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror}; the station's folder must be writable") from error

    def _run_read(self, task: Task[T]) -> None:
        error = self._connect_again() or self._attempt(task, is_writing=False)
        if error is not None:
            self._give(task, Failure(error), [])

    def _run_transact(self, task: Task[T]) -> None:
        error = self._record_facts() or self._attempt(task, is_writing=True)
        if error is not None:
            self._give(task, Failure(error), [])

    def _run_record(self, task: Task[T]) -> None:
        self._facts.append(task)
        if len(self._facts) == 1:
            self._record_facts()

    def _record_facts(self) -> StoreError | None:
        """Record the facts that wait, in order, as far as the database takes them; returns why it does not."""
        error = self._connect_again()
        while self._facts and error is None:
            error = self._attempt(self._facts[0], is_writing=True, is_fact=True)
            if error is None:
                self._facts.popleft()
        if error is not None:
            self._fall_behind(error)
            return error
        if self._is_behind:
            self._is_behind = False
            self._reactor.callFromThread(self._end_retries)
        return None

    def _fall_behind(self, error: StoreError) -> None:
        self._is_behind = True
        self._reactor.callFromThread(self._schedule_retry, error)

    def _connect_again(self) -> StoreError | None:
        """Make a lost connection anew; returns why it cannot be."""
        if not self._database.is_away:
            return None
        try:
            with explained(self._database):
                self._database.connect_again()
                self._settle_doubt()
        except StoreError as error:
            self._fall_behind(error)
            return error
        return None

    def _settle_doubt(self) -> None:
        """Learn of work that was cut off in its commit whether it was done. If not, a fact is recorded as usual."""
        doubt = self._database.doubt
        if doubt is None or self._doubtful is None:
            return
        is_written = self._database.is_written(doubt)
        (task, result, events), self._doubtful = self._doubtful, None
        if is_written and self._facts and self._facts[0] is task:
            self._facts.popleft()
            self._give(task, result, events)
        elif is_written:
            self._reactor.callFromThread(self._publish_safely, events)

    def _attempt(self, task: Task[T], *, is_writing: bool, is_fact: bool = False) -> StoreError | None:
        """Run work in one transaction and give its result, or what it raised; returns why the database cannot do it."""
        began = time.perf_counter()
        try:
            result, events = task.context.run(self._carry_out, task, is_writing=is_writing)
        except StoreError as error:
            return error
        except Exception:
            if is_fact:
                task.context.run(log.failure, "something that happened could not be written down")
            self._give(task, Failure(), [])
        else:
            self._give(task, result, events)
        finally:
            self.tell_time(is_writing, time.perf_counter() - began)
        return None

    def _carry_out(self, task: Task[T], *, is_writing: bool) -> tuple[T, Sequence[Event]]:
        """Run work in one transaction, and once more where the connection was lost before its commit."""
        for is_last in (False, True):
            tx: SqlTransaction | None = None
            try:
                with explained(self._database), begin(self._database, task.surroundings, is_writing=is_writing) as tx:
                    result = task.work(tx)
                return result, tx.events
            except StoreError:
                if tx is not None and self._database.doubt is not None:
                    self._doubtful = (task, result, tx.events)
                    raise
                if is_last or not self._database.is_away or self._connect_again() is not None:
                    raise
        raise AssertionError("the last try has raised or returned")

    def _give(self, task: Task[T], result: T | Failure, events: Sequence[Event]) -> None:
        self._reactor.callFromThread(task.context.run, self._finish, task, result, events)

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


def run_once(paths: Paths, work: Work[T]) -> T:
    """Run one piece of work on a station's database without a reactor, brought up to date first; its events are lost.

    The caller holds the bot's lock. Raises StoreError.
    """
    database = choose_database(paths)
    surroundings = Surroundings(time.time(), Random(), Rules())
    with explained(database), contextlib.closing(database):
        database.open()
        with begin(database, surroundings, is_writing=True) as tx:
            return work(tx)
