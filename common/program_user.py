"""The user that generators' programs run as where the station itself runs as root.

A program of root's may read and change everything on the machine, and a sandbox with the machine's devices is a weak
wall to it. So it becomes another user before its first instruction. The kernel needs no more than a number for that:
where the machine has no user `bandstand-generators`, it is one of those that systemd gives to services without a user
of their own (DynamicUser= in systemd.exec(5)), chosen by the station's folder, so that a station keeps its number.

That user owns nothing. What its programs may write they are given by an access control list (acl(5)), which leaves the
folder its owner. The list is read here, too, to know which folders that user can enter.

setpriv(1), of util-linux, makes the change. Knows nothing of sandboxes and of declarations.
"""

import os
import pwd
import shutil
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

NAME: Final = "bandstand-generators"
PROGRAM: Final = "setpriv"
FIRST, LAST = 61184, 65519
"""Of the numbers that systemd keeps for such users."""
ATTRIBUTE: Final = "system.posix_acl_access"
VERSION: Final = struct.pack("<I", 2)
ENTRY: Final = struct.Struct("<HHI")
"""Tag, rights, number of a user or a group."""
OWNER, USER, GROUP, NAMED_GROUP, MASK, OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY: Final = 0xFFFFFFFF
"""In place of a number."""
ALL, ENTER = 7, 1
SYSTEM: Final = ("/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/usr")
"""Folders in which nothing is given away."""
FEWEST_PARTS: Final = 3
"""Of a path that is given away: nothing that lies directly below the root."""
Entries = dict[tuple[int, int], int]
"""(tag, number) -> rights."""


class ProgramUser(msgspec.Struct, frozen=True):
    """By the kernel's numbers."""

    user: int
    group: int

    def __str__(self) -> str:
        try:
            return pwd.getpwuid(self.user).pw_name
        except KeyError:
            return f"user {self.user}"


def choose_user(station: Path) -> ProgramUser:
    """The user of the programs of the station in this folder."""
    try:
        known = pwd.getpwnam(NAME)
    except KeyError:
        number = FIRST + zlib.crc32(os.fsencode(os.path.realpath(station))) % (LAST - FIRST + 1)
        return ProgramUser(number, number)
    return ProgramUser(known.pw_uid, known.pw_gid)


def build_change(user: ProgramUser, temporary: str, directory: str = "/") -> list[str]:
    """The words before the command of a program that is to run as that user, in `directory`.

    Its home is `temporary`, because it may write there.
    """
    program = shutil.which(PROGRAM) or PROGRAM
    words = [program, f"--reuid={user.user}", f"--regid={user.group}", "--clear-groups", "--"]
    names = ("HOME", temporary), ("TMPDIR", temporary), ("USER", str(user)), ("LOGNAME", str(user))
    return [*words, "env", f"--chdir={directory}", *(f"{name}={value}" for name, value in names)]


def may_enter(path: str, user: ProgramUser) -> bool:
    """Whether the user can reach what lies in the folder; True if there is none."""
    try:
        status = Path(path).stat()
        rights = _find_rights(_read_entries(path, status.st_mode), status, user)
    except OSError:
        return True
    return bool(rights & ENTER)


def _find_rights(entries: Entries, status: os.stat_result, user: ProgramUser) -> int:
    mask = entries.get((MASK, NOBODY), ALL)
    if status.st_uid == user.user:
        return entries[OWNER, NOBODY]
    if (USER, user.user) in entries:
        return entries[USER, user.user] & mask
    if status.st_gid == user.group:
        return entries[GROUP, NOBODY] & mask
    return entries[OTHERS, NOBODY]


def _read_entries(path: str, mode: int) -> Entries:
    """The folder's list; without one, what its mode says. Raises OSError."""
    try:
        packed = os.getxattr(path, ATTRIBUTE)
    except OSError:
        return {(OWNER, NOBODY): mode >> 6 & ALL, (GROUP, NOBODY): mode >> 3 & ALL, (OTHERS, NOBODY): mode & ALL}
    return {(tag, number): rights for tag, rights, number in ENTRY.iter_unpack(packed[len(VERSION) :])}


def give_folder(folder: str, user: ProgramUser) -> str:
    """Let the user read and write in the folder, but not in what is in it already. Says why that fails, or nothing."""
    try:
        entries = _read_entries(folder, Path(folder).stat().st_mode)
        group = [rights for (tag, _), rights in entries.items() if tag in (GROUP, MASK)]
        wanted = entries | {(USER, user.user): ALL, (MASK, NOBODY): ALL | max(group)}
        if wanted != entries:
            packed = [ENTRY.pack(tag, rights, number) for (tag, number), rights in sorted(wanted.items())]
            os.setxattr(folder, ATTRIBUTE, VERSION + b"".join(packed))
    except OSError as error:
        return error.strerror or str(error)
    return ""


def is_to_give(folder: str, kept: Sequence[str]) -> bool:
    """Whether a generator's folder is its own: not one of the system's, and nothing that is `kept` is in it.

    Both without symbolic links.
    """
    path = Path(folder)
    if len(path.parts) < FEWEST_PARTS or any(path.is_relative_to(one) for one in SYSTEM):
        return False
    return not any(Path(one).is_relative_to(path) for one in kept)
