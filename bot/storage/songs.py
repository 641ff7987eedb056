"""Songs in the database, with what people noted of them: bookmarks, comparisons and their votes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from peewee import fn

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, LISTED, Executor, Row, prepare
from bandstand.bot.storage.search import Search
from bandstand.common.api.values import (
    Bookmark,
    Comparison,
    Section,
    Song,
    SongBrief,
    SongPlace,
    SongState,
    find_kind,
)
from bandstand.common.generators import COMPARE, FILE, IMPORT, PIPE, UNLISTED
from bandstand.common.jobs import Provenance
from bandstand.common.types import SongCode

ROW: Final = tables.Song
IS_KEPT: Final = ROW.state.not_in([state.value for state in SongState if state.is_lost])
IS_LISTED: Final = IS_KEPT & (ROW.state != SongState.MAKING.value) & ROW.generator.not_in(UNLISTED)
"""Whether it is one of the library's songs: something of it can be heard, and it is no jingle or the like."""

BRIEF: Final = (ROW.code, ROW.title, ROW.artist, ROW.state, ROW.seconds, ROW.created, ROW.generator)
"""The columns of a `SongBrief`, in its order."""
WHOLE: Final = (
    *(ROW.code, ROW.title, ROW.artist, ROW.state, ROW.generator, ROW.seed, ROW.parameters, ROW.facts, ROW.sections),
    *(ROW.seconds, ROW.loudness, ROW.peak, ROW.making, ROW.audio, ROW.created, ROW.form, ROW.provenance),
    *(ROW.album, ROW.genre, ROW.year, ROW.tags, ROW.cue_in, ROW.cue_out, ROW.next_at),
)
"""The columns of a `Song`, in its order."""
GET: Final = prepare(ROW.select(*WHOLE).where(ROW.code == GAP))
GET_GENERATOR: Final = prepare(ROW.select(ROW.generator).where(ROW.code == GAP))
FIND: Final = prepare(ROW.select(*WHOLE).where(ROW.code == GAP, IS_KEPT))
LIST_BRIEFS: Final = prepare(ROW.select(*BRIEF).where(ROW.code.in_(LISTED), IS_KEPT))
PLAYABLE: Final = ROW.select(ROW.code).where(ROW.state == SongState.READY.value).limit(GAP)
COUNT_PLAYABLE: Final = prepare(PLAYABLE.select_from(fn.COUNT(PLAYABLE.c.code)))
IS_MADE_BY: Final = (ROW.generator == GAP) & (ROW.state == SongState.READY.value)
FIND_MADE_WITH: Final = prepare(ROW.select(*WHOLE).where(ROW.generator == GAP, ROW.parameters == GAP, IS_KEPT).limit(1))
LIST_BY_ARTIST: Final = prepare(
    ROW.select(*BRIEF).where(ROW.artist == GAP, IS_KEPT).order_by(ROW.created.desc()).limit(GAP)
)
HAS_CODE: Final = prepare(ROW.select(ROW.code).where(ROW.code == GAP))
LIST_MADE_BY: Final = prepare(ROW.select(*WHOLE).where(IS_MADE_BY).order_by(ROW.created.desc()).limit(GAP))

UNKNOWN: Final = Provenance()
PROVENANCE: Final = msgspec.json.Decoder(Provenance)
SECTIONS: Final = msgspec.json.Decoder(tuple[Section, ...])


def write_json(value: Mapping[str, Any]) -> str:
    """Parameters or facts as text; equal ones are equal text."""
    return json.dumps(value, sort_keys=True)


def read_brief(row: Row) -> SongBrief:
    code, title, artist, state, seconds, created, generator = row
    return SongBrief(SongCode(code), title, artist, SongState(state), seconds, created, find_kind(generator))


class Songs:
    """The library. Whatever changes of a song changes what it is found by."""

    def __init__(self, executor: Executor, search: Search) -> None:
        self._executor = executor
        self._search = search

    def get(self, code: str) -> Song:
        row = self._executor.select_first(GET.fill(code))
        if row is None:
            raise KeyError(code)
        return _read(row)

    def get_generator(self, code: str) -> str:
        row = self._executor.select_first(GET_GENERATOR.fill(code))
        if row is None:
            raise KeyError(code)
        return str(row[0])

    def find(self, code: str) -> Song | None:
        row = self._executor.select_first(FIND.fill(code))
        return _read(row) if row else None

    def find_made_with(self, generator: str, parameters: Mapping[str, Any]) -> Song | None:
        row = self._executor.select_first(FIND_MADE_WITH.fill(generator, write_json(parameters)))
        return _read(row) if row else None

    def get_newest(self, generator: str = "") -> Song | None:
        wanted = (
            ROW.generator == generator if generator else ROW.generator.not_in([COMPARE, IMPORT, FILE, PIPE, *UNLISTED])
        )
        query = ROW.select(*WHOLE).where(wanted).order_by(ROW.created.desc()).limit(1)
        row = self._executor.select_first(query)
        return _read(row) if row else None

    def list_newest(self, limit: int, offset: int = 0) -> list[SongBrief]:
        query = ROW.select(*BRIEF).where(IS_LISTED).order_by(ROW.created.desc()).limit(limit).offset(offset)
        return [read_brief(row) for row in self._executor.select(query)]

    def list_briefs(self, codes: Sequence[str]) -> list[SongBrief]:
        rows = self._executor.select(LIST_BRIEFS.fill(json.dumps(list(codes))))
        found = {row[0]: read_brief(row) for row in rows}
        return [found[code] for code in codes if code in found]

    def list_by_artist(self, artist: str, limit: int) -> list[SongBrief]:
        return [read_brief(row) for row in self._executor.select(LIST_BY_ARTIST.fill(artist, limit))]

    def list_made_by(self, generator: str, limit: int) -> list[Song]:
        return [_read(row) for row in self._executor.select(LIST_MADE_BY.fill(generator, limit))]

    def count(self) -> int:
        return self._executor.select_number(ROW.select(fn.COUNT(ROW.code)).where(IS_LISTED))

    def count_playable(self, limit: int) -> int:
        return self._executor.select_number(COUNT_PLAYABLE.fill(limit))

    def list_discarded(self) -> list[SongCode]:
        rows = self._executor.select(ROW.select(ROW.code).where(ROW.state == SongState.DISCARDED.value))
        return [SongCode(code) for (code,) in rows]

    def has_code(self, code: str) -> bool:
        return self._executor.select_first(HAS_CODE.fill(code)) is not None

    def get_seconds_to_air(self, code: str) -> float | None:
        cue, job = tables.Cue, tables.Job
        heard = cue.select(cue.started, job.created).join(job).where(cue.song == code, cue.started.is_null(False))
        row = self._executor.select_first(heard.order_by(cue.id).limit(1))
        return float(row[0] - row[1]) if row else None

    def add(self, song: Song) -> None:
        self._executor.insert_row(ROW, {"code": song.code, "state": song.state.value, **write_columns(song)})
        self._search.put(song)

    def save(self, song: Song) -> None:
        self._executor.update_row(ROW, song.code, write_columns(song))
        self._search.put(song)

    def write_state(self, code: str, state: SongState) -> None:
        self._executor.update_row(ROW, code, {"state": state.value})
        if state.is_lost:
            self._search.remove(code)


