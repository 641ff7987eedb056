"""A cue's own crossfade, and which interrupted cue it is the rest of. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    # Not by the migrator: it would build the table anew, and dropping the old one empties what refers to it.
    db.execute_sql("ALTER TABLE cue ADD COLUMN crossfade REAL")
    db.execute_sql("ALTER TABLE cue ADD COLUMN returns INTEGER")
