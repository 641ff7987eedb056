"""What the station answers: one struct for each request that was carried out."""

import msgspec

from bandstand.common.api.administration import AccountRemoved as AccountRemoved
from bandstand.common.api.administration import Granted as Granted
from bandstand.common.api.administration import PasswordSet as PasswordSet
from bandstand.common.api.administration import People as People
from bandstand.common.api.administration import Revoked as Revoked
from bandstand.common.api.administration import You as You
from bandstand.common.api.asking import Enqueued as Enqueued
from bandstand.common.api.asking import Moved as Moved
from bandstand.common.api.asking import Queue as Queue
from bandstand.common.api.asking import QueuedSong as QueuedSong
from bandstand.common.api.asking import Removed as Removed
from bandstand.common.api.asking import Requested as Requested
from bandstand.common.api.asking import RequestSwitches as RequestSwitches
from bandstand.common.api.bands import Artist as Artist
from bandstand.common.api.bands import BandBrief as BandBrief
from bandstand.common.api.bands import BandDetails as BandDetails
from bandstand.common.api.bands import Bands as Bands
from bandstand.common.api.bands import Evolving as Evolving
from bandstand.common.api.bands import Family as Family
from bandstand.common.api.bands import FamilyForm as FamilyForm
from bandstand.common.api.bands import PlayerDetails as PlayerDetails
from bandstand.common.api.bands import Rated as Rated
from bandstand.common.api.bands import Reverted as Reverted
from bandstand.common.api.bases import ResultBase
from bandstand.common.api.between import IdentOrdered as IdentOrdered
from bandstand.common.api.between import JingleAdded as JingleAdded
from bandstand.common.api.between import JingleRemoved as JingleRemoved
from bandstand.common.api.between import Jingles as Jingles
from bandstand.common.api.heard import Heard as Heard
from bandstand.common.api.library import FilesRecognised as FilesRecognised
from bandstand.common.api.library import Importing as Importing
from bandstand.common.api.library import SongDeleted as SongDeleted
from bandstand.common.api.library import SongEdited as SongEdited
from bandstand.common.api.library import SongFiles as SongFiles
from bandstand.common.api.library import SongTagged as SongTagged
from bandstand.common.api.liking import FavouriteAdded as FavouriteAdded
from bandstand.common.api.liking import FavouriteRemoved as FavouriteRemoved
from bandstand.common.api.liking import Favourites as Favourites
from bandstand.common.api.liking import LastRequest as LastRequest
from bandstand.common.api.liking import Notices as Notices
from bandstand.common.api.liking import SkipVoted as SkipVoted
from bandstand.common.api.live import LiveResult
from bandstand.common.api.observing import Diagnosis as Diagnosis
from bandstand.common.api.observing import Figures as Figures
from bandstand.common.api.observing import Listeners as Listeners
from bandstand.common.api.observing import ListenersNoted as ListenersNoted
from bandstand.common.api.observing import LogTail as LogTail
from bandstand.common.api.observing import ObservingResult
from bandstand.common.api.playlists import ClockDeleted as ClockDeleted
from bandstand.common.api.playlists import Clocks as Clocks
from bandstand.common.api.playlists import PlaylistBrief as PlaylistBrief
from bandstand.common.api.playlists import PlaylistDeleted as PlaylistDeleted
from bandstand.common.api.playlists import PlaylistDetails as PlaylistDetails
from bandstand.common.api.playlists import Playlists as Playlists
from bandstand.common.api.recordings import RecordingResult as RecordingResult
from bandstand.common.api.recordings import RecordingStatus
from bandstand.common.api.schedule import ScheduleResult
from bandstand.common.api.shows import HeldShow
from bandstand.common.api.values import (
    Bookmark,
    Choice,
    JobBrief,
    PlayedSong,
    QuietReason,
    RatingMean,
    Song,
    SongBrief,
    SongPlace,
    StationStatus,
)
from bandstand.common.api.visiting import LinkMade as LinkMade
from bandstand.common.api.visiting import LoggedIn as LoggedIn
from bandstand.common.api.visiting import LoggedOut as LoggedOut
from bandstand.common.api.visiting import NameChosen as NameChosen
from bandstand.common.api.visiting import VisitResult
from bandstand.common.api.wishing import Cancelled as Cancelled
from bandstand.common.api.wishing import Ordered as Ordered
from bandstand.common.api.wishing import Wished as Wished
from bandstand.common.api.wishing import WishRead as WishRead
from bandstand.common.generators import Parameter
from bandstand.common.types import CueId, SongCode

