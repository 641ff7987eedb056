"""Making songs: handing jobs to workers, and writing down what workers say.

A worker's steps come in order: it has begun (the song can be heard), perhaps something odd was noticed, and it is done
or has failed. A step about a job that is over already changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bandstand.bot.station import bands, imports, own_jobs, watches
from bandstand.bot.station.lifecycle import OPEN_JOBS, end_cue, end_job, move_job, move_song
from bandstand.bot.station.on_air import (
    LIVE,
    break_off_song,
    cut_in,
    fill_air,
    find_on_air,
    get_asker_of,
    hold_song,
    is_passing,
    is_stopped,
)
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import (
    BackgroundJobFailed,
    BackgroundJobOrdered,
    BandBred,
    JobBegun,
    JobDone,
    JobFailed,
    JobHeld,
    JobNoticed,
    JobReturned,
    Likeness,
    LiveEnded,
    QueueChanged,
    SongExported,
    SongRemade,
)
from bandstand.common.api.people import STATION
from bandstand.common.api.values import CueState, EndReason, Job, JobState, Purpose, Song, SongState
from bandstand.common.background_jobs import Bred, Breed, Exported
from bandstand.common.background_jobs import Refused as WorkRefused
from bandstand.common.background_jobs import Result as WorkResult
from bandstand.common.bands import Band
from bandstand.common.generators import COMPARE
from bandstand.common.jobs import Begun, Done, Failed, Passed, Provenance
from bandstand.common.text import one_line
from bandstand.common.types import Frames

TITLE_LIMIT: Final = 120
LAST_WORDS: Final = 6
"""Lines of a program's standard error that go with a failure."""


@dataclass(frozen=True)
class ClaimedJob:
    """What a worker is to be given."""

    job: Job
    song: Song
    band: Band | None
    """Who plays it, where it is a band's song."""
    compared: tuple[Song, Song, int] | None
    """Of a comparison: its two songs, and how many bars a turn has."""


def claim_import(tx: Transaction) -> ClaimedJob | None:
    """As `claim_job`, of the imports."""
    return claim_job(tx, is_import=True)


def claim_job(tx: Transaction, *, is_import: bool = False) -> ClaimedJob | None:
    """The job that waits longest, marked as running; None where none waits. Of the programme's own songs only so many
    are made at a time (`bot.station.own_jobs`)."""
    first = tx.jobs.get_next_waiting(is_import=is_import)
    job = own_jobs.choose_job(tx, first) if first is not None else None
    if job is None:
        return None
    job = move_job(tx, job, JobState.RUNNING)
    song = tx.songs.get(job.song)
    form = tx.bands.get_form(song.form) if song.form is not None else None
    pair = tx.comparisons.get(song.code) if song.generator == COMPARE else None
    compared = None
    if pair is not None:
        compared = (tx.songs.get(pair.first), tx.songs.get(pair.second), int(song.parameters["bars"]))
    return ClaimedJob(job, song, form.band if form else None, compared)


def record_begun(tx: Transaction, job_id: int, step: Begun) -> None:
    """The song can be heard: let it cut in where that was asked for; once only, however often the job is begun."""
    job = tx.jobs.get(job_id)
    if job.state is not JobState.RUNNING:
        return
    song = move_song(tx, tx.songs.get(job.song), SongState.BEGUN)
    song = _describe(song, step)
    facts = {**song.facts, LIVE: True} if step.is_live else {k: v for k, v in song.facts.items() if k != LIVE}
    song = msgspec.structs.replace(song, facts=facts, audio=step.source)
    tx.songs.save(song)
    _cut_in_once(tx, job, song)
    fill_air(tx)
    tx.publish(QueueChanged())
    tx.publish(JobBegun(job=job.id, song=song.brief, place=job.place, seconds=step.seconds))
    if job.purpose is Purpose.WATCH:
        watches.put_version_on(tx, job)


def _cut_in_once(tx: Transaction, job: Job, song: Song) -> None:
    if job.cuts_in and not tx.queue.list_of_job(job.id) and not _is_too_late(tx, job):
        cut_in(tx, song.brief, get_asker_of(job), job.id)


