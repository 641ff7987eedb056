"""PostgreSQL 15 or newer as the station's database, over psycopg 3.

Knows what PostgreSQL has by its own means: the connection and how it is lost, session settings, its error codes
(SQLSTATE), and that only one bot may use a database. The tables are those of SQLite (`bot.storage.schema`).

A lost connection. The thread of the store calls `connect_again` before the next work; an attempt that took long, as to
a machine that does not answer, is not made again before as much time has passed, so that others do not wait for it all
the time. In the middle of a COMMIT nobody knows whether it was done. So each writing transaction leaves a number of its
own in the table `last_commit`, in the same message as its COMMIT: whether it is there tells it.

One bot. The session holds an advisory lock for as long as it lasts. The server may take a while to learn that an
earlier session of ours is dead; it is ended by the new one.
"""

import secrets
import threading
import time
from contextlib import suppress
from typing import Any, Final

import peewee
import psycopg
from playhouse.postgres_ext import Psycopg3Database
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import StrDumperUnknown

from bandstand.bot.storage import tsvector
from bandstand.bot.storage.schema import NUMBERED, find_missing, make_runner, translate
from bandstand.bot.storage.sqlite import LOCKED, read_layout
from bandstand.common.database_address import hide_in, hide_password
from bandstand.common.errors import BandstandError

