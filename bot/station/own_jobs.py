"""Which of the songs that the station orders by itself are made when, so that they do not hinder what is heard.

A band's song is heard while it is made. Where the machine has much to do, four songs at once would be made slower than
they are heard, and the one on the air would have holes. So of the programme's own songs only `AT_ONCE` are made at a
time, the oldest first, beside the one that comes next, which never waits for others (`choose_job`).

What is being made for an entry that has left the plan is finished for the stock, as long as that hinders nobody. Where
the song on the air, or the one that is about to begin, is itself still being made, it is given up (`give_up_strays`).

What people order waits for nothing but a worker.
"""

from typing import Final

from bandstand.bot.station import scheduling
from bandstand.bot.station.lifecycle import OPEN_JOBS
from bandstand.bot.station.on_air import locate
from bandstand.bot.station.ordering import give_up_job
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.people import STATION
from bandstand.common.api.values import Cue, Job, JobState
from bandstand.common.generators import BAND

AT_ONCE: Final = 2
"""As many as most machines have cores to spare: more of them would not be there sooner."""
SOON: Final = 60.0
"""Seconds before the next song begins in which it is about to."""


def choose_job(tx: Transaction, first: Job) -> Job | None:
    """Which job is made next, where `first` waits longest; None: those that wait are the programme's own, and enough
    of these are being made."""
    if first.place != STATION or first.cuts_in or tx.songs.get_generator(first.song) != BAND:
        return first
    if sum(job.place == STATION for job in tx.jobs.list_in_state(JobState.RUNNING)) < AT_ONCE:
        return first
    following = next(iter(scheduling.sort_queue(tx.queue.list_open())), None)
    if following is not None and following.job is not None:
        job = tx.jobs.get(following.job)
        if job.state is JobState.WAITING:
            return job
    return tx.jobs.get_next_ordered()


def give_up_strays(tx: Transaction) -> None:
    """Where what is heard is still being made, let go of songs that the programme ordered and no longer waits for."""
    cues = tx.queue.list_open()
    if not _is_pressed(tx, cues):
        return
    awaited = {cue.job for cue in cues}
    for job in tx.jobs.list_in_state(JobState.RUNNING):
        if job.place == STATION and job.id not in awaited and tx.songs.get_generator(job.song) == BAND:
            give_up_job(tx, job)


def _is_pressed(tx: Transaction, cues: list[Cue]) -> bool:
    """Whether the song on the air, or the one that begins soon, is still being made."""
    air, following = scheduling.find_on_air(cues), next(iter(scheduling.sort_queue(cues)), None)
    if air is not None and _is_being_made(tx, air):
        return True
    left = air.song.seconds - locate(tx, air) if air is not None else 0.0
    return left < SOON and following is not None and _is_being_made(tx, following)


def _is_being_made(tx: Transaction, cue: Cue) -> bool:
    return cue.job is not None and tx.jobs.get(cue.job).state in OPEN_JOBS
