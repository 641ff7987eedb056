"""The sandbox of users' programs: what they see of the machine, as arguments of bubblewrap (`bwrap`).

A program runs as the station's user, so rights keep nothing of the station's from it. A mount namespace does: the whole
machine is there to read, but the station's folder is empty, the files with its secrets cannot be opened, and only the
generators' own folders (and those of `composer.writable`) can be written. A process namespace belongs to it: without
one, /proc would lead to the station's processes, and through their environments and roots to all that is hidden.

Where the station is root's, programs get a user of their own as well (program_user.py), in a sandbox or not. Folders
that this user cannot enter are empty in the sandbox, but for what it needs of them: a checkout below /root, say.

Mounts are made from the outside in: the shortest path first, and whatever lies in it on top of it. So a station's
folder inside a generator's folder is hidden, and a generator's folder inside the station's folder is there.

Where namespaces are forbidden, Landlock (landlock.py) keeps programs from the station's files, but not from its socket.

All generators of a station share one sandbox, because it is made before one of them is asked for. It protects the
station, not the generators from each other.

Knows nothing of generators' declarations, and starts nothing but the trial that tells whether the machine allows it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

import bandstand
from bandstand.common import landlock
from bandstand.common.config import Config
from bandstand.common.errors import UnusableFile
from bandstand.common.files import resolve_path
from bandstand.common.program_user import ProgramUser, build_change, choose_user, give_folder, is_to_give, may_enter
from bandstand.common.text import one_line

PROGRAM: Final = "bwrap"
PATIENCE: Final = 5.0
"""Seconds that the trial may take."""
BUSES: Final = ("/run/user", "/run/dbus", "/run/systemd/private", "/run/docker.sock", "/run/podman", "/run/containerd")
"""Where those listen who start programs for others, outside of every sandbox."""


class Kind(IntEnum):
    """How a path is seen. Of two for the same path the higher one holds."""

    PASSABLE = 0
    """A folder on the way to another: made where it is missing, so that everybody can enter it."""
    WRITABLE = 1
    READABLE = 2
    EMPTY = 3
    """A folder with nothing in it but what is mounted there on purpose."""
    CLOSED = 4
    """A file that cannot be opened."""


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """What a station hides and shows. Paths are absolute, without symbolic links."""

    program: str
    """The path of bubblewrap, or of landlock.py; empty: there is no sandbox, and only the user is another."""
    is_landlock: bool = False
    station: str
    """The station's folder."""
    secrets: list[str] = []
    """Files: the configuration, and those that it names for passwords and keys."""
    readable: list[str] = []
    """Where programs may never write: the songs, Bandstand's code and its Python."""
    writable: list[str] = []
    user: ProgramUser | None = None
    """None: programs run as the station's user."""

    @property
    def is_bubblewrap(self) -> bool:
        return bool(self.program) and not self.is_landlock

    def fit(self, *, is_wanted: bool) -> "Sandbox | None":
        """What holds for one generator: where it wants no sandbox, the other user alone, if there is one."""
        if is_wanted:
            return self
        return msgspec.structs.replace(self, program="", is_landlock=False) if self.user else None

    def list_kept(self) -> list[str]:
        """What has to lie outside of a folder that is given to the programs' user.

        In bubblewrap's sandbox the station and its secrets are mounts, which can be neither replaced nor moved away.
        """
        code = [one for one in self.readable if not Path(one).is_relative_to(self.station)]
        return code if self.is_bubblewrap else [*code, self.station, *self.secrets]


class Protection(NamedTuple):
    """What keeps programs from the station, and from the machine."""

    sandbox: Sandbox | None
    warnings: tuple[str, ...] = ()
    """Sentences for the operator: what they may do that they should not."""

    def __str__(self) -> str:
        sandbox = self.sandbox
        walls = "bubblewrap" if sandbox and sandbox.is_bubblewrap else "Landlock"
        said = f"in a sandbox of {walls}" if sandbox and sandbox.program else "without a sandbox"
        return f"{said}, as {sandbox.user} rather than root" if sandbox and sandbox.user else said


def protect_programs(settings: Config, configuration: Path | None, owner: int) -> Protection:
    """The best protection that works here. `owner` is the number of the user that the station runs as."""
    sandbox, exposure = choose_sandbox(settings, configuration)
    warnings = (exposure,) if exposure else ()
    if owner != 0:
        return Protection(sandbox, warnings)
    if os.geteuid() != 0:
        unseen = "the station runs as root; only root can see whether its generators' programs get a user of their own"
        return Protection(sandbox, (*warnings, unseen))
    changed = set_user(settings, sandbox)
    if trouble := try_out(changed):
        return Protection(sandbox, (*warnings, describe_risk(trouble)))
    weaker = "under Landlock alone" if changed.is_landlock else "without a sandbox"
    why = find_trouble(settings, plan_sandbox(settings, configuration)) if exposure else ""
    left = f"{why}, so generators' programs run {weaker}: they can read what everybody on this machine may read"
    return Protection(changed, (left,) if exposure else ())


