"""The station's own songs are found among those of a large library, whatever became of them. A frozen copy."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("CREATE INDEX song_generator_state_index ON song (generator, state, created)")
