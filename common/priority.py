"""Lets the sound go first: a process gives way to the others, and so does its session.

Niceness alone is not enough where the kernel shares the processor among sessions first, as desktops have it
(`sched_autogroup_enabled`, see "The autogroup feature" in sched(7)). Each of our children leads a session of its own,
so there niceness counts only against the children's own children, and ten workers would leave the streamer an eleventh.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

PROCESSES: Final = Path("/proc")
AUTOGROUP: Final = PROCESSES / "self" / "autogroup"
ATTEMPTS: Final = 5
PAUSE: Final = 0.1
"""Seconds. The kernel takes one such change in so long a time from users other than root, and refuses the others."""


def set_session_niceness(niceness: int, autogroup: Path = AUTOGROUP) -> bool:
    """Set the niceness of the session, if this process leads it and the kernel has such a thing; unlike a process's own
    it may be lowered again, to 0, by anybody. False: not now, as it is done ten times a second on the whole machine."""
    return os.getsid(0) != os.getpid() or _write(niceness, autogroup)


def _write(niceness: int, autogroup: Path) -> bool:
    """False if the kernel refuses it for now."""
    try:
        autogroup.write_text(str(niceness))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def give_way(niceness: int, autogroup: Path = AUTOGROUP) -> None:
    """Raise the niceness of this process by `niceness` (1 to 19), and that of the session if this process leads it.

    The session of somebody's shell is left alone. A kernel that does not share by sessions has no such file.
    """
    now = os.nice(niceness)
    if os.getsid(0) == os.getpid():
        give_way_in_session(now, autogroup)


def give_way_in_session(niceness: int, autogroup: Path = AUTOGROUP, attempts: int = ATTEMPTS) -> None:
    """Give the session of this process a niceness, whoever leads it."""
    while not _write(niceness, autogroup) and attempts > 1:
        attempts -= 1
        Event().wait(PAUSE)


class Sessions:
    """Keeps the sessions that other processes make from taking more than their share: a program that calls setsid has
    a session of its own, in which the niceness that it has inherited counts against nobody."""

    def __init__(self, processes: Path = PROCESSES) -> None:
        self._processes = processes
        self._known = {os.getsid(0)}

    def give_way(self, pids: Collection[int]) -> None:
        """Give each new session among these processes the niceness of its process. What the kernel refuses for now is
        tried at the next call."""
        for pid in pids:
            with suppress(OSError):
                session = os.getsid(pid)
                if session not in self._known:
                    niceness = os.getpriority(os.PRIO_PROCESS, pid)
                    (self._processes / str(pid) / "autogroup").write_text(str(niceness))
                    self._known.add(session)
