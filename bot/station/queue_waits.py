"""When what waits in the queue is heard, and how much of it one person may have there.

A song is heard when those before it have been; nobody knows when that is while the station is stopped, the streamer
away, or a song does not say how long it is. Whoever has too many songs there is told when the first of them begins,
because from then on they may have another.
"""

from collections.abc import Sequence

from bandstand.bot.station import scheduling
from bandstand.bot.station.on_air import is_stopped, locate
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import Refused, TooManyQueued
from bandstand.common.api.values import Cue


def estimate_waits(cues: Sequence[Cue], tx: Transaction) -> list[float | None]:
    """For each queued one of these cues, in its order, the seconds until it is heard."""
    if is_stopped(tx) or not tx.outside.is_connected:
        return [None] * len(scheduling.sort_queue(cues))
    on_air = scheduling.find_on_air(cues)
    return scheduling.estimate_waits(cues, locate(tx, on_air) if on_air else 0.0, tx.rules.crossfade)


def check_queued(by: Requester, tx: Transaction) -> None:
    """Raises Refused(TooManyQueued) where this person has as many songs in the queue as they may."""
    limit = tx.rules.queued_songs
    if not limit or by.right >= Right.ADMIN or tx.queue.count_queued(get_person(by)) < limit:
        return
    cues = tx.queue.list_open()
    waits = zip(scheduling.sort_queue(cues), estimate_waits(cues, tx), strict=True)
    own = [wait for cue, wait in waits if cue.person == get_person(by)]
    wait = own[len(own) - limit] if len(own) >= limit else None
    raise Refused(TooManyQueued(limit, None if wait is None else tx.now + wait, wait))