OLDEST: Final = 150000
"""Version of the server, as it numbers them."""
AWAY: Final = "the station's database does not answer; the music goes on, and commands work again as soon as it is back"
PAUSE: Final = 0.5
ENDING: Final = 20
"""How often it is looked in half a second whether an earlier session has ended."""
OPTIONS: Final[dict[str, Any]] = {
    "application_name": "bandstand",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Of a connection, unless the address says otherwise: a network that is gone is noticed within 15 seconds."""
NEVER: Final = 1 << 60
"""After how many times psycopg has a statement prepared that is not said to be (`execute_prepared`)."""
PREPARED: Final = 300
"""Statements that the server keeps; a number of another size, or none, makes another of them."""
SETTINGS: Final = (
    "SET jit = off",  # it would take longer than these queries
    "SET enable_mergejoin = off",  # reads a whole table in order, where it takes few rows for many
    "SET random_page_cost = 1.1",  # what a station asks is in memory
    "SET lock_timeout = '2s'",
    "SET pg_trgm.similarity_threshold = 0.2",
    "SET client_min_messages = warning",
)
SETTINGS_OF_TCP: Final = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 3",
    "SET tcp_keepalives_count = 3",
)
LAST_COMMIT: Final = (
    "CREATE TABLE last_commit (number BIGINT NOT NULL)",
    "INSERT INTO last_commit (number) VALUES (0)",
)
ROWS: Final = (
    f"ALTER TABLE song ADD COLUMN rowid {NUMBERED}",
    "CREATE UNIQUE INDEX song_rowid_index ON song (rowid)",
)
"""Numbers of songs, by which some of many are drawn; SQLite has them by itself."""
LOCK: Final = "SELECT pg_try_advisory_lock(hashtext('bandstand'), hashtext(current_schema()))"
END_EARLIER: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %s"
WHO: Final = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"

TAKEN: Final = "another station uses this database; give each a database, or a schema, of its own"
CAUSES: Final = {
    "53100": "the disk of the database is full; free some space there and try again",
    "53200": "there is not enough memory for the database; try again in a moment",
    "53300": "the database has no connection left for the station; raise its max_connections",
    "25006": "the database takes no changes: it is a copy that follows another, or was made read-only",
    "28": "the database refuses the station's user or password; look at station.database",
    "3D000": "there is no such database; make it with createdb, or look at station.database",
    "3F000": "the schema that station.database names is not there; make it first",
    "42501": "the station's user may not do that in the database; make it the owner of the database",
    "55P03": LOCKED,
    "40001": LOCKED,
    "40P01": LOCKED,
    "57014": "the database took too long; try again in a moment",
    "58": "the disk of the database does not read or write; look at the log of PostgreSQL",
    "XX001": "the database is damaged; look at the log of PostgreSQL",
    "XX002": "the database is damaged; look at the log of PostgreSQL",
}
"""SQLSTATE, or its class, of what is the machine's fault, each as a sentence. Others are faults of ours."""
LOST: Final = ("08", "57P")
"""Classes of errors with which a connection ends."""


class NumberOfTruth(Dumper):
    """0 or 1 in a column of integers, as SQLite has it."""

    oid = 21  # int2, which any other integer is compared with

    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class TextWithoutNul(StrDumperUnknown):
    """PostgreSQL takes no NUL in a text."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class CannotConnect(psycopg.OperationalError):
    """With a sentence for whoever set up the station."""


class PostgresStation(Psycopg3Database):  # type: ignore[misc]
    """See `bot.storage.databases.StationDatabase`."""

    def __init__(self, address: str) -> None:
        super().__init__(address, autoconnect=False)
        self.shown = hide_password(address)
        self.is_away = False
        self.doubt: int | None = None
        self.patience = 0.0
        self._address = address
        self._is_owner = True
        self._is_migrating = False
        self._session: tuple[Any, ...] = ()
        """The process of the server's, and when it began."""
        self._not_before = 0.0

    # Connecting

    def open(self) -> list[str]:
        give_up = time.monotonic() + self.patience
        while True:
            try:
                self.connect()
                break
            except peewee.PeeweeException as error:
                if time.monotonic() > give_up or not _may_come(error):
                    raise BandstandError(self._explain(error)) from error
            threading.Event().wait(PAUSE)
        return self.migrate()

    def open_to_read(self) -> None:
        self._is_owner = False
        try:
            self.connect()
        except peewee.PeeweeException as error:
            raise BandstandError(self._explain(error)) from error

    def connect_again(self) -> None:
        """Raises peewee's OperationalError."""
        if time.monotonic() < self._not_before:
            raise peewee.OperationalError() from psycopg.OperationalError("it did not answer a moment ago")
        began = time.monotonic()
        try:
            self.close()
            self.connect()
            self.is_away = False
        finally:
            self._not_before = 2 * time.monotonic() - began if self.is_away else 0.0

    def _connect(self) -> Any:
        try:
            known = conninfo_to_dict(self._address)
        except psycopg.ProgrammingError:  # whose text has the address in it
            raise CannotConnect("station.database is no address that PostgreSQL knows") from None
        options = {name: value for name, value in OPTIONS.items() if name not in known}
        connection = psycopg.connect(self._address, autocommit=True, prepare_threshold=NEVER, **options)
        connection.prepared_max = PREPARED
        try:
            self._settle(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _settle(self, connection: Any) -> None:
        version = connection.pgconn.server_version
        if version < OLDEST:
            raise CannotConnect(f"PostgreSQL 15 or newer is needed; there is {version // 10000}")
        if connection.info.encoding != "utf-8" or _ask(connection, "SHOW server_encoding") != ("UTF8",):
            raise CannotConnect("the database is not in UTF-8; make it anew with createdb --encoding UTF8 -T template0")
        connection.adapters.register_dumper(bool, NumberOfTruth)
        connection.adapters.register_dumper(str, TextWithoutNul)
        is_local = not connection.info.host or connection.info.host.startswith("/")
        for setting in SETTINGS if is_local else (*SETTINGS, *SETTINGS_OF_TCP):
            connection.execute(setting)
        if _ask(connection, "SHOW synchronous_commit") == ("off",):  # what a command was promised outlives a power cut
            connection.execute("SET synchronous_commit = on")
        if not self._is_owner:
            return
        self._take_lock(connection)
        self._session = tuple(_ask(connection, WHO))

    def _take_lock(self, connection: Any) -> None:
        """An earlier session, which the server may still believe in, is waited for: one of ours, or that of a program
        which has just ended."""
        if _ask(connection, LOCK) == (True,):
            return
        if self._session:
            connection.execute(END_EARLIER, self._session)
        for _ in range(ENDING):
            threading.Event().wait(PAUSE / ENDING)
            if _ask(connection, LOCK) == (True,):
                return
        raise CannotConnect(TAKEN)

    def _explain(self, error: BaseException) -> str:
        """Why there is no connection, for whoever set up the station."""
        cause: BaseException = error.__cause__ or error.__context__ or error
        if isinstance(cause, CannotConnect):
            return f"{self.shown}: {cause}"
        known = _find_sentence(getattr(cause, "sqlstate", None))
        reason = hide_in(" ".join(str(cause).split()), self._address)
        return f"the database {self.shown} cannot be used: {known or reason}"

    # Tables

    def migrate(self) -> list[str]:
        """A new database gets all tables in one transaction; of later migrations each is whole or not there."""
        runner = make_runner(self)
        missing = find_missing(runner)
        if not runner.applied():
            self._make_tables(runner)
        elif missing:
            self._is_migrating = True
            try:
                runner.up()
            finally:
                self._is_migrating = False
        return missing

    def _make_tables(self, runner: Any) -> None:
        if self.get_tables():
            raise BandstandError(f"{self.shown} has tables of something else; give the station an empty database")
        try:
            with self.atomic():
                self._run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                for statement in (*read_layout().statements, *tsvector.STATEMENTS, *ROWS, *LAST_COMMIT):
                    self._run(statement)
                runner.fake()
        except peewee.PeeweeException as error:
            if "pg_trgm" in str(error):
                raise BandstandError(
                    f"{self.shown} lacks the extension pg_trgm: install postgresql-contrib on its machine, and have "
                    "the owner of the database start the station, or an administrator do CREATE EXTENSION pg_trgm"
                ) from error
            raise

    def execute_sql(self, sql: str, params: Any = None, named_cursor: Any = None) -> Any:
        return super().execute_sql(translate(sql) if self._is_migrating and "%s" not in sql else sql, params)

    def execute_prepared(self, sql: str, params: Any) -> Any:
        """As the server keeps it, parsed and after some times with a plan for any parameters. Other statements get a
        plan for theirs each time: what is rare and what is frequent decides how it is looked for."""
        if self.is_closed():
            raise peewee.InterfaceError("the connection is closed")
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
            return self._state.conn.execute(sql, params, prepare=True)

    # Transactions

    def begin_work(self, *, is_writing: bool) -> None:
        self._run("BEGIN" if is_writing else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit_work(self, *, has_written: bool) -> None:
        if not has_written:
            self._run("COMMIT")
            return
        self.doubt = secrets.randbits(62)
        try:
            self._run(f"UPDATE last_commit SET number = {self.doubt}; COMMIT")
        except BaseException:
            if not self._state.conn.closed:  # it has answered: nothing was done
                self.doubt = None
            raise
        self.doubt = None

    def is_written(self, number: int) -> bool:
        found = self.execute_sql("SELECT number FROM last_commit").fetchone()
        self.doubt = None
        return bool(found and found[0] == number)

    def undo_work(self) -> None:
        connection = self._state.conn
        with suppress(psycopg.Error):
            if (
                connection
                and not connection.closed
                and connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
            ):
                connection.pgconn.exec_(b"ROLLBACK")  # after one of its own, psycopg has everything prepared anew

    def find_cause(self, error: BaseException) -> str | None:
        found: BaseException | None = error
        while found is not None and not isinstance(found, psycopg.Error):
            found = found.__cause__ or found.__context__
        if found is None:
            return None
        state = getattr(found, "sqlstate", None)
        has_ended = self.is_closed() or self._state.conn.closed
        if has_ended or (state or "").startswith(LOST) or (isinstance(found, psycopg.OperationalError) and not state):
            self.is_away = True
            return AWAY
        return _find_sentence(state)

    def _run(self, statements: str) -> None:
        """Statements without parameters, in one message."""
        if self.is_closed():
            raise peewee.InterfaceError("the connection is closed")
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
            self._state.conn.execute(statements)


def _ask(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()


def _find_sentence(state: str | None) -> str | None:
    if state is None:
        return None
    return CAUSES.get(state) or CAUSES.get(state[:2])


def _may_come(error: BaseException) -> bool:
    """Whether the server is just starting, or will be: nothing that somebody has to mend."""
    text = str(error)
    return any(word in text for word in ("refused", "starting up", "No such file", "shutting down", "timeout", TAKEN))
