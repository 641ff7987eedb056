"""The heartbeat of each mount: by it the standby notices a streamer that stands still and keeps its connections.

While a streamer is stopped, or starved of processor time, Icecast waits several seconds for more of its sound, and
listeners get nothing. So each mount writes down when it last sent something, in sixteen bytes of
memory that both processes map. The standby looks at each of its own steps. If a mount that is on the air has sent
nothing for `STALLED`, the standby has Icecast end that source, and Icecast passes the listeners on to the silence.

Only steps of the standby count, and not the time alone: where the whole machine stood still, the standby did, too, and
the streamer is given the time to go on.

Needs neither Twisted nor NumPy. `StallDetector` is pure.
"""

import mmap
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bandstand.common.config import Mount
from bandstand.common.types import Seconds
from bandstand.streamer import silence

STALLED: Final = Seconds(1.0)
"""So long nothing is sent before listeners are passed on: longer than a busy machine holds up a healthy streamer."""
LEAST_STEPS: Final = 8
"""The standby must have looked so often meanwhile."""
_FORMAT: Final = struct.Struct("=qd")
OFF_AIR: Final = 0.0


@dataclass(frozen=True)
class Beat:
    """`at` is when process `pid` last sent something, in seconds of the monotonic clock that all processes share;
    `OFF_AIR` while it sends nothing on purpose."""

    pid: int
    at: float


class Heartbeat:
    """The sixteen bytes of one mount, for writing and reading."""

    def __init__(self, directory: Path, mount: Mount) -> None:
        """Raises OSError where the file cannot be made."""
        directory.mkdir(parents=True, exist_ok=True)
        path = silence.path(directory, mount).with_suffix(".beat")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Its block must be there before it is mapped: on a full disk, writing to a hole ends the process.
            os.posix_fallocate(fd, 0, _FORMAT.size)
            self._memory = mmap.mmap(fd, _FORMAT.size)
        finally:
            os.close(fd)
        self._pid = os.getpid()

    def record_sent(self, now: float) -> None:
        _FORMAT.pack_into(self._memory, 0, self._pid, now)

    def record_off_air(self) -> None:
        """Unless another process has the mount by now."""
        if self.read().pid == self._pid:
            self.record_sent(OFF_AIR)

    def read(self) -> Beat:
        return Beat(*_FORMAT.unpack_from(self._memory))


class StallDetector:
    """Used once in each step of the standby."""

    def __init__(self, is_running: Callable[[int], bool]) -> None:
        self._is_running = is_running
        self._last = Beat(0, OFF_AIR)
        self._steps = 0
        self._told = False

    def detect(self, beat: Beat, now: float) -> bool:
        """Whether this mount stands still; true once for each time that it does."""
        if beat != self._last:
            self._last, self._steps, self._told = beat, 0, False
            return False
        self._steps += 1
        if self._told or beat.at == OFF_AIR or self._steps < LEAST_STEPS or now - beat.at < STALLED:
            return False
        self._told = True
        return self._is_running(beat.pid)  # of one that was killed, Icecast knows already


def is_running(pid: int) -> bool:
    return Path("/proc", str(pid)).is_dir()
