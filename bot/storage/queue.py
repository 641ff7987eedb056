"""Jobs and cues in the database: what is to be made, the queue, and the play log."""

from functools import cache, lru_cache
from typing import Any, Final

import msgspec
from peewee import SQL, fn

from bandstand.bot.station.lifecycle import NEW
from bandstand.bot.station.repositories import PlayLogEntry
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Prepared, Row, prepare
from bandstand.bot.storage.songs import BRIEF, read_brief
from bandstand.common.api.people import STATION, Place
from bandstand.common.api.values import Bars, Choice, Cue, CueState, Edges, EndReason, Job, JobState, Purpose
from bandstand.common.generators import BAND, BETWEEN, COMPOSED, IMPORT
from bandstand.common.types import CueId, Frames, SongCode

JOB: Final = tables.Job
CUE: Final = tables.Cue
SONG: Final = tables.Song

JOB_COLUMNS: Final = (
    *(JOB.id, JOB.song, SONG.title, JOB.state, JOB.name, JOB.place, JOB.person, JOB.cuts_in, JOB.purpose),
    *(JOB.original, JOB.created, JOB.finished, JOB.reason, JOB.reference),
)
CUE_COLUMNS: Final = (
    *BRIEF,
    *(CUE.id, CUE.state, CUE.name, CUE.place, CUE.person, CUE.job, CUE.order, CUE.start, CUE.created, CUE.started),
    *(CUE.ended, CUE.reason, CUE.frames, SONG.audio, SONG.loudness, CUE.crossfade, CUE.bar, CUE.phase),
    *(CUE.cuts, CUE.returns, CUE.choice, SONG.cue_in, SONG.cue_out, SONG.next_at, SONG.generator),
    *(CUE.is_request, CUE.is_wish, CUE.reference),
)
OPEN_JOBS: Final = (JobState.WAITING.value, JobState.RUNNING.value)
OPEN_CUES: Final = (CueState.AIR.value, CueState.QUEUED.value)
CHOICE: Final = msgspec.json.Decoder(Choice)
IS_QUIET_IMPORT: Final = (SONG.generator == IMPORT) & (JOB.cuts_in == False)  # noqa: E712
WAS_HEARD: Final = (CUE.state == CueState.OVER.value) & CUE.started.is_null(False)


class Jobs:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def get(self, job: int) -> Job:
        row = self._executor.select_first(GET_JOB.fill(job))
        if row is None:
            raise KeyError(job)
        return _read_job(row)

    def add(self, job: Job) -> int:
        return self._executor.insert_row(JOB, {"state": job.state.value, **_write_job(job)})

    def save(self, job: Job) -> None:
        self._executor.update_row(JOB, job.id, _write_job(job))

    def write_state(self, job: int, state: JobState) -> None:
        self._executor.update_row(JOB, job, {"state": state.value})

    def get_next_waiting(self, *, is_import: bool = False) -> Job | None:
        row = self._executor.select_first(GET_NEXT_IMPORT if is_import else GET_NEXT_SONG)
        return _read_job(row) if row else None

    def get_next_ordered(self) -> Job | None:
        row = self._executor.select_first(GET_NEXT_ORDERED)
        return _read_job(row) if row else None

    def list_in_state(self, *states: JobState) -> list[Job]:
        return self._list(_prepare_in_state(states))

    def list_ended(self, limit: int) -> list[Job]:
        return self._list(LIST_ENDED.fill(limit))

    def list_open_versions(self, generator: str) -> list[Job]:
        is_version = (JOB.purpose == Purpose.WATCH.value) & (SONG.generator == generator)
        return self._list(_select_jobs().where(JOB.state.in_(OPEN_JOBS), is_version).order_by(JOB.id))

    def count_open(self, person: str) -> int:
        return self._executor.select_number(COUNT_OPEN.fill(person))

    def has_ordered(self, person: str, song: str) -> bool:
        ordered = JOB.select(JOB.id).where(JOB.song == song, JOB.person == person, JOB.original.is_null())
        return self._executor.select_first(ordered.limit(1)) is not None

    def list_wishes(self, person: str, since: float) -> list[float]:
        return [created for (created,) in self._executor.select(LIST_WISHES.fill(person, since))]

    def _list(self, query: Any) -> list[Job]:
        return [_read_job(row) for row in self._executor.select(query)]


def _select_jobs() -> Any:
    return JOB.select(*JOB_COLUMNS).join(SONG, on=(SONG.code == JOB.song))


@cache
def _prepare_in_state(states: tuple[JobState, ...]) -> Prepared:
    return prepare(_select_jobs().where(JOB.state.in_([state.value for state in states])).order_by(JOB.id))


def _prepare_next_waiting(kind: Any) -> Prepared:
    return prepare(_select_jobs().where(JOB.state == JobState.WAITING.value, kind).order_by(JOB.id).limit(1))


