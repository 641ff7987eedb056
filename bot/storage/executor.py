"""Runs the queries of one transaction.

Tables are bound to no database, so a query can only be run by the `Executor` of a transaction, which runs it on the
connection that it was given, and only while the transaction lasts. A repository that is used after that, or that
writes in a transaction which was begun for reading, raises `OutsideTransaction`.

Rows are plain tuples in the order of the columns that were asked for: peewee's own objects take several times as long,
and would ask further questions by themselves.

peewee takes far longer to write a query as SQL than SQLite takes to answer it: 2 ms of the queue's 2.8. Queries that
every command asks are written once (`prepare`), with a `GAP` for each value that differs, and so are those that write
one row (`insert_row`, `put_row`, `update_row`).

The same queries are asked of SQLite and of PostgreSQL. peewee writes them for either; a prepared one is written for
each when it is first asked there. What has no common words is a `ByDatabase`. So that little is, the tables are the
same in both: truth is 0 or 1 in an integer, JSON is text, and text is compared by its code points.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from peewee import (
    AutoField,
    ColumnBase,
    CompositeKey,
    Model,
    PostgresqlDatabase,
    Query,
    SqliteDatabase,
)

Row = tuple[Any, ...]


class Gap(ColumnBase):
    """Stands in a query for a value that is given each time; `name` is in the values until then."""

    def __init__(self, name: Any) -> None:
        self._name = Name(name) if isinstance(name, str) else name

    def __sql__(self, ctx: Any) -> Any:
        return ctx.value(self._name, False)


class ByDatabase(ColumnBase):
    """SQL that differs, with as many gaps in one as in the other and in the same order."""

    def __init__(self, sqlite: str, postgres: str, gaps: int = 0) -> None:
        self._sqlite = sqlite
        self._postgres = postgres
        self._gaps = gaps

    def __sql__(self, ctx: Any) -> Any:
        ctx.literal(self._postgres if ctx.state.param == POSTGRES else self._sqlite)
        for _ in range(self._gaps):
            ctx.value(Ellipsis, False, add_param=False)
        return ctx


POSTGRES: Final = "%s"
"""How PostgreSQL's driver writes a parameter, by which peewee's two ways of writing are told apart."""
WRITERS: Final[Mapping[str, Any]] = {
    "?": SqliteDatabase(None),
    POSTGRES: PostgresqlDatabase(None, prefer_psycopg3=True),
}
GAP: Final = Gap(Ellipsis)
"""Stands in a query for a value that is given each time (`Prepared.fill`)."""

LISTED: Final = ByDatabase(
    "(SELECT value FROM json_each(?))",
    '(SELECT value COLLATE "C" FROM json_array_elements_text(%s::json) AS listed (value))',
    gaps=1,
)
"""Stands after `in_` for a list of texts, given as JSON: peewee would take longer to write a hundred of them than
SQLite takes to look them up."""


class Name(str):
    """Of a field: stands among a query's values for one that is given each time."""

    __slots__ = ()


class Prepared:
    """A query, written as SQL once for each database, with the values of its parameters.

    PostgreSQL keeps a plan for a prepared query whatever its parameters are. What is the same each time, such as the
    state `waiting` that few of all jobs have, is therefore no parameter there but written into the SQL.
    """

    __slots__ = ("_query", "_template", "_texts", "values")

    def __init__(
        self, query: Any, texts: dict[str, str], template: tuple[Any, ...], values: tuple[Any, ...] | None = None
    ) -> None:
        self._query = query
        self._texts = texts
        self._template = template
        self.values = template if values is None else values

    def fill(self, *values: Any) -> "Prepared":
        """The query with these values in its gaps, in the order of the SQL."""
        rest = iter(values)
        filled = tuple(next(rest) if value is Ellipsis else value for value in self._template)
        return Prepared(self._query, self._texts, self._template, filled)

    def name_values(self, values: Mapping[str, Any]) -> "Prepared":
        """The query with values in the gaps of these names."""
        return Prepared(self._query, self._texts, self._template, tuple(values[name] for name in self._template))

    def get_statement(self, param: str) -> tuple[str, tuple[Any, ...]]:
        """The SQL, and the values of its parameters."""
        text = self._texts.get(param)
        if text is None:
            text = _write(self._query, param)[0]
            text = self._texts[param] = _write_constants(text, self._template) if param == POSTGRES else text
        if param != POSTGRES:
            return text, self.values
        return text, tuple(
            value for value, known in zip(self.values, self._template, strict=True) if not _is_constant(known)
        )


