"""What listeners write to the DJ on the air. A frozen copy."""

from typing import Any

STATEMENTS = (
    "CREATE TABLE dj_message (id INTEGER NOT NULL PRIMARY KEY, dj TEXT NOT NULL, name TEXT NOT NULL,"
    " text TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX dj_message_at ON dj_message (at)",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
