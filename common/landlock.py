"""A weaker sandbox, for machines that forbid the namespaces of bubblewrap: Landlock, which takes rights from a process.

Landlock (landlock(7), Linux 5.13) needs no right and no namespace. It can only allow: what lies under a path may be
read, or written. So to hide a folder, everything beside it is allowed, and everything beside each folder above it. It
hides contents and not names; new files can be made only where nothing is hidden. It keeps a program from other
processes' files under /proc, and from sending them signals (Linux 6.12); not from sockets that have a path.

Runs as a program, too: `landlock.py RULES -- COMMAND...` restricts itself and becomes the command. For that it imports
nothing but Python's own, and starts as soon as Python does.
"""

import ctypes
import fcntl
import json
import os
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

OWN: Final = "/proc/self"
"""The process that restricts itself. Those of others tell their environment, which Landlock alone does not forbid."""
Rule = tuple[str, str]
"""A path, and which of `RIGHTS` is given for all that lies under it."""

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE = (1 << bit for bit in (0, 1, 2, 3, 13, 14))
CHANGES: Final = sum(1 << bit for bit in range(4, 13))
"""To remove and make what is in a folder."""
FILE_RIGHTS: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
"""Those that a rule for a file may have."""
LIST, READ, WRITE = "list", "read", "write"
RIGHTS: Final = {
    LIST: READ_DIR,
    READ: EXECUTE | READ_FILE | READ_DIR,
    WRITE: FILE_RIGHTS | READ_DIR | CHANGES | REFER,
}
NEWER: Final = {2: REFER, 3: TRUNCATE}
"""Version of Landlock -> the right that it brought."""
SCOPES: Final = 3
"""Abstract sockets and signals, from version 6 on."""
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Numbers of the system calls, on every kind of processor."""
PATH_BENEATH: Final = 1
SET_NO_NEW_PRIVS: Final = 38


class Attributes(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class PathBeneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


# Which rules


def list_rules(hidden: Sequence[str], readable: Sequence[str], writable: Sequence[str]) -> list[Rule]:
    """Rules by which all can be read but what is `hidden`, and only `writable` can be written, but for `readable`.

    What is writable or readable inside something hidden is there. Paths are absolute, without symbolic links.
    """
    rules: list[Rule] = [("/", LIST)]
    kernel = [entry.path for entry in os.scandir("/proc") if not entry.name.isdigit() and not entry.is_symlink()]
    rules += ((path, READ) for path in [*_spare("/", [*hidden, "/proc"]), *kernel, OWN])
    for root in readable:
        rules += ((path, READ) for path in _spare(root, hidden))
    for root in ["/dev", *writable]:
        rules += ((path, WRITE) for path in _spare(root, [*hidden, *readable]))
    return rules


def _spare(root: str, hidden: Sequence[str]) -> Iterator[str]:
    """The fewest paths under `root` that together have everything but what is hidden."""
    inside = [path for path in hidden if Path(path).is_relative_to(root)]
    if root in inside:
        return
    if not inside:
        yield root
        return
    try:
        children = [entry.path for entry in os.scandir(root) if not entry.is_symlink()]
    except OSError:
        return
    for child in sorted(children):
        yield from _spare(child, inside)


# The program


def restrict(rules: Sequence[Rule]) -> None:
    """Give up all rights of this process, and of all that it starts, but these. Raises OSError."""
    version = _call(CREATE_RULESET, None, 0, 1)
    handled = RIGHTS[WRITE] & ~sum(right for needed, right in NEWER.items() if version < needed)
    attributes = Attributes(handled, 0, SCOPES if version >= 6 else 0)
    size = ctypes.sizeof(attributes) if version >= 6 else 8
    ruleset = _call(CREATE_RULESET, ctypes.byref(attributes), size, 0)
    for path, right in rules:
        _allow(ruleset, path, RIGHTS[right] & handled)
    if ctypes.CDLL(None, use_errno=True).prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "rights can be gained again")
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def leave_terminal() -> None:
    """Have no terminal any more into which words could be typed for the station."""
    with suppress(OSError), open("/dev/tty") as terminal:  # noqa: PTH123
        fcntl.ioctl(terminal, termios.TIOCNOTTY)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add a rule; a path that is not there any more needs none."""
    try:
        fd = os.open(f"/proc/{os.getpid()}" if path == OWN else path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights &= ~0 if os.path.isdir(f"/proc/self/fd/{fd}") else FILE_RIGHTS  # noqa: PTH112
        _call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(PathBeneath(rights, fd)), 0)
    finally:
        os.close(fd)


def _call(number: int, *arguments: object) -> int:
    """One of Landlock's system calls. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = library.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result


def main(arguments: Sequence[str]) -> None:
    plan, _, *command = arguments
    given = json.loads(plan)
    os.environ["TMPDIR"] = given["temporary"]
    os.chdir(given["directory"])
    leave_terminal()
    try:
        restrict(given["rules"])
    except OSError as error:
        sys.exit(error.strerror)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