Base = ResultBase


# Songs: making them


class Remaking(Base, frozen=True, tag="remaking"):
    """The song is made again as `song`; the verdict follows as the event `SongRemade`."""

    job: int
    song: SongCode
    original: SongBrief


class Exporting(Base, frozen=True, tag="exporting"):
    """The files' names follow as the event `SongExported`."""

    song: SongBrief
    kind: str


# What is heard


class Playing(Base, frozen=True, tag="playing"):
    song: SongBrief
    then: SongBrief | None = None
    """The song that goes on afterwards, from `then_at`."""
    then_at: float = 0.0


class Replaying(Base, frozen=True, tag="replaying"):
    song: SongBrief


class Skipped(Base, frozen=True, tag="skipped"):
    song: SongBrief
    following: SongBrief | None
    """What is next; None: silence."""


class Stopped(Base, frozen=True, tag="stopped"):
    was_stopped: bool
    """It was stopped already, and nothing was done."""


class Paused(Base, frozen=True, tag="paused"):
    was_stopped: bool
    seconds: float = 0.0


class Resumed(Base, frozen=True, tag="resumed"):
    was_stopped: bool
    """False: there was nothing to resume."""
    song: SongBrief | None = None
    """None: the queue is empty."""


class Sought(Base, frozen=True, tag="sought"):
    song: SongBrief
    seconds: float
    is_stopped: bool
    """The song goes on there after `Resume`."""


class Radio(Base, frozen=True, tag="radio"):
    """The programme, which plays where nobody has asked for anything."""

    is_on: bool
    quiet: QuietReason | None
    """Why it plays nothing at the moment; None: it plays."""
    planned: int
    """Songs in the queue that it has chosen."""
    stock: int
    """Songs that were composed ahead and nobody has heard."""
    stock_seconds: float


class Explanation(Base, frozen=True, tag="explanation"):
    """Why a song is on the air; without a song, why there is silence."""

    song: SongBrief | None = None
    name: str = ""
    """Of whoever asked for it."""
    choice: Choice | None = None
    """None: it was asked for."""
    is_request: bool = False
    is_wish: bool = False
    quiet: QuietReason | None = None
    """Why the programme is quiet; None: it has no song yet."""
    is_making: bool = False
    """A song is being made."""
    position: int = 0
    """Its place in the queue from 1; 0: it is on the air."""
    heard_in: float | None = None
    """Seconds until it is heard, as in `QueuedSong`."""
    held: HeldShow | None = None
    """The show that waits for what was asked for."""


class NowPlaying(Base, frozen=True, tag="now_playing"):
    """`state`: `silence`; `stopped` in the song; `held` while the streamer is away; `starting`; `playing`."""

    state: str
    song: SongBrief | None = None
    cue: CueId | None = None
    seconds: float = 0.0
    """Where the song is, on the air."""
    turn: str = ""
    """`X` or `Y`, while a comparison is on the air."""
    name: str = ""
    """Of whoever asked for it."""
    started: float | None = None
    favourites: int = 0
    """How many people have the song among their favourites."""


# The library


class Songs(Base, frozen=True, tag="songs"):
    songs: tuple[SongBrief, ...]
    total: int
    """How many there are in all."""


class SongsFound(Base, frozen=True, tag="songs_found"):
    songs: tuple[SongBrief, ...]
    found: int
    """How many fit, up to a hundred or so; `songs` are the first of them."""
    corrected: dict[str, str] = {}
    """Words that no song has, with those that were looked for instead."""


class SongDetails(Base, frozen=True, tag="song"):
    song: Song
    rating: RatingMean
    to_air: float | None
    """Seconds from the request that ordered the song until it was heard for the first time."""
    bookmarks: tuple[Bookmark, ...]
    favourites: int = 0
    """How many people have it among their favourites."""


