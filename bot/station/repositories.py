"""What the core needs of a database: one repository for each kind of thing, reached through a transaction.

`bot.storage` implements these. `save` writes all of a thing but its state: states are written by
`bot.station.lifecycle` alone, which checks that the step is allowed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from bandstand.bot.station.radio_repositories import (
    Clocks,
    Favourites,
    Live,
    Playlists,
    Recordings,
    Requests,
    Rotation,
    Search,
    Shows,
)
from bandstand.bot.station.rules import Rules
from bandstand.common.api.events import Event
from bandstand.common.api.people import Right
from bandstand.common.api.values import (
    BandForm,
    Bookmark,
    Choice,
    Comparison,
    Cue,
    CueState,
    GrantedRight,
    Job,
    JobState,
    Outside,
    RatingMean,
    Song,
    SongBrief,
    SongState,
    Watch,
)
from bandstand.common.jobs import Original
from bandstand.common.types import SongCode

T = TypeVar("T")


class PlayLogEntry(NamedTuple):
    """What was heard, as far as the programme looks at it again."""

    song: SongBrief
    started: float
    choice: Choice | None
    is_broken: bool = False
    """It could not be played, or not to its end."""


class Songs(Protocol):
    """The library. Unless it says otherwise, songs that were given up are left out."""

    def get(self, code: str) -> Song:
        """The song, given up or not. Raises KeyError."""
        ...

    def get_generator(self, code: str) -> str:
        """Of any song. Raises KeyError."""
        ...

    def find(self, code: str) -> Song | None: ...

    def find_made_with(self, generator: str, parameters: Mapping[str, Any]) -> Song | None:
        """A song that this generator made, or is making, with exactly these parameters."""
        ...

    def get_newest(self, generator: str = "") -> Song | None:
        """The song that was ordered last, given up or not. Without a generator's name, comparisons and imported files
        are left out."""
        ...

    def list_newest(self, limit: int, offset: int = 0) -> list[SongBrief]:
        """Those that can be heard, without the `offset` newest."""
        ...

    def list_briefs(self, codes: Sequence[str]) -> list[SongBrief]:
        """These songs in this order, as far as they are there."""
        ...

    def list_by_artist(self, artist: str, limit: int) -> list[SongBrief]:
        """The newest first."""
        ...

    def list_made_by(self, generator: str, limit: int) -> list[Song]:
        """Stored songs of this generator, the newest first."""
        ...

    def count(self) -> int:
        """How many can be heard."""
        ...

    def count_playable(self, limit: int) -> int:
        """How many songs are stored, up to `limit`."""
        ...

    def list_discarded(self) -> list[SongCode]:
        """Songs whose sound was removed."""
        ...

    def has_code(self, code: str) -> bool:
        """Whether any song, given up or not, has this code."""
        ...

    def get_seconds_to_air(self, code: str) -> float | None:
        """Seconds from the order of the song until it was heard for the first time."""
        ...

    def add(self, song: Song) -> None: ...

    def save(self, song: Song) -> None: ...

    def write_state(self, code: str, state: SongState) -> None:
        """For `lifecycle` alone."""
        ...


class KnownFile(NamedTuple):
    """A file that was imported: its size in bytes and its time in nanoseconds then, and the song that it is."""

    size: int
    modified: int
    song: SongBrief


class Originals(Protocol):
    """The files that were imported, and what recognises a recording. Songs that were given up are left out."""

    def find(self, path: str) -> KnownFile | None: ...

    def find_by_sound(self, sound: str) -> SongBrief | None: ...

    def find_by_fingerprint(self, values: Sequence[int], seconds: float) -> SongBrief | None:
        """The same recording, in whatever encoding."""
        ...

    def put(self, original: Original, song: str) -> None:
        """This file is that song."""
        ...

    def put_marks(self, song: str, values: Sequence[int]) -> None:
        """Have the song recognised by this fingerprint."""
        ...

    def remove(self, song: str) -> None:
        """Forget the song's files, so that they can be imported again."""
        ...


