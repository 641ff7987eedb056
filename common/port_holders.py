"""Who listens on a port of this machine: the kernel's tables of sockets, and the process that has such a socket open.

Whose process it is can be seen only where it is our own, or by root; otherwise the table still has its user. Reads
/proc alone (proc(5)); on a machine without it nobody is found.
"""

import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
LISTENS: Final = "0A"
"""TCP_LISTEN, in hexadecimal digits."""


class Listener(NamedTuple):
    """A socket that listens: its port, its owner's number, and the number of its inode."""

    port: int
    user: int
    inode: int


class Holder(NamedTuple):
    """Who has a port. `pid` is None, and `program` empty, where that is not for us to see."""

    user: str
    pid: int | None = None
    program: str = ""

    def __str__(self) -> str:
        """Words that follow "taken by"."""
        return f"{self.program} (process {self.pid})" if self.pid else f"a program of {self.user}"


def parse_table(text: str) -> Iterator[Listener]:
    """The sockets of a table that listen; lines that are none are passed over."""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) > 9 and fields[3] == LISTENS:
            try:
                yield Listener(int(fields[1].rpartition(":")[2], 16), int(fields[7]), int(fields[9]))
            except ValueError:
                continue


def find_holder_of_port(port: int) -> Holder | None:
    """Who listens there, on any address; None: nobody, or it cannot be seen."""
    found = [one for one in _read_tables() if one.port == port]
    if not found:
        return None
    pid = _find_process({one.inode for one in found})
    return Holder(_name_user(found[0].user), pid, name_program(pid) if pid else "")


def _read_tables() -> Iterator[Listener]:
    for path in TABLES:
        try:
            yield from parse_table(Path(path).read_text("ascii", "replace"))
        except OSError:  # there is no IPv6, or no /proc
            continue


def _find_process(inodes: Iterable[int]) -> int | None:
    """The lowest pid that has one of these sockets open: a server's first process."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - thousands of names
    return next((pid for pid in pids if wanted & set(_list_open(pid))), None)


def _list_open(pid: int) -> Iterator[str]:
    """What the process's descriptors are; nothing where it has ended or is not for us to see."""
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            try:
                yield os.readlink(entry.path)  # noqa: PTH115 - for each descriptor of all processes
            except OSError:
                continue
    except OSError:
        return


def name_program(pid: int) -> str:
    """Its name as the kernel has it, of 15 characters at most."""
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip() or "a program"
    except OSError:
        return "a program"


def find_parent(pid: int) -> int:
    """0 where there is none, or it cannot be seen."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _name_user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
