"""Foreign keys wherever rows refer to each other, and the cue that a cue cut off. A frozen copy.

What refers to a row that is no more is dropped, or refers to nothing from now on. SQLite adds a foreign key to a table
only with a new column that may be null. Such a column takes the place of the old one in tables to which others refer:
to build them anew would mean to drop them, which empties what refers to them. Nothing refers to the rest (except to
`comparison`, from now on), so those are built anew.
"""

from typing import Any

COLUMNS = (
    ("form", "parent", "parent_id INTEGER REFERENCES form (id) ON DELETE SET NULL"),
    ("song", "genome", "form_id INTEGER REFERENCES form (id) ON DELETE SET NULL"),
    ("job", "original", "original_id TEXT REFERENCES song (code) ON DELETE SET NULL"),
    ("cue", "returns", "returns_id INTEGER REFERENCES cue (id) ON DELETE SET NULL"),
)
"""A table, the column that goes, and the one that takes its place."""

TABLES = (
    (
        "band",
        "slug TEXT NOT NULL PRIMARY KEY, form_id INTEGER NOT NULL REFERENCES form (id), created REAL NOT NULL",
        "SELECT slug, genome, created FROM old WHERE genome IN (SELECT id FROM form)",
    ),
    (
        "comparison",
        "song_id TEXT NOT NULL PRIMARY KEY REFERENCES song (code) ON DELETE CASCADE,"
        " first_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE,"
        " second_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE,"
        " created REAL NOT NULL, revealed REAL",
        "SELECT song, first, second, created, revealed FROM old WHERE song IN (SELECT code FROM song)"
        " AND first IN (SELECT code FROM song) AND second IN (SELECT code FROM song)",
    ),
    (
        "vote",
        "comparison_id TEXT NOT NULL REFERENCES comparison (song_id) ON DELETE CASCADE, person TEXT NOT NULL,"
        " choice TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (comparison_id, person)",
        "SELECT comparison, person, choice, created FROM old WHERE comparison IN (SELECT song_id FROM comparison)"
        " ORDER BY id",
    ),
    (
        "bookmark",
        "id INTEGER NOT NULL PRIMARY KEY, song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE,"
        " seconds REAL NOT NULL, bar INTEGER NOT NULL, section TEXT NOT NULL, note TEXT NOT NULL, name TEXT NOT NULL,"
        " created REAL NOT NULL",
        "SELECT id, song, frames / 48000.0, bar, section, note, who, created FROM old"
        " WHERE song IN (SELECT code FROM song)",
    ),
    (
        "rating",
        "id INTEGER NOT NULL PRIMARY KEY, song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE,"
        " section INTEGER NOT NULL, person TEXT NOT NULL, value REAL NOT NULL, created REAL NOT NULL",
        "SELECT id, song, section, person, value, created FROM old WHERE song IN (SELECT code FROM song)",
    ),
)
"""A table, its columns, and its rows from the table before."""

INDEXES = (
    ("form", "parent_id"),
    ("song", "form_id"),
    ("song", "artist, created"),
    ("song", "generator, parameters"),
    ("cue", "state, ended"),
    ("comparison", "created"),
    ("bookmark", "song_id"),
)

CUT_OFF = """
UPDATE cue SET cuts_id = (
    SELECT cut.id FROM cue AS cut
    WHERE cut.state = 'over' AND cut.reason = 'cut' AND cut.ended = cue.created AND cut.id < cue.id
    ORDER BY cut.id DESC LIMIT 1
) WHERE state = 'air'
"""
"""What the cue on the air cut off was known by the equal time; older ones are not asked for."""


def up(_migrator: Any, db: Any) -> None:
    for index in ("song_genome_index", "cue_state", "cue_started"):  # the last two are parts of longer ones
        db.execute_sql(f"DROP INDEX {index}")
    for table, before, column in COLUMNS:
        replace_column(db, table, before, column)
    db.execute_sql("ALTER TABLE cue ADD COLUMN cuts_id INTEGER REFERENCES cue (id) ON DELETE SET NULL")
    for table, columns, rows in TABLES:
        db.execute_sql(f"ALTER TABLE {'mark' if table == 'bookmark' else table} RENAME TO old")
        db.execute_sql(f"CREATE TABLE {table} ({columns})")
        db.execute_sql(f"INSERT OR REPLACE INTO {table} {rows}")
        db.execute_sql("DROP TABLE old")
    db.execute_sql("CREATE UNIQUE INDEX rating_song_id_section_person_index ON rating (song_id, section, person)")
    for table, columns in INDEXES:
        name = "_".join([table, *columns.split(", ")])
        db.execute_sql(f"CREATE INDEX {name}_index ON {table} ({columns})")
    db.execute_sql(CUT_OFF)


def replace_column(db: Any, table: str, before: str, column: str) -> None:
    name, _, _, referred, key, *_ = column.split()
    known = f"SELECT {key.strip('()')} FROM {referred}"
    db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    db.execute_sql(f"UPDATE {table} SET {name} = {before} WHERE {before} IN ({known})")
    db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {before}")
