"""Questions to the database, answered with plain values. Changes nothing; runs inside a transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from peewee import JOIN

from bot.database.models import AIR, FAILED, OVER, QUEUED, WAITED_FOR, Cue, Job, Setting, Song
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
    exact = known.where(Song.code == words.strip().lower()).first()
    if exact is not None:
        return song_view(exact)
    wanted = words.casefold().split()
    titled = _titled(wanted)
    whole = [code for code, title in titled if title.casefold().split() == wanted]
    found = whole or [code for code, title in titled if set(wanted) <= set(_words(title))]
    if len(found) == 1 or whole:
        return song(found[0])
    if found:
        names = ", ".join(f"{code} {title}" for code, title in titled if code in found[:4])
        raise CommandError(f"{counted(len(found), 'song')} fit that; say the code of one: {names}")
    raise CommandError(f'no song "{one_line(words, 60)}" (there {_are(known.count())})')


def _titled(wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Codes and titles that may fit, the newest first. SQLite folds the case of ASCII alone, so it rules out no other
    words and no other titles."""
    other = Song.title % "*[^ -~]*"
    fitting = [Song.title.contains(word) | other for word in wanted if word.isascii()]
    rows: Any = Song.select(Song.code, Song.title).where(Song.state != FAILED, Song.title != "", *fitting)
    return list(rows.order_by(Song.created.desc()).tuples()) if wanted else []


def _words(title: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "'" else " " for c in title.casefold()).split()


def _are(count: int) -> str:
    return f"is {count}" if count == 1 else f"are {count}"


def songs(limit: int) -> tuple[list[SongView], int]:
    """The newest songs, and how many there are in all."""
    stored = Song.select().where(Song.state != FAILED)
    return [song_view(row) for row in stored.order_by(Song.created.desc()).limit(limit)], stored.count()


def titles(limit: int) -> list[tuple[str, str]]:
    """Codes and titles of the newest songs."""
    stored: Any = Song.select(Song.code, Song.title).where(Song.state != FAILED)
    return list(stored.order_by(Song.created.desc()).limit(limit).tuples())


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
    rows = Cue.select(*SLOT).join(Song).where(Cue.state.in_([AIR, QUEUED]))
    return [slot(row) for row in rows]


SLOT = (
    *(Cue.id, Cue.state, Cue.place, Cue.start, Cue.crossfade, Cue.bar, Cue.phase),
    *(Song.code, Song.title, Song.artist, Song.state, Song.audio, Song.loudness),
)
"""What a slot is made of: to ask for every column takes twice as long."""


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
    columns = (Cue.who, Cue.started, Cue.frames, Cue.reason, Song.code, Song.title)
    rows = Cue.select(*columns).join(Song).where(Cue.state == OVER, Cue.started.is_null(False))
    return [
        PlayView(SongCode(row.song.code), row.song.title, row.who, row.started or 0.0, row.frames, row.reason)
        for row in rows.order_by(Cue.started.desc()).limit(limit)
    ]


def jobs(limit: int) -> list[JobView]:
    """Open jobs, oldest first, then the last ended ones."""
    first = open_jobs()
    ended = _jobs().where(Job.state.not_in(WAITED_FOR)).order_by(Job.id.desc())
    return [*first, *(job_view(row) for row in ended.limit(max(0, limit - len(first))))]


def open_jobs() -> list[JobView]:
    return [job_view(row) for row in _jobs().where(Job.state.in_(WAITED_FOR)).order_by(Job.id)]


def _jobs() -> Any:
    columns = (Job.id, Job.state, Job.who, Job.where, Job.created, Job.reason)
    return Job.select(*columns, Song.code, Song.title).join(Song, JOIN.INNER)


def open_jobs_of(person: str) -> int:
    return int(Job.select().where(Job.person == person, Job.state.in_(WAITED_FOR)).count())


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
