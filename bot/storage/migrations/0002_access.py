"""Who was granted what, the accounts of telnet and ssh, and whose jobs and cues there are. A frozen copy."""

from typing import Any

from peewee import FloatField, IntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Grant(Model):
        name = TextField(primary_key=True)
        right = IntegerField()
        by = TextField()
        created = FloatField()

    class Account(Model):
        name = TextField(primary_key=True)
        password = TextField()
        created = FloatField()

    models = [Grant, Account]
    with db.bind_ctx(models):
        db.create_tables(models)
    # Not by the migrator: it would build these tables anew, and dropping the old ones empties what refers to them.
    for table in ("job", "cue"):
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN person TEXT NOT NULL DEFAULT ''")
