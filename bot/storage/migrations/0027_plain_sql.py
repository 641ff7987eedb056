"""Indexes in words that SQLite and PostgreSQL have in common. A frozen copy."""

from typing import Any

STATEMENTS = (
    "DROP INDEX song_request_name_index",
    "CREATE INDEX song_request_name_index ON song_request (lower(name))",
    "DROP INDEX cue_wish_index",
    "CREATE INDEX cue_wish_index ON cue (started) WHERE is_wish = 1",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
