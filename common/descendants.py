"""All processes that a program has started, whatever they did to get away: who they are, their memory, and ending them.

A process group is not enough: a program that calls setsid leaves it. So whoever runs programs becomes a subreaper
(prctl(2), Linux 3.4): the orphans of everything below it become its own children rather than those of process 1. From
there `/proc/PID/task/*/children` lists all of them.
"""

import contextlib
import ctypes
import os
import select
import signal
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

PR_SET_CHILD_SUBREAPER: Final = 36
PATIENCE: Final = 2.0
"""Seconds in which killed processes have to be gone; one that hangs in a system call is left after that."""
PAUSE: Final = 0.05
"""Seconds between two looks at those that are being killed, at most."""


def become_subreaper() -> None:
    """Adopt the orphans of everything that this process starts from now on."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def list_children(pid: int) -> list[int]:
    """The children of a process, those that have ended and were not waited for included; none if it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_bytes().split())
    return found


def list_descendants(pid: int, others: Collection[int] = ()) -> list[int]:
    """Children, grandchildren and so on, without the `others` and theirs."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        new = [child for child in list_children(waiting.pop()) if child not in others and child not in found]
        found += new
        waiting += new
    return found


def uses_more_memory(pids: Collection[int], limit: int) -> bool:
    """Whether the processes together use more than `limit` bytes, in RAM or swapped out.

    What they share counts once. Addresses that are only reserved do not count (the JVM and WebAssembly reserve
    gigabytes), and neither do mapped files, such as the programs' own code: those can be read again.
    """
    if sum(_read_fields(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:", "VmSwap:")) for pid in pids) <= limit:
        return False
    shares = [_read_fields(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")) for pid in pids]
    return not any(shares) or sum(shares) > limit  # the kernel takes its time for these, so they are read when needed


def _read_fields(path: str, names: tuple[str, ...]) -> int:
    """The sum of these fields in kB, as bytes; 0 if the process is gone."""
    try:
        lines = Path(path).read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(names)) << 10


def signal_all(pids: Collection[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def kill_descendants(pid: int, others: Collection[int] = (), main: int = 0) -> None:
    """Kill all descendants of this process, which is `pid`, until there are none but `others`.

    All of them are waited for, except `main`, whose exit status somebody else wants.
    """
    deadline = time.monotonic() + PATIENCE
    while left := [one for one in list_descendants(pid, others) if one != main or not _has_ended(main)]:
        signal_all(left, signal.SIGKILL)
        for one in left:
            if one != main:
                with contextlib.suppress(ChildProcessError):  # it is not ours yet: its parent has not been waited for
                    os.waitpid(one, os.WNOHANG)
        if time.monotonic() > deadline:
            return
        _wait_for_end(left[0])


def _wait_for_end(pid: int) -> None:
    """Wait until a process ends, `PAUSE` at most."""
    with contextlib.suppress(ProcessLookupError):
        pidfd = os.pidfd_open(pid)
        try:
            select.select([pidfd], [], [], PAUSE)
        finally:
            os.close(pidfd)


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return True
