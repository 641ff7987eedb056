"""Why something that was asked is not done: one struct for each reason, with what a person or a program needs to know.

A handler raises `Refused(NoSuchSong(...))`; nothing of its transaction happens. `bot.commands.sentences` says it in
words.
"""

from bandstand.common.api.administration import BadHash as BadHash
from bandstand.common.api.administration import BadName as BadName
from bandstand.common.api.administration import BadRight as BadRight
from bandstand.common.api.administration import NeedsMask as NeedsMask
from bandstand.common.api.administration import NoSuchAccount as NoSuchAccount
from bandstand.common.api.administration import NoSuchGrant as NoSuchGrant
from bandstand.common.api.administration import Outranked as Outranked
from bandstand.common.api.administration import RightTooHigh as RightTooHigh
from bandstand.common.api.administration import TooManyAccounts as TooManyAccounts
from bandstand.common.api.administration import TooManyGrants as TooManyGrants
from bandstand.common.api.asking import NoSuchPlace as NoSuchPlace
from bandstand.common.api.asking import RequestedAlready as RequestedAlready
from bandstand.common.api.asking import RequestsOff as RequestsOff
from bandstand.common.api.asking import RequestTooSoon as RequestTooSoon
from bandstand.common.api.asking import SongLost as SongLost
from bandstand.common.api.asking import SongTooSoon as SongTooSoon
from bandstand.common.api.bases import Kind as Kind
from bandstand.common.api.bases import RefusalBase
from bandstand.common.api.live import GuestTaken as GuestTaken
from bandstand.common.api.live import LiveRefusal
from bandstand.common.api.live import NobodyLive as NobodyLive
from bandstand.common.api.live import NoSuchDj as NoSuchDj
from bandstand.common.api.live import NothingToTell as NothingToTell
from bandstand.common.api.live import TooManyGuests as TooManyGuests
from bandstand.common.api.live import TooManyMessages as TooManyMessages
from bandstand.common.api.people import Right
from bandstand.common.api.playlists import BadListName as BadListName
from bandstand.common.api.playlists import BadRule as BadRule
from bandstand.common.api.playlists import BadSlot as BadSlot
from bandstand.common.api.playlists import ClockCycle as ClockCycle
from bandstand.common.api.playlists import NoSuchClock as NoSuchClock
from bandstand.common.api.playlists import NoSuchPlaylist as NoSuchPlaylist
from bandstand.common.api.playlists import NotInPlaylist as NotInPlaylist
from bandstand.common.api.playlists import PlaylistExists as PlaylistExists
from bandstand.common.api.playlists import PlaylistIsSearch as PlaylistIsSearch
from bandstand.common.api.playlists import TooManyLists as TooManyLists
from bandstand.common.api.values import SlotKind, SongBrief
from bandstand.common.api.visiting import BadVisitorName as BadVisitorName
from bandstand.common.api.visiting import LinkOver as LinkOver
from bandstand.common.api.visiting import NotAVisitor as NotAVisitor
from bandstand.common.api.visiting import PageOff as PageOff
from bandstand.common.api.visiting import TooManyLogIns as TooManyLogIns
from bandstand.common.api.visiting import VisitRefusal
from bandstand.common.api.visiting import WrongPassword as WrongPassword
from bandstand.common.api.wishing import BandsMissing as BandsMissing
from bandstand.common.api.wishing import NotComposed as NotComposed
from bandstand.common.api.wishing import NotUnderstood as NotUnderstood
from bandstand.common.api.wishing import TooManyWishes as TooManyWishes
from bandstand.common.api.wishing import WishTooSoon as WishTooSoon
from bandstand.common.api.wishing import WishUnheard as WishUnheard
from bandstand.common.errors import BandstandError

Base = RefusalBase


class NoSuchSong(Base, frozen=True, tag="no_such_song"):
    words: str
    known: int
    """How many songs there are."""
    near: tuple[SongBrief, ...] = ()
    """Songs that may have been meant."""


class AmbiguousSong(Base, frozen=True, tag="ambiguous_song"):
    count: int
    songs: tuple[SongBrief, ...]
    """The first few that fit."""


class BadQuery(Base, frozen=True, tag="bad_query"):
    """A search that cannot be read."""

    kind = Kind.USAGE
    what: str
    """`empty`, `excluded` (it only says what a song must not have), `filter` (there is no such filter), `value` (there
    is nothing behind it), or the filter whose value is none: `key`, `tempo` or `year`."""
    value: str
    filters: tuple[str, ...]


class NoSongsYet(Base, frozen=True, tag="no_songs_yet"):
    pass


class StillBeingMade(Base, frozen=True, tag="still_being_made"):
    """The song cannot be used for this before it is further on."""

    song: SongBrief
    purpose: str
    """`play`, `request`, `replay`, `export`, `remake`, `compare` or `delete`."""


