"""The database's thread: what is committed is kept, what is not committed has no consequence."""

import itertools
import queue
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner
from twisted.internet.defer import succeed
from twisted.python.failure import Failure

from bot.database.models import Song
from bot.database.store import MIGRATIONS, Store, StoreError, migrate
from bot.dispatch import Dispatcher
from bot.effects import Effect
from bot.request import Level, Reply, Request, Right
from bot.songs import library
from bot.view import StationView


class Turns:
    """A reactor as far as the store needs one: what a thread asks for is called in the test's own thread."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Any] = queue.Queue()

    def callFromThread(self, function: Any, *arguments: Any, **named: Any) -> None:
        self.calls.put((function, arguments, named))


TURNS = Turns()
NAMES = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


def result(deferred: Any) -> Any:
    """What a piece of the store's work came to."""
    box: list[Any] = []
    deferred.addBoth(box.append)
    while not box:
        function, arguments, named = TURNS.calls.get(timeout=30)
        function(*arguments, **named)
    if isinstance(box[0], Failure):
        box[0].raiseException()
    return box[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bandstand.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path, TURNS)  # type: ignore[arg-type]
    assert result(opened.open()) == NAMES
    yield opened
    result(opened.close())


def add_song(code: str = "7kq3") -> None:
    Song.create(code=code, generator="band", seed=1, created=1.0)


def test_a_new_file_gets_its_tables_and_is_kept(path: Path) -> None:
    first = Store(path, TURNS)  # type: ignore[arg-type]
    assert result(first.open()) == NAMES
    result(first.transact(add_song))
    result(first.close())
    again = Store(path, TURNS)  # type: ignore[arg-type]
    assert result(again.open()) == []
    assert result(again.transact(library.songs, 5))[1] == 1
    result(again.close())


def test_the_file_is_in_wal_mode_with_foreign_keys_and_full_synchronisation(store: Store) -> None:
    def pragmas() -> list[Any]:
        ask = store._database.execute_sql
        return [ask(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys", "synchronous")]

    assert result(store.transact(pragmas)) == ["wal", 1, 2]


def test_nobody_else_may_read_the_files(store: Store, path: Path) -> None:
    result(store.transact(add_song))
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "bandstand.db": 0o600,
        "bandstand.db-wal": 0o600,
        "bandstand.db-shm": 0o600,
    }


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    closed = Store(tmp_path / "var" / "bandstand.db", TURNS)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=r"var: .*must be writable"):
        result(closed.open())
    result(closed.close())


def test_a_file_that_is_no_database_is_told_in_a_sentence(path: Path) -> None:
    path.write_bytes(b"not this" * 1000)
    closed = Store(path, TURNS)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=r"bandstand\.db is not a database; .* move it away"):
        result(closed.open())
    result(closed.close())


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    def work() -> None:
        add_song()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        result(store.transact(work))
    assert result(store.transact(library.songs, 5))[1] == 0


def test_a_migration_of_a_used_file_has_a_copy_from_before_beside_it(path: Path) -> None:
    database = SqliteDatabase(str(path))
    Runner(database, directory=str(MIGRATIONS)).up(target=NAMES[0])
    database.execute_sql(
        "insert into song (code, title, artist, state, generator, seed, parameters, facts, seconds, audio, created) "
        "values ('7kq3', '', '', 'ready', 'band', 1, '{}', '{}', 1.0, '', 1.0)"
    )
    assert migrate(database, path) == NAMES[1:]
    assert database.execute_sql("select code from song").fetchall() == [("7kq3",)]
    database.close()
    before = path.with_name(f"bandstand.before-{NAMES[1]}.db")
    assert before.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(before) as copy:
        assert copy.execute("select code from song").fetchall() == [("7kq3",)]


class Station:
    """A dispatcher over a store; keeps what was to be done."""

    def __init__(self, store: Store) -> None:
        self.done: list[Effect] = []
        self._dispatcher = Dispatcher(
            store, lambda: 1000.0, Random(1), lambda _: succeed(StationView()), self.done.extend
        )

    def say(self, line: str, right: Right = Right.OWNER) -> Reply:
        reply: Reply = result(self._dispatcher.answer(Request(line, "ann", "console", right)))
        return reply


def test_a_locked_database_means_that_nothing_is_played_started_or_said(store: Store, path: Path) -> None:
    station = Station(store)
    result(store.transact(lambda: store._database.execute_sql("select 1")))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    try:
        reply = station.say("generate")
    finally:
        other.execute("rollback")
        other.close()
    assert (reply.level, reply.summary.split(";")[0]) == (Level.ERROR, "the database is in use by another program")
    assert station.done == []
    assert result(store.transact(library.songs, 5))[1] == 0
    assert station.say("generate").good
    assert len(station.done) == 2


def test_a_full_disk_means_that_nothing_is_played_started_or_said(store: Store) -> None:
    station = Station(store)

    def allow(pages: int) -> None:
        store._database.execute_sql(f"pragma max_page_count = {pages}")

    def fill() -> None:
        for number in range(100_000):
            add_song(f"x{number:06}" + "x" * 2000)

    result(store.transact(allow, 40))
    with pytest.raises(StoreError, match="disk is full"):
        result(store.transact(fill))

    with pytest.raises(StoreError, match="disk is full"):
        for number in itertools.count():
            result(store.transact(add_song, f"y{number:06}"))
    reply = station.say("generate")
    assert (reply.level, reply.summary.split(";")[0]) == (Level.ERROR, "the disk is full")
    assert station.done == []


def test_an_unknown_command_and_one_without_the_right_get_a_sentence(store: Store) -> None:
    station = Station(store)
    assert station.say("frobnicate <b>").summary == "there is no command of that name; help lists them"
    assert station.say("skip", Right.LISTENER).level is Level.DENIED
    assert station.say('play "x').level is Level.USAGE
    assert station.done == []


def test_a_fault_of_ours_is_told_with_a_reference_and_no_traceback(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(library, "jobs", broken)
    reply = Station(store).say("jobs")
    assert reply.level is Level.FAILED
    assert "ref " in reply.summary
    assert "secret" not in reply.summary


@pytest.mark.parametrize(
    "line", ["songs", "history", "jobs", "status", "help", "help play", "version", "np", "queue", "stop", "resume"]
)
def test_every_showing_command_answers_on_an_empty_station(store: Store, line: str) -> None:
    assert Station(store).say(line).good


def test_completion_offers_commands_and_the_subjects_of_help(store: Store) -> None:
    commands = Station(store)._dispatcher
    assert result(commands.completions("sk", Right.OWNER)) == ["skip"]
    assert result(commands.completions("help sto", Right.OWNER)) == ["stop"]
    assert result(commands.completions("play x", Right.OWNER)) == []
