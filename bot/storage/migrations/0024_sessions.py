"""Sessions of those who log in to the page, and the links that begin them. A frozen copy."""

from typing import Any

STATEMENTS = (
    "CREATE TABLE session (key TEXT NOT NULL PRIMARY KEY, is_link INTEGER NOT NULL, name TEXT NOT NULL,"
    ' network TEXT NOT NULL, account TEXT NOT NULL, mask TEXT NOT NULL, "right" INTEGER, person TEXT NOT NULL,'
    " created REAL NOT NULL, expires REAL NOT NULL)",
    "CREATE INDEX session_person_index ON session (person)",
    "CREATE INDEX session_expires_index ON session (expires)",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