class IsOnAir(Base, frozen=True, tag="is_on_air"):
    """A song that is on the air is not removed."""

    song: SongBrief


class BadLabel(Base, frozen=True, tag="bad_label"):
    """What was to be written of a song cannot be. `problem`: `no_title`, `year`, `tag` or `too_many_tags`."""

    kind = Kind.USAGE
    text: str
    problem: str


class NothingOnAir(Base, frozen=True, tag="nothing_on_air"):
    pass


class NothingHeard(Base, frozen=True, tag="nothing_heard"):
    """Nothing is in anybody's ear that could be rated or marked."""


class NotHeardLately(Base, frozen=True, tag="not_heard_lately"):
    """The song was not on the air within the last `seconds`, so nobody hears it now."""

    song: SongBrief
    seconds: int


class NothingBefore(Base, frozen=True, tag="nothing_before"):
    """No song was on the air before this one."""


class NotKept(Base, frozen=True, tag="not_kept"):
    """The song can be heard this once and nothing of it is kept, or it is no song but heard between songs."""

    song: SongBrief


class SkipVotesOff(Base, frozen=True, tag="skip_votes_off"):
    """This station skips nothing by vote."""


class NothingFits(Base, frozen=True, tag="nothing_fits"):
    """No song of the library, or none of the favourites, could be picked."""

    is_favourite: bool


class NoFavourites(Base, frozen=True, tag="no_favourites"):
    """Whoever asks for one of their favourites has none yet."""


class NoSuchFan(Base, frozen=True, tag="no_such_fan"):
    """Nobody of this name has favourites here."""

    name: str


class SeekBeyondEnd(Base, frozen=True, tag="seek_beyond_end"):
    song: SongBrief


class IsLive(Base, frozen=True, tag="is_live"):
    """Live sound has no other place to go to."""

    song: SongBrief


class NoSuchJob(Base, frozen=True, tag="no_such_job"):
    job: int
    must_be_open: bool = True
    """Jobs that are over do not count."""


class TooManyJobs(Base, frozen=True, tag="too_many_jobs"):
    kind = Kind.BUSY
    limit: int


class QueuedAlready(Base, frozen=True, tag="queued_already"):
    """The last song in the queue is this one, and the requester put it there."""

    song: SongBrief
    position: int


class NotInQueue(Base, frozen=True, tag="not_in_queue"):
    """Nothing in the queue is named so; `words` empty: the requester has nothing there."""

    words: str
    queued: int
    """How many songs are in the queue."""


class NotYours(Base, frozen=True, tag="not_yours"):
    """`name`, who is somebody else, asked for it; others need the right dj to take it out."""

    kind = Kind.DENIED
    song: SongBrief
    name: str


class NotYourSong(Base, frozen=True, tag="not_your_song"):
    """To write that of the song needs the right dj."""

    kind = Kind.DENIED
    song: SongBrief
    is_own: bool
    """This person ordered the song, and may write everything of it but its artist."""


class TooManyQueued(Base, frozen=True, tag="too_many_queued"):
    """This person has as many songs in the queue as they may."""

    kind = Kind.BUSY
    limit: int
    allowed_at: float | None = None
    """When one of them begins, Unix seconds, if the queue stays as it is; None where nobody knows."""
    wait: float | None = None
    """In how many seconds that is."""


class TooSoon(Base, frozen=True, tag="too_soon"):
    """The requester's bucket is empty; it has something again in `seconds`."""

    kind = Kind.BUSY
    seconds: int
    is_first: bool
    """The requester was not told so since the last request that went through."""


class NeedsRight(Base, frozen=True, tag="needs_right"):
    """`granters` are accounts on the requester's network whose people may give that right; a few, if there are many."""

    kind = Kind.DENIED
    request: str
    right: Right
    granters: tuple[str, ...] = ()


class GeneratorNotLoaded(Base, frozen=True, tag="generator_not_loaded"):
    """The configuration has it by now, but with a fault."""

    name: str
    fault: str


class NoSuchGenerator(Base, frozen=True, tag="no_such_generator"):
    name: str
    known: tuple[str, ...]


class GeneratorGone(Base, frozen=True, tag="generator_gone"):
    """The last song's generator is not configured any more."""

    name: str


class BadParameter(Base, frozen=True, tag="bad_parameter"):
    """`problem` names the parameter and says what was expected; it comes from the generator's declaration."""

    problem: str


class NotWatched(Base, frozen=True, tag="not_watched"):
    name: str
    """Empty: nothing is watched."""


class CannotWatch(Base, frozen=True, tag="cannot_watch"):
    """Saves of files cannot be noticed, so nothing can be watched."""

    why: str


class IsComparison(Base, frozen=True, tag="is_comparison"):
    song: SongBrief


class SameSong(Base, frozen=True, tag="same_song"):
    song: SongBrief


class NoComparison(Base, frozen=True, tag="no_comparison"):
    pass


