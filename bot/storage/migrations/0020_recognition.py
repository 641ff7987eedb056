"""By which an imported recording is recognised in another encoding: values of its fingerprint, each in a row of its own
so that they are found by an index. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE original DROP COLUMN fingerprint")
    db.execute_sql(
        "CREATE TABLE mark (value INTEGER NOT NULL, song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE,"
        " PRIMARY KEY (value, song_id)) WITHOUT ROWID"
    )
    db.execute_sql("CREATE INDEX mark_song_id ON mark (song_id)")