class History(Base, frozen=True, tag="history"):
    plays: tuple[PlayedSong, ...]


class Jobs(Base, frozen=True, tag="jobs"):
    jobs: tuple[JobBrief, ...]
    open: int


class JobDetails(Base, frozen=True, tag="job_details"):
    job: JobBrief
    generator: str
    errors: tuple[str, ...] = ()
    """Lines of the program's standard error: all of a failed one's (of a very long text the middle is left out), and
    the last ones of others."""


# Generators, comparisons, bookmarks


class GeneratorBrief(msgspec.Struct, frozen=True):
    name: str
    help: str
    version: str
    is_watched: bool
    trouble: str = ""
    """Why its program does not describe itself, or why the configuration's declaration is not taken up."""


class Generators(Base, frozen=True, tag="generators"):
    generators: tuple[GeneratorBrief, ...]


class Reloaded(Base, frozen=True, tag="reloaded"):
    """What the configuration has of generators now; those that `faults` are about stay as they were."""

    file: str
    generators: tuple[str, ...]
    faults: tuple[str, ...] = ()


class GeneratorDetails(Base, frozen=True, tag="generator"):
    """A user's generator, or a band whose song takes the usual parameters."""

    name: str
    help: str
    parameters: dict[str, Parameter]
    band: str = ""
    """The band's name, where it is one."""


class Watching(Base, frozen=True, tag="watching"):
    generator: str
    seed: int
    continues: bool = False


class Unwatched(Base, frozen=True, tag="unwatched"):
    generators: tuple[str, ...]


class Comparing(Base, frozen=True, tag="comparing"):
    job: int
    song: SongCode
    bars: int


class Voted(Base, frozen=True, tag="voted"):
    choice: str


class Revealed(Base, frozen=True, tag="revealed"):
    """Which song was X and which was Y, and how many preferred each."""

    x: SongBrief
    y: SongBrief
    x_votes: int
    y_votes: int


class Bookmarked(Base, frozen=True, tag="bookmarked"):
    song: SongBrief
    at: SongPlace


# The station


class Status(Base, frozen=True, tag="status"):
    station: StationStatus
    is_healthy: bool
    """The streamer answers, and every mount is on the air."""
    recordings: RecordingStatus = RecordingStatus()


class Version(Base, frozen=True, tag="version"):
    bandstand: str
    parts: dict[str, str]


class Names(Base, frozen=True, tag="names"):
    names: tuple[str, ...]


class Restarting(Base, frozen=True, tag="restarting"):
    pass


class Quitting(Base, frozen=True, tag="quitting"):
    pass


Result = (
    Ordered
    | Wished
    | WishRead
    | Cancelled
    | Importing
    | FilesRecognised
    | SongEdited
    | SongTagged
    | SongDeleted
    | Remaking
    | Exporting
    | Playing
    | Replaying
    | Enqueued
    | Queue
    | Requested
    | RequestSwitches
    | Removed
    | Moved
    | Skipped
    | Stopped
    | Paused
    | Resumed
    | Sought
    | Radio
    | JingleAdded
    | JingleRemoved
    | Jingles
    | IdentOrdered
    | Explanation
    | Playlists
    | PlaylistDetails
    | PlaylistDeleted
    | Clocks
    | ClockDeleted
    | Heard
    | NowPlaying
    | Songs
    | SongsFound
    | SongDetails
    | SongFiles
    | History
    | Jobs
    | JobDetails
    | Generators
    | GeneratorDetails
    | Reloaded
    | Watching
    | Unwatched
    | Comparing
    | Voted
    | Revealed
    | Bookmarked
    | Bands
    | BandDetails
    | Artist
    | Rated
    | FavouriteAdded
    | FavouriteRemoved
    | Favourites
    | Notices
    | SkipVoted
    | LastRequest
    | Evolving
    | Family
    | Reverted
    | Granted
    | Revoked
    | You
    | People
    | PasswordSet
    | AccountRemoved
    | VisitResult
    | ObservingResult
    | Status
    | Version
    | Names
    | Restarting
    | Quitting
    | ScheduleResult
    | RecordingResult
    | LiveResult
)
