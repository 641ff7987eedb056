"""Copies a station's whole database into another one, which may be of the other kind.

All tables are copied in an order in which references lead somewhere, in batches, in one transaction of each side: the
source is seen as it is at one moment and is left as it is, and the target has everything or nothing. The words of the
search are made anew from the songs, since each database has them in its own way. In the end the rows of every table are
counted on both sides.

Numbers are copied as they are, and so is how far the counting of each table has come: no cue is ever called like one
that was deleted.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from bandstand.bot.progress import show_progress
from bandstand.bot.storage.databases import StationDatabase
from bandstand.bot.storage.executor import Executor
from bandstand.bot.storage.search import Search, make_document
from bandstand.bot.storage.songs import Songs
from bandstand.bot.storage.sqlite import read_layout
from bandstand.common.errors import CommandError

BATCH: Final = 1000
COUNTED: Final = "id"
"""Column that a table's rows are counted by."""
Say = Callable[[str], None]


class Side(NamedTuple):
    database: Any
    executor: Executor

    @property
    def mark(self) -> str:
        return str(self.database.param)

    def count(self, table: str) -> int:
        return int(self.database.execute_sql(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0])


def copy_station(source: StationDatabase, target: StationDatabase, say: Say = lambda _: None) -> dict[str, int]:
    """Copy all rows; both are open. Returns how many each table has. `say` is told of each table.

    Raises CommandError where the target is not empty, or has not got everything; nothing is left in it then.
    """
    tables = read_layout().tables
    source.begin_work(is_writing=False)
    try:
        target.begin_work(is_writing=True)
        try:
            reading = Side(source, Executor(source, is_writing=False))
            writing = Side(target, Executor(target, is_writing=True))
            counts = _copy(reading, writing, tables, say)
            target.commit_work(has_written=True)
        except BaseException:
            target.undo_work()
            raise
    finally:
        source.undo_work()
    if writing.executor.is_postgres:
        target.execute_sql("ANALYZE")
    return counts


def _copy(source: Side, target: Side, tables: Sequence[str], say: Say) -> dict[str, int]:
    filled = [table for table in tables if target.count(table)]
    if filled:
        raise CommandError(f"{target.database.shown} is not empty: it has rows in {filled[0]}; name an empty one")
    is_postgres = target.executor.is_postgres
    target.database.execute_sql("SET CONSTRAINTS ALL DEFERRED" if is_postgres else "PRAGMA defer_foreign_keys = 1")
    counts = {}
    for table in tables:
        total = source.count(table)
        _copy_table(source, target, table, total)
        _set_counter(source, target, table)
        counts[table] = target.count(table)
        if counts[table] != total:
            raise CommandError(f"{table}: {total} rows are there and {counts[table]} were copied; nothing was kept")
        say(f"{table}: {total}")
    _index(target, counts)
    return counts


def _copy_table(source: Side, target: Side, table: str, total: int) -> None:
    known = {column.name for column in target.database.get_columns(table)}
    names = [column.name for column in source.database.get_columns(table) if column.name in known - {"rowid"}]
    quoted = ", ".join(f'"{name}"' for name in names)
    insert = f'INSERT INTO "{table}" ({quoted}) VALUES ({", ".join([target.mark] * len(names))})'
    key = ", ".join(f'"{name}"' for name in source.database.get_primary_keys(table))
    rows = show_progress(_iterate(source, f'SELECT {quoted} FROM "{table}" ORDER BY {key}'), total, table)
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            _insert(target, insert, batch)
            batch = []
    _insert(target, insert, batch)


def _iterate(source: Side, query: str) -> Iterator[Any]:
    """The rows, as they come: not all of a large library are in memory at once."""
    if source.executor.is_postgres:
        with source.database.connection().cursor(name="rows") as cursor:
            cursor.itersize = BATCH
            yield from cursor.execute(query)
    else:
        yield from source.database.connection().execute(query)


def _insert(target: Side, insert: str, rows: list[Any]) -> None:
    if rows:
        target.database.connection().cursor().executemany(insert, rows)


def _set_counter(source: Side, target: Side, table: str) -> None:
    columns = {column.name for column in source.database.get_columns(table)}
    if COUNTED not in columns:
        return
    last = _get_counter(source, table)
    if not last:
        return
    if target.executor.is_postgres:
        target.database.execute_sql(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), {last})")
        return
    ours = target.database.execute_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    if "AUTOINCREMENT" in ours[0].upper():
        target.database.execute_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        target.database.execute_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))


def _get_counter(source: Side, table: str) -> int:
    """The highest number that was ever given in it; 0 where none was."""
    execute = source.database.execute_sql
    highest = int(execute(f'SELECT COALESCE(MAX(id), 0) FROM "{table}"').fetchone()[0])
    if source.executor.is_postgres:
        sequence = execute(f"SELECT pg_get_serial_sequence('\"{table}\"', 'id')").fetchone()[0]
        last, is_called = execute(f"SELECT last_value, is_called FROM {sequence}").fetchone()
        return max(highest, int(last) if is_called else 0)
    row = execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return max(highest, int(row[0]) if row else 0)


def _index(target: Side, counts: dict[str, int]) -> None:
    """Make the words of the documents, and the trigrams of all words."""
    search = Search(target.executor)
    songs = Songs(target.executor, search)
    documents = target.database.execute_sql("SELECT id, song_id FROM document ORDER BY id").fetchall()
    for number, code in show_progress(documents, counts["document"], "search"):
        document = make_document(songs.get(code))
        if document is not None:
            search.words.put(number, document.words)
    for (word,) in target.database.execute_sql("SELECT text FROM word").fetchall():
        search.words.learn(word)
