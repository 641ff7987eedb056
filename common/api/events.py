"""What happened: facts, collected by a transaction and published in order after its commit.

Subscribers react to them: playout brings the streamer into step, making hands out jobs, announcers tell people, the
bot's socket passes them on to other processes. Whatever must not be lost is in the database; an event only says that it
is time to look. `place` is where the one who asked is to be told.
"""

import enum

import msgspec

from bandstand.common.api.administration import DatabaseFailed as DatabaseFailed
from bandstand.common.api.administration import DatabaseRecovered as DatabaseRecovered
from bandstand.common.api.administration import MountCameOn as MountCameOn
from bandstand.common.api.administration import MountWentOff as MountWentOff
from bandstand.common.api.administration import RightsChanged as RightsChanged
from bandstand.common.api.administration import StationQuit as StationQuit
from bandstand.common.api.administration import StreamerCameBack as StreamerCameBack
from bandstand.common.api.administration import StreamerRestartFailed as StreamerRestartFailed
from bandstand.common.api.administration import StreamerRestartOrdered as StreamerRestartOrdered
from bandstand.common.api.administration import StreamerWentAway as StreamerWentAway
from bandstand.common.api.bases import EventBase
from bandstand.common.api.generating import GeneratorsReloaded as GeneratorsReloaded
from bandstand.common.api.generating import ReloadOrdered as ReloadOrdered
from bandstand.common.api.generating import VersionReady as VersionReady
from bandstand.common.api.generating import WatchEnded as WatchEnded
from bandstand.common.api.generating import WatchesChanged as WatchesChanged
from bandstand.common.api.generating import WatchFailed as WatchFailed
from bandstand.common.api.heard import SpanBegan as SpanBegan
from bandstand.common.api.live import LiveEvent
from bandstand.common.api.observing import HlsListenersCounted as HlsListenersCounted
from bandstand.common.api.people import STATION, Place
from bandstand.common.api.programme import ProgrammeChanged as ProgrammeChanged
from bandstand.common.api.programme import RadioSwitched as RadioSwitched
from bandstand.common.api.programme import SlotPassed as SlotPassed
from bandstand.common.api.recordings import RecordingEvent as RecordingEvent
from bandstand.common.api.results import NowPlaying, Queue
from bandstand.common.api.schedule import ScheduleChanged as ScheduleChanged
from bandstand.common.api.schedule import ScheduleRead as ScheduleRead
from bandstand.common.api.schedule import ShowEnded as ShowEnded
from bandstand.common.api.schedule import ShowHeld as ShowHeld
from bandstand.common.api.schedule import ShowMissed as ShowMissed
from bandstand.common.api.schedule import ShowStarted as ShowStarted
from bandstand.common.api.values import EndReason, RatingMean, SongBrief
from bandstand.common.background_jobs import BackgroundJob
from bandstand.common.types import CueId, Frames, SongCode

Base = EventBase

# Jobs


class JobOrdered(Base, frozen=True, tag="job_ordered"):
    """A song is to be made."""

    job: int
    song: SongCode
    place: Place


class JobBegun(Base, frozen=True, tag="job_begun"):
    """The song can be heard from now on. `seconds` is how long it will be, 0 where that is not known."""

    job: int
    song: SongBrief
    place: Place
    seconds: float


class JobAdvanced(Base, frozen=True, tag="job_advanced"):
    """So many seconds of the song are made. Told a few times a second, and kept nowhere."""

    job: int
    seconds: float


class JobNoticed(Base, frozen=True, tag="job_noticed"):
    """Something is odd about the sound; `notice` is the worker's sentence."""

    job: int
    generator: str
    place: Place
    notice: str


class JobDone(Base, frozen=True, tag="job_done"):
    """The song is stored. `making` is the seconds of work; `is_kept` False: it is a file that is played where it is."""

    job: int
    song: SongBrief
    place: Place
    making: float
    is_kept: bool = True


class SongRecognised(Base, frozen=True, tag="song_recognised"):
    """The file that a job imported is a song that the library has already; nothing is kept of it."""

    job: int
    place: Place
    file: str
    """Its name, without its folder."""
    song: SongBrief
    is_same_sound: bool
    """The very same sound; otherwise the same recording in another encoding."""


class LiveEnded(Base, frozen=True, tag="live_ended"):
    """Live sound is over, or is not wanted any more: a worker that makes it is to be ended. Nothing of it is kept."""

    job: int
    song: SongBrief
    place: Place


