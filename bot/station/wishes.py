"""Wishes: songs that are composed as listeners ask for them in words, and are played in their turn.

A wish is composed at once and waits in the queue behind what people order, before what the programme planned. Its job
has the purpose `WISH` and its cue `is_wish`; nothing else is kept of it, so there is nothing that could disagree. The
rules, who may wish when and whose turn it is, are in `bot.station.wish_rules`; the words in `common.wish_grammar`.

The wisher is told when it begins (`WishBegun`, of `bot.station.on_air`). If it cannot be made, they are told as well
(`JobFailed`), and the wish does not count.
"""

from random import Random
from typing import Any

from bandstand.bot.station import bands, generators, library, wish_rules
from bandstand.bot.station.on_air import get_asker
from bandstand.bot.station.ordering import Order, check_open_jobs, order_song
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.queueing import get_queue
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.wish_reading import Reading, read_words
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import (
    BandsMissing,
    NotComposed,
    NotUnderstood,
    Refused,
    TooManyWishes,
    WishTooSoon,
    WishUnheard,
)
from bandstand.common.api.requests import GetQueue, ReadWish, Wish, WishAlike
from bandstand.common.api.values import Purpose
from bandstand.common.api.wishing import Understood, Wished, WishRead


def wish(request: Wish, by: Requester, tx: Transaction) -> Wished:
    """Raises Refused, with the moment from which the person may wish where that is what stands against it."""
    reading = _read(tx, request.words, by)
    _check_rules(by, tx)
    return _order(tx, by, reading.form.slug, reading.understood)


def read_wish(request: ReadWish, by: Requester, tx: Transaction) -> WishRead:
    reading = _read(tx, request.words, by)
    try:
        _check_rules(by, tx)
    except Refused as refused:
        why = refused.why
        allowed_at, wait = getattr(why, "allowed_at", None), getattr(why, "wait", None)
        name = str(type(why).__struct_config__.tag)
        return WishRead(understood=reading.understood, allowed_at=allowed_at, wait=wait or 0.0, refused=name)
    return WishRead(understood=reading.understood)


def wish_alike(request: WishAlike, by: Requester, tx: Transaction) -> Wished:
    """Another song by the same band with the same parameters; the seed is another."""
    song = library.find_song(tx, request.song)
    slug = bands.get_slug(tx, song.form) if song.generator == bands.GENERATOR else ""
    form = next((one for one in tx.bands.list_all() if one.slug == slug), None)
    if form is None:
        raise Refused(NotComposed(song.brief))
    _check_rules(by, tx)
    understood = Understood(band=form.band.name, style=form.band.style, parameters=_limit_length(song.parameters))
    return _order(tx, by, slug, understood)


def _limit_length(parameters: dict[str, Any]) -> dict[str, Any]:
    """A dj may have had a longer song made than may be wished for."""
    seconds = parameters.get("seconds")
    return parameters if not seconds else {**parameters, "seconds": min(seconds, wish_rules.LONGEST)}


def _order(tx: Transaction, by: Requester, slug: str, understood: Understood) -> Wished:
    check_open_jobs(by, tx)
    parameters = generators.check_parameters(tx, bands.GENERATOR, understood.parameters)
    form = bands.add_variation(tx, slug)
    job = order_song(tx, Order(bands.GENERATOR, get_asker(by), parameters, purpose=Purpose.WISH, form=form))
    position, heard_in = _locate(tx, by, job.id)
    return Wished(job=job.id, song=job.song, understood=understood, position=position, heard_in=heard_in)


def _read(tx: Transaction, words: str, by: Requester) -> Reading:
    """Chance decides in the same way until this person has wished, so that what is shown before is what comes."""
    wishes = tx.jobs.list_wishes(get_person(by), tx.now - wish_rules.REMEMBERED)
    chance = Random(f"{get_person(by)} {words} {wishes}")
    reading = read_words(tx, words, wish_rules.LONGEST, chance)
    if reading is None:
        raise Refused(BandsMissing())
    if reading.is_empty and reading.understood.unknown:
        raise Refused(NotUnderstood(reading.understood.unknown))
    return reading


def _check_rules(by: Requester, tx: Transaction) -> None:
    """Raises Refused where this person may not wish now, or too many wishes wait; admins may always."""
    if by.right >= Right.ADMIN:
        return
    person = get_person(by)
    wishes = tx.jobs.list_wishes(person, tx.now - wish_rules.REMEMBERED)
    allowed_at = wish_rules.find_wish_time(wishes, tx.now)
    waiting = [cue for cue in tx.queue.list_open() if cue.is_wish and cue.started is None]
    own = next((cue for cue in waiting if cue.person == person), None)
    if own is not None:
        position, heard_in = _locate(tx, by, own.job)
        if heard_in is not None:
            allowed_at = max(allowed_at, tx.now + heard_in)
        raise Refused(WishUnheard(own.song, position, heard_in, allowed_at, allowed_at - tx.now))
    if allowed_at > tx.now:
        raise Refused(WishTooSoon(wish_rules.BURST, allowed_at, allowed_at - tx.now))
    if len(waiting) >= wish_rules.MOST_WAITING:
        _, heard_in = _locate(tx, by, waiting[0].job)
        raise Refused(TooManyWishes(len(waiting), None if heard_in is None else tx.now + heard_in, heard_in))


def _locate(tx: Transaction, by: Requester, job: int | None) -> tuple[int, float | None]:
    """The place in the queue of the song of this job, from 1, and the seconds until it is heard; 0: on the air."""
    cues = {cue.id for cue in tx.queue.list_open() if cue.job == job}
    for position, queued in enumerate(get_queue(GetQueue(), by, tx).songs, 1):
        if queued.cue in cues:
            return position, queued.heard_in
    return 0, 0.0
