"""Bands, every form that they have had, and what listeners thought of them. A frozen copy."""

from typing import Any

from peewee import AutoField, FloatField, IntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Band(Model):
        slug = TextField(primary_key=True)
        genome = IntegerField()
        created = FloatField()

    class Genome(Model):
        id = AutoField()
        band = TextField(index=True)
        generation = IntegerField()
        parent = IntegerField(null=True)
        take = IntegerField()
        genes = TextField()
        created = FloatField()

    class Rating(Model):
        id = AutoField()
        song = TextField(index=True)
        section = IntegerField()
        person = TextField()
        value = FloatField()
        created = FloatField()

        class Meta:
            indexes = ((("song", "section", "person"), True),)

    models = [Band, Genome, Rating]
    with db.bind_ctx(models):
        db.create_tables(models)
    db.execute_sql("ALTER TABLE song ADD COLUMN genome INTEGER")
