"""Lets the sound go first: a process gives way to the others, and so does its session.

Niceness alone is not enough where the kernel shares the processor among sessions first, as desktops have it
(`sched_autogroup_enabled`, see "The autogroup feature" in sched(7)). Each of our children leads a session of its own,
so there niceness counts only against the children's own children, and ten workers would leave the streamer an eleventh.
"""

import os
from pathlib import Path
from typing import Final

AUTOGROUP: Final = Path("/proc/self/autogroup")


def set_session_niceness(niceness: int, autogroup: Path = AUTOGROUP) -> bool:
    """Set the niceness of the session, if this process leads it and the kernel has such a thing; unlike a process's own
    it may be lowered again, to 0, by anybody. False: not now, as it is done ten times a second on the whole machine."""
    if os.getsid(0) == os.getpid():
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
    set_session_niceness(os.nice(niceness), autogroup)