def _read(row: Row) -> Song:
    code, title, artist, state, generator, seed, parameters, facts, sections, *rest = row
    seconds, loudness, peak, making, audio, created, form, provenance, *labels = rest
    album, genre, year, tags, cue_in, cue_out, next_at = labels
    return Song(
        code=SongCode(code),
        title=title,
        artist=artist,
        album=album,
        genre=genre,
        year=year,
        tags=tuple(json.loads(tags)),
        state=SongState(state),
        generator=generator,
        seed=seed,
        parameters=json.loads(parameters),
        facts=json.loads(facts),
        sections=SECTIONS.decode(sections),
        seconds=seconds,
        loudness=loudness,
        peak=peak,
        cue_in=cue_in,
        cue_out=cue_out,
        next_at=next_at,
        making=making,
        audio=audio,
        created=created,
        form=form,
        provenance=UNKNOWN if provenance == "{}" else PROVENANCE.decode(provenance),
    )


def write_columns(song: Song) -> dict[str, Any]:
    """All columns but the code and the state."""
    return {
        "title": song.title,
        "artist": song.artist,
        "album": song.album,
        "genre": song.genre,
        "year": song.year,
        "tags": json.dumps(song.tags),
        "generator": song.generator,
        "seed": song.seed,
        "parameters": write_json(song.parameters),
        "facts": write_json(song.facts),
        "sections": msgspec.json.encode(song.sections).decode(),
        "seconds": song.seconds,
        "loudness": song.loudness,
        "peak": song.peak,
        "cue_in": song.cue_in,
        "cue_out": song.cue_out,
        "next_at": song.next_at,
        "making": song.making,
        "audio": song.audio,
        "created": song.created,
        "form": song.form,
        "provenance": msgspec.json.encode(song.provenance).decode(),
    }


class Bookmarks:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def add(self, bookmark: Bookmark) -> None:
        at = bookmark.at
        query = tables.Bookmark.insert(
            song=bookmark.song,
            seconds=at.seconds,
            bar=at.bar,
            section=at.section,
            note=bookmark.note,
            name=bookmark.name,
            created=bookmark.created,
        )
        self._executor.insert(query)

    def list_of_song(self, song: str) -> list[Bookmark]:
        row = tables.Bookmark
        query = row.select(row.song, row.seconds, row.bar, row.section, row.note, row.name, row.created)
        return [
            Bookmark(song=SongCode(code), at=SongPlace(seconds, bar, section), note=note, name=name, created=created)
            for code, seconds, bar, section, note, name, created in self._executor.select(
                query.where(row.song == song).order_by(row.seconds, row.id)
            )
        ]


class Comparisons:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def add(self, comparison: Comparison) -> None:
        query = tables.Comparison.insert(
            song=comparison.song,
            first=comparison.first,
            second=comparison.second,
            created=comparison.created,
            revealed=comparison.revealed,
        )
        self._executor.insert(query)

    def get(self, song: str) -> Comparison | None:
        return self._get(_select_comparison().where(tables.Comparison.song == song))

    def get_latest(self) -> Comparison | None:
        return self._get(_select_comparison().order_by(tables.Comparison.created.desc()).limit(1))

    def close_votes(self, song: str, now: float) -> None:
        row = tables.Comparison
        self._executor.change(row.update(revealed=now).where(row.song == song, row.revealed.is_null()))

    def put_vote(self, song: str, person: str, choice: str, now: float) -> None:
        vote = {"comparison": song, "person": person, "choice": choice, "created": now}
        self._executor.put_row(tables.Vote, vote)

    def list_votes(self, song: str) -> list[str]:
        row = tables.Vote
        return [choice for (choice,) in self._executor.select(row.select(row.choice).where(row.comparison == song))]

    def _get(self, query: Any) -> Comparison | None:
        row = self._executor.select_first(query)
        if row is None:
            return None
        song, first, second, created, revealed = row
        return Comparison(
            song=SongCode(song), first=SongCode(first), second=SongCode(second), created=created, revealed=revealed
        )


def _select_comparison() -> Any:
    row = tables.Comparison
    return row.select(row.song, row.first, row.second, row.created, row.revealed)
