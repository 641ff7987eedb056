"""The tables, as peewee sees them. Knows no rule of the programme: those are in `songs.station` and `songs.programme`.

Times are Unix seconds, lengths seconds, positions frames. The tables' history is in `migrations`; a change here comes
with a migration there.
"""

from typing import Any

from peewee import AutoField, FloatField, ForeignKeyField, IntegerField, Model, TextField

MAKING, BEGUN, READY, FAILED = "making", "begun", "ready", "failed"
"""A song's states: being made but not to be heard yet; in a spool; stored; given up."""
WAITING, RUNNING, DONE, CANCELLED = "waiting", "running", "done", "cancelled"
"""A job's states, with FAILED."""
WAITED_FOR = (WAITING, RUNNING)
QUEUED, AIR, OVER = "queued", "air", "over"
"""A cue's states: in the queue; the one that is, or is about to be, on the air; past."""
WATCHED, REMADE, COMPARED = "watch", "remake", "compare"
"""A job's purposes."""


class Song(Model):
    code = TextField(primary_key=True)
    title = TextField(default="")
    artist = TextField(default="")
    state = TextField(default=MAKING)
    generator = TextField()
    seed = IntegerField()
    parameters = TextField(default="{}")  # JSON
    facts = TextField(default="{}")  # JSON
    seconds = FloatField(default=0.0)
    loudness = FloatField(null=True)
    peak = FloatField(null=True)
    making = FloatField(null=True)
    audio = TextField(default="")  # the file's name in the song's folder
    provenance = TextField(default="{}")  # JSON, `common.jobs.Provenance`
    genome = IntegerField(null=True)  # the take of a band that plays it
    created = FloatField()


class Job(Model):
    song_id: str
    id = AutoField()
    song = ForeignKeyField(Song, backref="jobs", on_delete="CASCADE")
    state = TextField(default=WAITING)
    who = TextField()
    where = TextField()
    cut = IntegerField()  # 1: the song cuts in as soon as it can be heard
    created = FloatField()
    finished = FloatField(null=True)
    reason = TextField(default="")
    person = TextField(default="")  # who asked, as `people.identity` writes them; `who` is only what they are called
    purpose = TextField(default="")  # what the song is made for: one of the purposes, or to be heard
    original = TextField(default="")  # the song that it is made again


class Cue(Model):
    """One playing of a song, from the queue into history."""

    song_id: str
    id = AutoField()
    song = ForeignKeyField(Song, backref="cues", on_delete="CASCADE")
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    who = TextField()
    where = TextField()
    state = TextField(default=QUEUED)
    place = FloatField()  # order in the queue
    start = IntegerField(default=0)  # frames to leave out: where it was interrupted
    created = FloatField()
    started = FloatField(null=True)
    ended = FloatField(null=True)
    reason = TextField(default="")
    frames = IntegerField(default=0)  # the position that was reached
    person = TextField(default="")
    bar = IntegerField(default=0)  # frames of a bar of the song that it cuts: it waits for the next one; 0 for none
    phase = IntegerField(default=0)  # frames of that song before its first bar
    crossfade = FloatField(null=True)  # seconds; null: as the station has it
    returns = IntegerField(null=True)  # the cue that was interrupted, and of which this is the rest


class Setting(Model):
    key = TextField(primary_key=True)
    value = TextField()


class Grant(Model):
    """A right that somebody was given; `name` is written as in `people.identity`."""

    name = TextField(primary_key=True)
    right = IntegerField()
    by = TextField()
    created = FloatField()


class Account(Model):
    """Somebody who may log in with a password; see `people.passwords`."""

    name = TextField(primary_key=True)
    password = TextField()
    created = FloatField()


class Watch(Model):
    """A generator whose program is run again, with these, whenever it is saved."""

    generator = TextField(primary_key=True)
    seed = IntegerField()
    parameters = TextField(default="{}")  # JSON
    who = TextField()
    where = TextField()
    person = TextField(default="")
    created = FloatField()


class Comparison(Model):
    """A song that is two songs by turns: `first` is X, `second` is Y."""

    song = TextField(primary_key=True)
    first = TextField()
    second = TextField()
    created = FloatField()
    revealed = FloatField(null=True)


class Vote(Model):
    comparison = TextField()
    person = TextField()
    choice = TextField()
    created = FloatField()


class Mark(Model):
    """A place in a song that somebody heard."""

    song = TextField()
    frames = IntegerField()
    bar = IntegerField()  # from 1; 0 where the song does not say its tempo
    section = TextField(default="")
    note = TextField(default="")
    who = TextField()
    created = FloatField()


class Band(Model):
    """A band of the station; `genome` is the one that it has now."""

    slug = TextField(primary_key=True)
    genome = IntegerField()
    created = FloatField()


class Genome(Model):
    """A band as it was at one time, or, where `take` is 1, as it was varied for one song."""

    id = AutoField()
    band = TextField()
    generation = IntegerField()
    parent = IntegerField(null=True)
    take = IntegerField(default=0)
    genes = TextField()  # JSON, `common.bands.Band`
    created = FloatField()


class Rating(Model):
    """What somebody thought of a section of a song, -1 to 1; the last one counts."""

    id = AutoField()
    song = TextField()
    section = IntegerField()  # its place in the song's form, from 0
    person = TextField()
    value = FloatField()
    created = FloatField()


MODELS: tuple[type[Any], ...] = (
    *(Song, Job, Cue, Setting, Grant, Account),
    *(Watch, Comparison, Vote, Mark),
    *(Band, Genome, Rating),
)
