"""Lets the sound go first: a process gives way to the others, and so does its session.

Niceness alone is not enough where the kernel shares the processor among sessions first, as desktops have it
(`sched_autogroup_enabled`, see "The autogroup feature" in sched(7)). Each of our children leads a session of its own,
so there niceness counts only against the children's own children, and ten workers would leave the streamer an eleventh.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

AUTOGROUP: Final = Path("/proc/self/autogroup")


def give_way(niceness: int, autogroup: Path = AUTOGROUP) -> None:
    """Raise the niceness of this process by `niceness` (1 to 19), and that of the session if this process leads it.

    The session of somebody's shell is left alone. A kernel that does not share by sessions has no such file.
    """
    now = os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            autogroup.write_text(str(now))
