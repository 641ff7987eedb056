"""What changes the programme and the jobs, each function one piece of a transaction of `database.store`.

The rules themselves are in `songs.station`; this is where their answers are written down. Each returns effects, which
are carried out only after the commit.
"""

import dataclasses
import json
from random import Random

import msgspec

from bot.database.models import (
    AIR,
    BEGUN,
    CANCELLED,
    DONE,
    FAILED,
    MAKING,
    OVER,
    QUEUED,
    READY,
    RUNNING,
    WAITING,
    Cue,
    Job,
    Setting,
    Song,
)
from bot.effects import Abandon, Announce, Compose, Effect, Sync, Tell, Underway
from bot.request import Level, Reply
from bot.songs import bands, codes, library, station
from bot.songs.library import SongView
from common.jobs import Begun, Done, Provenance, Value
from common.text import clock, one_line
from common.types import RATE, CueId, SongCode

BAND = "band"
"""The generator that the station's own bands are."""
SEED_LIMIT = 2**31
LAST_WORDS = 6
"""Lines of a program's standard error that are shown."""
UNKNOWN = Provenance()


def order_song(
    *,
    generator: str,
    seed: int | None,
    parameters: dict[str, Value],
    who: str,
    where: str,
    cut: bool,
    now: float,
    chance: Random,
    person: str = "",
    purpose: str = "",
    original: str = "",
    heard: bool = True,
    genome: int | None = None,
) -> tuple[int, SongCode]:
    """Write down a song to be made and the job of making it; one that does not cut in takes its place in the queue.

    `heard` is False for a song that is made for another purpose than to be played.
    """
    code = codes.new_code(chance, library.taken)
    chosen = int(chance.random() * SEED_LIMIT) if seed is None else seed
    if generator == BAND and genome is None:
        genome = library.song(original).genome if original else bands.take("", now, chance)
    song = Song.create(
        code=code,
        generator=generator,
        seed=chosen,
        parameters=json.dumps(parameters, sort_keys=True),
        created=now,
        genome=genome,
    )
    job = Job.create(
        song=song, who=who, where=where, cut=int(cut), created=now, person=person, purpose=purpose, original=original
    )
    if heard and not cut:
        _line_up(code, who, where, now, job=job.id, person=person)
    return job.id, code


def take_job() -> tuple[int, SongView] | None:
    """The next job for a worker, marked as running."""
    job = Job.select().where(Job.state == WAITING).order_by(Job.id).first()
    if job is None:
        return None
    job.state = RUNNING
    job.save()
    song = library.song(job.song_id)
    return job.id, dataclasses.replace(song, band=bands.of_genome(song.genome))


def begun(job_id: int, step: Begun, now: float) -> tuple[Effect, ...]:
    """The song can be heard: let it cut in where that was asked for, once only, however often the job is begun."""
    job = Job.get_by_id(job_id)
    if job.state != RUNNING:
        return ()
    _describe(job.song_id, BEGUN, step.title, step.artist, step.seconds, step.facts)
    if job.cut and not Cue.select().where(Cue.job == job).exists():
        cut_in(SongCode(job.song_id), job.who, job.where, now, job=job.id)
    fill_air()
    return (Sync(), Underway(job.id, job.where, f"{step.title} ({job.song_id})", step.seconds))


def noticed(job_id: int, sentence: str) -> tuple[Effect, ...]:
    """Something is odd about a song that is being made: whoever asked for it is told."""
    job = Job.get_by_id(job_id)
    text = f"job {job.id}: {library.song(job.song_id).generator}: {one_line(sentence)}"
    return (Tell(job.where, Reply(text, Level.NOTICE)),)


