"""Requesting a song: every listener may, under the rules of `bot.station.requesting`.

A request waits before what the programme planned and behind what djs order. The rules look at the history and at the
queue: a song that somebody asked for already is refused with its place; one that the programme has planned becomes the
request. Djs are bound by no wait, only told of it, and what they request counts like any other.

A request that was taken out of the queue unheard, or whose file was gone when its turn came, does not count: not for
its song, and not for its person. The repository leaves those out by itself.
"""

from typing import NamedTuple

from bandstand.bot.station import library, queueing, request_switches, scheduling
from bandstand.bot.station.on_air import fill_air, get_asker, is_passing, line_up_request, request_planned
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.queue_waits import check_queued
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.requesting import (
    FULL_LIBRARY,
    SongPast,
    SongRequest,
    add_request,
    find_person_time,
    find_song_time,
)
from bandstand.common.api.asking import Enqueued, Requested, RequestSong
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import (
    IsComparison,
    NoSuchSong,
    Refused,
    RequestedAlready,
    RequestsOff,
    RequestTooSoon,
    SongLost,
    SongTooSoon,
    StillBeingMade,
)
from bandstand.common.api.requests import Enqueue, GetQueue
from bandstand.common.api.values import Cue, Song, SongState
from bandstand.common.generators import COMPARE


def request_song(request: RequestSong, by: Requester, tx: Transaction) -> Requested:
    """Have a song played in its turn. Raises Refused with the reason, and the moment from which it is allowed."""
    closed = request_switches.find_closed(request_switches.read_switches(tx), by.place)
    if closed is not None:
        raise Refused(RequestsOff(closed))
    song = _find_requestable(tx, request.song)
    cues = tx.queue.list_open()
    queued = _find_queued(cues, song)
    if queued is not None and queued.choice is None:
        raise Refused(_say_waiting(queued, by, tx))
    on_air = scheduling.find_on_air(cues)
    past = _read_past(tx, song, on_air)
    allowed_at = _find_allowed_time(past, by, tx)
    if allowed_at > tx.now and by.right < Right.DJ:
        raise Refused(_say_too_soon(song, past, _Position(queued, on_air), by, tx))
    cue = _put_into_queue(song, queued, scheduling.sort_queue(cues), by, tx)
    count = add_request(past.last_request, tx.now)
    tx.requests.add(
        SongRequest(song=song.code, cue=cue.id, person=get_person(by), name=by.name, created=tx.now, count=count)
    )
    if on_air is None:
        fill_air(tx)
    position, heard_in = _locate(cue, by, tx)
    is_late = allowed_at > tx.now
    return Requested(
        song=song.brief,
        position=position,
        heard_in=heard_in,
        was_planned=queued is not None,
        allowed_at=allowed_at if is_late else None,
        wait=allowed_at - tx.now if is_late else 0.0,
    )


def enqueue(request: Enqueue, by: Requester, tx: Transaction) -> Enqueued | Requested:
    """Append a song to the queue. What a listener puts there is a request, under the same rules."""
    if by.right < Right.DJ:
        return request_song(RequestSong(song=request.song), by, tx)
    return queueing.enqueue(request, by, tx)


def _find_requestable(tx: Transaction, words: str) -> Song:
    """The song of the library that is meant. Raises Refused."""
    try:
        song = library.find_song(tx, words)
    except Refused as refused:
        code = words.strip().lower()
        if isinstance(refused.why, NoSuchSong) and tx.songs.has_code(code):
            raise Refused(SongLost(tx.songs.get(code).brief)) from None
        raise
    if song.generator == COMPARE:
        raise Refused(IsComparison(song.brief))
    if is_passing(song):
        raise Refused(SongLost(song.brief))
    if song.state is not SongState.READY:
        raise Refused(StillBeingMade(song.brief, "request"))
    return song


def _find_queued(cues: list[Cue], song: Song) -> Cue | None:
    """The song's entry in the queue, one that somebody asked for rather than one that the programme planned. What is
    only the rest of a song that was interrupted is none."""
    entries = [cue for cue in scheduling.sort_queue(cues) if cue.song.code == song.code and cue.returns is None]
    return min(entries, key=lambda cue: cue.choice is not None, default=None)


def _put_into_queue(song: Song, planned: Cue | None, queue: list[Cue], by: Requester, tx: Transaction) -> Cue:
    if planned is not None:
        return request_planned(tx, planned, get_asker(by), queue)
    check_queued(by, tx)
    return line_up_request(tx, song.brief, get_asker(by), queue)


def _say_waiting(cue: Cue, by: Requester, tx: Transaction) -> RequestedAlready:
    position, heard_in = _locate(cue, by, tx)
    is_own = (cue.person, cue.name) == (get_person(by), by.name)  # people who share an address have names
    return RequestedAlready(cue.song, cue.name, is_own, position, heard_in)


def _locate(cue: Cue, by: Requester, tx: Transaction) -> tuple[int, float | None]:
    """An entry's place in the queue, and in how many seconds it is heard; place 0: it is on the air."""
    for position, one in enumerate(queueing.get_queue(GetQueue(), by, tx).songs, 1):
        if one.cue == cue.id:
            return position, one.heard_in
    return 0, 0.0


# The rules


class _Position(NamedTuple):
    """Where a song is that may not be requested: an entry of the programme's, and what is on the air."""

    planned: Cue | None
    on_air: Cue | None


def _read_past(tx: Transaction, song: Song, on_air: Cue | None) -> SongPast:
    started = tx.queue.get_last_started(song.code)
    if on_air is not None and on_air.song.code == song.code and on_air.started is None:
        started = tx.now
    return SongPast(last_started=started, last_request=tx.requests.get_last_of_song(song.code))


def _find_allowed_time(past: SongPast, by: Requester, tx: Transaction) -> float:
    """From when this person may request this song by the rules: now, or later."""
    return max(_find_song_time(past, tx), _find_person_time(tx.requests.get_last_of_person(get_person(by)), tx))


def _find_song_time(past: SongPast, tx: Transaction) -> float:
    if past.last_started is None and past.last_request is None:
        return tx.now  # however large the library is
    return find_song_time(past, tx.songs.count_playable(FULL_LIBRARY), tx.now)


def _find_person_time(own: SongRequest | None, tx: Transaction) -> float:
    return find_person_time(own.created if own else None, tx.now)


def _say_too_soon(
    song: Song, past: SongPast, where: _Position, by: Requester, tx: Transaction
) -> RequestTooSoon | SongTooSoon:
    """Which of the two rules holds for longer, and until when."""
    own = tx.requests.get_last_of_person(get_person(by))
    song_time, person_time = _find_song_time(past, tx), _find_person_time(own, tx)
    if own is not None and person_time > song_time:
        last_song = tx.songs.get(own.song).brief
        return RequestTooSoon(last_song, own.created, person_time, person_time - tx.now)
    position, heard_in = _locate(where.planned, by, tx) if where.planned else (0, None)
    return SongTooSoon(
        song=song.brief,
        last=past.last,
        was_heard=past.last_request is None or past.last_request.created < past.last,
        is_on_air=where.on_air is not None and where.on_air.song.code == song.code,
        allowed_at=song_time,
        wait=song_time - tx.now,
        position=position,
        heard_in=heard_in,
    )
