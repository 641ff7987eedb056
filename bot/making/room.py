"""Room for songs on the disk: what is done where there is none.

A job that finds the disk full has done nothing wrong, as long as it was not itself what filled it: it waits, with all
others, and is begun again when there is room. Whether there is, is looked at ever more rarely. Operators are told once,
and once when it is over. A job that has used up most of the room that there was when it began does not fit: it fails;
and so does every job that finds a disk full on which there can never be room.

Knows bytes and file systems; nothing of workers.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from twisted.internet.interfaces import IReactorTime

from bandstand.common.api.events import Event, RoomChanged
from bandstand.common.backoff import Backoff

MARGIN: Final = 8 << 20
"""Bytes that have to be free beside what the job had written: some twenty seconds of sound."""
FIRST, LONGEST = 2.0, 60.0
"""Seconds between two looks."""
LEFT: Final = 0.5
"""The share of the room at a job's beginning that is left without its spool, if the job itself has filled the disk."""


class Room:
    """The room in some folders, which may lie on several file systems."""

    def __init__(
        self,
        clock: IReactorTime,
        folders: Sequence[Path],
        publish: Callable[[Sequence[Event]], None],
    ) -> None:
        self._clock = clock
        self._folders = folders
        self._publish = publish
        self._free: dict[int, int] = {}
        self._needed = 0
        self._backoff = Backoff(lambda: 0.0, FIRST, LONGEST)
        self.is_short = False

    def note_begun(self, job: int) -> None:
        """Remember how much room there is as this job begins."""
        self._free[job] = self._measure()

    def forget(self, job: int) -> None:
        self._free.pop(job, None)

    def is_to_wait(self, job: int, written: int) -> bool:
        """Whether a job that found the disk full with `written` bytes in its spool was not what filled it, and there
        may be room some day.

        Without a spool its files are gone by now: where there is as much room again as when it began, it did not fit.
        """
        if any(measure_usage(folder).total < MARGIN for folder in self._folders):
            return False
        free = self._free.get(job, 0)
        return (free < MARGIN and not written) or self._measure() + written < free * LEFT

    def wait(self, needed: int) -> None:
        """Let jobs wait, and say so with `RoomChanged`, until there is room for more than `needed` bytes."""
        self._needed = max(self._needed, needed + MARGIN)
        if not self.is_short:
            self.is_short = True
            self._publish([RoomChanged(is_short=True)])
            self._clock.callLater(self._backoff.next_wait(), self._look)

    def _look(self) -> None:
        if self._measure() < self._needed:
            self._clock.callLater(self._backoff.next_wait(), self._look)
            return
        self.is_short, self._needed = False, 0
        self._backoff = Backoff(lambda: 0.0, FIRST, LONGEST)
        self._publish([RoomChanged(is_short=False)])

    def _measure(self) -> int:
        """Bytes that are free where there is least. A folder that is not there yet counts as its parent."""
        return min((measure_usage(folder).free for folder in self._folders), default=0)


class Usage(NamedTuple):
    """Bytes of a file system."""

    total: int
    free: int


def measure_usage(folder: Path) -> Usage:
    """The file system of a folder; one that cannot be looked up counts as full."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        total, _, free = shutil.disk_usage(folder)
    except OSError:
        return Usage(MARGIN, 0)
    return Usage(total, free)
