"""Shows at fixed times, and what became of each of their comings. A frozen copy."""

from typing import Any

TABLES = (
    "CREATE TABLE show (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, rule TEXT NOT NULL,"
    " zone TEXT NOT NULL, slot TEXT NOT NULL, priority INTEGER NOT NULL, is_override INTEGER NOT NULL,"
    " created REAL NOT NULL)",
    "CREATE TABLE showrun (show TEXT NOT NULL, day TEXT NOT NULL, start REAL NOT NULL, outcome TEXT NOT NULL,"
    " PRIMARY KEY (show, day))",
    "CREATE INDEX showrun_start_index ON showrun (start)",
)


def up(_migrator: Any, db: Any) -> None:
    for table in TABLES:
        db.execute_sql(table)
