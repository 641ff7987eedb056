"""The heartbeat of each mount: by it the standby notices a streamer that stands still and keeps its connections.

While a streamer is stopped, or starved of processor time, Icecast waits several seconds for more of its sound, and
listeners get nothing. So each mount writes down when it last sent something, in sixteen bytes of
memory that both processes map. The standby looks at each of its own steps. If a mount that is on the air has sent
nothing for `STALLED`, the standby has Icecast end that source, and Icecast passes the listeners on to the silence. A
streamer that somebody has stopped (SIGSTOP, a debugger) does not go on by itself, so it is given no such time.

Only steps of the standby count, and not the time alone: where the whole machine stood still, the standby did, too, and
the streamer is given the time to go on.

Needs neither Twisted nor NumPy. `StallDetector` is pure.
"""

import mmap
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
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
STOPPED: Final = (b"T", b"t")
"""States of a process in proc(5) in which it is given no processor time until somebody lets it go on."""


class State(Enum):
    """What became of the process that has a mount."""

    RUNNING = "running"
    STOPPED = "stopped"
    GONE = "gone"


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

    def __init__(self, read_state: Callable[[int], State]) -> None:
        self._read_state = read_state
        self._last = Beat(0, OFF_AIR)
        self._steps = 0
        self._told = False

    def detect(self, beat: Beat, now: float) -> bool:
        """Whether this mount stands still; true once for each time that it does."""
        if beat != self._last:
            self._last, self._steps, self._told = beat, 0, False
            return False
        self._steps += 1
        if self._told or beat.at == OFF_AIR:
            return False
        state, is_late = self._read_state(beat.pid), self._steps >= LEAST_STEPS and now - beat.at >= STALLED
        self._told = is_late or state is State.STOPPED
        return self._told and state is not State.GONE  # of one that was killed, Icecast knows already


def read_state(pid: int) -> State:
    try:
        fields = Path("/proc", str(pid), "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return State.GONE
    return State.STOPPED if fields and fields[0] in STOPPED else State.RUNNING
