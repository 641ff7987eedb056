"""Requests are found by the name of whoever made them. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("CREATE INDEX song_request_name_index ON song_request (name COLLATE NOCASE)")
