"""Where the next song may begin in the songs that the bands composed so far: their scores end 2.5 seconds before their
sound does, as the last chord rings on. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(
        "UPDATE song SET next_at = round(seconds - 2.5, 3)"
        " WHERE generator = 'band' AND next_at IS NULL AND seconds > 10"
    )
