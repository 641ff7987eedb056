"""Whether the new versions of what is watched go on at the place that is heard. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE watch ADD COLUMN continues INTEGER NOT NULL DEFAULT 0")
