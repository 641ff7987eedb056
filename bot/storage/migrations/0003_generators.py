"""Where songs came from, programs that are watched, comparisons with their votes, and marks. A frozen copy."""

from typing import Any

from peewee import FloatField, IntegerField, Model, TextField

COLUMNS = (
    ("song", "provenance TEXT NOT NULL DEFAULT '{}'"),
    ("job", "purpose TEXT NOT NULL DEFAULT ''"),
    ("job", "original TEXT NOT NULL DEFAULT ''"),
    ("cue", "bar INTEGER NOT NULL DEFAULT 0"),
    ("cue", "phase INTEGER NOT NULL DEFAULT 0"),
)


def up(_migrator: Any, db: Any) -> None:
    class Watch(Model):
        generator = TextField(primary_key=True)
        seed = IntegerField()
        parameters = TextField()
        who = TextField()
        where = TextField()
        person = TextField()
        created = FloatField()

    class Comparison(Model):
        song = TextField(primary_key=True)
        first = TextField()
        second = TextField()
        created = FloatField()
        revealed = FloatField(null=True)

    class Vote(Model):
        comparison = TextField(index=True)
        person = TextField()
        choice = TextField()
        created = FloatField()

    class Mark(Model):
        song = TextField(index=True)
        frames = IntegerField()
        bar = IntegerField()
        section = TextField()
        note = TextField()
        who = TextField()
        created = FloatField()

    models = [Watch, Comparison, Vote, Mark]
    with db.bind_ctx(models):
        db.create_tables(models)
    for table, column in COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
