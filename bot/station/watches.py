"""Generators that are watched: each save of the program is a new song with the same seed and parameters.

The latest version wins: jobs of older ones are given up, except the one that is on the air, which goes on until a newer
version can be heard. The new one cuts in on the next bar of what is on the air, where that says its bars.

It begins at its beginning, or, where the watch `continues`, at the same bar as the older version that it cuts: whoever
works on the second chorus hears that, and not the intro again.
"""

from typing import Final

import msgspec

from bandstand.bot.station import generators, on_air, ordering
from bandstand.bot.station.bars import find_bars
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import VersionReady, WatchEnded, WatchesChanged, WatchFailed
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import CannotWatch, NotWatched, Refused
from bandstand.common.api.requests import UnwatchGenerator, WatchGenerator
from bandstand.common.api.results import Unwatched, Watching
from bandstand.common.api.values import Bars, Job, Purpose, Song, SongState, Watch
from bandstand.common.text import one_line
from bandstand.common.types import RATE, Frames

BEGINNING: Final = Frames(0)


def watch_generator(request: WatchGenerator, by: Requester, tx: Transaction) -> Watching:
    name = request.generator.lower()
    generators.get_generator(tx, name)
    if tx.outside.watch_trouble:
        raise Refused(CannotWatch(tx.outside.watch_trouble))
    last = tx.songs.get_newest(name)
    parameters = generators.check_parameters(tx, name, request.parameters, last.parameters if last else {})
    seed = request.seed
    if seed is None:
        seed = last.seed if last else int(tx.chance.random() * ordering.SEED_LIMIT)
    tx.watches.put(
        Watch(
            generator=name,
            seed=seed,
            parameters=parameters,
            continues=request.continues,
            name=by.name,
            place=by.place,
            person=get_person(by),
            created=tx.now,
        )
    )
    record_saved(tx, name)
    return Watching(generator=name, seed=seed, continues=request.continues)


def unwatch_generator(request: UnwatchGenerator, by: Requester, tx: Transaction) -> Unwatched:
    asked = request.generator.lower()
    ended = [watch for watch in tx.watches.list_all() if asked in ("", watch.generator)]
    if not ended:
        raise Refused(NotWatched(one_line(asked, 40)))
    for watch in ended:
        tx.watches.remove(watch.generator)
        tx.publish(WatchEnded(generator=watch.generator, place=watch.place, by_place=by.place))
    tx.publish(WatchesChanged())
    return Unwatched(generators=tuple(watch.generator for watch in ended))


def list_watched(tx: Transaction) -> list[str]:
    return [watch.generator for watch in tx.watches.list_all()]


def record_saved(tx: Transaction, generator: str) -> None:
    """The program was saved: it runs again, if it is watched."""
    watch = tx.watches.get(generator)
    if watch is None:
        return
    try:
        parameters = generators.check_parameters(tx, generator, {}, watch.parameters)
    except Refused as refused:
        tx.publish(WatchFailed(generator=generator, place=watch.place, why=refused.why))
        return
    _give_up_older(tx, generator, spares_air=True)
    asker = on_air.Asker(watch.name, watch.place, watch.person)
    ordering.order_song(
        tx, ordering.Order(generator, asker, parameters, seed=watch.seed, is_played=False, purpose=Purpose.WATCH)
    )
    tx.publish(WatchesChanged())


def put_version_on(tx: Transaction, job: Job) -> None:
    """A new version can be heard: on the next bar of what is on the air, or at once."""
    cue = on_air.find_on_air(tx)
    if cue is not None and not on_air.is_stopped(tx):
        heard, song = tx.songs.get(cue.song.code), tx.songs.get(job.song)
        bars = None if heard.state.is_lost else find_bars(heard.facts, heard.parameters)
        continues = _is_continued(tx, heard, song)
        if bars is not None or continues:
            own_bars = find_bars(song.facts, song.parameters) if continues else None
            tx.publish(VersionReady(job=job.id, cue=cue.id, bars=bars, continues=continues, own_bars=own_bars))
            return
    cut_in_version(tx, job.id, None)


def _is_continued(tx: Transaction, heard: Song, song: Song) -> bool:
    """Whether the new song goes on where the other is: both are of one watch, and have places to go on at."""
    watch = tx.watches.get(song.generator)
    is_one = watch is not None and watch.continues and heard.generator == song.generator
    return is_one and not (on_air.is_live(heard) or on_air.is_live(song))


def cut_in_version(tx: Transaction, job_id: int, bars: Bars | None, start: Frames = BEGINNING) -> None:
    """The version goes on the air, unless it has failed meanwhile or a newer one was saved.

    With `bars` it is heard from the next bar of the song that it cuts. It begins at `start` of its own; at its
    beginning, if it has become so short that it is over by then.
    """
    job = tx.jobs.get(job_id)
    song = tx.songs.get(job.song)
    if song.state not in (SongState.BEGUN, SongState.READY) or tx.queue.list_of_job(job.id):
        return
    cue = on_air.cut_in(tx, song.brief, on_air.get_asker_of(job), job.id)
    if song.state is SongState.READY and start >= song.seconds * RATE:
        start = BEGINNING
    tx.queue.save(msgspec.structs.replace(cue, bars=bars, start=start))
    _give_up_older(tx, song.generator, spares_air=False, but=job.id)


def _give_up_older(tx: Transaction, generator: str, *, spares_air: bool, but: int = 0) -> None:
    """Give up the jobs of earlier versions; `spares_air`: not the one whose song is on the air."""
    cue = on_air.find_on_air(tx)
    for job in tx.jobs.list_open_versions(generator):
        is_heard = cue is not None and cue.song.code == job.song
        if job.id != but and not (spares_air and is_heard):
            ordering.give_up_job(tx, job)
