"""Tells people that a favourite of theirs begins, each alone, where a front end sees that they are there.

A subscriber of the core's events. Who likes the song is read from the database, which is not quick enough to be waited
for; whether somebody is there, only the front end knows, and what counts as one person, only `bot.station.persons`.
So a front end is handed a test of identities, and asks it for each of those who are there.
"""

from collections.abc import Sequence
from typing import Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.commands.frontend import FrontEnd, SeesPeople
from bandstand.bot.commands.phrases import name_song
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.station.persons import find_key
from bandstand.bot.station.repositories import Store
from bandstand.common.api.events import Event, SongStarted
from bandstand.common.api.values import SongBrief

log = Logger()
MOST: Final = 500
"""Fans of one song who are told."""


class FavouriteNotices:
    """`front_ends` is the list that others fill; `react` is to be subscribed to the core's events."""

    def __init__(self, store: Store, front_ends: Sequence[FrontEnd]) -> None:
        self._store = store
        self._front_ends = front_ends

    def react(self, event: Event) -> None:
        if isinstance(event, SongStarted) and event.is_first:
            Deferred.fromCoroutine(self._tell_fans(event.song)).addErrback(_log_failure)

    async def _tell_fans(self, song: SongBrief) -> None:
        fans = frozenset((await self._store.read(lambda tx: tx.favourites.list_fans(song.code)))[:MOST])
        if not fans:
            return
        reply = Reply(f"a favourite of yours begins: {name_song(song)}", Level.NOTICE)
        for front_end in self._front_ends:
            if isinstance(front_end, SeesPeople):
                front_end.tell_present(lambda identity: find_key(identity) in fans, reply)


def _log_failure(failure: Failure) -> None:
    log.warn("nobody was told that a favourite of theirs begins: {why}", why=failure.getErrorMessage())
