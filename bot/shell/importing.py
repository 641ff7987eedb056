"""`bandstand import PATH...`: takes sound files into the library of the running station.

Finds the files (sound_files.py) and shows the progress; the station's importers do the work, one job for each file. A
file that cannot be taken is told, and the others are taken all the same. What is in the library already is counted:
files that have not changed since are asked for a hundred at a time and not read again, so that an import that was
stopped, or whose folder has grown, soon is where it was.
"""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.progress import show_progress
from bandstand.bot.shell import ctl
from bandstand.bot.shell.ctl import NotRunning, Station
from bandstand.bot.shell.sound_files import Found, find_files
from bandstand.common import config
from bandstand.common.api.library import FileStamp
from bandstand.common.api.refusals import ImportedAlready
from bandstand.common.api.requests import ImportFile, RecogniseFiles
from bandstand.common.api.results import FilesRecognised, Importing
from bandstand.common.api.socket import Answer
from bandstand.common.errors import BandstandError, CommandError
from bandstand.common.files import format_location, show_path
from bandstand.common.sound.container import has_sound
from bandstand.common.text import counted

ANSWERS = msgspec.json.Decoder(Answer)
PROBING = Lock()
"""One file is looked into at a time; it takes milliseconds, and the workers' time is what counts."""
RECOGNISED: Final = "song_recognised"
"""The event of a file that the library has already."""
HELD: Final = "job_held"
"""The event of a file for which there is no room yet."""
BATCH: Final = 100
"""Files that are asked for at a time."""
BATCH_BYTES: Final = 12_000
"""Of their names; a message on the socket has at most 16,384 bytes."""
INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as a shell has it."""


class Outcome(Enum):
    TAKEN = "taken"
    THERE = "there already"
    NO_SOUND = "no sound"
    """Of a folder's file, which nobody named."""
    FAILED = "failed"
    WAITS = "waits"
    """For room on the station's disk; it is taken when there is."""


class Report(NamedTuple):
    """What became of one file, with what is to be said of it."""

    outcome: Outcome
    replies: tuple[Reply, ...] = ()


class Options(NamedTuple):
    """How files are to be taken, as `common.api.requests.ImportFile` has it."""

    link: bool = False
    duplicates: bool = False


