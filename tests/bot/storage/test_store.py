"""The database's thread: what is committed is kept and told, what is not committed has no consequence, and what has
happened is written down however long that takes."""

import itertools
import queue
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.databases import StoreError
from bandstand.bot.storage.schema import MIGRATIONS
from bandstand.bot.storage.sqlite import LOCKED, find_cause
from bandstand.bot.storage.store import Store
from bandstand.common.api.events import DatabaseFailed, DatabaseRecovered, Event, MountCameOn, QueueChanged
from bandstand.common.api.values import Outside
from bandstand.common.paths import Paths
from bandstand.common.reference import get_reference, refer_to
from tests.bot.memory import make_database
from tests.bot.storage.samples import make_song

NAMES = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


class Reactor(Clock):
    """A reactor as far as the store needs one: what its thread asks for is called in the test's own thread, and time
    goes on only as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: queue.Queue[Any] = queue.Queue()

    def callFromThread(self, function: Any, *arguments: Any, **named: Any) -> None:
        self._calls.put((function, arguments, named))

    def run_until(self, is_done: Callable[[], object]) -> None:
        """Do what the store's thread asks for, and pass time while a call is delayed, until something is so."""
        while not is_done():
            function, arguments, named = self._calls.get(timeout=30)
            function(*arguments, **named)

    def wait_for(self, deferred: Deferred[Any]) -> Any:
        """What a piece of the store's work came to."""
        box: list[Any] = []
        deferred.addBoth(box.append)
        self.run_until(lambda: box)
        if isinstance(box[0], Failure):
            box[0].raiseException()
        return box[0]


class Bench:
    """A store on a file, and all that it told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reactor = Reactor()
        self.told: list[Event] = []
        self.store = self.make_store()

    def make_store(self) -> Store:
        return Store(
            Paths(self.path.parent),
            self.reactor,
            self.told.extend,
            lambda: 1000.0 + self.reactor.seconds(),
            Random(1),
            Rules(),
        )

    def open(self) -> Any:
        return self.reactor.wait_for(self.store.open())

    def close(self) -> None:
        self.reactor.wait_for(self.store.close())

    def transact(self, work: Callable[[Transaction], Any]) -> Any:
        return self.reactor.wait_for(self.store.transact(work))

    def read(self, work: Callable[[Transaction], Any]) -> Any:
        return self.reactor.wait_for(self.store.read(work))

    def list_codes(self) -> list[str]:
        return [song.code for song in reversed(self.read(lambda tx: tx.songs.list_newest(1000)))]

    def execute(self, statement: str) -> Any:
        """Run a statement on the store's own connection."""
        return self.transact(lambda tx: self.store._database.execute_sql(statement).fetchall())

    def set_busy_seconds(self, seconds: float) -> None:
        """How long a transaction waits for a lock; less than in earnest, so that the test is quick."""
        self.read(lambda tx: self.store._database.execute_sql(f"PRAGMA busy_timeout = {round(seconds * 1000)}"))

    def pass_time(self) -> float:
        """Let the next attempt at facts be due, and wait for what comes of it; returns how long it was away."""
        self.reactor.run_until(self.reactor.getDelayedCalls)
        delay = float(self.reactor.getDelayedCalls()[0].getTime() - self.reactor.seconds())
        self.reactor.advance(delay)
        self.read(lambda tx: None)
        return delay

    def lock(self) -> sqlite3.Connection:
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        return other


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    path = tmp_path / "bandstand.db"
    with sqlite3.connect(path) as copy:  # quicker than to migrate
        make_database().connection().backup(copy)
    copy.close()
    bench = Bench(path)
    assert bench.open() == []
    yield bench
    bench.close()


CREATED = itertools.count()


def add_song(code: str = "7kq3", title: str = "") -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.songs.add(make_song(code, title=title, created=float(next(CREATED))))
        tx.publish(MountCameOn(mount=code))

    return work


def list_told(bench: Bench) -> list[str]:
    return [event.mount for event in bench.told if isinstance(event, MountCameOn)]


# The file


