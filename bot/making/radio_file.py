"""Takes up the file of the programme, `radio.toml`, at the start and each time that it is saved.

Its shows become part of the core's rules, so that no command changes them. Its playlists and clocks take the place of
those of the same name in the database. A file with a fault changes nothing, and its faults are told. Knows the file and
the store; not what is played of it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.bot.making.declarations import MakeWatcher
from bandstand.bot.station import slots
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.bot.station.rules import Rules
from bandstand.common.api.events import ScheduleChanged, ScheduleRead
from bandstand.common.radio_file import RadioFile, find_unknown, get_path, read_radio_file

log = Logger()

FILE: Final = "radio file"
"""What the file watcher calls the file."""


class RuledStore(Store, Protocol):
    """A store whose rules can be changed."""

    def change_rules(self, change: Callable[[Rules], Rules]) -> None: ...


class RadioFileReloader:
    """`zone` is the station's."""

    def __init__(self, configuration: Path, zone: str, store: RuledStore, make_watcher: MakeWatcher) -> None:
        self._path = get_path(configuration)
        self._zone = zone
        self._store = store
        self._watcher = make_watcher(lambda _: self._reload_later())
        self._is_there = False

    async def start(self) -> None:
        """Read the file, if there is one, and follow it."""
        await self.reload()
        try:
            self._watcher.follow({FILE: self._path})
        except OSError as error:
            log.warn("{path} is not watched: {why}", path=str(self._path), why=error.strerror)

    def stop(self) -> None:
        self._watcher.stop()

    def _reload_later(self) -> None:
        reloading = Deferred.fromCoroutine(self.reload())
        reloading.addErrback(lambda failure: log.failure("the programme's file was not taken up", failure))

    async def reload(self) -> None:
        is_there = self._path.exists()
        if not is_there and not self._is_there:
            return
        self._is_there = is_there
        read = read_radio_file(self._path, self._zone)
        if not read.faults:
            self._store.change_rules(lambda rules: msgspec.structs.replace(rules, shows=read.shows))
        await self._store.record(lambda tx: take_up(tx, read, self._path.name))


def take_up(tx: Transaction, read: RadioFile, name: str) -> None:
    """Write down what the file has, and tell it."""
    for playlist in read.playlists:
        tx.playlists.put(msgspec.structs.replace(playlist, created=tx.now))
    for clock in read.clocks:
        tx.clocks.put(msgspec.structs.replace(clock, created=tx.now))
    counts = (len(read.playlists), len(read.clocks), len(read.shows))
    unknown = tuple(find_unknown(read, slots.list_names(tx)))
    for one in unknown:
        log.warn("{sentence}; the radio passes it over", sentence=one)
    tx.publish(
        ScheduleRead(
            file=name, playlists=counts[0], clocks=counts[1], shows=counts[2], faults=read.faults, unknown=unknown
        )
    )
    if not read.faults:
        tx.publish(ScheduleChanged())
