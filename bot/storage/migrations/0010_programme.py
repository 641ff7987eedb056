"""Why the programme chose a song: a cue's choice, as JSON; empty where somebody asked for it. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE cue ADD COLUMN choice TEXT NOT NULL DEFAULT ''")
    db.execute_sql("DROP INDEX cue_song_id")  # a part of the next one
    db.execute_sql("CREATE INDEX cue_song_id_started_index ON cue (song_id, started)")