def set_user(settings: Config, sandbox: Sandbox | None) -> Sandbox:
    """The sandbox, or none, with a user of the programs' own."""
    made = sandbox or Sandbox(program="", station=os.path.realpath(settings.paths.directory), readable=_list_code())
    return msgspec.structs.replace(made, user=choose_user(settings.paths.directory))


def describe_risk(trouble: str) -> str:
    """Say what programs may do where they have to run as root."""
    return (
        f"the station runs as root, and so do the programs of its generators, because {trouble}: they can read and "
        "change everything on this machine; run the station as a user of its own (docs/generators.md)"
    )


def choose_sandbox(settings: Config, configuration: Path | None) -> tuple[Sandbox | None, str]:
    """The best sandbox that works here, and a sentence for the operator where that is not bubblewrap's."""
    best = plan_sandbox(settings, configuration)
    trouble = find_trouble(settings, best)
    if not trouble:
        return best, ""
    weaker = plan_landlock(settings, configuration)
    if find_trouble(settings, weaker):
        return None, describe_exposure(settings, best)
    return weaker, (
        f"{trouble}, so generators' programs run under Landlock alone: they cannot read the station's passwords and "
        'database, but give it commands (docs/generators.md); sandbox = "off" in [composer] accepts more than that'
    )


def plan_sandbox(settings: Config, configuration: Path | None) -> Sandbox | None:
    """The sandbox of this station's programs; None if it is switched off or there is no bubblewrap."""
    program = shutil.which(PROGRAM)
    if settings.composer.sandbox == "off" or program is None:
        return None
    return _plan(settings, configuration, program, is_landlock=False)


def plan_landlock(settings: Config, configuration: Path | None) -> Sandbox:
    """The weaker sandbox, which needs no other program."""
    return _plan(settings, configuration, os.path.realpath(landlock.__file__), is_landlock=True)


def _plan(settings: Config, configuration: Path | None, program: str, *, is_landlock: bool) -> Sandbox:
    return Sandbox(
        program=program,
        is_landlock=is_landlock,
        station=os.path.realpath(settings.paths.directory),
        secrets=list_secrets(settings, configuration),
        readable=[os.path.realpath(settings.paths.songs), *_list_code()],
        writable=[os.path.realpath(path) for path in settings.composer.writable],
    )


def list_secrets(settings: Config, configuration: Path | None) -> list[str]:
    """The configuration, and the files that it names for passwords and private keys."""
    if configuration is None:
        return []
    irc = settings.irc
    named = (
        settings.icecast.password_file,
        irc.password_file,
        irc.server_password_file,
        irc.certificate,
        irc.sasl_key,
        settings.farm.key,
    )
    found = [os.path.realpath(configuration)]
    for name in filter(None, named):
        try:
            found.append(os.path.realpath(resolve_path(name, configuration.parent)))
        except UnusableFile:  # it is nowhere, and `check` says so
            continue
    return found


def _list_code() -> list[str]:
    """Bandstand's own folders, which are links in a checkout, and the virtual environment."""
    folders = [Path(path) for path in bandstand.__path__]
    folders += [child for folder in folders for child in folder.iterdir() if child.is_dir()]
    return sorted({os.path.realpath(path) for path in [*folders, Path(sys.prefix)]})


def build_arguments(sandbox: Sandbox, folders: Sequence[str], scratch: str = "", directory: str = "/") -> list[str]:
    """The words before the command of a program that may write to `folders`, and has `scratch` as its /tmp.

    Without `scratch`, /tmp is in memory. The command runs in `directory`, and ends with the process that starts it.
    """
    own = os.path.realpath(scratch) if scratch else ""
    temporary = "/tmp" if sandbox.is_bubblewrap else own or "/tmp"
    change = build_change(sandbox.user, temporary, directory) if sandbox.user else []
    if not sandbox.program:
        return change
    if sandbox.is_landlock:
        return _build_for_landlock(sandbox, folders, own, directory) + change
    words = [sandbox.program, "--die-with-parent", "--new-session", "--unshare-pid"]
    kinds = _list_mounts(sandbox, [*folders, *([own] if own else [])])
    words += _mount("/", kinds.pop("/", Kind.READABLE), own)
    words += ["--dev-bind", "/dev", "/dev", "--proc", "/proc"]
    for path in sorted(kinds, key=lambda path: (path.count("/"), path)):
        words += _mount(path, kinds[path], own)
    if sandbox.station in kinds:
        words += ["--remount-ro", sandbox.station]
    return [*words, "--setenv", "TMPDIR", "/tmp", "--chdir", directory, "--", *change]