GET_NEXT_SONG: Final = _prepare_next_waiting(~IS_QUIET_IMPORT)
GET_NEXT_ORDERED: Final = _prepare_next_waiting(
    ~IS_QUIET_IMPORT & ((JOB.place != str(STATION)) | (SONG.generator != BAND))
)
GET_NEXT_IMPORT: Final = _prepare_next_waiting(IS_QUIET_IMPORT)
COUNT_OPEN: Final = prepare(JOB.select(fn.COUNT(JOB.id)).where(JOB.state.in_(OPEN_JOBS), JOB.person == GAP))
LIST_WISHES: Final = prepare(
    JOB.select(JOB.created).where(
        (JOB.purpose == SQL("'wish'")) & (JOB.person == GAP) & (JOB.created > GAP)
        & ~JOB.state.in_((JobState.FAILED.value, JobState.CANCELLED.value))
    )
)  # fmt: skip
GET_JOB: Final = prepare(_select_jobs().where(JOB.id == GAP))
LIST_ENDED: Final = prepare(_select_jobs().where(JOB.state.not_in(OPEN_JOBS)).order_by(JOB.id.desc()).limit(GAP))


def _read_job(row: Row) -> Job:
    number, song, title, state, name, place, person, cuts_in, purpose, original, created, finished, *last = row
    reason, reference = last
    return Job(
        id=number,
        song=SongCode(song),
        title=title,
        state=JobState(state),
        name=name,
        place=Place.parse(place),
        person=person,
        cuts_in=bool(cuts_in),
        purpose=Purpose(purpose),
        original=original,
        created=created,
        finished=finished,
        reason=reason,
        reference=reference,
    )


def _write_job(job: Job) -> dict[str, Any]:
    """All columns but the id and the state."""
    return {
        "song": job.song,
        "name": job.name,
        "place": str(job.place),
        "person": job.person,
        "cuts_in": job.cuts_in,
        "purpose": job.purpose.value,
        "original": job.original,
        "created": job.created,
        "finished": job.finished,
        "reason": job.reason,
        "reference": job.reference,
    }


class Cues:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._open: tuple[int, list[Cue]] | None = None
        """The open cues, as they were after so many writes: the programme asks for them again and again."""

    def get(self, cue: int) -> Cue | None:
        row = self._executor.select_first(GET_CUE.fill(cue))
        return _read_cue(row) if row else None

    def add(self, cue: Cue) -> Cue:
        own = {"id": cue.id} if cue.id < NEW else {}
        number = self._executor.insert_row(CUE, {**own, "state": cue.state.value, **_write_cue(cue)})
        return msgspec.structs.replace(cue, id=CueId(number))

    def save(self, cue: Cue) -> None:
        self._executor.update_row(CUE, cue.id, _write_cue(cue))

    def write_state(self, cue: int, state: CueState) -> None:
        self._executor.update_row(CUE, cue, {"state": state.value})

    def list_open(self) -> list[Cue]:
        if self._open is None or self._open[0] != self._executor.writes:
            self._open = (self._executor.writes, self._list(LIST_OPEN))
        return list(self._open[1])

    def list_of_job(self, job: int) -> list[Cue]:
        return self._list(LIST_OF_JOB.fill(job))

    def list_asked(self, since: float, limit: int) -> list[Cue]:
        return self._list(LIST_ASKED.fill(since, limit))

    def list_rests(self, cue: int) -> list[Cue]:
        return self._list(LIST_RESTS.fill(cue))

    def list_played(self, limit: int, *, is_whole: bool = False) -> list[Cue]:
        return self._list((LIST_PLAYED_WHOLE if is_whole else LIST_PLAYED).fill(limit))

    def list_heard(self, since: float, least: int) -> list[PlayLogEntry]:
        rows = self._executor.select(LIST_HEARD.fill(least))
        if len(rows) == least and (not rows or rows[-1][-2] >= since):
            rows = self._executor.select(LIST_HEARD_SINCE.fill(since))
        return [
            PlayLogEntry(read_brief(tuple(brief)), started, _read_choice(choice), reason == EndReason.BROKEN.value)
            for *brief, reason, started, choice in rows
        ]

    def get_last_ended(self) -> Cue | None:
        row = self._executor.select_first(GET_LAST_ENDED)
        return _read_cue(row) if row else None

    def get_last_started(self, song: str) -> float | None:
        row = self._executor.select_first(GET_LAST_STARTED.fill(song))
        return row[0] if row else None

    def count_queued(self, person: str) -> int:
        return self._executor.select_number(COUNT_QUEUED.fill(person))

    def count_wishes_heard(self, since: float) -> dict[str, int]:
        return dict(self._executor.select(COUNT_WISHES_HEARD.fill(since)))

    def _list(self, query: Any) -> list[Cue]:
        return [_read_cue(row) for row in self._executor.select(query)]


def _select_cues() -> Any:
    return CUE.select(*CUE_COLUMNS).join(SONG, on=(SONG.code == CUE.song))


def _select_played(wanted: Any) -> Any:
    return _select_cues().where(wanted).order_by(CUE.started.desc()).limit(GAP)