class JobFailed(Base, frozen=True, tag="job_failed"):
    """There is no song. `errors` is the end of what the program wrote to standard error, line by line."""

    job: int
    song: SongCode
    place: Place
    reason: str
    errors: tuple[str, ...] = ()
    is_wish: bool = False
    """Somebody wished for it; the wish does not count."""


class JobHeld(Base, frozen=True, tag="job_held"):
    """There was no room on the disk for the song. The job waits, and is begun again when there is."""

    job: int
    song: SongCode
    place: Place
    reason: str


class RoomChanged(Base, frozen=True, tag="room_changed"):
    """There is no room for songs on the disk, and jobs wait; or there is again, and they go on."""

    is_short: bool


class FarmChanged(Base, frozen=True, tag="farm_changed"):
    """The other machines that compose for the station take so many songs at once; with `trouble`, a part of a sentence,
    none do, and songs are composed here. `is_told`: operators are to know."""

    songs: int
    trouble: str = ""
    is_told: bool = False


class WishBegun(Base, frozen=True, tag="wish_begun"):
    """A song that somebody called `name` wished for, at `place`, is heard now."""

    song: SongBrief
    name: str
    place: Place


class JobCancelled(Base, frozen=True, tag="job_cancelled"):
    """The job was given up by `by`, who was at `by_place`; a worker that has it is to be ended."""

    job: int
    song: SongCode
    place: Place
    title: str = ""
    """Of the song; empty where it has none yet."""
    name: str = ""
    """Of whoever ordered it."""
    is_wish: bool = False
    """Somebody wished for it; the wish does not count."""
    by: str = ""
    by_place: Place | None = None
    """None: a newer version of the same program replaced it."""


class JobReturned(Base, frozen=True, tag="job_returned"):
    """A job that was running when the bot ended is to be made anew."""

    job: int


class Likeness(enum.StrEnum):
    """How a song that was made again compares with the first one."""

    NO_FINGERPRINT = "no_fingerprint"
    SAME = "same"
    SAME_THOUGH_CHANGED = "same_though_changed"
    """The program has changed, the sound has not."""
    CHANGED_PROGRAM = "changed_program"
    NEWER_COMPOSER = "newer_composer"
    """A band's song that an older version of the composer wrote; the sound is another one."""
    CHANGED_SOUND = "changed_sound"
    """The program is the same, the sound is not: it depends on more than the seed."""


class SongRemade(Base, frozen=True, tag="song_remade"):
    job: int
    place: Place
    original: SongBrief
    song: SongCode
    likeness: Likeness
    program_before: str = ""
    program_now: str = ""


# What is heard


class QueueChanged(Base, frozen=True, tag="queue_changed"):
    """What should be heard now, or next, may have changed."""


class SongStarted(Base, frozen=True, tag="song_started"):
    """A cue went on the air; `is_first` is False where it goes on after an interruption."""

    cue: CueId
    song: SongBrief
    name: str
    is_first: bool
    waited: float | None = None
    """Seconds since somebody asked for it; None where it goes on from its middle."""
    place: Place = STATION
    """Where whoever asked for it is told."""
    is_request: bool = False
    """A listener requested it."""
    is_wish: bool = False
    """A listener wished for it; they are told by `WishBegun`."""


class SongEnded(Base, frozen=True, tag="song_ended"):
    cue: CueId
    song: SongBrief
    place: Place
    reason: EndReason
    seconds: float
    """How far it was played."""
    detail: str = ""
    """Why it broke off, in the streamer's words."""


class SongUnplayable(Base, frozen=True, tag="song_unplayable"):
    """The streamer would not take it."""

    cue: CueId
    song: SongBrief
    place: Place
    reason: str
    is_request: bool = False
    """A listener requested it."""


class SongsRemoved(Base, frozen=True, tag="songs_removed"):
    """Songs that somebody at `place` asked for were taken out of the queue by `by`, who was at `by_place`."""

    songs: tuple[SongBrief, ...]
    place: Place
    by: str
    by_place: Place


class CueSkipped(Base, frozen=True, tag="cue_skipped"):
    """The streamer is to end this cue, if it is the one on the air."""

    cue: CueId


class CueSought(Base, frozen=True, tag="cue_sought"):
    """The streamer is to go on at this frame of this cue, if it is the one on the air."""

    cue: CueId
    frames: Frames


