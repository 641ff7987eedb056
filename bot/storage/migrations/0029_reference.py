"""The reference of the request that ordered a job or a cue. A frozen copy."""

from typing import Any

TABLES = ("job", "cue")


def up(_migrator: Any, db: Any) -> None:
    for table in TABLES:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN reference TEXT NOT NULL DEFAULT ''")
