"""Everything that can be asked of the station: one struct for each request.

Who may ask, and how often, is in the table `bot.station.table.REQUESTS`; what comes back, in `common.api.results`.
"""

from typing import Annotated

import msgspec

from bandstand.common.api.administration import GetSelf as GetSelf
from bandstand.common.api.administration import GetStatus as GetStatus
from bandstand.common.api.administration import GetVersion as GetVersion
from bandstand.common.api.administration import Grant as Grant
from bandstand.common.api.administration import ListPeople as ListPeople
from bandstand.common.api.administration import Quit as Quit
from bandstand.common.api.administration import RemoveAccount as RemoveAccount
from bandstand.common.api.administration import RestartStreamer as RestartStreamer
from bandstand.common.api.administration import Revoke as Revoke
from bandstand.common.api.administration import SetPassword as SetPassword
from bandstand.common.api.asking import GetRequestSwitches as GetRequestSwitches
from bandstand.common.api.asking import RequestSong as RequestSong
from bandstand.common.api.asking import SwitchRequests as SwitchRequests
from bandstand.common.api.bases import RequestBase
from bandstand.common.api.between import AddJingle as AddJingle
from bandstand.common.api.between import ListJingles as ListJingles
from bandstand.common.api.between import PlayIdent as PlayIdent
from bandstand.common.api.between import RemoveJingle as RemoveJingle
from bandstand.common.api.heard import GetHeard as GetHeard
from bandstand.common.api.library import DeleteSong as DeleteSong
from bandstand.common.api.library import EditSong as EditSong
from bandstand.common.api.library import GetSongFiles as GetSongFiles
from bandstand.common.api.library import ImportFile as ImportFile
from bandstand.common.api.library import RecogniseFiles as RecogniseFiles
from bandstand.common.api.library import TagSong as TagSong
from bandstand.common.api.liking import AddBookmark as AddBookmark
from bandstand.common.api.liking import AddFavourite as AddFavourite
from bandstand.common.api.liking import GetLastRequest as GetLastRequest
from bandstand.common.api.liking import ListFavourites as ListFavourites
from bandstand.common.api.liking import Rate as Rate
from bandstand.common.api.liking import RemoveFavourite as RemoveFavourite
from bandstand.common.api.liking import RequestFirst as RequestFirst
from bandstand.common.api.liking import RequestRandom as RequestRandom
from bandstand.common.api.liking import Reveal as Reveal
from bandstand.common.api.liking import SetNotices as SetNotices
from bandstand.common.api.liking import Vote as Vote
from bandstand.common.api.liking import VoteSkip as VoteSkip
from bandstand.common.api.live import EndLive as EndLive
from bandstand.common.api.live import GetBooth as GetBooth
from bandstand.common.api.live import GetLive as GetLive
from bandstand.common.api.live import GoLive as GoLive
from bandstand.common.api.live import InviteGuest as InviteGuest
from bandstand.common.api.live import KickDj as KickDj
from bandstand.common.api.live import LiveRequest
from bandstand.common.api.live import TellDj as TellDj
from bandstand.common.api.observing import CountHlsListeners as CountHlsListeners
from bandstand.common.api.observing import ExamineMachine as ExamineMachine
from bandstand.common.api.observing import GetFigures as GetFigures
from bandstand.common.api.observing import GetListeners as GetListeners
from bandstand.common.api.observing import GetLog as GetLog
from bandstand.common.api.observing import ObservingRequest
from bandstand.common.api.playlists import AddToPlaylist as AddToPlaylist
from bandstand.common.api.playlists import ChangePlaylist as ChangePlaylist
from bandstand.common.api.playlists import DeleteClock as DeleteClock
from bandstand.common.api.playlists import DeletePlaylist as DeletePlaylist
from bandstand.common.api.playlists import GetPlaylist as GetPlaylist
from bandstand.common.api.playlists import ListClocks as ListClocks
from bandstand.common.api.playlists import ListPlaylists as ListPlaylists
from bandstand.common.api.playlists import MakePlaylist as MakePlaylist
from bandstand.common.api.playlists import PlaylistChanges as PlaylistChanges
from bandstand.common.api.playlists import RemoveFromPlaylist as RemoveFromPlaylist
from bandstand.common.api.playlists import SetClock as SetClock
from bandstand.common.api.playlists import UseClock as UseClock
from bandstand.common.api.programme import ExplainSong as ExplainSong
from bandstand.common.api.programme import GetRadio as GetRadio
from bandstand.common.api.programme import SwitchRadio as SwitchRadio
from bandstand.common.api.recordings import RecordingRequest as RecordingRequest
from bandstand.common.api.schedule import ScheduleRequest
from bandstand.common.api.visiting import ChooseName as ChooseName
from bandstand.common.api.visiting import LogIn as LogIn
from bandstand.common.api.visiting import LogOut as LogOut
from bandstand.common.api.visiting import MakeLink as MakeLink
from bandstand.common.api.visiting import OpenLink as OpenLink
from bandstand.common.api.visiting import VisitRequest
from bandstand.common.api.wishing import ReadWish as ReadWish
from bandstand.common.api.wishing import Wish as Wish
from bandstand.common.api.wishing import WishAlike as WishAlike
from bandstand.common.generators import Raw, Value
from bandstand.common.types import LONGEST_FADE, RATE

