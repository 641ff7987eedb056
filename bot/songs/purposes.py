"""What a worker's steps mean for jobs that have a purpose beyond making a song; the rest is `songs.programme`'s."""

from bot.database.models import REMADE, RUNNING, WATCHED, Job
from bot.effects import Effect
from bot.songs import programme, remakes, watches
from common.jobs import Begun, Done, Failed


def begun(job_id: int, step: Begun, now: float) -> tuple[Effect, ...]:
    job = Job.get_by_id(job_id)
    effects = programme.begun(job_id, step, now)
    if job.purpose == WATCHED and job.state == RUNNING:
        return (*effects, *watches.begun(job, now))
    return effects


def done(job_id: int, step: Done, now: float) -> tuple[Effect, ...]:
    job = Job.get_by_id(job_id)
    effects = programme.done(job_id, step, now)
    if job.purpose == REMADE and job.state == RUNNING:
        return (*effects, remakes.told(job, step))
    return effects


def failed(job_id: int, step: Failed, now: float) -> tuple[Effect, ...]:
    return programme.failed(job_id, step.reason, now, step.provenance)
