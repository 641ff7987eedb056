"""`bandstand backup FOLDER` and `bandstand restore FOLDER`: a station's copy on another disk, and back.

What is saved is all that cannot be made again: the database, the songs, recordings, keys, the configuration. What the
station makes by itself (silence, sockets, logs, what Python compiled) is not.

A backup's folder has each file's bytes once, under their SHA-256, and for each backup a list of names (a snapshot). So
a second backup takes as long as what is new, and each of them is whole by itself. A file whose size and time are those
of the last snapshot is not read again.

It is made while the station runs. The database comes first: from PostgreSQL by a copy in one transaction, otherwise by
SQLite's own online backup in one step, which readers and the one writer of a database in WAL mode do not notice. So it
is the database of one moment, and every song that it names was whole by then. Songs never change afterwards; the files
of one that is deleted meanwhile are left out. Here a process other than the bot opens the database, but only reads it,
and shares no connection with anybody.

A restored file has the hash that it was saved with. The database comes back last, so there is no station where a file
is not what it was.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from bandstand.bot.progress import show_progress
from bandstand.bot.storage.databases import choose_database, explained
from bandstand.bot.storage.moving import copy_station
from bandstand.bot.storage.sqlite import SqliteStation
from bandstand.common import config
from bandstand.common.errors import CommandError
from bandstand.common.files import explain_write, replace_whole, show_path, write_whole
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import Paths
from bandstand.common.station_folder import prepare_folder
from bandstand.common.text import counted, say_bytes

SAVED: Final = ("songs", "recordings", "histories", "web.key", "ssh_host_key", "ssh_host_key.pub", "irc-sts.json")
"""Below the station's directory, beside the database; not all of them are there."""
DATABASE: Final = "bandstand.db"
CONFIGURATION: Final = "configuration"
"""Folder, inside a snapshot, of what is beside the station's directory: its configuration and its programme."""
BESIDE: Final = ("radio.toml",)
SNAPSHOTS: Final = "snapshots"
FILES: Final = "files"
FORM: Final = 1
"""Of snapshots: raised when an older program could not read them."""
PIECE: Final = 1 << 20


class SavedFile(msgspec.Struct, frozen=True):
    name: str
    """Relative to the station's directory, quoted as in an address."""
    hash: str
    size: int
    changed: int
    """Nanoseconds, Unix time."""
    mode: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    form: int
    made: float
    """Unix seconds."""
    version: str
    """Of the program that made it."""
    songs: int
    """That the database has."""
    files: tuple[SavedFile, ...]


