"""Playlists and clocks, and which playlist a cue came of. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(
        "CREATE TABLE playlist (name TEXT NOT NULL PRIMARY KEY, query TEXT NOT NULL, weight REAL NOT NULL,"
        " rule TEXT NOT NULL, every INTEGER NOT NULL, crossfade REAL, created REAL NOT NULL)"
    )
    db.execute_sql(
        "CREATE TABLE playlist_song (id INTEGER NOT NULL PRIMARY KEY,"
        " playlist_id TEXT NOT NULL REFERENCES playlist (name) ON DELETE CASCADE,"
        " song_id TEXT NOT NULL REFERENCES song (code) ON DELETE CASCADE)"
    )
    db.execute_sql("CREATE UNIQUE INDEX playlist_song_playlist_id_song_id ON playlist_song (playlist_id, song_id)")
    db.execute_sql("CREATE INDEX playlist_song_song_id ON playlist_song (song_id)")
    db.execute_sql("CREATE TABLE clock (name TEXT NOT NULL PRIMARY KEY, slots TEXT NOT NULL, created REAL NOT NULL)")
    db.execute_sql("ALTER TABLE cue ADD COLUMN playlist TEXT NOT NULL DEFAULT ''")
    db.execute_sql("CREATE INDEX cue_playlist_started ON cue (playlist, started) WHERE playlist != ''")
