"""Whether the station's folder can be used: what `bandstand check` says of it, and what `up` makes sure of first.

Everything is tried rather than concluded, because read-only file systems, quotas, access lists and file systems without
sockets (FAT, some network shares) show only so. What was made for a trial is removed again. Knows what the processes
need of a folder, by `common.paths`; not what they keep there.
"""

import errno
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bandstand.common.errors import UnusableFile
from bandstand.common.files import name_kind
from bandstand.common.paths import SONG_FILE, Paths
from bandstand.common.text import counted

LONGEST_SOCKET: Final = 107
"""Bytes in the path of a UNIX socket (sun_path in unix(7), less the NUL)."""
LEAST_BYTES: Final = 1 << 20
"""Room without which no station can begin: a new database, the silence of each mount, and a little more."""
SONG_BYTES: Final = 100_000_000
"""Room below which the songs of the next hours will not fit."""
KEY: Final = "station.directory"


def prepare_folder(paths: Paths) -> None:
    """Try everything, then make the folder where there is none. Raises UnusableFile, which says what is wrong."""
    for fault in find_faults(paths):
        raise UnusableFile(fault)
    make_folder(paths)


def make_folder(paths: Paths) -> None:
    """Only make it where there is none, as a process does that must begin at once. Raises UnusableFile."""
    try:
        paths.directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableFile(f"{KEY}: {paths.directory} cannot be made: {error.strerror}") from None


def find_faults(paths: Paths) -> Iterator[str]:
    """A sentence for each reason why the station cannot live there. If there is no folder yet, its parent is tried."""
    longest = max(len(os.fsencode(path)) for path in (paths.bot_socket, paths.streamer_socket))
    if longest > LONGEST_SOCKET:
        yield (
            f"{KEY}: {paths.directory} is {longest - LONGEST_SOCKET} bytes too long a path: "
            f"those of its sockets may have {LONGEST_SOCKET}"
        )
    folder = paths.directory
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        yield f"{KEY}: {folder} is {'a link to nothing' if folder.is_symlink() else 'a file'}, not a folder"
        return
    try:
        _try_folder(folder, "" if folder == paths.directory else paths.directory.name)
    except UnusableFile as error:
        yield str(error)
        return
    if folder == paths.directory:
        yield from _find_foreign(paths)


def find_warnings(paths: Paths) -> Iterator[str]:
    """What will be trouble before long."""
    folder = next((one for one in (paths.directory, *paths.directory.parents) if one.is_dir()), None)
    if folder is not None and shutil.disk_usage(folder).free < SONG_BYTES:
        free = shutil.disk_usage(folder).free / 1e6
        yield f"{KEY}: the disk of {folder} has {free:.0f} MB free; each minute of a song takes about 10 MB"
    if lost := describe_lost_database(paths):
        yield lost


def describe_lost_database(paths: Paths) -> str:
    """A sentence where songs are on the disk and there is no database that knows of them; empty otherwise.

    To be asked before a station makes its new database.
    """
    if paths.postgres:
        return ""
    try:
        if paths.database.stat().st_size:
            return ""
    except OSError:  # there is none
        pass
    count = sum((folder / SONG_FILE).is_file() for folder in paths.songs.glob("*"))
    if not count:
        return ""
    return (
        f"there is no database, but {counted(count, 'song')} in {paths.songs}: a station that starts now knows "
        "nothing of them; stop it, and `bandstand database rebuild` takes them in"
    )


def _try_folder(folder: Path, to_make: str) -> None:
    """Try to make files and sockets in it, or in one that is to be made there. Raises UnusableFile."""
    try:
        with tempfile.TemporaryDirectory(prefix=".try", dir=folder) as trial:
            _try_file(Path(trial))
            _try_socket(Path(trial))
    except OSError as error:
        raise UnusableFile(_explain(error, folder, to_make)) from None


def _explain(error: OSError, folder: Path, to_make: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(folder).free // 1024
        return f"{KEY}: there is no room on the disk of {folder} ({free} KiB free); free some space first"
    what = f"{to_make} cannot be made in {folder}" if to_make else f"{folder} cannot be written"
    if not _is_right(error):
        return f"{KEY}: {what}: {error.strerror}"
    user = _name_user(os.geteuid())
    remedy = "make it as root, and give it to" if to_make else "as root, give it to"
    return f"{KEY}: {what}: {error.strerror} ({_name_owner(folder)} owns it, and you are {user}); {remedy} {user}"


def _try_file(folder: Path) -> None:
    """Raises OSError."""
    with (folder / "f").open("wb") as stream:
        stream.write(bytes(LEAST_BYTES))
        stream.flush()
        os.fsync(stream.fileno())


def _try_socket(folder: Path) -> None:
    """Raises UnusableFile. By a short name, because the length of the path is another question."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with socket.socket(socket.AF_UNIX) as trial:
            trial.bind(f"/proc/self/fd/{opened}/s")
    except OSError as error:
        raise UnusableFile(
            f"{KEY}: no sockets can be made in {folder.parent} ({error.strerror}); "
            "name a folder on a disk of this machine"
        ) from None
    finally:
        os.close(opened)


def _find_foreign(paths: Paths) -> Iterator[str]:
    """What is there already and may not be written, as after a start by another user."""
    folders = [paths.songs, paths.spool, paths.logs, paths.icecast, paths.standby, paths.histories]
    files = [paths.database, paths.bot_lock, paths.streamer_lock, paths.standby_lock, *paths.directory.glob("*.db-*")]
    for path in [*folders, *files]:
        if path.is_symlink() and not path.exists():
            yield f"{KEY}: {path} is a link to nothing"
        elif path in folders and path.exists() and not path.is_dir():
            yield f"{KEY}: {path} is {name_kind(path.stat().st_mode) or 'a file'}, and there should be a folder"
        elif path in files and path.exists() and not path.is_file():
            yield f"{KEY}: {path} is {name_kind(path.stat().st_mode)}, and there should be a file"
        elif path.exists() and not os.access(path, os.R_OK | os.W_OK | (os.X_OK if path in folders else 0)):
            user = _name_user(os.geteuid())
            yield (
                f"{KEY}: {path} belongs to {_name_owner(path)}, and you are {user}; "
                f"as root: chown -R {user} {paths.directory}"
            )
            return


def _is_right(error: OSError) -> bool:
    return error.errno in (errno.EACCES, errno.EPERM)


def _name_owner(path: Path) -> str:
    return _name_user(path.stat().st_uid)


def _name_user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
