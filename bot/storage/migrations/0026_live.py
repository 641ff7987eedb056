"""DJs who are live: who is connected, guests and their passwords, and who was kicked. A frozen copy."""

from typing import Any

TABLES = (
    "CREATE TABLE live_connection (name TEXT NOT NULL PRIMARY KEY, since REAL NOT NULL, seen REAL NOT NULL,"
    " is_connected INTEGER NOT NULL, is_wanted INTEGER NOT NULL, was_on INTEGER NOT NULL)",
    "CREATE TABLE live_guest (name TEXT NOT NULL PRIMARY KEY, password TEXT NOT NULL, expires REAL NOT NULL,"
    ' "by" TEXT NOT NULL, created REAL NOT NULL)',
    "CREATE TABLE live_kick (name TEXT NOT NULL PRIMARY KEY, until REAL NOT NULL)",
)


def up(_migrator: Any, db: Any) -> None:
    for table in TABLES:
        db.execute_sql(table)