def done(job_id: int, step: Done, now: float) -> tuple[Effect, ...]:
    """The song is stored: record it and tell whoever asked."""
    job = Job.get_by_id(job_id)
    store_song(step)
    if job.state not in (RUNNING, WAITING):
        return ()
    _end_job(job, DONE, "", now)
    fill_air()
    made = f'"{one_line(step.title)}" ({step.song}) is made: {clock(step.seconds)}, in {step.making:.1f} s'
    return (Sync(), Compose(), Tell(job.where, Reply(f"job {job.id}: {made}", job=str(job.id))))


def store_song(step: Done) -> None:
    _describe(step.song, READY, step.title, step.artist, step.seconds, step.facts)
    Song.update(
        loudness=step.loudness,
        peak=step.peak,
        making=step.making,
        audio=step.files.get("audio", ""),
        provenance=written(step.provenance),
    ).where(Song.code == step.song).execute()


def written(provenance: Provenance) -> str:
    return msgspec.json.encode(provenance).decode()


def failed(job_id: int, reason: str, now: float, provenance: Provenance = UNKNOWN) -> tuple[Effect, ...]:
    """No song: its places in the queue are given up, and whoever asked is told why, with the last of its words."""
    job = Job.get_by_id(job_id)
    if job.state not in (RUNNING, WAITING):
        return ()
    _end_job(job, FAILED, reason, now)
    Song.update(provenance=written(provenance)).where(Song.code == job.song_id).execute()
    _break_off(job, now)
    words = tuple((line,) for line in provenance.errors.splitlines()[-LAST_WORDS:])
    reply = Reply(
        f"job {job.id}: {one_line(reason)}",
        Level.FAILED,
        columns=("the end of its standard error",) if words else (),
        rows=words,
        job=str(job.id),
    )
    return (Sync(), Compose(), Tell(job.where, reply))


def cancel(job_id: int, now: float) -> tuple[Effect, ...]:
    job = Job.get_by_id(job_id)
    running = job.state == RUNNING
    _end_job(job, CANCELLED, "cancelled", now)
    _give_up(job.song_id, now)
    return (Sync(), *((Abandon(job_id),) if running else ()), Compose())


def again_after_start(recorded: list[Done], now: float) -> tuple[Effect, ...]:
    """A new bot: what workers finished meanwhile is recorded, and what they had not goes back to be made."""
    finished = {str(step.song): step for step in recorded}
    effects: list[Effect] = []
    for job in Job.select().where(Job.state == RUNNING):
        if job.song_id in finished:
            effects += done(job.id, finished[job.song_id], now)
            continue
        job.state = WAITING
        job.save()
        Song.update(state=MAKING).where(Song.code == job.song_id).execute()
    fill_air()
    return (*effects, Compose(), Sync())


def cut_in(
    code: SongCode, who: str, where: str, now: float, job: int | None = None, crossfade: float | None = None
) -> int:
    """Put a song on the air in place of what is there. The end of that is written when the streamer reports it."""
    Setting.delete().where(Setting.key == "stopped").execute()
    Cue.update(state=OVER, reason="cut", ended=now).where(Cue.state == AIR).execute()
    cue = Cue.create(song=code, job=job, who=who, where=where, state=AIR, place=0.0, created=now, crossfade=crossfade)
    return int(cue.id)


def come_back(cue: int, frames: int, now: float) -> None:
    """Let this cue, which is about to be cut off at about `frames`, go on from there as the next in the queue.

    Where exactly is known when the streamer reports its end.
    """
    row = Cue.get_by_id(cue)
    place = station.place_first(library.slots())
    own = {"song": row.song_id, "who": row.who, "where": row.where, "person": row.person}
    Cue.create(**own, place=place, created=now, start=frames, returns=cue)


def enqueue(code: SongCode, who: str, where: str, now: float, person: str = "", crossfade: float | None = None) -> int:
    """Append a song; it goes on the air at once where nothing is. Returns its place in the queue, 0 for on the air."""
    cue = _line_up(code, who, where, now, person=person, crossfade=crossfade)
    fill_air()
    queue = [slot.cue for slot in station.in_order(library.slots())]
    return queue.index(CueId(cue)) + 1 if cue in queue else 0


