"""Runs the queries of one transaction.

Tables are bound to no database, so a query can only be run by the `Executor` of a transaction, which runs it on the
connection that it was given, and only while the transaction lasts. A repository that is used after that, or that
writes in a transaction which was begun for reading, raises `OutsideTransaction`.

Rows are plain tuples in the order of the columns that were asked for: peewee's own objects take several times as long,
and would ask further questions by themselves.

peewee takes far longer to write a query as SQL than SQLite takes to answer it: 2 ms of the queue's 2.8. Queries that
every command asks are written once (`prepare`), with a `GAP` for each value that differs, and so are those that write
one row (`insert_row`, `update_row`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from peewee import SQL, Insert, Model, Query, SqliteDatabase

Row = tuple[Any, ...]
GAP: Final = SQL("?", (Ellipsis,))
"""Stands in a query for a value that is given each time (`Prepared.fill`)."""

LISTED: Final = SQL("(SELECT value FROM json_each(?))", (Ellipsis,))
"""Stands after `in_` for a list of texts, given as JSON: peewee would take longer to write a hundred of them than
SQLite takes to look them up."""


class Prepared(NamedTuple):
    """A query as SQL, with the values of its parameters."""

    sql: str
    values: tuple[Any, ...]

    def fill(self, *values: Any) -> "Prepared":
        """The query with these values in its gaps, in the order of the SQL."""
        rest = iter(values)
        return Prepared(self.sql, tuple(next(rest) if value is Ellipsis else value for value in self.values))


def prepare(query: Query) -> Prepared:
    sql, values = SqliteDatabase(None).get_sql_context().sql(query).query()  # type: ignore[no-untyped-call]
    return Prepared(sql, tuple(values))


KEY: Final = "WHERE"
"""Stands among the names of columns for the key of the row that is changed; no column has a name like it."""


@cache
def _prepare_insert(table: type[Model], names: tuple[str, ...], conflict: str) -> Prepared:
    """With the columns' names in place of their values: peewee has its own order of them."""
    query = table.insert({name: SQL("?", (name,)) for name in names})
    return prepare(query.on_conflict(conflict) if conflict else query)


@cache
def _prepare_update(table: type[Model], names: tuple[str, ...]) -> Prepared:
    query = table.update({getattr(table, name): SQL("?", (name,)) for name in names})
    return prepare(query.where(table._meta.primary_key == SQL("?", (KEY,))))


class OutsideTransaction(Exception):
    """A repository was used after its transaction, or to write in one that was begun for reading: a fault of ours."""


class Executor:
    """Runs queries on one connection, for as long as its transaction lasts."""

    def __init__(self, database: SqliteDatabase, *, is_writing: bool) -> None:
        self._database = database
        self._is_writing = is_writing
        self._is_open = True
        self.writes = 0
        """How many queries have changed something: what was read before the last of them may be another now."""

    def end(self) -> None:
        """Allow no query any more."""
        self._is_open = False

    def select(self, query: Query | Prepared) -> list[Row]:
        rows: list[Row] = self._run(query).fetchall()
        return rows

    def iterate(self, query: Query | Prepared) -> Iterator[Row]:
        """The rows one by one, as far as they are asked for; nothing is to be written meanwhile."""
        rows: Iterator[Row] = self._run(query)
        return rows

    def select_first(self, query: Query | Prepared) -> Row | None:
        """The first row; the query should have a limit, or find one at most."""
        row: Row | None = self._run(query).fetchone()
        return row

    def select_number(self, query: Query | Prepared) -> int:
        """The one number that the query counts."""
        return int(self._run(query).fetchone()[0])

    def insert(self, query: Insert) -> int:
        """Run an INSERT of one row; returns its rowid."""
        return int(self._write(query).lastrowid)

    def insert_row(self, table: type[Model], values: Mapping[str, Any], conflict: str = "") -> int:
        """Insert one row with these values, by the names of their fields; returns its rowid. `conflict`: `REPLACE` the
        row that has its key, or `IGNORE` this one."""
        return int(self._write(_fill(_prepare_insert(table, tuple(values), conflict), values)).lastrowid)

    def update_row(self, table: type[Model], key: Any, values: Mapping[str, Any]) -> int:
        """Change the row that has this primary key; returns how many rows that were."""
        return int(self._write(_fill(_prepare_update(table, tuple(values)), {**values, KEY: key})).rowcount)

    def change(self, query: Query | Prepared) -> int:
        """Run an UPDATE, DELETE or INSERT; returns how many rows it changed."""
        return int(self._write(query).rowcount)

    def _write(self, query: Query | Prepared) -> Any:
        if not self._is_writing:
            raise OutsideTransaction("this transaction was begun for reading, and its work wants to write")
        self.writes += 1
        return self._run(query)

    def _run(self, query: Query | Prepared) -> Any:
        if not self._is_open:
            raise OutsideTransaction("a repository was used outside of its transaction")
        if isinstance(query, Prepared):
            return self._database.execute_sql(query.sql, query.values)  # type: ignore[no-untyped-call]
        return self._database.execute(query)  # type: ignore[no-untyped-call]


def _fill(named: Prepared, values: Mapping[str, Any]) -> Prepared:
    return Prepared(named.sql, tuple(values[name] for name in named.values))