def test_a_new_file_gets_its_tables_and_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "new" / "bandstand.db")
    assert bench.open() == NAMES
    bench.transact(add_song())
    bench.close()
    bench.store = bench.make_store()
    assert bench.open() == []
    assert bench.list_codes() == ["7kq3"]
    bench.close()


def test_the_file_is_in_wal_mode_with_foreign_keys_and_full_synchronisation(bench: Bench) -> None:
    names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
    assert [bench.execute(f"PRAGMA {name}")[0][0] for name in names] == ["wal", 1, 2, 2000]


def test_nobody_else_may_read_the_files(bench: Bench) -> None:
    bench.transact(add_song())
    assert {file.name: file.stat().st_mode & 0o777 for file in bench.path.parent.iterdir()} == {
        "bandstand.db": 0o600,
        "bandstand.db-wal": 0o600,
        "bandstand.db-shm": 0o600,
    }


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    bench = Bench(tmp_path / "var" / "bandstand.db")
    with pytest.raises(StoreError, match=r"var: .*must be writable"):
        bench.open()
    bench.close()


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "bandstand.db")
    bench.path.write_bytes(b"not this" * 1000)
    with pytest.raises(StoreError, match=r"bandstand\.db is not a database; .* move it away"):
        bench.open()
    bench.close()


# Work


def test_work_gets_the_time_of_asking_and_what_is_outside(bench: Bench) -> None:
    bench.reactor.advance(7.0)
    asked = bench.store.transact(lambda tx: (tx.now, tx.outside.uptime, tx.rules), Outside(uptime=5.0))
    assert bench.reactor.wait_for(asked) == (1007.0, 5.0, Rules())


def test_events_are_told_after_the_commit_and_before_the_result(bench: Bench) -> None:
    seen: list[object] = []
    asked = bench.store.transact(add_song())
    asked.addCallback(lambda _: seen.extend(bench.told))
    bench.reactor.wait_for(asked)
    assert seen == [MountCameOn(mount="7kq3")]


def test_work_and_what_follows_from_it_have_the_reference_of_whoever_asked(bench: Bench) -> None:
    seen: list[tuple[str, str]] = []

    def work(tx: Transaction) -> str:
        tx.publish(QueueChanged())
        return f"{tx.reference} {get_reference()}"

    def publish(events: object) -> None:
        seen.append(("told", get_reference()))

    bench.store._publish = publish
    with refer_to("first"):
        first = bench.store.transact(work)
    with refer_to("second"):
        second = bench.store.record(work)
        assert bench.reactor.wait_for(first) == "first first"
    assert bench.reactor.wait_for(second) == "second second"
    assert seen == [("told", "first"), ("told", "second")]


def test_work_that_raises_leaves_nothing_and_tells_nothing(bench: Bench) -> None:
    def work(tx: Transaction) -> None:
        add_song()(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.transact(work)
    assert (bench.list_codes(), bench.told) == ([], [])


def test_results_come_in_the_order_of_asking(bench: Bench) -> None:
    order: list[int] = []
    ways = [bench.store.transact, bench.store.read, bench.store.record]
    asked = [ways[number % 3](lambda tx: None) for number in range(30)]
    for number, deferred in enumerate(asked):
        deferred.addCallback(lambda _, number=number: order.append(number))
    bench.reactor.wait_for(asked[-1])
    assert order == list(range(30))


def test_a_subscriber_that_raises_harms_no_result(bench: Bench) -> None:
    def publish(events: object) -> None:
        raise ZeroDivisionError

    bench.store._publish = publish
    assert bench.transact(lambda tx: tx.publish(QueueChanged()) or "done") == "done"


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "bandstand.db")
    bench.open()
    bench.close()
    for ask in (bench.store.read, bench.store.transact, bench.store.record):
        with pytest.raises(StoreError, match="closed"):
            bench.reactor.wait_for(ask(lambda tx: None))


def test_a_fault_of_ours_is_no_fault_of_the_database(bench: Bench) -> None:
    bench.transact(add_song())
    with pytest.raises(Exception, match="UNIQUE") as raised:
        bench.transact(add_song())
    assert not isinstance(raised.value, StoreError)
    with pytest.raises(Exception, match="no such table") as raised:
        bench.execute("SELECT * FROM nowhere")
    assert not isinstance(raised.value, StoreError)