def drop(cue: int, now: float) -> None:
    """Skip a cue that is on the air by the programme alone: the streamer does not have it."""
    Cue.update(state=OVER, ended=now, reason="skipped").where(Cue.id == cue, Cue.state == AIR).execute()
    fill_air()


def stop(fade: float) -> None:
    Setting.insert(key="stopped", value=str(fade)).on_conflict_replace().execute()


def stopped_at(cue: int, frames: int) -> None:
    """The streamer let this cue go where it was; it is the first to go on after `resume`, from there."""
    Cue.update(start=frames).where(Cue.id == cue, Cue.state == AIR).execute()


def resume() -> None:
    Setting.delete().where(Setting.key == "stopped").execute()
    fill_air()


def started(cue: int, now: float) -> tuple[Effect, ...]:
    """The streamer began this cue, perhaps by itself after the one before it."""
    row = Cue.get_or_none(Cue.id == cue)
    if row is None or row.state == OVER:
        return (Sync(),)
    first = row.started is None
    if row.state == QUEUED:
        if Cue.select().where(Cue.state == AIR, Cue.started.is_null()).exists():
            return (Sync(),)  # what somebody asked for meanwhile is on its way and cuts this one off
        Cue.update(state=OVER, ended=now).where(Cue.state == AIR).execute()
    row.state, row.started = AIR, row.started or now
    row.save()
    now_playing = Reply(f"now: {library.song(row.song_id).name}", Level.NOTICE, public=True)
    return (Sync(), *((Announce(now_playing),) if first else ()))


def ended(cue: int, reason: str, frames: int, detail: str, now: float) -> tuple[Effect, ...]:
    """The streamer ended this cue; what is next goes on the air. Being told again changes nothing."""
    row = Cue.get_or_none(Cue.id == cue)
    if row is None or (row.state == OVER and row.reason and row.frames == frames > 0):
        return (Sync(),)
    row.frames = frames
    if reason == "stopped" and row.state == AIR and not _failed(row.song_id):
        row.start = frames
        row.save()
        return (Sync(),)  # it may have been resumed before this was known
    if reason == "cut" and row.state == QUEUED:
        _stand_again(row)
    row.state, row.ended, row.reason = OVER, now, row.reason or reason
    row.save()
    _settle_return(cue, reason, frames, now)
    fill_air()
    if reason != "broken":
        return (Sync(),)
    name = library.song(row.song_id).name
    return (Sync(), Tell(row.where, Reply(f"{name} broke off after {clock(frames / RATE)}: {detail}", Level.FAILED)))


def _stand_again(row: Cue) -> None:
    """It had begun by itself in the moment in which another was put on the air: it has its place in the queue again."""
    own = {"song": row.song_id, "job": row.job, "who": row.who, "where": row.where, "person": row.person}
    Cue.create(**own, place=row.place, created=row.created, start=row.start, crossfade=row.crossfade)


def _settle_return(cue: int, reason: str, frames: int, now: float) -> None:
    """What was to come back goes on where it was cut off; if it ended before that, there is nothing to come back."""
    rest = Cue.update(start=frames) if reason == "cut" else Cue.update(state=OVER, reason=reason, ended=now)
    rest.where(Cue.returns == cue, Cue.state == QUEUED).execute()


def unplayable(cue: int, reason: str, now: float) -> tuple[Effect, ...]:
    """The streamer would not take this cue."""
    row = Cue.get_or_none(Cue.id == cue)
    if row is None or row.state == OVER:
        return ()
    row.state, row.ended, row.reason = OVER, now, "broken"
    row.save()
    fill_air()
    name = library.song(row.song_id).name
    return (Sync(), Tell(row.where, Reply(f"{name} cannot be played: {one_line(reason)}", Level.FAILED)))


