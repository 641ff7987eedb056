"""Keeps the streamer, the disk and the database of one mind about recordings.

The streamer is told whether everything is recorded, when that changes and whenever it connects; each cue that it is
given says which show it belongs to (`find_tag`), so that it cuts at the right song by itself, with or without a bot.
The folder of recordings is looked at when the streamer says that something has ended, and once a minute. Files that are
to go are removed here.

Knows folders and messages; which recordings have to go is for `bot.station.recordings`.
"""

import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from bandstand.bot.station import recordings, schedule, show_starts, shows
from bandstand.bot.station.recordings import Found
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.common.api import events
from bandstand.common.api import recordings as happened
from bandstand.common.api.events import Event
from bandstand.common.api.shows import Show
from bandstand.common.api.values import Cue, CueState, SlotKind, SongKind
from bandstand.common.recordings import PARTIAL, SHEET, CueTag, Sheet, find_code
from bandstand.common.types import CueId

log = Logger()
Sheets = dict[str, tuple[int, Sheet]]
"""By their folders' names, with when they were changed, in nanoseconds."""
EVERY: Final = 60.0
"""Seconds between two looks at the folder."""


class Streamer(Protocol):
    """What is asked of `bot.playout.controller`."""

    async def record(self, is_on: bool, ends_shows: bool) -> None:
        """Record everything or not, and end the recording of a show (`wire.Record`)."""
        ...

    async def retag(self, cue: CueId, tag: CueTag) -> None:
        """This cue belongs to another show from now on (`wire.Retag`)."""
        ...


class RecordingKeeper:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self,
        clock: IReactorTime,
        store: Store,
        folder: Path,
        publish: Callable[[Sequence[Event]], None],
        streamer: Streamer,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`wall` is the clock of the schedule."""
        self._store = store
        self._folder = folder
        self._publish = publish
        self._streamer = streamer
        self._wall = wall
        self._shows: dict[str, Show] = {}
        self._on: Show | None = None
        self._regularly = LoopingCall(self._look)
        self._regularly.clock = clock
        self._is_looking = self._must_look = False
        self._sheets: Sheets = {}

    async def start(self) -> None:
        await self._read_shows()
        self._regularly.start(EVERY, now=True)

    def stop(self) -> None:
        if self._regularly.running:
            self._regularly.stop()

    def react(self, event: Event) -> None:
        match event:
            case happened.RecordingWanted(is_on=is_on):
                self._run(self._streamer.record(is_on, not is_on))
            case happened.RecordingRemoved(recording=recording):
                removed: Deferred[None] = deferToThread(remove_folder, self._folder, recording.folder)
                removed.addErrback(lambda failure: log.warn("a recording stays: {why}", why=failure.getErrorMessage()))
                removed.addCallback(lambda _: self.look())
            case events.ScheduleChanged() | events.ScheduleRead():
                self._run(self._read_shows())
            case events.ShowStarted(show=show):
                self._on = show
                self._run(self._retag_live())
            case events.ShowEnded():
                self._on = None
                self._run(self._retag_live())

    def find_tag(self, cue: Cue) -> CueTag:
        """What the streamer's recording has to know of a cue. What people order belongs to the show that is on."""
        show = self._find_show_on() if cue.choice is None else self._shows.get(cue.choice.show)
        tag = CueTag(song=cue.song.code, is_between=cue.song.kind not in (SongKind.SONG, SongKind.LIVE))
        if show is None:
            return tag
        return msgspec.structs.replace(tag, show=show.key, name=show.name, is_recorded=show.is_recorded)

    def _find_show_on(self) -> Show | None:
        """The show that is on. A DJ's is on from its first second to its last: they take the air, and leave it, in the
        same moment, before the programme has told that it is."""
        target = schedule.find_target(list(self._shows.values()), self._wall(), schedule.NOTHING_YET)
        if target is not None and target.show.slot.kind is SlotKind.LIVE:
            return target.show
        is_over = self._on is not None and self._on.slot.kind is SlotKind.LIVE
        return None if is_over else self._on

    async def _retag_live(self) -> None:
        """A DJ who is on the air already when a show begins or ends goes on as the same cue."""
        for cue in await self._store.read(lambda tx: tx.queue.list_open()):
            if cue.state is CueState.AIR and cue.song.kind is SongKind.LIVE:
                await self._streamer.retag(cue.id, self.find_tag(cue))

    # What the streamer says

    def take_connected(self, folder: str) -> None:
        """A streamer is connected, and records into this folder; empty: it records nothing."""
        self._run(self._take_connected(folder))

    async def _take_connected(self, folder: str) -> None:
        await self._record_current(folder)
        await self._streamer.record(await self._store.read(recordings.is_on), False)
        self.look()

    def take_change(self, state: str, folder: str, reason: str) -> None:
        """See `wire.RecordingChanged`."""
        if state == "began":
            self._run(self._record_current(folder))
            self._publish([happened.RecordingBegan(folder=folder)])
        else:
            self._run(self._record_ended(folder))
        if state == "failed":
            self._publish([happened.RecordingFailed(reason=reason)])
        self.look()

    async def _record_current(self, folder: str) -> None:
        await self._store.record(lambda tx: _put_current(tx, folder))

    async def _record_ended(self, folder: str) -> None:
        def work(tx: Transaction) -> None:
            if folder in ("", tx.settings.get(recordings.CURRENT)):
                _put_current(tx, "")

        await self._store.record(work)

    # Looking

    def look(self) -> None:
        """Bring the database to what is on the disk, soon."""
        self._must_look = True
        if not self._is_looking:
            self._is_looking = True
            self._run(self._keep_looking())

    def _look(self) -> None:
        self.look()

    async def _keep_looking(self) -> None:
        try:
            while self._must_look:
                self._must_look = False
                found = await deferToThread(read_folder, self._folder, self._sheets)
                if found is not None:
                    await self._store.record(partial(_take_found, found))
        finally:
            self._is_looking = False

    async def _read_shows(self) -> None:
        def work(tx: Transaction) -> tuple[list[Show], str]:
            return shows.list_shows(tx), tx.settings.get(show_starts.ON) or ""

        listed, on = await self._store.read(work)
        self._shows = {show.name: show for show in listed}
        self._on = next((show for show in listed if show.key == on.rpartition(" ")[0]), None)

    def _run(self, work: Awaitable[None]) -> None:
        Deferred.fromCoroutine(_await(work)).addErrback(
            lambda failure: log.failure("recordings were not kept", failure)
        )


