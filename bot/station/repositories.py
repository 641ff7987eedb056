"""What the core needs of a database: one repository for each kind of thing, reached through a transaction.

`bot.storage` implements these. `save` writes all of a thing but its state: states are written by
`bot.station.lifecycle` alone, which checks that the step is allowed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from bandstand.bot.station.requesting import SongRequest
from bandstand.bot.station.rotation import Candidate
from bandstand.bot.station.search import Query
from bandstand.common.api.events import Event
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import Clock, Playlist
from bandstand.common.api.shows import Occurrence, RunState, Show
from bandstand.common.api.values import (
    BandForm,
    Bookmark,
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


class Songs(Protocol):
    """The library. Unless it says otherwise, songs that were given up are left out."""

    def get(self, code: str) -> Song:
        """The song, given up or not. Raises KeyError."""
        ...

    def find(self, code: str) -> Song | None: ...

    def find_made_with(self, generator: str, parameters: Mapping[str, Any]) -> Song | None:
        """A song that this generator made, or is making, with exactly these parameters."""
        ...

    def get_newest(self, generator: str = "") -> Song | None:
        """The song that was ordered last, given up or not. Without a generator's name, comparisons and imported files
        are left out."""
        ...

    def list_newest(self, limit: int) -> list[SongBrief]: ...

    def list_briefs(self, codes: Sequence[str]) -> list[SongBrief]:
        """These songs in this order, as far as they are there."""
        ...

    def list_by_artist(self, artist: str, limit: int) -> list[SongBrief]:
        """The newest first."""
        ...

    def list_made_by(self, generator: str, limit: int) -> list[Song]:
        """Stored songs of this generator, the newest first."""
        ...

    def count(self) -> int: ...

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

    def list_wishes(self, person: str, since: float) -> list[float]:
        """The times of this person's wishes after `since`, without those that failed or were cancelled."""
        ...


class Cues(Protocol):
    """The queue and the play log."""

    def get(self, cue: int) -> Cue | None: ...

    def add(self, cue: Cue) -> Cue:
        """Write it down, whatever its `id`; returns it with the one that it has now. No id is ever used again."""
        ...

    def save(self, cue: Cue) -> None: ...

    def write_state(self, cue: int, state: CueState) -> None:
        """For `lifecycle` alone."""
        ...

    def list_open(self) -> list[Cue]:
        """Every cue that is on the air or queued."""
        ...

    def list_of_job(self, job: int) -> list[Cue]: ...

    def list_rests(self, cue: int) -> list[Cue]:
        """Queued cues that are the rest of this one."""
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


class Favourites(Protocol):
    """What people like best. A person is written as `bot.station.persons.get_person` has it."""

    def put_fan(self, person: str, name: str, is_told: bool | None = None) -> None:
        """Write down what they are called now, and whether they want to be told when a favourite of theirs begins."""
        ...

    def is_told(self, person: str) -> bool: ...

    def find_fans(self, name: str) -> list[str]:
        """The people of this name: those with that account, or else with that nick."""
        ...

    def list_fans(self, song: str) -> list[str]:
        """The people who like this song and want to be told, the first one first."""
        ...

    def add(self, person: str, song: str, now: float) -> bool:
        """Whether it is new to them. The person has to be put there before."""
        ...

    def remove(self, person: str, song: str) -> bool:
        """Whether it was there."""
        ...

    def count(self, song: str) -> int:
        """How many people like this song."""
        ...

    def count_of(self, people: Sequence[str]) -> int:
        """How many songs these people like; those that were given up are left out."""
        ...

    def list_of(self, people: Sequence[str], limit: int) -> list[str]:
        """The codes of these songs, the latest favourite first."""
        ...

    def put_skip_vote(self, cue: int, person: str, now: float) -> bool:
        """Whether this person had not voted yet. Votes for other cues are forgotten."""
        ...

    def list_skip_votes(self, cue: int) -> list[str]:
        """Who wants this cue to be skipped, the first one first."""
        ...


class Search(Protocol):
    """The library's index. `Songs` keeps it up to date."""

    def put(self, song: Song) -> None:
        """Have the song found by what it is now."""
        ...

    def remove(self, code: str) -> None: ...

    def find(self, query: Query) -> list[str]:
        """Codes of songs that fit: those whose title is exactly the words first, then the newest; a hundred of
        each at most."""
        ...

    def find_titled(self, words: Sequence[str], limit: int) -> list[str]:
        """Codes of songs that have all these words in their title, in the same order."""
        ...

    def correct(self, words: Sequence[str]) -> dict[str, str]:
        """For each word that no song has, the nearest one that some song has."""
        ...


class Requests(Protocol):
    """Requests of songs. One that left the queue unheard does not count, and is left out."""

    def add(self, request: SongRequest) -> None: ...

    def get_last_of_song(self, song: str) -> SongRequest | None: ...

    def get_last_of_person(self, person: str) -> SongRequest | None: ...

    def get_last(self) -> SongRequest | None:
        """The last of all."""
        ...