class Jobs(Protocol):
    def get(self, job: int) -> Job:
        """Raises KeyError."""
        ...

    def add(self, job: Job) -> int:
        """Write it down, whatever its `id`; returns the one that it has now."""
        ...

    def save(self, job: Job) -> None: ...

    def write_state(self, job: int, state: JobState) -> None:
        """For `lifecycle` alone."""
        ...

    def get_next_waiting(self, *, is_import: bool = False) -> Job | None:
        """Imports that nobody waits to hear are not among the others: see `bot.making.importers`."""
        ...

    def get_next_ordered(self) -> Job | None:
        """The same, without the bands' songs that the station ordered by itself."""
        ...

    def list_in_state(self, *states: JobState) -> list[Job]:
        """The oldest first."""
        ...

    def list_ended(self, limit: int) -> list[Job]:
        """The last ones, the newest first."""
        ...

    def list_open_versions(self, generator: str) -> list[Job]:
        """Open jobs that make versions of a watched generator."""
        ...

    def count_open(self, person: str) -> int: ...

    def has_ordered(self, person: str, song: str) -> bool:
        """Whether this person had the song made: not again, and not one that was there already."""
        ...

    def list_wishes(self, person: str, since: float) -> list[float]:
        """The times of this person's wishes after `since`, without those that failed or were cancelled."""
        ...


class Cues(Protocol):
    """The queue and the play log."""

    def get(self, cue: int) -> Cue | None: ...

    def add(self, cue: Cue) -> Cue:
        """Write it down, whatever its `id`; returns it with the one that it has now: a new one, which is never used
        again, or its own if that is negative (`bot.station.reserve`)."""
        ...

    def save(self, cue: Cue) -> None: ...

    def write_state(self, cue: int, state: CueState) -> None:
        """For `lifecycle` alone."""
        ...

    def list_open(self) -> list[Cue]:
        """Every cue that is on the air or queued."""
        ...

    def list_of_job(self, job: int) -> list[Cue]: ...

    def list_asked(self, since: float, limit: int) -> list[Cue]:
        """What listeners requested or wished for and was not taken back, the newest first; of the latest cues alone."""
        ...

    def list_rests(self, cue: int) -> list[Cue]:
        """Queued cues that are the rest of this one."""
        ...

    def list_heard(self, since: float, least: int) -> list[PlayLogEntry]:
        """All that began since then, of songs and of what is between them, and at least so many; the last one first."""
        ...

    def list_played(self, limit: int, *, is_whole: bool = False) -> list[Cue]:
        """Cues that are over and were heard, the one that began last first; `is_whole`: not of songs alone."""
        ...

    def get_last_ended(self) -> Cue | None:
        """The cue that was heard and ended last."""
        ...

    def get_last_started(self, song: str) -> float | None:
        """When this song began last; None: it was never heard."""
        ...

    def count_queued(self, person: str) -> int: ...

    def count_wishes_heard(self, since: float) -> dict[str, int]:
        """Person -> how many of their wishes began after `since`."""
        ...


class RatedSection(NamedTuple):
    """One rating of one section of a song: `section` is its index in the song's form."""

    song: SongCode
    section: int
    value: float


class Bands(Protocol):
    def list_all(self) -> list[BandForm]:
        """Each band in its present form, the oldest band first."""
        ...

    def get_form(self, form: int) -> BandForm | None: ...

    def add_form(self, form: BandForm) -> BandForm:
        """Write it down, whatever its `id`; returns it with the one that it has now."""
        ...

    def set_form(self, slug: str, form: int, now: float) -> None:
        """Let a band, which is founded if it is new, play in this form from now on."""
        ...

    def count_songs(self, forms: Sequence[int]) -> dict[int, int]:
        """For each form, how many songs were made by variations of it."""
        ...


class Ratings(Protocol):
    def put(self, rated: RatedSection, person: str, now: float) -> None:
        """In place of what this person thought of the section before."""
        ...

    def get_mean(self, song: str) -> RatingMean: ...

    def get_mean_of_form(self, form: int) -> RatingMean:
        """Over the songs that were made by variations of it."""
        ...

    def list_of_band(self, slug: str) -> list[RatedSection]:
        """Ratings of songs that the band's variations made, the oldest first."""
        ...


class Bookmarks(Protocol):
    def add(self, bookmark: Bookmark) -> None: ...

    def list_of_song(self, song: str) -> list[Bookmark]:
        """In the song's order."""
        ...


class Comparisons(Protocol):
    def add(self, comparison: Comparison) -> None: ...

    def get(self, song: str) -> Comparison | None: ...

    def get_latest(self) -> Comparison | None: ...

    def close_votes(self, song: str, now: float) -> None: ...

    def put_vote(self, song: str, person: str, choice: str, now: float) -> None:
        """In place of this person's vote before."""
        ...

    def list_votes(self, song: str) -> list[str]: ...