def prepare(query: Query | ColumnBase) -> Prepared:
    sql, values = _write(query, "?")
    return Prepared(query, {"?": sql}, tuple(values))


def _is_constant(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, Name)


def _write_constants(text: str, template: tuple[Any, ...]) -> str:
    """The SQL with what is always the same in place of its parameters."""
    first, *parts = text.split(POSTGRES)
    written = [_write_constant(value) if _is_constant(value) else POSTGRES for value in template]
    return first + "".join(value + part for value, part in zip(written, parts, strict=True))


def _write_constant(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''").replace("%", "%%") + "'"
    return repr(int(value)) if isinstance(value, bool) else repr(value)


def _write(query: Any, param: str) -> tuple[str, list[Any]]:
    written: tuple[str, list[Any]] = WRITERS[param].get_sql_context().sql(query).query()
    return written


KEY: Final = "WHERE"
"""Stands among the names of columns for the key of the row that is changed; no column has a name like it."""


@cache
def _prepare_insert(table: type[Model], names: tuple[str, ...], *, is_new: bool, returns: bool) -> Prepared:
    """With the columns' names in place of their values: peewee has its own order of them. A row that `is_new` is in
    nobody's place; `returns`: its number comes as a row, as PostgreSQL gives it."""
    query = table.insert({name: Gap(name) for name in names})
    if not is_new:
        key: Any = table._meta.primary_key
        keys = key.field_names if isinstance(key, CompositeKey) else (key.name,)
        kept = [getattr(table, name) for name in names if name not in keys]
        query = query.on_conflict(conflict_target=[getattr(table, name) for name in keys], preserve=kept)
    return prepare(query.returning(table._meta.primary_key) if returns else query)


@cache
def _prepare_update(table: type[Model], names: tuple[str, ...]) -> Prepared:
    query = table.update({getattr(table, name): Gap(name) for name in names})
    return prepare(query.where(table._meta.primary_key == Gap(KEY)))


class OutsideTransaction(Exception):
    """A repository was used after its transaction, or to write in one that was begun for reading: a fault of ours."""


class Executor:
    """Runs queries on one connection, for as long as its transaction lasts."""

    def __init__(self, database: Any, *, is_writing: bool) -> None:
        self._database = database
        self._param: str = database.param
        self.is_postgres = database.param == POSTGRES
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

    def select_first(self, query: Query | Prepared) -> Row | None:
        """The first row; the query should have a limit, or find one at most."""
        row: Row | None = self._run(query).fetchone()
        return row

    def select_number(self, query: Query | Prepared) -> int:
        """The one number that the query counts."""
        return int(self._run(query).fetchone()[0])

    def insert(self, query: Any) -> int:
        """Run an INSERT of one row; returns its number, 0 of a row that has none."""
        if not self.is_postgres:
            return int(self._write(query).lastrowid)
        key = query.model._meta.primary_key
        if not isinstance(key, AutoField):
            self._write(query)
            return 0
        return int(self._write(query.returning(key)).fetchone()[0])

    def insert_row(self, table: type[Model], values: Mapping[str, Any]) -> int:
        """Insert one row with these values, by the names of their fields; returns its number, 0 of one without."""
        returns = self.is_postgres and isinstance(table._meta.primary_key, AutoField)
        query = _prepare_insert(table, tuple(values), is_new=True, returns=returns).name_values(values)
        cursor = self._write(query)
        if returns:
            return int(cursor.fetchone()[0])
        return 0 if self.is_postgres else int(cursor.lastrowid)

    def put_row(self, table: type[Model], values: Mapping[str, Any]) -> None:
        """Insert one row, or change the one that has its key."""
        self._write(_prepare_insert(table, tuple(values), is_new=False, returns=False).name_values(values))

    def update_row(self, table: type[Model], key: Any, values: Mapping[str, Any]) -> int:
        """Change the row that has this primary key; returns how many rows that were."""
        query = _prepare_update(table, tuple(values)).name_values({**values, KEY: key})
        return int(self._write(query).rowcount)

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
            return self._database.execute_prepared(*query.get_statement(self._param))
        return self._database.execute(query)