Fade = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_FADE)]
Seed = Annotated[int, msgspec.Meta(ge=0, le=999_999_999)]
Bars = Annotated[int, msgspec.Meta(ge=1, le=64)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
DEFAULT_LIMIT = 15
DEFAULT_BARS = 4


Base = RequestBase


# Songs: making them


class Generate(Base, frozen=True, tag="generate"):
    """Make a new song and play it while it is being made."""

    generator: str = ""
    """A band, a style or a user's generator; empty: any band."""
    parameters: dict[str, Value] = {}
    seed: Seed | None = None
    cuts_in: bool = True
    """False: the song waits in the queue."""


class GenerateAgain(Base, frozen=True, tag="generate_again"):
    """Make the last song again, with another seed."""

    parameters: dict[str, Value] = {}
    """Those that are to be different from the last song's."""
    seed: Seed | None = None
    cuts_in: bool = True


class CancelJob(Base, frozen=True, tag="cancel_job"):
    """Give up a job."""

    job: int


class RemakeSong(Base, frozen=True, tag="remake_song"):
    """Make a song anew, unheard, and tell whether it comes out the same."""

    song: str = ""
    """A code, or words of the title; empty: the song on the air, or the newest."""


class ExportSong(Base, frozen=True, tag="export_song"):
    """Make a file of a song for another program."""

    song: str
    kind: str
    """One of `common.background_jobs.EXPORTS`."""


# What is heard


class Play(Base, frozen=True, tag="play"):
    """Cut in with a song now."""

    song: str
    crossfade: Fade | None = None
    resumes: bool = False
    """Go on afterwards with the song that it interrupts, where that was."""


class PlayFile(Base, frozen=True, tag="play_file"):
    """Cut in with a sound file of the station's machine."""

    path: str
    keep: bool = False
    """Take it into the library."""


class PlayPipe(Base, frozen=True, tag="play_pipe"):
    """Cut in with the sound of a pipe whose descriptor comes with the message, over the bot's socket."""

    keep: bool = False
    """Take it into the library when it has ended."""
    format: Raw = ""
    """Of raw sound; empty: WAV, or whatever FFmpeg knows."""
    rate: Annotated[int, msgspec.Meta(ge=4000, le=384_000)] = RATE
    channels: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2
    title: str = ""
    pipe: int = 0
    """The bot's own number for the descriptor; what a client says is not heard."""


class Replay(Base, frozen=True, tag="replay"):
    """Play a song again from its beginning, as it was made."""

    song: str = ""


class Enqueue(Base, frozen=True, tag="enqueue"):
    """Append a song to the queue."""

    song: str
    crossfade: Fade | None = None


class GetQueue(Base, frozen=True, tag="get_queue"):
    """What is on the air and what waits."""


class RemoveFromQueue(Base, frozen=True, tag="remove_from_queue"):
    """Take a song out of the queue: one's own, or, with the right dj, anybody's."""

    which: str = ""
    """Its number in the queue, a code, or words of the title; empty: the last that the requester asked for."""
    cue: int | None = None
    """Instead: this playing, as `get_queue` names it."""


class MoveInQueue(Base, frozen=True, tag="move_in_queue"):
    """Give a song another place in the queue."""

    place: Annotated[int, msgspec.Meta(ge=1)]
    """1 is next; any number behind the end is the end."""
    which: str = ""
    """Its number in the queue, a code, or words of the title; empty: the last that the requester asked for."""
    cue: int | None = None
    """Instead: this playing, as `get_queue` names it."""


class ClearQueue(Base, frozen=True, tag="clear_queue"):
    """Take every song out of the queue; the one on the air goes on."""


class Skip(Base, frozen=True, tag="skip"):
    """End the song on the air and go on with the next."""

    cue: int | None = None
    """Only if this cue is on the air; None: whatever is."""


class Stop(Base, frozen=True, tag="stop"):
    """Go to silence; the queue stays as it is."""

    fade: Fade | None = None


class Pause(Base, frozen=True, tag="pause"):
    """Go silent at once, and keep the place in the song."""


class Resume(Base, frozen=True, tag="resume"):
    """Go on after `Stop` or `Pause`, where it was."""


class Seek(Base, frozen=True, tag="seek"):
    """Go elsewhere in the song on the air."""

    seconds: float
    is_relative: bool = False
    """Counted from where the song is, and may be below 0."""


class GetNowPlaying(Base, frozen=True, tag="get_now_playing"):
    """What is on the air now."""


# The library


class ListSongs(Base, frozen=True, tag="list_songs"):
    """The newest songs."""

    limit: Limit = DEFAULT_LIMIT
    offset: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    """How many newer ones to pass over."""


class SearchSongs(Base, frozen=True, tag="search_songs"):
    """Songs that fit a query, the best first; `common.song_search` says what a query may have."""

    query: str
    limit: Limit = 10


class GetSong(Base, frozen=True, tag="get_song"):
    """What is known of a song."""

    song: str = ""
    """Empty: the song on the air, or else the newest."""


class ListHistory(Base, frozen=True, tag="list_history"):
    """What is on the air, and what was, the newest first."""

    limit: Limit = DEFAULT_LIMIT
    is_whole: bool = False
    """Also jingles, idents and bridges, which are no songs."""


class ListJobs(Base, frozen=True, tag="list_jobs"):
    """Songs being made, and how the last ones went."""

    limit: Limit = DEFAULT_LIMIT


class GetJob(Base, frozen=True, tag="get_job"):
    """One job, with all that its program wrote to standard error where it failed."""

    job: int


# Generators, comparisons


class ListGenerators(Base, frozen=True, tag="list_generators"):
    """The users' own generators."""


class DescribeGenerator(Base, frozen=True, tag="describe_generator"):
    """What may be asked of a generator, or of a band."""

    name: str


class ReloadGenerators(Base, frozen=True, tag="reload_generators"):
    """Read the generators of the configuration again."""


class WatchGenerator(Base, frozen=True, tag="watch_generator"):
    """Run a generator now, and again whenever its program is saved."""

    generator: str
    parameters: dict[str, Value] = {}
    seed: Seed | None = None
    continues: bool = False
    """Go on with each new version at the place that is heard of the one before."""


class UnwatchGenerator(Base, frozen=True, tag="unwatch_generator"):
    """Watch a generator no longer."""

    generator: str = ""
    """Empty: all of them."""


class CompareSongs(Base, frozen=True, tag="compare_songs"):
    """Let two songs take turns, not saying which is which."""

    first: str
    second: str
    bars: Bars = DEFAULT_BARS


# Bands


class ListBands(Base, frozen=True, tag="list_bands"):
    """The station's bands."""


class GetBand(Base, frozen=True, tag="get_band"):
    """Who is in a band, and how they play."""

    band: str


class FoundBand(Base, frozen=True, tag="found_band"):
    """Found a new band."""

    style: str = ""
    """Empty: any."""


class GetArtist(Base, frozen=True, tag="get_artist"):
    """One player: what they play and how, and their band's last songs."""

    name: str


class EvolveBand(Base, frozen=True, tag="evolve_band"):
    """Breed a band's next form from its ratings."""

    band: str


class GetFamily(Base, frozen=True, tag="get_family"):
    """The forms that a band has had."""

    band: str


class RevertBand(Base, frozen=True, tag="revert_band"):
    """Let a band play as in its form before."""

    band: str


# The station


class ListNames(Base, frozen=True, tag="list_names"):
    """Names that may stand for a parameter, for completion."""

    kind: str
    """`song`, `queued`, `job`, `person`, `band` or `recording`."""


Request = (
    Generate
    | GenerateAgain
    | Wish
    | ReadWish
    | WishAlike
    | CancelJob
    | ImportFile
    | RecogniseFiles
    | EditSong
    | TagSong
    | DeleteSong
    | RemakeSong
    | ExportSong
    | Play
    | PlayFile
    | PlayPipe
    | Replay
    | Enqueue
    | RequestSong
    | SwitchRequests
    | GetRequestSwitches
    | GetQueue
    | RemoveFromQueue
    | MoveInQueue
    | ClearQueue
    | Skip
    | Stop
    | Pause
    | Resume
    | SwitchRadio
    | GetRadio
    | AddJingle
    | RemoveJingle
    | ListJingles
    | PlayIdent
    | ExplainSong
    | ScheduleRequest
    | RecordingRequest
    | LiveRequest
    | MakePlaylist
    | ChangePlaylist
    | AddToPlaylist
    | RemoveFromPlaylist
    | DeletePlaylist
    | ListPlaylists
    | GetPlaylist
    | SetClock
    | DeleteClock
    | ListClocks
    | UseClock
    | Seek
    | GetHeard
    | GetNowPlaying
    | ListSongs
    | SearchSongs
    | GetSong
    | GetSongFiles
    | ListHistory
    | ListJobs
    | GetJob
    | ListGenerators
    | DescribeGenerator
    | ReloadGenerators
    | WatchGenerator
    | UnwatchGenerator
    | CompareSongs
    | Vote
    | Reveal
    | AddBookmark
    | ListBands
    | GetBand
    | FoundBand
    | GetArtist
    | Rate
    | AddFavourite
    | RemoveFavourite
    | ListFavourites
    | SetNotices
    | VoteSkip
    | RequestRandom
    | RequestFirst
    | GetLastRequest
    | EvolveBand
    | GetFamily
    | RevertBand
    | Grant
    | Revoke
    | GetSelf
    | ListPeople
    | SetPassword
    | RemoveAccount
    | VisitRequest
    | ObservingRequest
    | GetStatus
    | GetVersion
    | ListNames
    | RestartStreamer
    | Quit
)