def _is_too_late(tx: Transaction, job: Job) -> bool:
    """Whether this is the song that a new station makes by itself, and somebody was quicker: nobody's music is cut off
    by it, and nobody's `stop` undone."""
    return job.place == STATION and (find_on_air(tx) is not None or is_stopped(tx))


def record_noticed(tx: Transaction, job_id: int, notice: str) -> None:
    """Something is odd about a song that is being made."""
    job = tx.jobs.get(job_id)
    generator = tx.songs.get(job.song).generator
    tx.publish(JobNoticed(job=job.id, generator=generator, place=job.place, notice=one_line(notice)))


def record_done(tx: Transaction, job_id: int, step: Done) -> None:
    """The song is stored. It may not have been heard yet, if it was begun while the bot was away."""
    job = tx.jobs.get(job_id)
    if job.state not in OPEN_JOBS or imports.recognise(tx, job, step):
        return
    end_job(tx, job, JobState.DONE)
    imports.remember(tx, job, step)
    before = tx.songs.get(job.song)
    song = _store(move_song(tx, before, SongState.READY), step)
    tx.songs.save(song)
    if before.state is SongState.MAKING:
        _cut_in_once(tx, job, song)
    if job.purpose is Purpose.WATCH and before.state is SongState.MAKING:
        watches.put_version_on(tx, job)
    fill_air(tx)
    tx.publish(QueueChanged())
    tx.publish(JobDone(job=job.id, song=song.brief, place=job.place, making=step.making, is_kept=not is_passing(song)))
    if job.purpose is Purpose.REMAKE and job.original:
        _publish_likeness(tx, job, song)


def record_passed(tx: Transaction, job_id: int, step: Passed) -> None:
    """Live sound has come to its end; the streamer plays what it has of it."""
    job = tx.jobs.get(job_id)
    if job.state not in OPEN_JOBS:
        return
    end_job(tx, job, JobState.DONE)
    song = move_song(tx, tx.songs.get(job.song), SongState.GONE)
    song = msgspec.structs.replace(song, seconds=step.seconds, provenance=step.provenance)
    tx.songs.save(song)
    for cue in tx.queue.list_open():
        if cue.song.code == song.code and cue.state is CueState.QUEUED:
            end_cue(tx, cue, EndReason.BROKEN, tx.now)
    tx.publish(QueueChanged())
    tx.publish(LiveEnded(job=job.id, song=song.brief, place=job.place))


def record_failed(tx: Transaction, job_id: int, step: Failed, *, is_told: bool = False) -> None:
    """There is no song; what was heard of it breaks off. `is_told`: those who wait have `describe_failure` already."""
    job = tx.jobs.get(job_id)
    if job.state not in OPEN_JOBS:
        return
    end_job(tx, job, JobState.FAILED, step.reason)
    song = tx.songs.get(job.song)
    tx.songs.save(msgspec.structs.replace(song, provenance=step.provenance))
    move_song(tx, song, SongState.FAILED)
    break_off_song(tx, job)
    if not is_told:
        tx.publish(_make_failure(job, step))


def record_held(tx: Transaction, job_id: int, step: Failed, made: Frames, *, is_told: bool = False) -> None:
    """There was no room for the song, of which `made` frames can be heard, or its worker was killed: its job waits.
    `is_told` as above."""
    job = tx.jobs.get(job_id)
    if job.state is not JobState.RUNNING:
        return
    move_job(tx, job, JobState.WAITING)
    move_song(tx, tx.songs.get(job.song), SongState.MAKING)
    hold_song(tx, job, made)
    if not is_told:
        tx.publish(_make_held(job, step))
    tx.publish(JobReturned(job=job.id))


def describe_held(tx: Transaction, job_id: int, step: Failed) -> JobHeld | None:
    """As `describe_failure`, of a job that is to wait."""
    job = tx.jobs.get(job_id)
    return _make_held(job, step) if job.state in OPEN_JOBS else None


def _make_held(job: Job, step: Failed) -> JobHeld:
    return JobHeld(job=job.id, song=job.song, place=job.place, reason=one_line(step.reason))


