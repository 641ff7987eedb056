"""The requests about the queue: append a song, show what waits and for how long, take songs out, and move one.

A listener may take out what they asked for themselves, a dj whatever is there. Whoever asked for a song that somebody
else takes out is told (`SongsRemoved`).
"""

from collections.abc import Sequence

import msgspec

from bandstand.bot.station import between, library, scheduling
from bandstand.bot.station.lifecycle import end_cue
from bandstand.bot.station.on_air import fill_air, get_asker, line_up
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.queue_waits import check_queued, estimate_waits
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.transitions import is_between
from bandstand.common.api.events import QueueChanged, SongsRemoved
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import AmbiguousSong, BadRequest, NotInQueue, NotYours, QueuedAlready, Refused
from bandstand.common.api.requests import ClearQueue, Enqueue, ExplainSong, GetQueue, MoveInQueue, RemoveFromQueue
from bandstand.common.api.results import Enqueued, Moved, Queue, QueuedSong, Removed
from bandstand.common.api.values import Cue, EndReason, Song
from bandstand.common.generators import UNLISTED
from bandstand.common.text import one_line


def enqueue(request: Enqueue, by: Requester, tx: Transaction) -> Enqueued:
    """Append a song; it goes on the air at once where nothing is."""
    song = library.find_song(tx, request.song)
    if song.generator in UNLISTED:
        raise Refused(BadRequest(f"a {song.generator} is no song: it is heard between songs, and not asked for"))
    check_queued(by, tx)
    _check_not_last(song, by, tx)
    cue = line_up(tx, song.brief, get_asker(by), crossfade=request.crossfade)
    fill_air(tx)
    queued = get_queue(GetQueue(), by, tx).songs
    for position, one in enumerate(queued, 1):
        if one.cue == cue.id:
            return Enqueued(song=song.brief, position=position, heard_in=one.heard_in)
    return Enqueued(song=song.brief, position=0)


def _check_not_last(song: Song, by: Requester, tx: Transaction) -> None:
    """Raises Refused(QueuedAlready) where the same person put the same song there just before."""
    queue = [cue for cue in scheduling.sort_queue(tx.queue.list_open()) if cue.choice is None]
    if not queue:
        return
    last = queue[-1]
    if (last.song.code, last.person, last.returns) == (song.code, get_person(by), None):
        raise Refused(QueuedAlready(song.brief, len(queue)))


def get_queue(request: GetQueue, by: Requester, tx: Transaction) -> Queue:
    cues = tx.queue.list_open()
    on_air = scheduling.find_on_air(cues)
    waits = estimate_waits(cues, tx)
    queued = tuple(_describe_queued(cue, wait) for cue, wait in zip(scheduling.sort_queue(cues), waits, strict=True))
    return Queue(on_air=_describe_queued(on_air, 0.0) if on_air else None, songs=queued)


def _describe_queued(cue: Cue, heard_in: float | None) -> QueuedSong:
    return QueuedSong(cue.id, cue.song, cue.name, cue.created, heard_in, cue.choice, cue.is_request)


# Changes


def remove_from_queue(request: RemoveFromQueue, by: Requester, tx: Transaction) -> Removed:
    """Take one song out; of several playings of a song the last, and rather one's own."""
    queue = scheduling.sort_queue(tx.queue.list_open())
    found = find_queued(queue, request, get_person(by))
    own = [cue for cue in found if cue.person == get_person(by)]
    if not own and by.right < Right.DJ:
        raise Refused(NotYours(found[-1].song, found[-1].name))
    cue = (own or found)[-1]
    take_out(tx, [cue], by)
    return Removed(songs=(cue.song,))


def clear_queue(request: ClearQueue, by: Requester, tx: Transaction) -> Removed:
    queue = scheduling.sort_queue(tx.queue.list_open())
    take_out(tx, queue, by)
    return Removed(songs=tuple(cue.song for cue in queue))


def move_in_queue(request: MoveInQueue, by: Requester, tx: Transaction) -> Moved:
    """Give a song another place; a place behind the end is the last one. One that the programme chose is then taken
    for one that somebody asked for."""
    queue = scheduling.sort_queue(tx.queue.list_open())
    cue = find_queued(queue, request, get_person(by))[-1]
    queue.remove(cue)
    queue.insert(request.place - 1, msgspec.structs.replace(cue, choice=None, is_wish=False))
    for number, queued in enumerate(queue, 1):
        tx.queue.save(msgspec.structs.replace(queued, order=float(number)))
    tx.publish(QueueChanged())
    return Moved(song=cue.song, position=min(request.place, len(queue)))


def find_queued(queue: Sequence[Cue], request: RemoveFromQueue | MoveInQueue | ExplainSong, person: str) -> list[Cue]:
    """The cues that are meant, all of one song, at least one. Raises Refused."""
    which = request.which.strip()
    if request.cue is not None:
        found = [cue for cue in queue if cue.id == request.cue]
    elif not which:
        found = [cue for cue in queue if cue.person == person][-1:]
    elif which.isascii() and which.isdigit() and 1 <= int(which) <= len(queue):
        found = [queue[int(which) - 1]]
    else:
        found = _find_titled(queue, which)
    if not found:
        raise Refused(NotInQueue(one_line(which, library.WORDS), len(queue)))
    songs = {cue.song.code: cue.song for cue in found}
    if len(songs) > 1:
        raise Refused(AmbiguousSong(len(songs), tuple(songs.values())[: library.SHOWN]))
    return found


def _find_titled(queue: Sequence[Cue], words: str) -> list[Cue]:
    """Those with this code; or else with this title, or with these words in it."""
    coded = [cue for cue in queue if cue.song.code == words.lower()]
    if coded:
        return coded
    codes = {song.code for song in library.match_titles([cue.song for cue in queue], words)}
    return [cue for cue in queue if cue.song.code in codes]


def take_out(tx: Transaction, cues: Sequence[Cue], by: Requester) -> None:
    """End queued cues; whoever asked for one is told."""
    removed: dict[Place, list[Cue]] = {}
    for cue in cues:
        end_cue(tx, cue, EndReason.REMOVED, tx.now)
        removed.setdefault(cue.place, []).append(cue)
    if any(is_between(cue) for cue in cues):
        between.leave_out(tx)
    for place, gone in removed.items():
        songs = tuple(cue.song for cue in gone)
        tx.publish(SongsRemoved(songs=songs, place=place, by=by.name, by_place=by.place))
    tx.publish(QueueChanged())
