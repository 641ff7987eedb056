"""Removes the folders of songs that had to make room. `react` is to be subscribed to the event bus.

The database has removed the song already, so a folder that stays behind, because the bot or the disk failed in that
moment, is only in the way: it is tried again when the bot starts.
"""

import shutil
from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from bandstand.bot.station.repositories import Store
from bandstand.common.api.events import Event, SongDiscarded
from bandstand.common.paths import Paths
from bandstand.common.types import SongCode

log = Logger()


class SongFiles:
    def __init__(self, store: Store, paths: Paths) -> None:
        self._store = store
        self._paths = paths

    async def start(self) -> None:
        """Remove what an earlier bot left behind."""
        self._remove(await self._store.read(lambda tx: tx.songs.list_discarded()))

    def react(self, event: Event) -> None:
        if isinstance(event, SongDiscarded):
            self._remove([event.song])

    def _remove(self, songs: Sequence[SongCode]) -> None:
        removed: Deferred[None] = deferToThread(remove_folders, self._paths, songs)
        removed.addErrback(lambda failure: log.warn("a song's folder stays: {why}", why=failure.getErrorMessage()))


def remove_folders(paths: Paths, songs: Sequence[SongCode]) -> None:
    """Remove the songs' folders, as far as they are there. Raises OSError."""
    for song in songs:
        folder = paths.song(song)
        if folder.is_dir():
            shutil.rmtree(folder)
