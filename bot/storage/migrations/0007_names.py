"""Tables and columns by their new names. A frozen copy."""

from typing import Any

COLUMNS = (
    *(("job", "who", "name"), ("job", "where", "place"), ("job", "cut", "cuts_in")),
    *(("cue", "place", "order"), ("cue", "who", "name"), ("cue", "where", "place")),
    *(("watch", "who", "name"), ("watch", "where", "place")),
    *(("form", "take", "is_variation"), ("form", "band", "slug"), ("form", "genes", "band")),
)


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE genome RENAME TO form")
    for table, before, after in COLUMNS:
        db.execute_sql(f'ALTER TABLE {table} RENAME COLUMN "{before}" TO "{after}"')
    for index in ("genome_band", "genome_parent_index"):
        db.execute_sql(f"DROP INDEX {index}")
    db.execute_sql("CREATE INDEX form_slug_index ON form (slug)")
