"""Favourites, the people who have them, and the votes for skipping what is on the air. A frozen copy."""

from typing import Any

TABLES = (
    "CREATE TABLE fan (person TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, known_as TEXT NOT NULL,"
    " is_told INTEGER NOT NULL)",
    "CREATE INDEX fan_known_as_index ON fan (known_as)",
    "CREATE TABLE favourite (person TEXT NOT NULL REFERENCES fan (person) ON DELETE CASCADE,"
    " song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE, created REAL NOT NULL,"
    " PRIMARY KEY (person, song_id))",
    "CREATE INDEX favourite_song_id_index ON favourite (song_id)",
    "CREATE TABLE skip_vote (cue_id INTEGER NOT NULL REFERENCES cue (id) ON DELETE CASCADE, person TEXT NOT NULL,"
    " created REAL NOT NULL, PRIMARY KEY (cue_id, person))",
)


def up(_migrator: Any, db: Any) -> None:
    for table in TABLES:
        db.execute_sql(table)