class SongDiscarded(Base, frozen=True, tag="song_discarded"):
    """A song made room for others: its sound is to be removed."""

    song: SongCode


class PlaybackStopped(Base, frozen=True, tag="playback_stopped"):
    fade: float


class PlaybackResumed(Base, frozen=True, tag="playback_resumed"):
    pass


# Background jobs


class BackgroundJobOrdered(Base, frozen=True, tag="background_job_ordered"):
    """`subject` is what a person calls what it is about; of a band, `slug` names it and `form` is what is bred."""

    work: BackgroundJob
    place: Place
    subject: str
    slug: str = ""
    form: int = 0


class SongExported(Base, frozen=True, tag="song_exported"):
    place: Place
    subject: str
    files: tuple[str, ...]


class BandBred(Base, frozen=True, tag="band_bred"):
    """`generation` is None where the ratings do not say clearly what is liked, and 0 where the band had changed."""

    place: Place
    band: str
    generation: int | None
    candidates: int = 0
    changes: tuple[str, ...] = ()


class BackgroundJobFailed(Base, frozen=True, tag="background_job_failed"):
    place: Place
    subject: str
    reason: str


# Listeners and people


class SongRated(Base, frozen=True, tag="song_rated"):
    song: SongBrief
    section: str
    rating: RatingMean


class RequestsSwitched(Base, frozen=True, tag="requests_switched"):
    """Songs may be requested there now, or no longer: `NETWORK`, `NETWORK/#channel`, `page`; empty: everywhere."""

    is_on: bool
    where: str
    name: str


class FavouritesChanged(Base, frozen=True, tag="favourites_changed"):
    """`favourites` people have this song among theirs now."""

    song: SongBrief
    favourites: int


class SkipVoteBegan(Base, frozen=True, tag="skip_vote_began"):
    """`name` was the first to vote for skipping what is on the air."""

    song: SongBrief
    name: str
    needed: int
    by_place: Place
    """Of whoever voted, and has the same as an answer."""


class SkippedByVote(Base, frozen=True, tag="skipped_by_vote"):
    song: SongBrief
    votes: int
    by_place: Place


class ComparisonRevealed(Base, frozen=True, tag="comparison_revealed"):
    x: SongBrief
    y: SongBrief
    x_votes: int
    y_votes: int
    by_place: Place
    """Of whoever revealed it, and has the same as an answer."""


class SeekFailed(Base, frozen=True, tag="seek_failed"):
    """The song goes on where it was."""

    title: str
    reason: str


Event = (
    JobOrdered
    | JobBegun
    | JobAdvanced
    | JobNoticed
    | JobDone
    | SongRecognised
    | LiveEnded
    | JobFailed
    | JobHeld
    | RoomChanged
    | FarmChanged
    | JobCancelled
    | WishBegun
    | JobReturned
    | SongRemade
    | QueueChanged
    | SpanBegan
    | SongStarted
    | SongEnded
    | SongUnplayable
    | SongsRemoved
    | CueSkipped
    | CueSought
    | SongDiscarded
    | RadioSwitched
    | ScheduleChanged
    | ScheduleRead
    | ShowStarted
    | ShowEnded
    | ShowHeld
    | ShowMissed
    | RecordingEvent
    | ProgrammeChanged
    | SlotPassed
    | PlaybackStopped
    | PlaybackResumed
    | ReloadOrdered
    | GeneratorsReloaded
    | WatchesChanged
    | WatchEnded
    | WatchFailed
    | VersionReady
    | BackgroundJobOrdered
    | SongExported
    | BandBred
    | BackgroundJobFailed
    | SongRated
    | RequestsSwitched
    | FavouritesChanged
    | SkipVoteBegan
    | SkippedByVote
    | ComparisonRevealed
    | RightsChanged
    | MountCameOn
    | MountWentOff
    | StreamerWentAway
    | StreamerCameBack
    | DatabaseFailed
    | DatabaseRecovered
    | StreamerRestartOrdered
    | StreamerRestartFailed
    | SeekFailed
    | HlsListenersCounted
    | LiveEvent
    | StationQuit
)


class Numbered(msgspec.Struct, frozen=True):
    """An event on its way to another process, with its number: they count up without holes while a bot lives."""

    number: int
    event: Event
    at: float


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscriber is given first: the station's state, and the number of the last event that it includes."""

    number: int
    now_playing: NowPlaying
    queue: Queue