class Rotation(Protocol):
    """What the programme may choose from: see `bot.station.programme`."""

    def list_stock(self) -> list[Candidate]:
        """Songs that the station composed ahead and nobody has heard, the oldest first."""
        ...

    def draw_candidates(self, limit: int) -> list[Candidate]:
        """At most `limit` songs that may come again, or were imported; chance decides which, in a larger library."""
        ...

    def list_candidates(self, codes: Sequence[str]) -> list[Candidate]:
        """Those of these songs that are stored and can be played."""
        ...

    def measure_own(self) -> float:
        """The length of all songs together that the station composed by itself and keeps, seconds."""
        ...

    def list_discardable(self, limit: int) -> list[SongBrief]:
        """Songs of the station's own that may make room: heard, not liked, nobody's favourite, not marked, compared or
        queued. The worst rated first, then the oldest."""
        ...


class LastTurn(NamedTuple):
    """When a playlist was heard last, and how many songs have begun since."""

    started: float
    songs: int


class Playlists(Protocol):
    def list_all(self) -> list[Playlist]:
        """By name."""
        ...

    def get(self, name: str) -> Playlist | None: ...

    def put(self, playlist: Playlist) -> None:
        """In place of the one of this name, with its songs."""
        ...

    def remove(self, name: str) -> None: ...

    def count_songs(self) -> dict[str, int]:
        """How many songs each list has."""
        ...

    def list_songs(self, name: str) -> list[SongBrief]:
        """In the list's order, as far as they are kept."""
        ...

    def add_song(self, name: str, code: str) -> None:
        """As its last; one that it has already moves there."""
        ...

    def remove_song(self, name: str, code: str) -> bool:
        """Whether it was in it."""
        ...

    def get_last_turns(self) -> dict[str, LastTurn]:
        """Of the playlists that were heard, by name."""
        ...


class Clocks(Protocol):
    def list_all(self) -> list[Clock]:
        """By name."""
        ...

    def put(self, clock: Clock) -> None:
        """In place of the one of this name."""
        ...

    def remove(self, name: str) -> None: ...


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


class Shows(Protocol):
    """Shows that commands have added, and what became of the comings of all shows, those of the configuration too."""

    def list_all(self) -> list[Show]:
        """The oldest first."""
        ...

    def add(self, show: Show) -> Show:
        """Write it down, whatever its `id`; returns it with the one that it has now. No id is ever used again."""
        ...

    def remove(self, show: int) -> None: ...

    def put_record(self, show: str, occurrence: Occurrence, state: RunState) -> None: ...

    def list_records(self, since: float) -> dict[tuple[str, str], RunState]:
        """Of what was to start since then, by the show's key and the occurrence's day."""
        ...


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


class Settings(Protocol):
    def get(self, key: str) -> str | None: ...

    def put(self, key: str, value: str) -> None: ...

    def remove(self, key: str) -> None: ...


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """What is heard between songs (`bot.station.between`)."""

    name: str = "Bandstand"
    """Of the station, as idents say it."""
    motif: str = ""
    """See `common.station_motif`; empty: made of the name."""
    voice: str = ""
    """That speaks the name; empty: music only."""
    every_songs: int = 0
    """After so many songs a jingle or an ident; 0: not by that."""
    every_seconds: float = 0.0
    """The same by time."""
    idents: bool = True
    """Idents take turns with jingles; otherwise there are idents only where there is no jingle."""
    bridges: bool = False


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The station's configuration, as far as the core goes by it."""

    open_jobs: int = 0
    """How many songs one person may have in the making; 0: any number."""
    queued_songs: int = 0
    """How many songs one person may have in the queue; 0: any number."""
    crossfade: float = 0.0
    """Seconds in which a song rises over the end of the one before, unless its cue says otherwise."""
    configuration: Path = Path("bandstand.toml")
    """The file; it need not exist."""
    plays_on: bool = True
    """Whether the programme plays by itself where nobody has said `radio on` or `radio off`."""
    stock: float = 1800.0
    """Seconds of songs to be composed ahead."""
    between: Between = Between()
    skip_share: float = 0.5
    """Which share of the people has to vote for it so that a song is skipped; 0: none is skipped by vote."""
    kept: float = 24 * 3600.0
    """Seconds of songs that the station composed by itself, after which the least liked make room."""
    shows: tuple[Show, ...] = ()
    """Those that stand in the configuration."""
    zone: str = "UTC"
    """The IANA zone in which times of shows count."""
    clock: str = ""
    """The clock that the programme goes by where nobody said another one; empty: none."""
    is_on_the_hour: bool = False
    """Whether the last song of each hour ends at the hour."""


class Transaction(Protocol):
    """One piece of work on the database, done whole or not at all. Queries outside of it are errors."""

    now: float
    """The wall clock's reading, the same for all of the transaction."""
    chance: Random
    outside: Outside
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
    people: People
    settings: Settings

    def read_errors(self, song: SongCode) -> str:
        """What the program of a failed job wrote to standard error; empty if that is not kept."""
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
