"""One transaction on the one connection: what the core's work is handed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import msgspec

from bandstand.bot.station import radio_repositories, repositories
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.bands import Bands, Ratings
from bandstand.bot.storage.databases import StationDatabase
from bandstand.bot.storage.executor import Executor
from bandstand.bot.storage.favourites import Favourites
from bandstand.bot.storage.live import Live
from bandstand.bot.storage.originals import Originals
from bandstand.bot.storage.people import People, Settings, Watches
from bandstand.bot.storage.playlists import Clocks, Playlists
from bandstand.bot.storage.queue import Cues, Jobs
from bandstand.bot.storage.recordings import Recordings
from bandstand.bot.storage.requests import Requests
from bandstand.bot.storage.rotation import Rotation
from bandstand.bot.storage.search import Search
from bandstand.bot.storage.sessions import Sessions
from bandstand.bot.storage.shows import Shows
from bandstand.bot.storage.songs import Bookmarks, Comparisons, Songs
from bandstand.common.api.events import Event
from bandstand.common.api.values import Outside
from bandstand.common.paths import PARTIAL, SONG_FILES, STEMS, Paths
from bandstand.common.types import SongCode

LOG_BYTES = 1 << 17
"""Of the end of the log that are looked at."""


class Surroundings(msgspec.Struct, frozen=True):
    """What a transaction knows besides the database."""

    now: float
    chance: Random
    rules: Rules
    outside: Outside = Outside()
    paths: Paths | None = None
    """Of the station's directory; None for a database in memory."""
    reference: str = ""
    """Of the request that asked for it; see `common.reference`."""


class SqlTransaction:
    """`bot.station.repositories.Transaction` over an executor. `events` are those published so far."""

    def __init__(self, executor: Executor, surroundings: Surroundings) -> None:
        self.now = surroundings.now
        self.chance = surroundings.chance
        self.rules = surroundings.rules
        self.outside = surroundings.outside
        self.reference = surroundings.reference
        self.events: list[Event] = []
        self._paths = surroundings.paths
        self.search: radio_repositories.Search = Search(executor)
        self.songs: repositories.Songs = Songs(executor, self.search)
        self.originals: repositories.Originals = Originals(executor)
        self.jobs: repositories.Jobs = Jobs(executor)
        self.queue: repositories.Cues = Cues(executor)
        self.bands: repositories.Bands = Bands(executor)
        self.ratings: repositories.Ratings = Ratings(executor)
        self.favourites: radio_repositories.Favourites = Favourites(executor)
        self.playlists: radio_repositories.Playlists = Playlists(executor)
        self.clocks: radio_repositories.Clocks = Clocks(executor)
        self.requests: radio_repositories.Requests = Requests(executor)
        self.rotation: radio_repositories.Rotation = Rotation(executor)
        self.bookmarks: repositories.Bookmarks = Bookmarks(executor)
        self.comparisons: repositories.Comparisons = Comparisons(executor)
        self.watches: repositories.Watches = Watches(executor)
        self.shows: radio_repositories.Shows = Shows(executor)
        self.recordings: radio_repositories.Recordings = Recordings(executor)
        self.live: radio_repositories.Live = Live(executor)
        self.people: repositories.People = People(executor)
        self.sessions: repositories.Sessions = Sessions(executor)
        self.settings: repositories.Settings = Settings(executor)

    def read_errors(self, song: SongCode) -> str:
        try:
            return self._paths.error(song).read_text("utf-8", "replace") if self._paths else ""
        except OSError:
            return ""

    def list_files(self, song: SongCode, *, is_whole: bool) -> tuple[Path, tuple[str, ...]]:
        folder = (self._paths or Paths(Path())).song(song)
        if not is_whole:
            scores = list(folder.parent.glob(f"{song}{PARTIAL}*/{SONG_FILES['score']}"))
            return (scores[0].parent, (scores[0].name,)) if scores else (folder, ())
        paths = [path for pattern in ("[!.]*", f"{STEMS}/[!.]*") for path in folder.glob(pattern) if path.is_file()]
        return folder, tuple(sorted(str(path.relative_to(folder)) for path in paths))

    def read_log(self, lines: int) -> tuple[str, ...]:
        if self._paths is None:
            return ()
        try:
            with self._paths.log.open("rb") as stream:
                stream.seek(max(0, stream.seek(0, os.SEEK_END) - LOG_BYTES))
                text = stream.read().decode("utf-8", "replace")
        except OSError:
            return ()
        return tuple(text.splitlines()[-lines:])

    def publish(self, event: Event) -> None:
        self.events.append(event)


@contextmanager
def begin(database: StationDatabase, surroundings: Surroundings, *, is_writing: bool) -> Iterator[SqlTransaction]:
    """A transaction on an open connection: committed at the end of the block, or undone where that raises.

    Its events are the caller's to publish, after the block.
    """
    executor = Executor(database, is_writing=is_writing)
    database.begin_work(is_writing=is_writing)
    try:
        yield SqlTransaction(executor, surroundings)
        database.commit_work(has_written=executor.writes > 0)
    except BaseException:
        database.undo_work()
        raise
    finally:
        executor.end()
