"""The tables, as peewee sees them. Knows no rule of the station: those are in `bot.station`.

The models belong to no database: a query is run by the `Executor` of one transaction, and by nothing else. Times are
Unix seconds, lengths seconds, positions frames. A column `place` is written by `common.api.people.Place`. The tables'
history is in `migrations`; a change here comes with a migration there, which also makes the indexes.
"""

from peewee import AutoField, BooleanField, CompositeKey, FloatField, ForeignKeyField, IntegerField, Model, TextField


class Form(Model):
    """A band as it was at one time, or as it was varied for one song. It is written before the band that has it."""

    id = AutoField()
    slug = TextField()
    generation = IntegerField()
    parent = ForeignKeyField("self", null=True, on_delete="SET NULL")
    is_variation = BooleanField()
    band = TextField()  # JSON, `common.bands.Band`
    created = FloatField()


class Band(Model):
    """A band of the station; `form` is the one that it has now."""

    slug = TextField(primary_key=True)
    form = ForeignKeyField(Form)
    created = FloatField()


class Song(Model):
    code = TextField(primary_key=True)
    title = TextField()
    artist = TextField()
    album = TextField()
    genre = TextField()
    year = IntegerField(null=True)
    tags = TextField()  # JSON, a list
    state = TextField()
    generator = TextField()
    seed = IntegerField()
    parameters = TextField()  # JSON, the keys in order, so that equal parameters are equal text
    facts = TextField()  # JSON
    sections = TextField()  # JSON, a list of `common.jobs.Section`
    seconds = FloatField()
    loudness = FloatField(null=True)
    peak = FloatField(null=True)
    cue_in = FloatField(null=True)
    cue_out = FloatField(null=True)
    next_at = FloatField(null=True)
    making = FloatField(null=True)
    audio = TextField()  # the file's name in the song's folder
    provenance = TextField()  # JSON, `common.jobs.Provenance`
    form = ForeignKeyField(Form, null=True, on_delete="SET NULL")
    created = FloatField()


class Original(Model):
    """A file that was imported, or that has the same sound as one that was."""

    path = TextField(primary_key=True)  # `common.files.format_location`
    size = IntegerField()
    modified = IntegerField()  # nanoseconds, as the file system has it
    song = ForeignKeyField(Song, on_delete="CASCADE")
    sound = TextField()  # SHA-256 of the decoded frames, hexadecimal