class Backup:
    """A backup's folder. Raises CommandError where it is none, or cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list_snapshots(self) -> list[str]:
        """Their names, the oldest first: the times at which they were made."""
        return sorted(path.stem for path in (self.folder / SNAPSHOTS).glob("*.json"))

    def read(self, name: str) -> Snapshot:
        path = self.folder / SNAPSHOTS / f"{name}.json"
        try:
            snapshot = msgspec.json.decode(path.read_bytes(), type=Snapshot)
        except FileNotFoundError:
            raise CommandError(f"{show_path(self.folder)} has no backup {name}; --list shows those it has") from None
        except msgspec.DecodeError:
            raise CommandError(f"{show_path(path)} cannot be read; --list shows other backups") from None
        if snapshot.form > FORM:
            raise CommandError(f"{show_path(path)} was made by a newer Bandstand ({snapshot.version}); it is needed")
        return snapshot

    def read_last_files(self) -> tuple[SavedFile, ...]:
        """Those of the last snapshot; none where it cannot be read, so that the next backup is whole all the same."""
        try:
            return self.read(self.list_snapshots()[-1]).files
        except (CommandError, IndexError):
            return ()

    def find_file(self, hash: str) -> Path:
        return self.folder / FILES / hash[:2] / hash

    def begin(self) -> None:
        """Make the folder where there is none. A folder with something else in it is left alone."""
        if self.folder.is_dir() and not (self.folder / FILES).is_dir() and any(self.folder.iterdir()):
            raise CommandError(f"{show_path(self.folder)} has other files in it; name a new or an empty folder")
        for folder in (self.folder, self.folder / FILES, self.folder / SNAPSHOTS):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it has passwords in it

    def save(self, path: Path, name: str, before: SavedFile | None) -> SavedFile:
        """Take a file in, unless it is there. `before`: the file of that name in the last snapshot. Raises OSError."""
        status = path.stat()
        is_known = before and (before.size, before.changed) == (status.st_size, status.st_mtime_ns)
        if before and is_known and self.find_file(before.hash).exists():
            return before
        copy = self.folder / FILES / f".{os.getpid()}.new"
        try:
            with path.open("rb") as source, copy.open("wb") as target:
                hash, size = copy_and_hash(source, target)
                target.flush()
                os.fsync(target.fileno())
            self.find_file(hash).parent.mkdir(mode=0o700, exist_ok=True)
            copy.replace(self.find_file(hash))
        finally:
            copy.unlink(missing_ok=True)
        return SavedFile(name, hash, size, status.st_mtime_ns, status.st_mode & 0o777)

    def keep(self, snapshot: Snapshot) -> str:
        """Write the snapshot down, which makes the backup whole; returns its name."""
        name = datetime.fromtimestamp(snapshot.made, UTC).strftime("%Y-%m-%dT%H%M%SZ")
        write_whole(self.folder / SNAPSHOTS / f"{name}.json", msgspec.json.encode(snapshot), is_private=True)
        return name

    def forget(self, kept: int) -> int:
        """Remove all snapshots but the last `kept`, and what only they had; returns how many files that were."""
        names = self.list_snapshots()
        for name in names[:-kept]:
            (self.folder / SNAPSHOTS / f"{name}.json").unlink()
        needed = {saved.hash for name in names[-kept:] for saved in self.read(name).files}
        gone = [path for path in (self.folder / FILES).glob("??/*") if path.name not in needed]
        for path in gone:
            path.unlink()
        return len(gone)

    def find_faults(self, snapshot: Snapshot) -> Iterator[str]:
        """A sentence for each file that is not there, or is not what was saved."""
        for saved in show_progress(snapshot.files, len(snapshot.files), "checked"):
            path = self.find_file(saved.hash)
            try:
                with path.open("rb") as source, Path(os.devnull).open("wb") as nowhere:
                    hash, _ = copy_and_hash(source, nowhere)
            except OSError as error:
                yield f"{saved.name}: {error.strerror}"
                continue
            if hash != saved.hash:
                yield f"{saved.name}: it is not what was saved any more"


def copy_and_hash(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    """SHA-256 in hexadecimal, and the number of bytes."""
    made, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        made.update(piece)
        target.write(piece)
        size += len(piece)
    return made.hexdigest(), size


# Making one


def make_backup(paths: Paths, configuration: Path | None, backup: Backup) -> Snapshot:
    """Save a station. Raises CommandError; the backups that are there remain whole."""
    if not paths.postgres and not paths.database.exists():
        raise CommandError(f"there is no station in {show_path(paths.directory)}: it has no {DATABASE}")
    made = time.time()
    backup.begin()
    before = {saved.name: saved for saved in backup.read_last_files()}
    saved: list[SavedFile] = []
    with tempfile.TemporaryDirectory(dir=backup.folder) as folder:
        copy = Path(folder) / DATABASE
        songs = copy_from_postgres(paths, copy) if paths.postgres else copy_database(paths.database, copy)
        saved.append(backup.save(copy, DATABASE, None))
    found = list(list_files(paths, configuration))
    for path, file in show_progress(found, len(found), "saved"):
        try:
            saved.append(backup.save(path, file, before.get(file)))
        except OSError as error:
            if not path.exists() and "/" in file:  # deleted meanwhile
                continue
            raise CommandError(f"{show_path(path)}: {explain_write(error, backup.folder / FILES)}") from None
    snapshot = Snapshot(form=FORM, made=made, version=metadata.version("bandstand"), songs=songs, files=tuple(saved))
    backup.keep(snapshot)
    return snapshot


def copy_from_postgres(paths: Paths, copy: Path) -> int:
    """As `copy_database`, out of one transaction that only reads; every backup has an SQLite file, from whichever
    database, so it may be restored to either. Raises BandstandError."""
    source, target = choose_database(paths), SqliteStation(copy)
    with contextlib.closing(source), contextlib.closing(target), explained(source):
        source.open_to_read()
        target.open()
        songs = copy_station(source, target)["song"]
        target.execute_sql("pragma journal_mode = delete")  # type: ignore[no-untyped-call]  # one file
        return songs


def copy_to_postgres(paths: Paths, copy: Path) -> None:
    """Raises BandstandError, where the database is not empty."""
    source, target = SqliteStation(copy), choose_database(paths)
    with contextlib.closing(source), contextlib.closing(target), explained(target):
        source.open()
        target.open()
        copy_station(source, target)


def refuse_filled(paths: Paths) -> None:
    """Raises BandstandError where the database of PostgreSQL has a station in it, or cannot be used."""
    target = choose_database(paths)
    with contextlib.closing(target), explained(target):
        target.open()
        if target.execute_sql("SELECT COUNT(*) FROM song").fetchone()[0]:
            raise CommandError(f"there is a station in {target.shown} already; name an empty database")


def copy_database(path: Path, copy: Path) -> int:
    """Write the database as it is at this moment to a new file; returns how many songs it has.

    In one step, which holds up no writer of a database in WAL mode (https://sqlite.org/backup.html). Raises
    CommandError.
    """
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("pragma journal_mode = delete")  # one file
            return int(target.execute("select count(*) from song").fetchone()[0])
    except sqlite3.Error as error:
        raise CommandError(f"the database {show_path(path)} cannot be copied: {error}") from None


def list_files(paths: Paths, configuration: Path | None) -> Iterator[tuple[Path, str]]:
    """What is saved beside the database, and under which name. Songs that are still being made are left out."""
    for name in SAVED:
        top = paths.directory / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            file = path.relative_to(paths.directory)
            if path.is_file() and not any(part.startswith(".") or ".partial" in part for part in file.parts):
                yield path, quote_name(str(file))
    if configuration:
        for path in (configuration, *(configuration.with_name(name) for name in BESIDE)):
            if path.is_file():
                yield path, f"{CONFIGURATION}/{quote_name(path.name)}"


def back_up(arguments: Sequence[str]) -> int:
    """`bandstand backup`."""
    parser = argparse.ArgumentParser("bandstand backup", description="Copy the station, which may run, to a folder.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--list", action="store_true", help="only say which backups the folder has")
    parser.add_argument("--check", action="store_true", help="only read the last one, and say whether it is whole")
    parser.add_argument("--keep", type=int, metavar="N", help="remove all backups of the folder but the last N")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="on another disk, if there is one")
    options = parser.parse_args(arguments)
    if options.keep is not None and options.keep < 1:
        raise CommandError("--keep takes a number from 1 on")
    backup = Backup(options.folder)
    if options.list:
        return _list(backup)
    if options.check:
        return _check(backup)
    os.nice(10)  # the station is more urgent
    file = config.find(options.config)
    paths = config.find_directory(file)
    if options.folder.resolve().is_relative_to(paths.directory.resolve()):
        raise CommandError("a backup inside the station's own folder is lost with it; name another folder")
    snapshot = make_backup(paths, file, backup)
    removed = backup.forget(options.keep) if options.keep else 0
    size = say_bytes(sum(saved.size for saved in snapshot.files))
    print(
        f"{counted(snapshot.songs, 'song')} in {counted(len(snapshot.files), 'file')} saved in "
        f"{show_path(options.folder)}, {size}" + (f"; {counted(removed, 'old file')} removed" if removed else "")
    )
    return 0


def _list(backup: Backup) -> int:
    names = backup.list_snapshots()
    for name in names:
        snapshot = backup.read(name)
        size = say_bytes(sum(saved.size for saved in snapshot.files))
        print(f"{name}: {counted(snapshot.songs, 'song')}, {size}")
    if not names:
        print(f"{show_path(backup.folder)} has no backup")
    return 0 if names else 1


def _check(backup: Backup) -> int:
    name = find_snapshot(backup, "")
    faults = list(backup.find_faults(backup.read(name)))
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"the backup of {name} is whole" if not faults else f"the backup of {name} is damaged")
    return 1 if faults else 0


def find_snapshot(backup: Backup, name: str) -> str:
    """The name of the last one, or of the last that begins so. Raises CommandError."""
    fitting = [known for known in backup.list_snapshots() if known.startswith(name)]
    if not fitting:
        which = f" of {name}" if name else ""
        raise CommandError(f"{show_path(backup.folder)} has no backup{which}")
    return fitting[-1]


# Bringing it back


def restore(arguments: Sequence[str]) -> int:
    """`bandstand restore`."""
    parser = argparse.ArgumentParser("bandstand restore", description="Bring a station back from a backup.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration; made where there is none")
    parser.add_argument("--at", metavar="TIME", default="", help="not the last backup but this one, as --list has it")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="as bandstand backup made it")
    options = parser.parse_args(arguments)
    backup = Backup(options.folder)
    snapshot = backup.read(find_snapshot(backup, options.at))
    configuration = Path(options.config or config.DEFAULT_FILE).absolute()
    is_new = restore_configuration(snapshot, backup, configuration)
    paths = config.find_directory(configuration if configuration.exists() else None)
    restore_station(snapshot, backup, paths)
    print(
        f"{counted(snapshot.songs, 'song')} restored to {show_path(paths.directory)}, as they were at "
        f"{datetime.fromtimestamp(snapshot.made).astimezone():%Y-%m-%d %H:%M:%S %Z}"
        + (f"; {show_path(configuration)} as well" if is_new else "")
        + "; bandstand up starts the station"
    )
    return 0


def restore_configuration(snapshot: Snapshot, backup: Backup, target: Path) -> bool:
    """Write the configuration, and what is saved beside it, where there is none; says whether it did."""
    saved = [one for one in snapshot.files if one.name.startswith(f"{CONFIGURATION}/")]
    if not saved or target.exists():
        return False
    for one in saved:
        name = unquote_name(one.name.removeprefix(f"{CONFIGURATION}/"))
        path = target.with_name(name) if name in BESIDE else target
        if not path.exists():
            bring_back(backup, one, path)
    return True


def restore_station(snapshot: Snapshot, backup: Backup, paths: Paths) -> None:
    """Bring back everything, the database last: without it there is no station. Raises CommandError."""
    if paths.postgres:
        refuse_filled(paths)
    elif paths.database.exists():
        raise CommandError(f"there is a station in {show_path(paths.directory)} already; move it away first")
    saved = [one for one in snapshot.files if not one.name.startswith(f"{CONFIGURATION}/")]
    missing = [one.name for one in saved if not backup.find_file(one.hash).exists()]
    if missing:
        raise CommandError(f"the backup has lost {counted(len(missing), 'file')}, such as {missing[0]}")
    prepare_folder(paths)
    needed, free = sum(one.size for one in saved), shutil.disk_usage(paths.directory).free
    if needed > free:
        raise CommandError(f"{say_bytes(needed)} are needed, and the disk of {show_path(paths.directory)} has less")
    lock = ProcessLock(paths.bot_lock)
    lock.acquire("bandstand")
    try:
        for one in show_progress(saved[1:], len(saved) - 1, "restored"):
            bring_back(backup, one, paths.directory / unquote_name(one.name))
        if paths.postgres:
            with tempfile.TemporaryDirectory(dir=paths.directory) as folder:
                bring_back(backup, saved[0], Path(folder) / DATABASE)
                copy_to_postgres(paths, Path(folder) / DATABASE)
        else:
            bring_back(backup, saved[0], paths.database)
    finally:
        lock.release()


def bring_back(backup: Backup, saved: SavedFile, target: Path) -> None:
    """Write one file, whole or not at all. Raises CommandError where it is not what was saved, or cannot be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replace_whole(target) as partial:
            partial.touch(0o600)
            with backup.find_file(saved.hash).open("rb") as source, partial.open("wb") as copy:
                hash, _ = copy_and_hash(source, copy)
                copy.flush()
                os.fsync(copy.fileno())
            if hash != saved.hash:
                raise CommandError(f"{saved.name} is not what was saved any more; restore another backup, with --at")
            partial.chmod(saved.mode)
            os.utime(partial, ns=(saved.changed, saved.changed))
    except OSError as error:
        raise CommandError(f"{show_path(target)}: {explain_write(error, target)}") from None


def quote_name(name: str) -> str:
    """A file's name as JSON can have it, whatever bytes are in it."""
    return quote(os.fsencode(name))


def unquote_name(quoted: str) -> str:
    """Raises CommandError for a name that leads elsewhere: somebody may have changed the snapshot."""
    name = os.fsdecode(unquote_to_bytes(quoted))
    if Path(name).is_absolute() or ".." in Path(name).parts or not name:
        raise CommandError(f"the backup has a file of the name {quoted}, which is none of a station")
    return name
