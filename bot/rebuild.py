"""`bandstand database`: `move` copies it to another one, `rebuild` takes songs in that are on the disk and not in it.

Each song's folder has a file that says all of the song (`song.json`, the `Done` of its worker), so a library outlives
its database. What nobody but the database knew is lost with it: ratings, bookmarks, who asked for what, comparisons.
Sees the storage, so it is no front end; runs under the bot's lock, where no station does.
"""

import argparse
import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bandstand.bot.station.repositories import Transaction
from bandstand.bot.storage.databases import StationDatabase, choose_database, explained, name_database
from bandstand.bot.storage.moving import copy_station
from bandstand.bot.storage.store import run_once
from bandstand.common import config
from bandstand.common.api.values import Song, SongState
from bandstand.common.database_address import HIDDEN, resolve_database
from bandstand.common.errors import CommandError
from bandstand.common.files import parse_location
from bandstand.common.generators import COMPARE
from bandstand.common.jobs import Done
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import SONG_FILE, Paths
from bandstand.common.station_folder import prepare_folder
from bandstand.common.text import counted, one_line

TITLE_LIMIT: Final = 120


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "bandstand database", description="Mend or move the database of a station that is stopped."
    )
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    commands = parser.add_subparsers(dest="what", metavar="move | rebuild", required=True)
    rebuilding = commands.add_parser("rebuild", help="take songs into it that are on the disk")
    moving = commands.add_parser("move", help="copy it to another database, which is empty")
    moving.add_argument("target", metavar="DATABASE", help="a file that is not there yet, or postgresql://...")
    for command in (rebuilding, moving):
        command.add_argument("--config", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    file = config.find(options.config)
    paths = config.find_directory(file)
    os.environ.setdefault("SQLITE_TMPDIR", str(paths.directory))
    if options.what == "move":
        return move(paths, options.target, file)
    added, faults = rebuild(paths)
    for fault in faults:
        print(fault)
    print(f"{counted(added, 'song')} taken into {name_database(paths)}")
    return 1 if faults else 0


def rebuild(paths: Paths) -> tuple[int, list[str]]:
    """Add the songs of the folders; return how many were, and a sentence for each that could not be.

    Raises AlreadyRunning, StoreError, or CommandError if there are no songs on the disk.
    """
    if not paths.songs.is_dir():
        raise CommandError(f"there are no songs in {paths.songs}")
    prepare_folder(paths)
    lock = ProcessLock(paths.bot_lock)
    lock.acquire("bandstand")
    try:
        read = list(read_songs(paths.songs))
        songs = [song for song in read if isinstance(song, Song)]
        faults = [fault for fault in read if isinstance(fault, str)]
        return run_once(paths, lambda tx: add_missing(tx, songs)), faults
    finally:
        lock.release()


def move(paths: Paths, target: str, configuration: Path | None) -> int:
    """Copy the station's database to another one, and say what to change then.

    Raises AlreadyRunning, StoreError, or CommandError where there is nothing to copy or the target is not empty.
    """
    written = resolve_database(target, Path.cwd())
    there = config.make_paths(paths.directory, written)
    if (there.postgres, there.database) == (paths.postgres, paths.database):
        raise CommandError(f"the station's database is {name_database(paths)} already")
    if not paths.postgres and not paths.database.exists():
        raise CommandError(f"there is no station in {paths.directory}: it has no {paths.database.name}")
    if not there.postgres and there.database.exists() and there.database.stat().st_size:
        raise CommandError(f"{there.database} is there already; name a file that is not")
    lock = ProcessLock(paths.bot_lock)
    lock.acquire("bandstand")
    try:
        counts = _copy(choose_database(paths), choose_database(there))
    except BaseException:
        if not there.postgres:  # it was made for this
            there.database.unlink(missing_ok=True)
        raise
    finally:
        lock.release()
    print(f"all of it is in {name_database(there)} now: {counted(sum(counts.values()), 'row')} of {len(counts)} tables")
    print(f"{name_database(paths)} is as it was. In {configuration or config.DEFAULT_FILE} write, below [station]:")
    print(f'database = "{name_database(there)}"' + ("  # with its password" if HIDDEN in name_database(there) else ""))
    return 0


def _copy(source: StationDatabase, target: StationDatabase) -> dict[str, int]:
    with contextlib.closing(source), contextlib.closing(target):
        with explained(source):
            source.open()
        with explained(target):
            target.open()
            return copy_station(source, target, print)


def read_songs(folder: Path) -> Iterator[Song | str]:
    """The finished songs of a station's folder, or why one cannot be read. Comparisons are left out."""
    for path in sorted(folder.iterdir()):
        if "." in path.name or not path.is_dir():  # a song that was being made when its worker died
            continue
        try:
            done = msgspec.json.decode((path / SONG_FILE).read_bytes(), type=Done)
            created = (path / SONG_FILE).stat().st_mtime
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            yield f"{path}: its {SONG_FILE} cannot be read"
            continue
        if not _find_sound(path, done).is_file():
            yield f"{path}: its sound is missing"
        elif done.song != path.name:
            yield f"{path}: it has the song {one_line(done.song, 20)}"
        elif done.generator != COMPARE:
            yield _make_song(done, created)


def _find_sound(folder: Path, done: Done) -> Path:
    """In the song's folder, or where the file was when it was imported with a link."""
    audio = done.files.get("audio", SONG_FILE)
    return parse_location(audio) if "/" in audio else folder / audio


def _make_song(done: Done, created: float) -> Song:
    return Song(
        code=done.song, title=one_line(done.title, TITLE_LIMIT), artist=one_line(done.artist, TITLE_LIMIT),
        album=one_line(done.album, TITLE_LIMIT), genre=one_line(done.genre, TITLE_LIMIT), year=done.year,
        tags=done.tags,
        cue_in=done.cue_in, cue_out=done.cue_out, next_at=done.next_at,
        state=SongState.READY, generator=done.generator, seed=done.seed, parameters=done.parameters,
        facts=dict(done.facts), sections=tuple(done.sections), seconds=done.seconds, loudness=done.loudness,
        peak=done.peak, making=done.making, audio=done.files.get("audio", ""), created=created,
        provenance=done.provenance,
    )  # fmt: skip


def add_missing(tx: Transaction, songs: Sequence[Song]) -> int:
    """Add those songs whose codes the database does not have; return how many those are."""
    missing = [song for song in songs if not tx.songs.has_code(song.code)]
    for song in missing:
        tx.songs.add(song)
    return len(missing)