class Mark(Model):
    """A value of the fingerprint of a song that was imported."""

    value = IntegerField()
    song = ForeignKeyField(Song, on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("value", "song")


class Job(Model):
    id = AutoField()
    song = ForeignKeyField(Song, on_delete="CASCADE")
    state = TextField()
    name = TextField()
    place = TextField()
    person = TextField()
    cuts_in = BooleanField()
    purpose = TextField()
    original = ForeignKeyField(Song, null=True, on_delete="SET NULL")
    created = FloatField()
    finished = FloatField(null=True)
    reason = TextField()
    reference = TextField()


class Cue(Model):
    """One playing of a song, from the queue to the play log. No id is used twice (AUTOINCREMENT)."""

    id = AutoField()
    song = ForeignKeyField(Song, on_delete="CASCADE")
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    name = TextField()
    place = TextField()
    person = TextField()
    state = TextField()
    order = FloatField()
    start = IntegerField()
    created = FloatField()
    started = FloatField(null=True)
    ended = FloatField(null=True)
    reason = TextField()
    frames = IntegerField()
    bar = IntegerField()  # frames of a bar of the song that it cuts; 0: it does not wait for one
    phase = IntegerField()  # frames of that song before its first bar
    crossfade = FloatField(null=True)
    returns = ForeignKeyField("self", null=True, on_delete="SET NULL")
    cuts = ForeignKeyField("self", null=True, on_delete="SET NULL")
    is_wish = BooleanField()
    choice = TextField()  # JSON, `common.api.values.Choice`; empty: somebody asked for it
    is_request = BooleanField()
    playlist = TextField()  # the choice's, to find when one had its turn
    reference = TextField()


class Playlist(Model):
    name = TextField(primary_key=True)
    query = TextField()  # a search; empty: it is a list, see `PlaylistSong`
    weight = FloatField()
    rule = TextField()
    every = IntegerField()
    crossfade = FloatField(null=True)
    created = FloatField()


class PlaylistSong(Model):
    id = AutoField()
    playlist = ForeignKeyField(Playlist, on_delete="CASCADE")
    song = ForeignKeyField(Song, on_delete="CASCADE")

    class Meta:
        table_name = "playlist_song"


class Clock(Model):
    name = TextField(primary_key=True)
    slots = TextField()  # JSON, a list of `common.api.values.Slot`
    created = FloatField()


class Setting(Model):
    key = TextField(primary_key=True)
    value = TextField()


class Show(Model):
    id = AutoField()
    name = TextField()
    rule = TextField()  # as `common.show_times.read_rule` reads it
    zone = TextField()
    slot = TextField()  # as `common.api.values.read_slot` reads it
    priority = IntegerField()
    is_override = BooleanField()
    created = FloatField()
    is_recorded = BooleanField(default=False)


class ShowRun(Model):
    """What became of one coming of a show; `show` is `common.api.shows.Show.key`."""

    show = TextField()
    day = TextField()
    start = FloatField()
    outcome = TextField()  # `common.api.shows.RunState`

    class Meta:
        primary_key = CompositeKey("show", "day")


class Recording(Model):
    """A recording that is whole. Its files are told by the folder; see `bot.station.recordings`."""

    code = TextField(primary_key=True)
    began = FloatField()
    bytes = IntegerField()  # of all its files
    recording = TextField()  # JSON, `common.api.recordings.Recording`
    is_public = BooleanField()
    is_removed = BooleanField()  # its files are to go, or have just gone
    is_told = BooleanField()  # operators know that it is due


class LiveConnection(Model):
    """A DJ whom Icecast let in."""

    name = TextField(primary_key=True)
    since = FloatField()
    seen = FloatField()
    is_connected = BooleanField()
    is_wanted = BooleanField()
    was_on = BooleanField()

    class Meta:
        table_name = "live_connection"


class LiveGuest(Model):
    name = TextField(primary_key=True)
    password = TextField()  # a hash
    expires = FloatField()
    by = TextField()
    created = FloatField()

    class Meta:
        table_name = "live_guest"


class LiveKick(Model):
    name = TextField(primary_key=True)
    until = FloatField()

    class Meta:
        table_name = "live_kick"


class DjMessage(Model):
    id = AutoField()
    dj = TextField()
    name = TextField()
    text = TextField()
    at = FloatField()

    class Meta:
        table_name = "dj_message"


class Grant(Model):
    name = TextField(primary_key=True)
    right = IntegerField()  # `Right.rank`
    by = TextField()
    created = FloatField()


class Account(Model):
    name = TextField(primary_key=True)
    password = TextField()
    created = FloatField()


class Watch(Model):
    generator = TextField(primary_key=True)
    seed = IntegerField()
    parameters = TextField()  # JSON
    name = TextField()
    place = TextField()
    person = TextField()
    created = FloatField()
    continues = BooleanField()


class Document(Model):
    """What a song is found by; its words are in a table of their own (`bot.storage.search`)."""

    id = AutoField()
    song = ForeignKeyField(Song, unique=True, on_delete="CASCADE")
    title = TextField()  # its words, as they are looked for
    style = TextField()
    key = TextField()
    tempo = FloatField(null=True)
    year = IntegerField(null=True)


class Word(Model):
    """A word that some song has, or had."""

    text = TextField(primary_key=True)


class Session(Model):
    """A visitor's session, or a link that will begin one."""

    key = TextField(primary_key=True)  # a hash
    is_link = BooleanField()
    name = TextField()
    network = TextField()
    account = TextField()
    mask = TextField()
    right = IntegerField(null=True)
    person = TextField()
    created = FloatField()
    expires = FloatField()


class Comparison(Model):
    song = ForeignKeyField(Song, primary_key=True, on_delete="CASCADE")
    first = ForeignKeyField(Song, on_delete="CASCADE")
    second = ForeignKeyField(Song, on_delete="CASCADE")
    created = FloatField()
    revealed = FloatField(null=True)


class Vote(Model):
    comparison = ForeignKeyField(Comparison, on_delete="CASCADE")
    person = TextField()
    choice = TextField()
    created = FloatField()

    class Meta:
        primary_key = CompositeKey("comparison", "person")


class Bookmark(Model):
    id = AutoField()
    song = ForeignKeyField(Song, on_delete="CASCADE")
    seconds = FloatField()
    bar = IntegerField()  # from 1; 0 where the song does not say
    section = TextField()
    note = TextField()
    name = TextField()
    created = FloatField()


class Rating(Model):
    """What somebody thinks of a section of a song: one row for each person."""

    id = AutoField()
    song = ForeignKeyField(Song, on_delete="CASCADE")
    section = IntegerField()  # its place in the song's form, from 0
    person = TextField()
    value = FloatField()
    created = FloatField()


class Fan(Model):
    """Somebody who has favourites, or has said whether they want to be told of them."""

    person = TextField(primary_key=True)
    name = TextField()  # what they were called last
    known_as = TextField()  # their account without its network, or else that name; casefolded
    is_told = BooleanField()


class Favourite(Model):
    person = TextField()  # of a fan
    song = ForeignKeyField(Song, on_delete="CASCADE")
    created = FloatField()

    class Meta:
        primary_key = CompositeKey("person", "song")


class SkipVote(Model):
    """Somebody wants this cue to be skipped."""

    cue = ForeignKeyField(Cue, on_delete="CASCADE")
    person = TextField()
    created = FloatField()

    class Meta:
        table_name = "skip_vote"
        primary_key = CompositeKey("cue", "person")


class SongRequest(Model):
    id = AutoField()
    song = ForeignKeyField(Song, on_delete="CASCADE")
    cue = ForeignKeyField(Cue, null=True, on_delete="SET NULL")
    person = TextField()
    name = TextField()
    created = FloatField()
    count = IntegerField()  # the song's request count, with this one

    class Meta:
        table_name = "song_request"
