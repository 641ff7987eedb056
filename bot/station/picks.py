"""Requests in which the station picks the song: a random one, a random favourite, or the first that a search finds.

The rules for requests hold as for any other: a song that has to rest is passed over for the next. Where each of the
first `TRIES` has to rest, the reason of the first one is told.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.bot.station import library, song_requests
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.requesting import find_person_time
from bandstand.common.api import refusals
from bandstand.common.api.asking import Requested, RequestSong
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import NoFavourites, NothingFits, Refused
from bandstand.common.api.requests import GetLastRequest, RequestFirst, RequestRandom, SearchSongs
from bandstand.common.api.results import LastRequest

TRIES: Final = 20
FITTING: Final = 100
MOST: Final = 500
ABOUT_THE_SONG: Final = (
    *(refusals.SongTooSoon, refusals.RequestedAlready, refusals.SongLost, refusals.StillBeingMade),
    *(refusals.IsComparison, refusals.NoSuchSong),
)
"""Refusals after which another song may be allowed."""


def request_random(request: RequestRandom, by: Requester, tx: Transaction) -> Requested:
    """Every song that fits may be picked, however many there are."""
    if request.query.strip():
        codes = library.find_all(request.query, by, tx)
    else:
        codes = [str(one.song.code) for one in tx.rotation.draw_candidates(FITTING)]
    if request.is_favourite:
        liked = tx.favourites.list_of([get_person(by)], MOST)
        if not liked:
            raise Refused(NoFavourites())
        fitting = set(codes)
        codes = [code for code in liked if not request.query.strip() or code in fitting]
    return _request_one(tx.chance.sample(codes, min(TRIES, len(codes))), request.is_favourite, by, tx)


def request_first(request: RequestFirst, by: Requester, tx: Transaction) -> Requested:
    found = library.search_songs(SearchSongs(query=request.query, limit=FITTING), by, tx).songs
    return _request_one([song.code for song in found], False, by, tx)


def _request_one(codes: Sequence[str], is_favourite: bool, by: Requester, tx: Transaction) -> Requested:
    """Request the first of these that may be requested. Raises Refused."""
    first: Refused | None = None
    for code in codes[:TRIES]:
        try:
            return song_requests.request_song(RequestSong(song=code), by, tx)
        except Refused as refused:
            if not isinstance(refused.why, ABOUT_THE_SONG):
                raise
            first = first or refused
    raise first or Refused(NothingFits(is_favourite))


def get_last_request(request: GetLastRequest, by: Requester, tx: Transaction) -> LastRequest:
    people = tx.favourites.find_fans(request.name.strip()) if request.name.strip() else [get_person(by)]
    found = [*map(tx.requests.get_last_of_person, people), tx.requests.get_last_of_name(request.name.strip())]
    last = max((one for one in found if one is not None), key=lambda one: one.created, default=None)
    if last is None:
        return LastRequest(name=request.name)
    told = LastRequest(name=request.name, song=tx.songs.get(last.song).brief, requested=last.created)
    allowed_at = find_person_time(last.created, tx.now)
    if request.name or by.right >= Right.DJ or allowed_at <= tx.now:
        return told
    return msgspec.structs.replace(told, allowed_at=allowed_at, wait=allowed_at - tx.now)