LIST_OF_JOB: Final = prepare(_select_cues().where(CUE.job == GAP).order_by(CUE.id))
GET_LAST_STARTED: Final = prepare(CUE.select(fn.MAX(CUE.started)).where(CUE.song == GAP))
COUNT_QUEUED: Final = prepare(CUE.select(fn.COUNT(CUE.id)).where(CUE.state == CueState.QUEUED.value, CUE.person == GAP))
COUNT_WISHES_HEARD: Final = prepare(
    CUE.select(CUE.person, fn.COUNT(CUE.id)).where(SQL("is_wish = 1"), CUE.started > GAP).group_by(CUE.person)
)
GET_CUE: Final = prepare(_select_cues().where(CUE.id == GAP))
LIST_OPEN: Final = prepare(_select_cues().where(CUE.state.in_(OPEN_CUES)).order_by(CUE.id))
_HEARD: Final = (
    CUE.select(*BRIEF, CUE.reason, CUE.started, CUE.choice)
    .join(SONG, on=(SONG.code == CUE.song))
    .where(WAS_HEARD)
    .order_by(CUE.started.desc())
)
LIST_HEARD: Final = prepare(_HEARD.limit(GAP))
LIST_HEARD_SINCE: Final = prepare(_HEARD.where(CUE.started >= GAP))
LIST_PLAYED: Final = prepare(_select_played(WAS_HEARD & SONG.generator.not_in(BETWEEN)))
LIST_PLAYED_WHOLE: Final = prepare(_select_played(WAS_HEARD))
LATEST: Final = 1000
"""Cues among which those are looked for that listeners asked for: the play log is long."""
IS_ASKED: Final = (CUE.is_request == True) | (CUE.is_wish == True)  # noqa: E712
WAS_TAKEN_BACK: Final = (CUE.state == CueState.OVER.value) & CUE.started.is_null()
LIST_ASKED: Final = prepare(
    _select_cues()
    .where(
        CUE.id > tables.Cue.alias().select(fn.MAX(SQL("id")) - LATEST),
        IS_ASKED, ~WAS_TAKEN_BACK, CUE.returns.is_null(), CUE.created > GAP,
    )
    .order_by(CUE.id.desc())
    .limit(GAP)
)  # fmt: skip
LIST_RESTS: Final = prepare(
    _select_cues().where(CUE.state == CueState.QUEUED.value, CUE.returns == GAP).order_by(CUE.id)
)
GET_LAST_ENDED: Final = prepare(_select_cues().where(WAS_HEARD).order_by(CUE.ended.desc()).limit(1))


@lru_cache(maxsize=2000)
def _read_cue(row: Row) -> Cue:
    """Kept, as the play log is read again and again, and what it has of a cue that is over never changes."""
    number, state, name, place, person, job, order, start, created, started, *rest = row[len(BRIEF) :]
    (
        ended,
        reason,
        frames,
        audio,
        loudness,
        crossfade,
        bar,
        phase,
        cuts,
        returns,
        choice,
        cue_in,
        cue_out,
        next_at,
        generator,
        is_request,
        is_wish,
        reference,
    ) = rest
    return Cue(
        id=CueId(number),
        song=read_brief(row[: len(BRIEF)]),
        state=CueState(state),
        name=name,
        place=Place.parse(place),
        person=person,
        job=job,
        order=order,
        start=Frames(start),
        created=created,
        started=started,
        ended=ended,
        reason=EndReason(reason) if reason else None,
        frames=Frames(frames),
        audio=audio,
        loudness=loudness,
        crossfade=crossfade,
        bars=Bars(Frames(bar), Frames(phase)) if bar else None,
        cuts=cuts,
        returns=returns,
        choice=_read_choice(choice),
        is_wish=bool(is_wish),
        edges=Edges(cue_in, cue_out, next_at, generator in COMPOSED),
        is_request=bool(is_request),
        reference=reference,
    )


@lru_cache(maxsize=1000)
def _read_choice(text: str) -> Choice | None:
    return CHOICE.decode(text) if text else None


def _write_cue(cue: Cue) -> dict[str, Any]:
    """All columns but the id and the state."""
    return {
        "song": cue.song.code,
        "name": cue.name,
        "place": str(cue.place),
        "person": cue.person,
        "job": cue.job,
        "order": cue.order,
        "start": cue.start,
        "created": cue.created,
        "started": cue.started,
        "ended": cue.ended,
        "reason": cue.reason.value if cue.reason else "",
        "frames": cue.frames,
        "crossfade": cue.crossfade,
        "bar": cue.bars.bar if cue.bars else 0,
        "phase": cue.bars.phase if cue.bars else 0,
        "cuts": cue.cuts,
        "returns": cue.returns,
        "is_wish": cue.is_wish,
        "choice": msgspec.json.encode(cue.choice).decode() if cue.choice else "",
        "playlist": cue.choice.playlist if cue.choice else "",
        "reference": cue.reference,
        "is_request": cue.is_request,
    }