def fill_air() -> None:
    """Where nothing is on the air, put there what is next."""
    slot = station.goes_on_air(library.slots(), library.stopped())
    if slot is not None:
        Cue.update(state=AIR).where(Cue.id == slot.cue).execute()


def _line_up(
    code: SongCode,
    who: str,
    where: str,
    now: float,
    job: int | None = None,
    person: str = "",
    crossfade: float | None = None,
) -> int:
    place = station.place_last(library.slots())
    own = {"who": who, "where": where, "person": person, "crossfade": crossfade}
    return int(Cue.create(song=code, job=job, place=place, created=now, **own).id)


def _describe(code: str, state: str, title: str, artist: str, seconds: float, facts: dict[str, Value]) -> None:
    Song.update(
        state=state, title=one_line(title, 120), artist=one_line(artist, 120), seconds=seconds, facts=json.dumps(facts)
    ).where(Song.code == code).execute()


def _end_job(job: Job, state: str, reason: str, now: float) -> None:
    job.state, job.reason, job.finished = state, one_line(reason), now
    job.save()


def _give_up(code: str, now: float) -> None:
    """No song after all: it leaves the air and the queue."""
    Song.update(state=FAILED).where(Song.code == code).execute()
    Cue.update(state=OVER, ended=now, reason="broken").where(Cue.song == code, Cue.state.in_([AIR, QUEUED])).execute()
    fill_air()


def _break_off(job: Job, now: float) -> None:
    """No song after all. What was made of it may be on the air: it is heard to where it breaks off, and what it had
    cut goes on after it."""
    mine = Cue.select().where(Cue.job == job, Cue.state != OVER)
    for cue in list(mine.where(Cue.state == AIR)):
        cut = Cue.get_or_none(Cue.state == OVER, Cue.reason == "cut", Cue.ended == cue.created)
        if cut is not None:
            _goes_on(cut, cue.created, now)
    Cue.update(state=OVER, ended=now, reason="broken").where(
        Cue.song == job.song_id, Cue.state != OVER, Cue.started.is_null()
    ).execute()
    Song.update(state=FAILED).where(Song.code == job.song_id).execute()
    fill_air()


def _goes_on(cut: Cue, then: float, now: float) -> None:
    """A song that was cut is the first in the queue, from where it was."""
    heard = int((then - cut.started) * RATE) if cut.started else 0
    first = station.place_first(library.slots())
    Cue.create(
        song=cut.song_id,
        who=cut.who,
        where=cut.where,
        person=cut.person,
        place=first,
        start=cut.frames or cut.start + heard,
        created=now,
    )


def found(current: int | None, began: float, now: float) -> tuple[Effect, ...]:
    """The streamer answers (again), and says what is on the air there; it has been running since `began`.

    What started and ended while nobody listened has been reported before. A cue that the streamer no longer has was
    played to its end, unless the streamer is newer than the cue: then it is to go on where it was.
    """
    air = station.on_air(library.slots())
    if current is not None and (air is None or air.cue != current or Cue.get_by_id(current).started is None):
        return started(current, now)
    if current is None and air is not None:
        row = Cue.get_by_id(air.cue)
        if _failed(row.song_id):  # what there was of it went with the streamer
            return ended(air.cue, "broken", row.frames, "the streamer was away", now)
        if row.started is not None and row.started > began and not library.stopped() and not row.start:
            return ended(air.cue, "finished", row.frames, "", now)
    return (Sync(),)


def _failed(code: str) -> bool:
    return bool(Song.select().where(Song.code == code, Song.state == FAILED).exists())


def first_song(who: str, where: str, now: float, chance: Random) -> tuple[Effect, ...]:
    """A new station makes a song by itself, so that whoever opens its address hears music."""
    if not library.empty():
        return ()
    order_song(generator="band", seed=None, parameters={}, who=who, where=where, cut=True, now=now, chance=chance)
    return (Compose(),)