def _build_for_landlock(sandbox: Sandbox, folders: Sequence[str], own: str, directory: str) -> list[str]:
    """Programs share /tmp with all others here, as far as the station has nothing there."""
    hidden = [sandbox.station, *sandbox.secrets]
    writable = [os.path.realpath(path) for path in ["/tmp", *sandbox.writable, *folders]]
    rules = landlock.list_rules(hidden, sandbox.readable, writable)
    rules += [(own, landlock.WRITE)] if own else []
    plan = {"rules": rules, "temporary": own or "/tmp", "directory": directory}
    return [sys.executable, "-I", "-S", sandbox.program, msgspec.json.encode(plan).decode(), "--"]


def _list_mounts(sandbox: Sandbox, folders: Sequence[str]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    wanted = [(os.path.realpath(path), Kind.WRITABLE) for path in ["/tmp", *sandbox.writable, *folders]]
    wanted += [(path, Kind.READABLE) for path in sandbox.readable]
    wanted += [(path, Kind.CLOSED) for path in sandbox.secrets if Path(path).is_file()]
    for path in BUSES:
        real = Path(os.path.realpath(path))
        if real.exists():
            wanted.append((str(real), Kind.EMPTY if real.is_dir() else Kind.CLOSED))
    if Path(sandbox.station).is_dir():
        wanted.append((sandbox.station, Kind.EMPTY))
    for path, kind in wanted:
        kinds[path] = max(kind, kinds.get(path, kind))
    if sandbox.user:
        _open_ways(kinds, sandbox.user)
    return kinds


def _open_ways(kinds: dict[str, Kind], user: ProgramUser) -> None:
    """Empty each folder that the user cannot enter on the way to what it needs. It saw nothing of that folder."""
    kinds.setdefault(os.path.realpath(sys.base_prefix), Kind.READABLE)
    needed = [Path(path) for path, kind in kinds.items() if kind in (Kind.WRITABLE, Kind.READABLE)]
    for folder in {folder for path in needed for folder in path.parents[:-1] if folder.is_dir()}:
        kinds.setdefault(str(folder), Kind.PASSABLE if may_enter(str(folder), user) else Kind.EMPTY)


def _mount(path: str, kind: Kind, own: str) -> list[str]:
    if path == "/tmp" and kind is Kind.WRITABLE:
        return ["--bind", own, path] if own else ["--perms", "1777", "--tmpfs", path]
    match kind:
        case Kind.PASSABLE:
            return ["--dir", path]
        case Kind.WRITABLE:
            return ["--bind-try", path, path]
        case Kind.READABLE:
            return ["--ro-bind-try", path, path]
        case Kind.EMPTY:
            return ["--tmpfs", path]
        case Kind.CLOSED:
            return ["--ro-bind", "/dev/null", path]  # a device where there may be none: it cannot be opened


def give_folders(sandbox: Sandbox | None, folders: Iterable[str]) -> Iterator[str]:
    """Let the programs' own user write to generators' folders; a sentence for each where that fails.

    Not to a folder within another's: a program could have put a link there that leads elsewhere.
    """
    if sandbox is None or sandbox.user is None:
        return
    named = {os.path.normpath(folder) for folder in folders}
    real = {os.path.realpath(folder) for folder in named}
    for folder in sorted(named):
        own = os.path.realpath(folder)
        others = (named | real) - {folder, own}
        is_inner = any(Path(one).is_relative_to(other) for one in (folder, own) for other in others)
        if is_inner or not is_to_give(own, sandbox.list_kept()):
            continue
        if why := give_folder(own, sandbox.user):
            yield f"{own} cannot be given to {sandbox.user}: {why}"


def find_trouble(settings: Config, sandbox: Sandbox | None) -> str:
    """Try it. Empty if it works or is not wanted, otherwise why there is none."""
    if settings.composer.sandbox == "off":
        return ""
    if sandbox is None:
        return "bubblewrap is not installed"
    return try_out(sandbox)


def try_out(sandbox: Sandbox) -> str:
    """Why a program cannot be started in it; empty if it can."""
    name = "Landlock" if sandbox.is_landlock else "bubblewrap" if sandbox.program else "a change of the user"
    code = os.path.realpath(__file__)
    trial = ["test", "-r", code, "-a", "-x", sys.executable] if sandbox.user else ["true"]
    try:
        tried = subprocess.run(
            [*build_arguments(sandbox, []), *trial],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name} does not work here ({one_line(str(error), 200)})"
    if tried.returncode == 0:
        return ""
    said = one_line(tried.stderr.decode("utf-8", "replace"), 200)
    if sandbox.user and not said:
        return f"{sandbox.user} cannot read Bandstand's code ({Path(code).parents[1]}) or run {sys.executable}"
    return f"{name} does not work here ({said or f'exit status {tried.returncode}'})"


def describe_exposure(settings: Config, sandbox: Sandbox | None) -> str:
    """A sentence for the operator where programs run without a sandbox against the configuration's wish."""
    trouble = find_trouble(settings, sandbox)
    if not trouble:
        return ""
    return (
        f"{trouble}, so generators' programs run without a sandbox: they can read the station's passwords and database "
        'and give it commands (docs/generators.md); sandbox = "off" in [composer] accepts that'
    )