async def _await(work: Awaitable[None]) -> None:
    await work


def _take_found(found: Found, tx: Transaction) -> None:
    recordings.take_found(tx, found)


def _put_current(tx: Transaction, folder: str) -> None:
    if folder:
        tx.settings.put(recordings.CURRENT, folder)
    else:
        tx.settings.remove(recordings.CURRENT)


def read_folder(folder: Path, known: Sheets) -> Found | None:
    """What recordings there are; None where their folder cannot be read, such as on a disk that is not there.

    `known` are sheets that were read before, by their folders' names; it is brought up to date.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return None
    sheets: list[tuple[str, Sheet]] = []
    open_bytes = 0
    for entry in entries:
        if entry.name.endswith(PARTIAL):
            open_bytes += measure_folder(entry)
        elif code := find_code(entry.name):
            sheet = read_sheet(entry, known)
            if sheet is not None:
                sheets.append((entry.name, msgspec.structs.replace(sheet, code=code)))
    for name in known.keys() - {name for name, _ in sheets}:
        del known[name]
    return Found(sheets, open_bytes)


def read_sheet(folder: Path, known: Sheets) -> Sheet | None:
    """None where there is none that can be read."""
    path = folder / SHEET
    try:
        changed = path.stat().st_mtime_ns
        if folder.name not in known or known[folder.name][0] != changed:
            known[folder.name] = changed, msgspec.json.decode(path.read_bytes(), type=Sheet)
    except (OSError, msgspec.DecodeError):
        return None
    return known[folder.name][1]


def measure_folder(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except OSError:  # it is renamed in this moment
        return 0


def remove_folder(folder: Path, name: str) -> None:
    """Raises OSError. A name that is not one of a recording removes nothing."""
    if find_code(name) and (folder / name).is_dir():
        shutil.rmtree(folder / name)
