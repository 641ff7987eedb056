"""Questions to the database, answered with plain values. Changes nothing; runs inside a transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from peewee import JOIN

from bot.database.models import AIR, FAILED, OVER, QUEUED, RUNNING, WAITING, Cue, Job, Setting, Song
from bot.songs.bars import Bars
from bot.songs.station import Slot
from common.bands import Band
from common.errors import CommandError
from common.generators import COMPARE, IMPORT
from common.jobs import Provenance
from common.text import counted, one_line
from common.types import CueId, Frames, SongCode

UNKNOWN = Provenance()


@dataclass(frozen=True)
class SongView:
    code: SongCode
    title: str
    artist: str
    state: str
    generator: str
    seed: int
    seconds: float
    created: float
    loudness: float | None = None
    making: float | None = None
    audio: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    genome: int | None = None
    band: Band | None = None
    """Who plays, where that was looked up."""
    provenance: Provenance = UNKNOWN

    @property
    def name(self) -> str:
        return f'"{self.title}" ({self.code})' if self.title else f"song {self.code}"


@dataclass(frozen=True)
class JobView:
    id: int
    song: SongCode
    title: str
    state: str
    who: str
    where: str
    created: float
    reason: str


@dataclass(frozen=True)
class PlayView:
    """One line of history."""

    song: SongCode
    title: str
    who: str
    started: float
    frames: int
    reason: str


def song_view(row: Song) -> SongView:
    return SongView(
        code=SongCode(row.code),
        title=row.title,
        artist=row.artist,
        state=row.state,
        generator=row.generator,
        seed=row.seed,
        seconds=row.seconds,
        created=row.created,
        loudness=row.loudness,
        making=row.making,
        audio=row.audio,
        parameters=json.loads(row.parameters),
        facts=json.loads(row.facts),
        genome=row.genome,
        provenance=msgspec.json.decode(row.provenance, type=Provenance),
    )


def song(code: str) -> SongView:
    return song_view(Song.get_by_id(code))


def find(words: str) -> SongView:
    """The song that `words` name: its code, its whole title, or some of its title's words.

    Raises CommandError saying how many songs there are, or which ones the words fit.
    """
    known = Song.select().where(Song.state != FAILED)
    wanted = words.casefold().split()
    exact = known.where(Song.code == words.strip().lower()).first()
    if exact is not None:
        return song_view(exact)
    titled = [row for row in known.order_by(Song.created.desc()) if row.title]
    whole = [row for row in titled if row.title.casefold().split() == wanted]
    found = whole or [row for row in titled if wanted and set(wanted) <= set(_words(row.title))]
    if len(found) == 1 or whole:
        return song_view(found[0])
    if found:
        names = ", ".join(f"{row.code} {row.title}" for row in found[:4])
        raise CommandError(f"{counted(len(found), 'song')} fit that; say the code of one: {names}")
    raise CommandError(f'no song "{one_line(words, 60)}" (there {_are(known.count())})')


def _words(title: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "'" else " " for c in title.casefold()).split()


def _are(count: int) -> str:
    return f"is {count}" if count == 1 else f"are {count}"


def songs(limit: int) -> tuple[list[SongView], int]:
    """The newest songs, and how many there are in all."""
    stored = Song.select().where(Song.state != FAILED)
    return [song_view(row) for row in stored.order_by(Song.created.desc()).limit(limit)], stored.count()


def songs_by(artist: str, limit: int) -> list[SongView]:
    """The newest songs of this artist."""
    by = Song.select().where(Song.artist == artist, Song.state != FAILED)
    return [song_view(row) for row in by.order_by(Song.created.desc()).limit(limit)]


def newest_song() -> SongView | None:
    """The last that was asked for; a comparison of others is none, nor is a file that was there before."""
    row = Song.select().where(Song.generator.not_in([COMPARE, IMPORT])).order_by(Song.created.desc(), Song.code).first()
    return song_view(row) if row else None


def made_with(generator: str, parameters: dict[str, Any]) -> SongView | None:
    """A song that this generator made, or is making, with exactly these parameters."""
    written = json.dumps(parameters, sort_keys=True)
    row = Song.get_or_none(Song.generator == generator, Song.parameters == written, Song.state != FAILED)
    return song_view(row) if row else None


def newest_of(generator: str) -> SongView | None:
    row = Song.select().where(Song.generator == generator).order_by(Song.created.desc()).first()
    return song_view(row) if row else None


def to_air(code: str) -> float | None:
    """Seconds from the command that asked for the song until it was heard for the first time."""
    row = Cue.select(Cue, Job).join(Job).where(Cue.song == code, Cue.started.is_null(False)).order_by(Cue.id).first()
    return None if row is None else float(row.started - row.job.created)


def taken(code: str) -> bool:
    return bool(Song.select().where(Song.code == code).exists())


def slots() -> list[Slot]:
    """Every cue that is on the air or waiting for it."""
    rows = Cue.select(Cue, Song).join(Song).where(Cue.state.in_([AIR, QUEUED]))
    return [slot(row) for row in rows]


def slot(row: Cue) -> Slot:
    return Slot(
        cue=CueId(row.id),
        song=SongCode(row.song.code),
        title=row.song.title,
        artist=row.song.artist,
        song_state=row.song.state,
        state=row.state,
        place=row.place,
        start=row.start,
        audio=row.song.audio,
        loudness=row.song.loudness,
        crossfade=row.crossfade,
        bars=Bars(Frames(row.bar), Frames(row.phase)) if row.bar else None,
    )


def history(limit: int) -> list[PlayView]:
    """What was heard, newest first."""
    rows = Cue.select(Cue, Song).join(Song).where(Cue.state == OVER, Cue.started.is_null(False))
    return [
        PlayView(SongCode(row.song.code), row.song.title, row.who, row.started or 0.0, row.frames, row.reason)
        for row in rows.order_by(Cue.started.desc()).limit(limit)
    ]


def jobs(limit: int) -> list[JobView]:
    """Open jobs, oldest first, then the last ended ones."""
    rows = Job.select(Job, Song).join(Song, JOIN.INNER)
    open_jobs = list(rows.where(Job.state.in_([WAITING, RUNNING])).order_by(Job.id))
    ended = rows.where(Job.state.not_in([WAITING, RUNNING])).order_by(Job.id.desc())
    return [job_view(row) for row in [*open_jobs, *ended.limit(max(0, limit - len(open_jobs)))]]


def open_jobs() -> Sequence[JobView]:
    return [view for view in jobs(0) if view.state in (WAITING, RUNNING)]


def open_jobs_of(person: str) -> int:
    return int(Job.select().where(Job.person == person, Job.state.in_([WAITING, RUNNING])).count())


def queued_by(person: str) -> int:
    return int(Cue.select().where(Cue.person == person, Cue.state == QUEUED).count())


def job_view(row: Job) -> JobView:
    return JobView(
        row.id, SongCode(row.song.code), row.song.title, row.state, row.who, row.where, row.created, row.reason
    )


def stopped() -> bool:
    return stop_fade() is not None


def stop_fade() -> float | None:
    """While stopped, in how many seconds it was to go silent."""
    row = Setting.get_or_none(Setting.key == "stopped")
    return None if row is None else float(row.value)


def empty() -> bool:
    """No song is stored and none is being made: a new station."""
    return not Song.select().where(Song.state != FAILED).exists()
