"""Whether the kernel still has an inotify for this person: it counts them by user, and editors and desktops take many.

Only tries and explains; `bot.making.file_watcher` listens by Twisted's own.
"""

import ctypes
import errno
import os
import sys
from pathlib import Path
from typing import Final

LIMITS: Final = {errno.EMFILE: "instances", errno.ENOSPC: "watches"}
"""Which limit each error of inotify_init(2) and inotify_add_watch(2) speaks of."""
_CLOSE_WRITE: Final = 0x8


def find_trouble(folder: str = "/") -> str:
    """Why no saves in a folder can be heard of, as a sentence; empty if they can."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.inotify_init1(os.O_CLOEXEC)
    if fd < 0:
        return explain_errno(ctypes.get_errno())
    try:
        if libc.inotify_add_watch(fd, os.fsencode(folder), _CLOSE_WRITE) < 0:
            return explain_errno(ctypes.get_errno())
    finally:
        os.close(fd)
    return ""


def explain_errno(number: int) -> str:
    """What an error of inotify means, with the limit to raise."""
    if number not in LIMITS:
        return f"saved files cannot be noticed: {os.strerror(number)}"
    # The second is the limit of a container (user namespace).
    settings = (f"fs.inotify.max_user_{LIMITS[number]}", f"user.max_inotify_{LIMITS[number]}")
    setting = min(settings, key=_read)
    return (
        "saved files cannot be noticed, because the kernel has no inotify left for this user "
        f"({setting} = {_read(setting)}); as root, sysctl {setting}=N raises it"
    )


def _read(setting: str) -> int:
    """The limit; a very high one where it cannot be read."""
    try:
        return int(Path("/proc/sys", *setting.split(".")).read_text("ascii"))
    except (OSError, ValueError):
        return sys.maxsize