def describe_failure(tx: Transaction, job_id: int, step: Failed) -> JobFailed | None:
    """What there is to tell of a failure that is not recorded yet; None where the job is over."""
    job = tx.jobs.get(job_id)
    return _make_failure(job, step) if job.state in OPEN_JOBS else None


def _make_failure(job: Job, step: Failed) -> JobFailed:
    errors = tuple(step.provenance.errors.splitlines()[-LAST_WORDS:])
    reason, is_wish = one_line(step.reason), job.purpose is Purpose.WISH
    return JobFailed(job=job.id, song=job.song, place=job.place, reason=reason, errors=errors, is_wish=is_wish)


def return_jobs(tx: Transaction, finished: Sequence[Done]) -> None:
    """The bot has started: what workers finished meanwhile is recorded, and what they had not is made anew."""
    steps = {str(step.song): step for step in finished}
    for job in tx.jobs.list_in_state(JobState.RUNNING):
        step = steps.get(job.song)
        if step is not None:
            record_done(tx, job.id, step)
            continue
        move_job(tx, job, JobState.WAITING)
        move_song(tx, tx.songs.get(job.song), SongState.MAKING)
        tx.publish(JobReturned(job=job.id))
    fill_air(tx)
    tx.publish(QueueChanged())


def _describe(song: Song, step: Begun | Done) -> Song:
    return msgspec.structs.replace(
        song,
        title=one_line(step.title, TITLE_LIMIT),
        artist=one_line(step.artist, TITLE_LIMIT),
        seconds=step.seconds,
        facts=dict(step.facts),
        sections=tuple(step.sections),
        next_at=step.next_at,
    )


def _store(song: Song, step: Done) -> Song:
    return msgspec.structs.replace(
        _describe(song, step),
        album=one_line(step.album, TITLE_LIMIT),
        genre=one_line(step.genre, TITLE_LIMIT),
        year=step.year,
        tags=step.tags,
        loudness=step.loudness,
        peak=step.peak,
        cue_in=step.cue_in,
        cue_out=step.cue_out,
        making=step.making,
        audio=step.files.get("audio", ""),
        provenance=step.provenance,
    )


# Songs that are made again


def compare_provenance(before: Provenance, now: Provenance) -> Likeness:
    """Whether the same sound came out, bit for bit, and if not, what else is different."""
    if not before.sound:
        return Likeness.NO_FINGERPRINT
    if before.sound == now.sound:
        return Likeness.SAME_THOUGH_CHANGED if before.program != now.program else Likeness.SAME
    if before.composer < now.composer:
        return Likeness.NEWER_COMPOSER
    return Likeness.CHANGED_PROGRAM if before.program != now.program else Likeness.CHANGED_SOUND


def _publish_likeness(tx: Transaction, job: Job, song: Song) -> None:
    original = tx.songs.get(str(job.original))
    before, now = original.provenance, song.provenance
    tx.publish(
        SongRemade(
            job=job.id,
            place=job.place,
            original=original.brief,
            song=song.code,
            likeness=compare_provenance(before, now),
            program_before=before.program,
            program_now=now.program,
        )
    )


# Background jobs


def record_background_result(tx: Transaction, ordered: BackgroundJobOrdered, result: WorkResult) -> None:
    """What came of a background job."""
    match result:
        case Exported(files):
            tx.publish(SongExported(place=ordered.place, subject=ordered.subject, files=files))
        case Bred(band, candidates, changes) if isinstance(ordered.work, Breed):
            generation = bands.record_bred(tx, ordered.slug, ordered.form, band) if band else None
            tx.publish(
                BandBred(
                    place=ordered.place,
                    band=ordered.subject,
                    generation=generation,
                    candidates=candidates,
                    changes=changes,
                )
            )
        case WorkRefused(reason):
            tx.publish(BackgroundJobFailed(place=ordered.place, subject=ordered.subject, reason=reason))
        case _:
            reason = "something else came back than was asked for"
            tx.publish(BackgroundJobFailed(place=ordered.place, subject=ordered.subject, reason=reason))