class VotesClosed(Base, frozen=True, tag="votes_closed"):
    pass


class BadChoice(Base, frozen=True, tag="bad_choice"):
    kind = Kind.USAGE


class NoSuchBand(Base, frozen=True, tag="no_such_band"):
    words: str
    bands: tuple[str, ...]
    generators: tuple[str, ...] = ()


class NoSuchStyle(Base, frozen=True, tag="no_such_style"):
    words: str
    styles: tuple[str, ...]


class NoNameLeft(Base, frozen=True, tag="no_name_left"):
    """Every name that the station knows for a band is taken."""


class NoSuchArtist(Base, frozen=True, tag="no_such_artist"):
    name: str


class NeverRated(Base, frozen=True, tag="never_rated"):
    band: str


class FirstForm(Base, frozen=True, tag="first_form"):
    """The band is as it was in the beginning."""

    band: str


class NoSuchTarget(Base, frozen=True, tag="no_such_target"):
    """There is no playlist, clock, band, style or jingle of this name."""

    words: str
    near: tuple[str, ...]
    """Names that may have been meant, as slots."""
    kind_meant: SlotKind | None = None
    """What it is to be; None: a playlist, a clock, a band or a style."""
    known: tuple[str, ...] = ()
    """The names that there are of that kind."""


class NoSuchRecording(Base, frozen=True, tag="no_such_recording"):
    words: str


class BadShow(Base, frozen=True, tag="bad_show"):
    problem: str
    """A sentence: what is wrong with the times, the zone or the slot."""


class NoSuchShow(Base, frozen=True, tag="no_such_show"):
    words: str
    shows: int
    """How many there are."""


class AmbiguousShow(Base, frozen=True, tag="ambiguous_show"):
    words: str
    numbers: tuple[int, ...]


class ShowInFile(Base, frozen=True, tag="show_in_file"):
    """The show stands in a file, which commands do not change."""

    name: str


class TooManyShows(Base, frozen=True, tag="too_many_shows"):
    limit: int


class NoSuchExport(Base, frozen=True, tag="no_such_export"):
    kind = Kind.USAGE
    kind_asked: str
    known: tuple[str, ...]


class BadPath(Base, frozen=True, tag="bad_path"):
    path: str
    problem: str
    """`relative`, `missing`, `folder` or `device`, which is a pipe too."""


class ImportedAlready(Base, frozen=True, tag="imported_already"):
    path: str
    song: SongBrief


class BadRequest(Base, frozen=True, tag="bad_request"):
    """The request is none that the station knows, or a value is outside its limits."""

    kind = Kind.USAGE
    problem: str


Refusal = (
    NoSuchSong
    | AmbiguousSong
    | BadQuery
    | NoSongsYet
    | StillBeingMade
    | IsOnAir
    | BadLabel
    | NothingOnAir
    | NothingHeard
    | NotHeardLately
    | NothingBefore
    | NotKept
    | NoSuchFan
    | NothingFits
    | NoFavourites
    | SkipVotesOff
    | SeekBeyondEnd
    | IsLive
    | NoSuchJob
    | TooManyJobs
    | TooManyQueued
    | QueuedAlready
    | NotInQueue
    | RequestsOff
    | NoSuchPlace
    | SongLost
    | RequestedAlready
    | SongTooSoon
    | RequestTooSoon
    | NotYours
    | NotYourSong
    | TooSoon
    | NotUnderstood
    | NotComposed
    | BandsMissing
    | WishTooSoon
    | WishUnheard
    | TooManyWishes
    | NeedsRight
    | NoSuchGenerator
    | GeneratorNotLoaded
    | GeneratorGone
    | BadParameter
    | NotWatched
    | CannotWatch
    | IsComparison
    | SameSong
    | NoComparison
    | VotesClosed
    | BadChoice
    | NoSuchPlaylist
    | PlaylistExists
    | BadListName
    | PlaylistIsSearch
    | NotInPlaylist
    | BadRule
    | TooManyLists
    | NoSuchClock
    | ClockCycle
    | BadSlot
    | NoSuchBand
    | NoSuchStyle
    | NoNameLeft
    | NoSuchArtist
    | NeverRated
    | FirstForm
    | NoSuchTarget
    | NoSuchRecording
    | BadShow
    | NoSuchShow
    | AmbiguousShow
    | ShowInFile
    | TooManyShows
    | NoSuchExport
    | BadPath
    | ImportedAlready
    | BadName
    | NeedsMask
    | BadRight
    | RightTooHigh
    | Outranked
    | TooManyGrants
    | NoSuchGrant
    | TooManyAccounts
    | NoSuchAccount
    | BadHash
    | VisitRefusal
    | LiveRefusal
    | BadRequest
)


class Refused(BandstandError):
    """What was asked is not done. `why` says it in values; nothing of the transaction has happened."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why