# A locked file


def test_a_locked_database_lets_nothing_happen_and_only_lookers_in(bench: Bench) -> None:
    bench.set_busy_seconds(0.02)
    other = bench.lock()
    with pytest.raises(StoreError, match=LOCKED):
        bench.transact(add_song("lost"))
    assert (bench.list_codes(), bench.told) == ([], [])
    other.close()
    bench.transact(add_song("kept"))
    assert (bench.list_codes(), list_told(bench)) == (["kept"], ["kept"])


def test_work_waits_at_its_start_for_a_lock_that_is_let_go(bench: Bench) -> None:
    other = bench.lock()
    begun = threading.Event()
    asked = bench.store.transact(lambda tx: begun.set())
    assert not begun.wait(0.1)
    other.close()
    bench.reactor.wait_for(asked)


def test_facts_are_tried_again_in_order_until_the_database_takes_them(bench: Bench) -> None:
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    codes = [f"s{number}" for number in range(5)]
    facts = [bench.store.record(add_song(code)) for code in codes]
    delays = [bench.pass_time() for _ in range(7)]
    assert delays == [0.25, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert bench.told == [DatabaseFailed(reason=LOCKED)] and bench.store.trouble == LOCKED
    other.close()
    bench.pass_time()
    bench.reactor.wait_for(facts[-1])
    assert all(fact.called for fact in facts)
    assert bench.list_codes() == list_told(bench) == codes
    assert bench.told.count(DatabaseRecovered()) == 1 and bench.store.trouble == ""
    assert bench.reactor.getDelayedCalls() == []


def test_after_a_success_the_waits_begin_anew(bench: Bench) -> None:
    bench.set_busy_seconds(0.01)
    for code in ("first", "second"):
        other = bench.lock()
        fact = bench.store.record(add_song(code))
        assert [bench.pass_time() for _ in range(2)] == [0.25, 0.5]
        other.close()
        bench.pass_time()
        bench.reactor.wait_for(fact)
        assert bench.list_codes()[-1] == code


def test_a_fact_has_the_time_at_which_it_was_told_however_late_it_is_written(bench: Bench) -> None:
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    fact = bench.store.record(lambda tx: tx.now)
    bench.pass_time()
    other.close()
    bench.pass_time()
    assert bench.reactor.wait_for(fact) == 1000.0


def test_a_command_overtakes_no_fact_and_has_those_that_wait_written_first(bench: Bench) -> None:
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    fact = bench.store.record(add_song("fact"))
    bench.reactor.run_until(bench.reactor.getDelayedCalls)
    with pytest.raises(StoreError, match=LOCKED):
        bench.transact(add_song("refused"))
    other.close()
    bench.transact(add_song("command"))
    assert fact.called
    assert bench.list_codes() == list_told(bench) == ["fact", "command"]
    assert bench.reactor.getDelayedCalls() == [], "nothing waits, so nothing is tried again"


def test_one_can_look_while_facts_wait(bench: Bench) -> None:
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    fact = bench.store.record(add_song())
    bench.pass_time()
    assert bench.list_codes() == []
    other.close()
    bench.pass_time()
    bench.reactor.wait_for(fact)


def test_a_fact_that_is_a_fault_of_ours_holds_up_no_other(bench: Bench) -> None:
    def work(tx: Transaction) -> None:
        raise ZeroDivisionError

    bench.set_busy_seconds(0.01)
    other = bench.lock()
    facts = [bench.store.record(add_song("a")), bench.store.record(work), bench.store.record(add_song("b"))]
    bench.pass_time()
    other.close()
    bench.pass_time()
    with pytest.raises(ZeroDivisionError):
        bench.reactor.wait_for(facts[1])
    bench.reactor.wait_for(facts[2])
    assert bench.list_codes() == list_told(bench) == ["a", "b"]


def test_closing_tries_facts_that_wait_for_a_last_time(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "bandstand.db")
    bench.open()
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    fact = bench.store.record(add_song())
    bench.reactor.run_until(bench.reactor.getDelayedCalls)
    other.close()
    bench.close()
    assert bench.reactor.wait_for(fact) is None
    assert bench.reactor.getDelayedCalls() == []
    bench.store = bench.make_store()
    bench.open()
    assert bench.list_codes() == ["7kq3"]
    bench.close()


def test_closing_gives_up_facts_that_the_database_still_does_not_take(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "bandstand.db")
    bench.open()
    bench.set_busy_seconds(0.01)
    other = bench.lock()
    facts = [bench.store.record(add_song(code)) for code in "ab"]
    bench.reactor.run_until(bench.reactor.getDelayedCalls)
    bench.close()
    for fact in facts:
        with pytest.raises(StoreError, match=LOCKED):
            bench.reactor.wait_for(fact)
    assert bench.reactor.getDelayedCalls() == []
    other.close()


@pytest.mark.slow
def test_a_lock_that_outlasts_sqlites_own_patience_loses_nothing(bench: Bench) -> None:
    """With the waits of earnest, and by the wall clock, since SQLite waits by it."""
    other = bench.lock()
    began = time.monotonic()
    facts = [bench.store.record(add_song(code)) for code in "abc"]
    bench.reactor.run_until(bench.reactor.getDelayedCalls)
    assert time.monotonic() - began > 1.9
    other.close()
    bench.pass_time()
    bench.reactor.wait_for(facts[-1])
    assert bench.list_codes() == list_told(bench) == ["a", "b", "c"]


# A full disk


def fill(bench: Bench) -> None:
    with pytest.raises(StoreError, match="disk is full"):
        for number in itertools.count():
            bench.transact(add_song(f"filler{number}", title="x" * 20000))
    with pytest.raises(StoreError, match="disk is full"):
        for number in itertools.count():
            bench.transact(add_song(f"last{number}", title="x" * 2000))


def check_a_full_disk_loses_no_fact(bench: Bench, make_room: Callable[[], None]) -> None:
    fill(bench)
    bench.told.clear()
    facts = [bench.store.record(add_song(code, title="x" * 20000)) for code in "abc"]
    delays = [bench.pass_time() for _ in range(64)]
    assert sum(delays) > 60
    with pytest.raises(StoreError, match="disk is full"):
        bench.transact(add_song("refused", title="x" * 20000))
    assert bench.read(lambda tx: tx.songs.count()) > 0
    assert [type(event) for event in bench.told] == [DatabaseFailed]
    make_room()
    bench.pass_time()
    bench.reactor.wait_for(facts[-1])
    assert list_told(bench) == bench.list_codes()[-3:] == ["a", "b", "c"]


def test_a_disk_that_is_full_for_a_minute_loses_no_fact(bench: Bench) -> None:
    bench.execute("PRAGMA max_page_count = 120")

    def make_room() -> None:
        bench.read(lambda tx: bench.store._database.execute_sql("PRAGMA max_page_count = 100000"))

    check_a_full_disk_loses_no_fact(bench, make_room)


def test_a_file_system_that_is_really_full_loses_no_fact(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        bench = Bench(disk / "bandstand.db")
        bench.open()
        check_a_full_disk_loses_no_fact(bench, ballast.unlink)
        bench.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "in use by another program"),
        (sqlite3.SQLITE_FULL, "disk is full"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "cannot be written"),
        (sqlite3.SQLITE_IOERR_FSYNC, "does not read or write"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_NOTADB, "not a database"),
    ],
)
def test_a_fault_of_the_machine_is_a_sentence(code: int, words: str) -> None:
    error = sqlite3.OperationalError("odd")
    error.sqlite_errorcode = code
    behind = RuntimeError("another, raised while that was handled")
    behind.__context__ = error
    assert words in str(find_cause(behind))


def test_other_errors_have_no_sentence() -> None:
    error = sqlite3.OperationalError("odd")
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert find_cause(error) is None
    assert find_cause(ZeroDivisionError()) is None