class Watches(Protocol):
    def list_all(self) -> list[Watch]:
        """The oldest first."""
        ...

    def get(self, generator: str) -> Watch | None: ...

    def put(self, watch: Watch) -> None:
        """In place of the watch of the same generator."""
        ...

    def remove(self, generator: str) -> None: ...


class People(Protocol):
    """Rights and accounts. A name is written as `bot.station.identity.Name` has it."""

    def list_grants(self) -> list[GrantedRight]:
        """The highest right first, then by name."""
        ...

    def list_mask_grants(self) -> list[GrantedRight]:
        """Only those whose name is a mask."""
        ...

    def get_right(self, name: str) -> Right:
        """The right that was granted to this name; listener where none was."""
        ...

    def put_grant(self, name: str, right: Right, by: str, now: float) -> None: ...

    def remove_grant(self, name: str) -> bool:
        """Whether there was one."""
        ...

    def count_grants(self) -> int: ...

    def list_accounts(self) -> list[str]: ...

    def get_password(self, name: str) -> str | None:
        """The password's hash; None where there is no such account."""
        ...

    def put_account(self, name: str, password: str, now: float) -> None: ...

    def remove_account(self, name: str) -> bool:
        """Whether there was one."""
        ...


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor's session, or a link that will begin one: see `bot.station.sessions`."""

    key: str
    """The hash of the text that names it."""
    is_link: bool = False
    name: str
    network: str
    """As in `Identity`; `web` for an account of the station's own, and for whoever sits at its machine."""
    account: str = ""
    mask: str = ""
    right: Right | None = None
    """Of whoever sits at the machine; None: what was granted to them."""
    person: str = ""
    created: float = 0.0
    expires: float = 0.0


class Sessions(Protocol):
    def find(self, key: str) -> Session | None: ...

    def add(self, session: Session) -> None: ...

    def remove(self, key: str) -> bool:
        """Whether there was one."""
        ...

    def remove_links(self, person: str) -> None: ...

    def remove_of_person(self, person: str) -> int:
        """How many there were, links among them."""
        ...

    def keep_newest(self, person: str, count: int) -> None:
        """Remove this person's older sessions."""
        ...

    def prune(self, now: float) -> None:
        """Remove those that are over."""
        ...


class Settings(Protocol):
    def get(self, key: str) -> str | None: ...

    def put(self, key: str, value: str) -> None: ...

    def remove(self, key: str) -> None: ...


class Transaction(Protocol):
    """One piece of work on the database, done whole or not at all. Queries outside of it are errors."""

    now: float
    """The wall clock's reading, the same for all of the transaction."""
    chance: Random
    outside: Outside
    reference: str
    """Of the request that asked for it; empty where none did. See `common.reference`."""
    rules: Rules
    songs: Songs
    originals: Originals
    search: Search
    jobs: Jobs
    queue: Cues
    bands: Bands
    ratings: Ratings
    favourites: Favourites
    requests: Requests
    rotation: Rotation
    playlists: Playlists
    clocks: Clocks
    bookmarks: Bookmarks
    comparisons: Comparisons
    watches: Watches
    shows: Shows
    recordings: Recordings
    live: Live
    people: People
    sessions: Sessions
    settings: Settings

    def read_errors(self, song: SongCode) -> str:
        """What the program of a failed job wrote to standard error; empty if that is not kept."""
        ...

    def list_files(self, song: SongCode, *, is_whole: bool) -> tuple[Path, tuple[str, ...]]:
        """The folder of a song, and the names of what is in it; `stems/NAME` for what is in that. Where it is not
        whole: the folder in which a worker makes it, and the score alone."""
        ...

    def read_log(self, lines: int) -> tuple[str, ...]:
        """The last lines of the station's log; none where it goes elsewhere."""
        ...

    def publish(self, event: Event) -> None:
        """Have this event told after the commit, after those before it; never, if the transaction fails."""
        ...


Work = Callable[[Transaction], T]


class Store(Protocol):
    """Runs work in transactions, one after the other in the order of asking."""

    def read(self, work: Work[T], outside: Outside = ...) -> Awaitable[T]:
        """Run work that changes nothing; takes no write lock."""
        ...

    def transact(self, work: Work[T], outside: Outside = ...) -> Awaitable[T]:
        """Run `work`, publish its events, then give its result. Raises StoreError where nothing was done."""
        ...

    def record(self, work: Work[T], outside: Outside = ...) -> Awaitable[T]:
        """As `transact`, for facts that have happened: tried again, in order, until the database takes it."""
        ...
