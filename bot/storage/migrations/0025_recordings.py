"""Recordings of what was on the air, and shows that are to be recorded. A frozen copy."""

from typing import Any

STATEMENTS = (
    "CREATE TABLE recording (code TEXT NOT NULL PRIMARY KEY, began REAL NOT NULL, bytes INTEGER NOT NULL,"
    " recording TEXT NOT NULL, is_public INTEGER NOT NULL, is_removed INTEGER NOT NULL, is_told INTEGER NOT NULL)",
    "CREATE INDEX recording_began_index ON recording (began)",
    "ALTER TABLE show ADD COLUMN is_recorded INTEGER NOT NULL DEFAULT 0",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
