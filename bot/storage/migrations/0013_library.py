"""What an imported file says of itself, its cue points, and which files were imported. A frozen copy."""

from typing import Any

COLUMNS = (
    "album TEXT NOT NULL DEFAULT ''",
    "genre TEXT NOT NULL DEFAULT ''",
    "year INTEGER",
    "tags TEXT NOT NULL DEFAULT '[]'",
    "cue_in REAL",
    "cue_out REAL",
    "next_at REAL",
)


def up(_migrator: Any, db: Any) -> None:
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE song ADD COLUMN {column}")
    db.execute_sql(
        "CREATE TABLE original (path TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL,"
        " song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE, sound TEXT NOT NULL,"
        " fingerprint TEXT NOT NULL)"
    )
    db.execute_sql("CREATE INDEX original_song_id ON original (song_id)")
    db.execute_sql("CREATE INDEX original_sound ON original (sound)")
