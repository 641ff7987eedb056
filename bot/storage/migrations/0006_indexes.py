"""What makes answers quick in a large library. A frozen copy."""

from typing import Any

INDEXES = (
    ("cue", "state, started"),
    ("genome", "parent"),
    ("song", "generator, created"),
    ("song", "genome"),
    ("song", "state"),
)


def up(_migrator: Any, db: Any) -> None:
    for table, columns in INDEXES:
        name = "_".join([table, *columns.split(", ")])
        db.execute_sql(f"CREATE INDEX {name}_index ON {table} ({columns})")
