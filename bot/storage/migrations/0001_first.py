"""The first tables. A frozen copy, on purpose apart from `database.models`."""

from typing import Any

from peewee import SQL, AutoField, FloatField, ForeignKeyField, IntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Song(Model):
        code = TextField(primary_key=True)
        title = TextField()
        artist = TextField()
        state = TextField()
        generator = TextField()
        seed = IntegerField()
        parameters = TextField()
        facts = TextField()
        seconds = FloatField()
        loudness = FloatField(null=True)
        peak = FloatField(null=True)
        making = FloatField(null=True)
        audio = TextField()
        created = FloatField(index=True)

    class Job(Model):
        id = AutoField()
        song = ForeignKeyField(Song, on_delete="CASCADE")
        state = TextField(index=True)
        who = TextField()
        where = TextField()
        cut = IntegerField()
        created = FloatField()
        finished = FloatField(null=True)
        reason = TextField()

    class Cue(Model):
        # Without AUTOINCREMENT SQLite may name a new cue like a deleted one, and a late Skip could hit it.
        id = AutoField(constraints=[SQL("AUTOINCREMENT")])
        song = ForeignKeyField(Song, on_delete="CASCADE")
        job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
        who = TextField()
        where = TextField()
        state = TextField(index=True)
        place = FloatField()
        start = IntegerField()
        created = FloatField()
        started = FloatField(null=True, index=True)
        ended = FloatField(null=True)
        reason = TextField()
        frames = IntegerField()

    class Setting(Model):
        key = TextField(primary_key=True)
        value = TextField()

    models = [Song, Job, Cue, Setting]
    with db.bind_ctx(models):
        db.create_tables(models)