class Connections:
    """One to the station for each file that is imported at the moment."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._open: set[Station] = set()

    @contextmanager
    def connect(self) -> Iterator[Station]:
        """Raises NotRunning."""
        with closing(Station(self._socket)) as station:
            self._open.add(station)
            try:
                yield station
            finally:
                self._open.discard(station)

    def hang_up(self) -> None:
        """Wait for no answer any more; the station goes on with what it has begun."""
        for station in list(self._open):
            station.hang_up()


def import_file(connections: Connections, found: Found, options: Options) -> Report:
    """Import one file by the bot and wait for the result. Raises NotRunning, and nothing else."""
    if found.problem:
        return _fail(found, found.problem)
    try:
        with PROBING:
            is_sound = found.is_named or has_sound(found.path)
        if not is_sound:
            return Report(Outcome.NO_SOUND)
        with connections.connect() as station:
            return _import_by(station, found, options)
    except NotRunning:
        raise
    except OSError as error:
        return _fail(found, f"it cannot be read: {error.strerror}")
    except BandstandError as error:
        return _fail(found, str(error))


def _import_by(station: Station, found: Found, options: Options) -> Report:
    request = ImportFile(path=format_location(found.path), link=options.link, duplicates=options.duplicates)
    answer = station.carry_out(request, ANSWERS)
    if isinstance(answer.refused, ImportedAlready):
        return Report(Outcome.THERE)
    if not isinstance(answer.result, Importing):
        return Report(Outcome.FAILED, (Reply(answer.sentence, Level.ERROR),))
    *notices, last = station.follow(str(answer.result.job))
    event = last.value.get("event") if isinstance(last.value, dict) else None
    if not last.is_good:
        return Report(Outcome.WAITS if event == HELD else Outcome.FAILED, (last,))
    if isinstance(last.value, dict) and event == RECOGNISED:
        return Report(Outcome.THERE, () if last.value.get("is_same_sound") else (last,))
    return Report(Outcome.TAKEN, tuple(notices))


def find_known(socket: Path, found: Sequence[Found]) -> set[Path]:
    """The files that the library has as they are now. Raises NotRunning."""
    known: set[Path] = set()
    with closing(Station(socket)) as station:
        for files in _make_batches(found):
            answer = station.carry_out(RecogniseFiles(files=tuple(files.values())), ANSWERS)
            if isinstance(answer.result, FilesRecognised):
                known.update(path for path, is_known in zip(files, answer.result.known, strict=True) if is_known)
    return known


def _make_batches(found: Sequence[Found]) -> Iterator[dict[Path, FileStamp]]:
    files: dict[Path, FileStamp] = {}
    size = 0
    for one in found:
        stamp = None if one.problem else _make_stamp(one.path)
        if stamp is None:
            continue
        length = len(msgspec.json.encode(stamp))
        if len(files) == BATCH or (files and size + length > BATCH_BYTES):
            yield files
            files, size = {}, 0
        files[one.path] = stamp
        size += length
    if files:
        yield files


def _make_stamp(path: Path) -> FileStamp | None:
    """None where it is not there, or cannot be looked at."""
    with suppress(OSError):
        status = path.stat()
        return FileStamp(format_location(path), status.st_size, status.st_mtime_ns)
    return None


def _fail(found: Found, why: str) -> Report:
    return Report(Outcome.FAILED, (Reply(f"{show_path(found.path)}: {why}", Level.ERROR),))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand import", description="Take songs into the running station's library.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="files at a time")
    parser.add_argument("--link", action="store_true", help="leave the files where they are, and play them from there")
    parser.add_argument(
        "--duplicates", action="store_true", help="take recordings that are there in another encoding already, too"
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a sound file, a directory of them, or a playlist (m3u, pls, xspf)"
    )
    given = parser.parse_args(arguments)
    environment = {**os.environ, "BANDSTAND_ICECAST_PASSWORD": "not needed here"}
    socket = config.load(config.find(given.config), environment).paths.bot_socket
    Station(socket).close()  # it runs, or there is no need to search
    found = find_files(given.paths)
    known = find_known(socket, found)
    options, connections = Options(given.link, given.duplicates), Connections(socket)

    def import_one(one: Found) -> Report:
        return Report(Outcome.THERE) if one.path in known else import_file(connections, one, options)

    try:
        return _import_all(import_one, found, max(1, given.jobs), ", ".join(given.paths))
    finally:
        connections.hang_up()  # or Ctrl-C would end nothing until the files that are under way are done


def _import_all(import_one: Callable[[Found], Report], found: Sequence[Found], jobs: int, searched: str) -> int:
    """Import the files, say how many were, and return the exit status. Raises NotRunning if the station goes away."""
    outcomes: Counter[Outcome] = Counter()
    pool = ThreadPoolExecutor(jobs)
    try:
        for report in show_progress(pool.map(import_one, found), len(found), "into the library"):
            outcomes[report.outcome] += 1
            for reply in report.replies:
                ctl.show(reply, as_json=False)
    except KeyboardInterrupt:
        print(f"stopped: {_say_total(outcomes)}; the same command goes on from here", flush=True)
        return INTERRUPTED
    except NotRunning:
        print(f"stopped: {_say_total(outcomes)}", flush=True)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if outcomes.total() == outcomes[Outcome.NO_SOUND]:
        raise CommandError(f"there is no sound file in {show_path(searched)}")
    print(_say_total(outcomes), flush=True)
    return int(bool(outcomes[Outcome.FAILED] + outcomes[Outcome.WAITS]))


def _say_total(outcomes: Counter[Outcome]) -> str:
    total = outcomes.total() - outcomes[Outcome.NO_SOUND]
    there = f", {outcomes[Outcome.THERE]} there already" if outcomes[Outcome.THERE] else ""
    waiting = f", {outcomes[Outcome.WAITS]} to be taken when there is room" if outcomes[Outcome.WAITS] else ""
    passed = outcomes[Outcome.NO_SOUND]
    silent = f"; {counted(passed, 'file')} without sound passed over" if passed else ""
    return f"{outcomes[Outcome.TAKEN]} of {counted(total, 'song')} imported{there}{waiting}{silent}"
