"""The life of a song, of a job and of a cue: which state may follow which, and the one place that writes states.

A **song** is ordered (MAKING), can be heard as soon as its first block is made (BEGUN), and is stored at last (READY),
or is given up (FAILED). When the bot ends while a worker makes it, the song is made anew (back to MAKING). One that the
station composed by itself may have to make room for others later (DISCARDED). What is only heard, live sound or a file
that is played where it is, is GONE when that is over.

A **job** makes a song. It waits for a worker (WAITING), is handed to one (RUNNING) and ends as DONE, FAILED or
CANCELLED. One that was running when the bot ended waits again, unless its worker finished meanwhile (DONE).

A **cue** is one playing of a song. It is queued, goes on the air and is over; one that cuts in begins on the air, and
one that is dropped from the queue is over without having been heard. At most one cue is on the air. AIR means that the
station wants it to be heard: the streamer may still be a moment behind, and `Cue.started` says that it has begun. Over
is over: what is to be heard again gets a new cue, so that a late message about the old one cannot hit it.

    song   MAKING -> BEGUN -> READY       job   WAITING -> RUNNING -> DONE      cue   QUEUED -> AIR -> OVER
              ^        |                            ^         |                          |               ^
              +--------+--> FAILED                  +---------+--> FAILED, CANCELLED     +---------------+
"""

from typing import Final, TypeVar

import msgspec

from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.values import Cue, CueState, EndReason, Job, JobState, Song, SongState
from bandstand.common.text import one_line
from bandstand.common.types import CueId, Frames

State = TypeVar("State", SongState, JobState, CueState)

SONG_STEPS: Final = {
    SongState.MAKING: {SongState.BEGUN, SongState.READY, SongState.FAILED},
    SongState.BEGUN: {SongState.READY, SongState.FAILED, SongState.MAKING, SongState.GONE},
    SongState.READY: {SongState.DISCARDED, SongState.GONE},
    SongState.FAILED: set[SongState](),
    SongState.DISCARDED: set[SongState](),
    SongState.GONE: set[SongState](),
}
JOB_STEPS: Final = {
    JobState.WAITING: {JobState.RUNNING, JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.RUNNING: {JobState.WAITING, JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.DONE: set[JobState](),
    JobState.FAILED: set[JobState](),
    JobState.CANCELLED: set[JobState](),
}
CUE_STEPS: Final = {
    CueState.QUEUED: {CueState.AIR, CueState.OVER},
    CueState.AIR: {CueState.OVER},
    CueState.OVER: set[CueState](),
}
OPEN_JOBS: Final = (JobState.WAITING, JobState.RUNNING)


class IllegalStep(Exception):
    """A state was to be followed by one that cannot follow it: a fault of ours."""


def check_step(steps: dict[State, set[State]], before: State, after: State) -> None:
    if after not in steps[before]:
        raise IllegalStep(f"{before!r} cannot become {after!r}")


def move_song(tx: Transaction, song: Song, state: SongState) -> Song:
    """Write a song's state; the same as before is no step. Raises IllegalStep."""
    if song.state is not state:
        check_step(SONG_STEPS, song.state, state)
        tx.songs.write_state(song.code, state)
    return msgspec.structs.replace(song, state=state)


def move_job(tx: Transaction, job: Job, state: JobState) -> Job:
    """Write a job's state. Raises IllegalStep."""
    check_step(JOB_STEPS, job.state, state)
    tx.jobs.write_state(job.id, state)
    return msgspec.structs.replace(job, state=state)


def end_job(tx: Transaction, job: Job, state: JobState, reason: str = "") -> Job:
    """End a job as DONE, FAILED or CANCELLED, with the reason for people. Raises IllegalStep."""
    ended = msgspec.structs.replace(move_job(tx, job, state), reason=one_line(reason), finished=tx.now)
    tx.jobs.save(ended)
    return ended


def add_cue(tx: Transaction, cue: Cue) -> Cue:
    """Write down a new cue, queued or on the air."""
    if cue.state is CueState.OVER:
        raise IllegalStep("a cue cannot begin as over")
    return tx.queue.add(cue)


def put_on_air(tx: Transaction, cue: Cue) -> Cue:
    """Let a queued cue be the one on the air. Raises IllegalStep."""
    check_step(CUE_STEPS, cue.state, CueState.AIR)
    tx.queue.write_state(cue.id, CueState.AIR)
    return msgspec.structs.replace(cue, state=CueState.AIR)


def end_cue(tx: Transaction, cue: Cue, reason: EndReason | None, at: float, frames: Frames | None = None) -> Cue:
    """Let a cue be over. A cue that is over already keeps its time, and its reason if it has one.

    `frames` is the position that was reached, where that is known; `reason` None leaves it to the streamer's report.
    """
    if cue.state is not CueState.OVER:
        check_step(CUE_STEPS, cue.state, CueState.OVER)
        tx.queue.write_state(cue.id, CueState.OVER)
    ended = msgspec.structs.replace(
        cue,
        state=CueState.OVER,
        ended=at if cue.ended is None else cue.ended,
        reason=cue.reason or reason,
        frames=cue.frames if frames is None else frames,
    )
    tx.queue.save(ended)
    return ended


NEW_ID: Final = 0
"""The id of what is yet to be added to a repository."""
NEW: Final = CueId(NEW_ID)
"""The id of a cue that is yet to be added."""
