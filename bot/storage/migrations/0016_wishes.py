"""Which songs of the queue somebody wished for, and the indexes that count a person's wishes. A frozen copy."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE cue ADD COLUMN is_wish INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX job_wish_index ON job (person, created) WHERE purpose = 'wish'",
    "CREATE INDEX cue_wish_index ON cue (started) WHERE is_wish",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
