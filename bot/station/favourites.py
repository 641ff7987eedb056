"""What people like best: the requests about favourites, and who is told when one of them begins.

Favourites belong to a person as `bot.station.persons` has it: an account, or the host behind a mask. With each person
their name of last time is kept, so that others can ask for `faves ann`. A song that is removed from the library is no
longer shown; one that is kept only while it is heard cannot be a favourite.
"""

from typing import Final

from bandstand.bot.station import library
from bandstand.bot.station.on_air import find_on_air, is_passing
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import FavouritesChanged
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import NoSuchFan, NothingBefore, NothingOnAir, NotKept, Refused
from bandstand.common.api.requests import AddFavourite, ListFavourites, RemoveFavourite, SetNotices
from bandstand.common.api.results import FavouriteAdded, FavouriteRemoved, Favourites, Notices
from bandstand.common.api.values import Song
from bandstand.common.generators import COMPARE, UNLISTED
from bandstand.common.text import one_line

NAME_LIMIT: Final = 60
"""Characters of a name that are kept and repeated."""


def find_meant(tx: Transaction, words: str, is_last: bool) -> Song:
    """The song of that name; without one, the song on the air, or the one that was on the air before. Raises
    Refused."""
    if words.strip():
        return library.find_song(tx, words)
    if not is_last:
        cue = find_on_air(tx)
        if cue is None:
            raise Refused(NothingOnAir())
        return tx.songs.get(cue.song.code)
    played = next(iter(tx.queue.list_played(1)), None)
    if played is None:
        raise Refused(NothingBefore())
    return tx.songs.get(played.song.code)


def add_favourite(request: AddFavourite, by: Requester, tx: Transaction) -> FavouriteAdded:
    song = find_meant(tx, request.song, request.is_last)
    if is_passing(song) or song.state.is_lost or song.generator in (COMPARE, *UNLISTED):
        raise Refused(NotKept(song.brief))
    person = get_person(by)
    tx.favourites.put_fan(person, one_line(by.name, NAME_LIMIT))
    is_new = tx.favourites.add(person, song.code, tx.now)
    count = tx.favourites.count(song.code)
    if is_new:
        tx.publish(FavouritesChanged(song=song.brief, favourites=count))
    is_first = is_new and tx.favourites.is_told(person) and tx.favourites.count_of([person]) == 1
    return FavouriteAdded(song=song.brief, is_new=is_new, is_first=is_first, favourites=count)


def remove_favourite(request: RemoveFavourite, by: Requester, tx: Transaction) -> FavouriteRemoved:
    song = find_meant(tx, request.song, request.is_last)
    was_there = tx.favourites.remove(get_person(by), song.code)
    count = tx.favourites.count(song.code)
    if was_there:
        tx.publish(FavouritesChanged(song=song.brief, favourites=count))
    return FavouriteRemoved(song=song.brief, was_there=was_there, favourites=count)


def list_favourites(request: ListFavourites, by: Requester, tx: Transaction) -> Favourites:
    people = find_people(tx, request.name, by)
    songs = tx.songs.list_briefs(tx.favourites.list_of(people, request.limit))
    return Favourites(name=one_line(request.name, NAME_LIMIT), songs=tuple(songs), total=tx.favourites.count_of(people))


def find_people(tx: Transaction, name: str, by: Requester) -> list[str]:
    """The people of that name, at least one; without a name, whoever asks. Raises Refused(NoSuchFan)."""
    if not name.strip():
        return [get_person(by)]
    people = tx.favourites.find_fans(name.strip())
    if not people:
        raise Refused(NoSuchFan(one_line(name, NAME_LIMIT)))
    return people


def set_notices(request: SetNotices, by: Requester, tx: Transaction) -> Notices:
    """Whether somebody is told when a favourite of theirs begins."""
    person = get_person(by)
    if request.is_on is not None:
        tx.favourites.put_fan(person, one_line(by.name, NAME_LIMIT), request.is_on)
    return Notices(is_on=tx.favourites.is_told(person))
