"""Generators that are watched: each save of the program is a new song with the same seed and parameters.

Each function is one piece of a transaction of `database.store`. The latest version wins: runs of older ones are ended,
except the one that is on the air, which goes on until a newer one is heard.
"""

import json
from random import Random

from bot.database.models import BEGUN, FAILED, READY, RUNNING, WAITED_FOR, WATCHED, Cue, Job, Song, Watch
from bot.effects import Abandon, Compose, CutOnBar, Effect, Rewatch, Sync, Tell
from bot.request import Level, Reply
from bot.songs import library, programme, station
from bot.songs.bars import Bars, bars
from common import generators
from common.errors import CommandError
from common.generators import Generator
from common.jobs import Value
from common.types import SongCode


def watched() -> list[str]:
    return [str(row.generator) for row in Watch.select().order_by(Watch.created)]


def begin(
    generator: str, seed: int, parameters: dict[str, Value], *, who: str, where: str, person: str, now: float
) -> None:
    """Watch it from now on, for this person at this place."""
    Watch.insert(
        generator=generator,
        seed=seed,
        parameters=json.dumps(parameters, sort_keys=True),
        who=who,
        where=where,
        person=person,
        created=now,
    ).on_conflict_replace().execute()


def end(generator: str) -> tuple[Effect, ...]:
    """No longer; nothing where it was not watched. Whoever watched is told, and need not wait for more."""
    row = Watch.get_or_none(Watch.generator == generator)
    if row is None:
        return ()
    Watch.delete().where(Watch.generator == generator).execute()
    return (Rewatch(), Tell(row.where, Reply(f"{generator}: not watched any more", job=waiting_for(generator))))


def waiting_for(generator: str) -> str:
    """What whoever watches from a shell waits for to end."""
    return f"watch {generator}"


def saved(name: str, generator: Generator, now: float, chance: Random) -> tuple[Effect, ...]:
    """The program was saved `now`: it runs again."""
    watch = Watch.get_or_none(Watch.generator == name)
    if watch is None:
        return ()
    known = generators.parameters(generator)
    before = {wish: value for wish, value in json.loads(watch.parameters).items() if wish in known}
    try:
        parameters = generators.checked(name, generator, before)
    except CommandError as error:
        return (Tell(watch.where, Reply(f"{name}: {error}", Level.FAILED)),)
    ended = _end_older(name, now, heard=False)
    programme.order_song(
        generator=name, seed=watch.seed, parameters=parameters, who=watch.who, where=watch.where, cut=False, now=now,
        chance=chance, person=watch.person, purpose=WATCHED, heard=False,
    )  # fmt: skip
    return (*ended, Compose(), Rewatch())


def begun(job: Job, now: float) -> tuple[Effect, ...]:
    """A new version can be heard: at the next bar of what is on the air, or at once."""
    grid = _on_air()
    if grid is None:
        return cut_in(job.id, now)
    cue, lines = grid
    return (CutOnBar(job.id, cue, lines),)


def cut_in(job_id: int, now: float, lines: Bars | None = None) -> tuple[Effect, ...]:
    """The version goes on the air, unless it has failed meanwhile or a newer one has been saved.

    With `lines` it is to be heard from the next bar of the song that it cuts.
    """
    job = Job.get_by_id(job_id)
    song = Song.get_by_id(job.song_id)
    if song.state not in (BEGUN, READY) or Cue.select().where(Cue.job == job).exists():
        return ()
    cue = programme.cut_in(SongCode(job.song_id), job.who, job.where, now, job=job.id)
    if lines is not None:
        Cue.update(bar=lines.bar, phase=lines.phase).where(Cue.id == cue).execute()
    return (*_end_older(song.generator, now, heard=True, but=job.id), Sync())


def _end_older(name: str, now: float, *, heard: bool, but: int = 0) -> tuple[Effect, ...]:
    """Give up runs of earlier versions; `heard`: the one on the air, too, since it is there no longer."""
    effects: list[Effect] = []
    air = station.on_air(library.slots())
    rows = Job.select(Job).join(Song).where(
        Job.purpose == WATCHED, Song.generator == name, Job.state.in_(WAITED_FOR), Job.id != but
    )  # fmt: skip
    for job in list(rows):
        if heard or air is None or air.song != job.song_id:
            running = job.state == RUNNING
            programme.cancel(job.id, now)
            effects += [Abandon(job.id)] if running else []
    return tuple(effects)


def _on_air() -> tuple[int, Bars] | None:
    """The cue on the air, and its song's bars."""
    air = station.on_air(library.slots())
    if air is None or library.stopped():
        return None
    song = library.song(air.song)
    lines = bars(song.facts, song.parameters)
    return (air.cue, lines) if lines and song.state != FAILED else None
