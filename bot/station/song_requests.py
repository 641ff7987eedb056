"""Requesting a song: every listener may, under the rules of `bot.station.requesting`.

A request waits before what the programme planned and behind what djs order. The rules look at the history and at the
queue: a song that somebody asked for already is refused with its place; one that the programme has planned becomes the
request. Djs are bound by no wait, only told of it, and what they request counts like any other.

A request that was taken out of the queue unheard, or whose file was gone when its turn came, does not count: not for
its song, and not for its person. The repository leaves those out by itself.
"""

from bandstand.bot.station import library, queueing, request_switches, scheduling
from bandstand.bot.station.on_air import fill_air, get_asker, is_passing, line_up_request, request_planned
from bandstand.bot.station.ordering import check_queued
from bandstand.bot.station.persons import get_person
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
from bandstand.common.api.values import Cue, CueState, Song, SongState
from bandstand.common.generators import COMPARE


def request_song(request: RequestSong, by: Requester, tx: Transaction) -> Requested:
    """Have a song played in its turn. Raises Refused with the reason, and the moment from which it is allowed."""
    closed = request_switches.find_closed(request_switches.read_switches(tx), by.place)
    if closed is not None:
        raise Refused(RequestsOff(closed))
    song = _find_requestable(tx, request.song)
    queued = _find_queued(tx, song)
    if queued is not None and queued.choice is None:
        raise Refused(_say_waiting(queued, by, tx))
    allowed_at = _find_allowed_time(song, queued, by, tx)
    if queued is None:
        check_queued(by, tx)
        cue = line_up_request(tx, song.brief, get_asker(by))
    else:
        cue = request_planned(tx, queued, get_asker(by))
    last = tx.requests.get_last_of_song(song.code)
    tx.requests.add(
        SongRequest(
            song=song.code,
            cue=cue.id,
            person=get_person(by),
            name=by.name,
            created=tx.now,
            count=add_request(last, tx.now),
        )
    )
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


def _find_queued(tx: Transaction, song: Song) -> Cue | None:
    """The song's entry in the queue, one that somebody asked for rather than one that the programme planned. What is
    only the rest of a song that was interrupted is none."""
    cues = [cue for cue in scheduling.sort_queue(tx.queue.list_open()) if cue.song.code == song.code]
    entries = [cue for cue in cues if cue.returns is None]
    return min(entries, key=lambda cue: cue.choice is not None, default=None)


def _say_waiting(cue: Cue, by: Requester, tx: Transaction) -> RequestedAlready:
    position, heard_in = _locate(cue, by, tx)
    return RequestedAlready(cue.song, cue.name, cue.person == get_person(by), position, heard_in)


def _locate(cue: Cue, by: Requester, tx: Transaction) -> tuple[int, float | None]:
    """An entry's place in the queue, and in how many seconds it is heard; place 0: it is on the air."""
    for position, one in enumerate(queueing.get_queue(GetQueue(), by, tx).songs, 1):
        if one.cue == cue.id:
            return position, one.heard_in
    return 0, 0.0


# The rules


def _find_allowed_time(song: Song, queued: Cue | None, by: Requester, tx: Transaction) -> float:
    """From when a listener may request this song: later than now only for djs, whom no wait binds. Raises Refused."""
    songs = tx.songs.count_playable(FULL_LIBRARY)
    on_air = next((cue for cue in tx.queue.list_open() if cue.state is CueState.AIR), None)
    is_on_air = on_air is not None and on_air.song.code == song.code
    started = tx.queue.get_last_started(song.code)
    past = SongPast(
        last_started=tx.now if is_on_air and started is None else started,
        last_request=tx.requests.get_last_of_song(song.code),
    )
    own = tx.requests.get_last_of_person(get_person(by))
    song_time = find_song_time(past, songs, tx.now)
    person_time = find_person_time(own.created if own else None, tx.now)
    allowed_at = max(song_time, person_time)
    if allowed_at <= tx.now or by.right >= Right.DJ:
        return allowed_at
    if own is not None and person_time > song_time:
        last_song = tx.songs.get(own.song).brief
        raise Refused(RequestTooSoon(last_song, own.created, person_time, person_time - tx.now))
    position, heard_in = _locate(queued, by, tx) if queued else (0, None)
    was_heard = past.last_request is None or past.last_request.created < past.last
    raise Refused(
        SongTooSoon(song.brief, past.last, was_heard, is_on_air, song_time, song_time - tx.now, position, heard_in)
    )
