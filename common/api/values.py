"""Songs, jobs, cues and bands as the core hands them out, and the states that each of them has."""

import enum
from typing import Any

import msgspec

from bandstand.common.api.heard import HeardStream
from bandstand.common.api.people import Identity, Place, Right
from bandstand.common.api.programme import NAMED_SLOTS as NAMED_SLOTS
from bandstand.common.api.programme import NAMELESS_SLOTS as NAMELESS_SLOTS
from bandstand.common.api.programme import Choice as Choice
from bandstand.common.api.programme import ClockPlace as ClockPlace
from bandstand.common.api.programme import Distance as Distance
from bandstand.common.api.programme import PassedSlot as PassedSlot
from bandstand.common.api.programme import QuietReason as QuietReason
from bandstand.common.api.programme import Slot as Slot
from bandstand.common.api.programme import SlotKind as SlotKind
from bandstand.common.api.programme import Source as Source
from bandstand.common.api.programme import read_slot as read_slot
from bandstand.common.api.tracks import UNKNOWN_EDGES as UNKNOWN_EDGES
from bandstand.common.api.tracks import Edges as Edges
from bandstand.common.api.tracks import SongKind as SongKind
from bandstand.common.api.tracks import find_kind as find_kind
from bandstand.common.bands import Band
from bandstand.common.generators import Generator
from bandstand.common.jobs import Provenance
from bandstand.common.jobs import Section as Section
from bandstand.common.live import LiveInput
from bandstand.common.types import CueId, Frames, SongCode

UNKNOWN = Provenance()


class SongState(enum.StrEnum):
    MAKING = "making"
    """A worker makes it, and nothing of it can be heard yet."""
    BEGUN = "begun"
    """A worker makes it, and what there is can be heard already."""
    READY = "ready"
    """It is stored."""
    FAILED = "failed"
    """It was given up."""
    DISCARDED = "discarded"
    """Its sound is gone, to make room; the play log still names it."""
    GONE = "gone"
    """It was heard, and nothing of it was kept."""

    @property
    def is_lost(self) -> bool:
        """Whether there is no more of it than what the streamer has."""
        return self in (SongState.FAILED, SongState.DISCARDED, SongState.GONE)


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CueState(enum.StrEnum):
    QUEUED = "queued"
    AIR = "air"
    """On the air, or about to be."""
    OVER = "over"


class EndReason(enum.StrEnum):
    """Why a cue ended."""

    FINISHED = "finished"
    SKIPPED = "skipped"
    CUT = "cut"
    """Another song cut in."""
    STOPPED = "stopped"
    """The station went silent; the cue goes on later, so this ends no cue."""
    BROKEN = "broken"
    REMOVED = "removed"
    """Somebody took it out of the queue before it was heard."""


class Purpose(enum.StrEnum):
    """What a song is made for."""

    HEAR = ""
    WATCH = "watch"
    """A program that is watched was saved: its new version replaces the one before it."""
    REMAKE = "remake"
    """To see whether the same song comes out again; it is not played."""
    COMPARE = "compare"
    """Two songs by turns, for listeners who do not know which is which."""
    WISH = "wish"
    """As somebody wished for in words."""


class Bars(msgspec.Struct, frozen=True):
    """The grid of a song's bars, in frames: the length of a bar, and where the first one begins."""

    bar: Frames
    phase: Frames


class SongPlace(msgspec.Struct, frozen=True):
    """A place in a song. `bar` is 0 and `section` empty where the song does not say."""

    seconds: float
    bar: int = 0
    section: str = ""


class SongBrief(msgspec.Struct, frozen=True):
    """A song in a list."""

    code: SongCode
    title: str
    artist: str
    state: SongState
    seconds: float
    """0 while its length is not known."""
    created: float
    kind: SongKind = SongKind.SONG


class Song(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a song."""

    code: SongCode
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    year: int | None = None
    tags: tuple[str, ...] = ()
    """Words that people gave it, in small letters and alphabetical order."""
    state: SongState = SongState.MAKING
    generator: str
    """A user's generator, or `band` for the station's own bands."""
    seed: int
    parameters: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    """What its maker says of it: key, tempo, beats, form and so on."""
    sections: tuple[Section, ...] = ()
    seconds: float = 0.0
    loudness: float | None = None
    """LUFS."""
    peak: float | None = None
    """dBTP."""
    cue_in: float | None = None
    """Where what is to be heard begins, seconds into the song, as the following two; None: at its very beginning."""
    cue_out: float | None = None
    """Where it ends; None: at its very end."""
    next_at: float | None = None
    """Where the next song may begin over it; None: at its end."""
    making: float | None = None
    """Seconds of work; None until it is stored."""
    audio: str = ""
    """The sound file's name in the song's folder; empty while there is only a spool."""
    created: float
    form: int | None = None
    """The form of a band that plays it: see `BandForm`."""
    provenance: Provenance = UNKNOWN

    @property
    def brief(self) -> SongBrief:
        kind = find_kind(self.generator)
        return SongBrief(self.code, self.title, self.artist, self.state, self.seconds, self.created, kind)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A song that a worker is to make. `name` and `place` are of whoever asked, `person` is whom limits count."""

    id: int
    song: SongCode
    title: str = ""
    state: JobState = JobState.WAITING
    name: str
    place: Place
    person: str = ""
    cuts_in: bool = False
    """The song goes on the air as soon as it can be heard; otherwise it waits in the queue, or is not played."""
    purpose: Purpose = Purpose.HEAR
    original: SongCode | None = None
    """The song that it makes again."""
    created: float
    finished: float | None = None
    reason: str = ""
    """Why it failed, in the worker's words."""
    reference: str = ""
    """Of the request that ordered it; see `common.reference`."""


class JobBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A job in a list. `name` is of whoever asked; where they did, and under which address, is not for everybody."""

    id: int
    song: SongCode
    title: str
    state: JobState
    name: str
    purpose: Purpose
    created: float
    finished: float | None
    reason: str
    """Why it failed, in the worker's words."""


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One playing of a song, from the queue to the play log. A skip names a cue, so that it cannot hit a later song.

    `start` and `frames` are positions in the song: what is left out at its head, and how far it was played.
    """

    id: CueId
    song: SongBrief
    state: CueState
    name: str
    place: Place
    person: str = ""
    job: int | None = None
    order: float = 0.0
    """Its place in the queue: the lowest is next."""
    start: Frames = Frames(0)
    created: float
    started: float | None = None
    ended: float | None = None
    reason: EndReason | None = None
    frames: Frames = Frames(0)
    audio: str = ""
    """The stored file's name; empty while there is only a spool."""
    loudness: float | None = None
    """The song's, LUFS."""
    crossfade: float | None = None
    """Seconds in which it rises over what goes; None: as the station is configured."""
    bars: Bars | None = None
    """Of the song that it cuts, which goes on to its next bar."""
    cuts: CueId | None = None
    """The cue that it cut off."""
    returns: CueId | None = None
    """The cue that was interrupted, of which this is the rest."""
    choice: Choice | None = None
    """Why the programme chose it; None: somebody asked for it."""
    is_wish: bool = False
    """Somebody wished for it in words (`bot.station.wishes`)."""
    edges: Edges = UNKNOWN_EDGES
    """Of its song."""
    is_request: bool = False
    """A listener requested it, under the rules for that (`bot.station.requesting`)."""
    reference: str = ""
    """Of the request that it goes back to; see `common.reference`."""

    @property
    def is_audible(self) -> bool:
        """Whether there is anything of its song to play."""
        return self.song.state in (SongState.BEGUN, SongState.READY)


class PlayedSong(msgspec.Struct, frozen=True):
    """One line of the play log."""

    song: SongCode
    title: str
    name: str
    started: float
    seconds: float
    """How far it was played."""
    reason: str
    """Why it ended; empty while it is on the air."""
    artist: str = ""
    length: float = 0.0
    """Of the song, in seconds; 0 where it is not known."""
    is_request: bool = False
    """A listener requested it."""
    playlist: str = ""
    """The playlist that the programme took it from."""
    kind: SongKind = SongKind.SONG


class BandForm(msgspec.Struct, frozen=True, kw_only=True):
    """A band as it was at one time (a generation), or as it was varied for one song (`is_variation`)."""

    id: int
    slug: str
    """Names the band: `small-robots`."""
    band: Band
    generation: int = 1
    parent: int | None = None
    """The form that it was bred from, or is a variation of."""
    is_variation: bool = False
    created: float


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A generator whose program runs again with this seed and these parameters whenever it is saved."""

    generator: str
    seed: int
    parameters: dict[str, Any] = {}
    continues: bool = False
    """A new version goes on at the place that is heard of the one before, rather than at its beginning."""
    name: str
    place: Place
    person: str = ""
    created: float


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A song that is two songs by turns: `first` is X, `second` is Y."""

    song: SongCode
    first: SongCode
    second: SongCode
    created: float
    revealed: float | None = None


class Bookmark(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a song that somebody noted while they heard it."""

    song: SongCode
    at: SongPlace
    note: str = ""
    name: str
    created: float


class RatingMean(msgspec.Struct, frozen=True):
    """What listeners think: the mean of `count` ratings, each from -1 to 1; 0.0 of none."""

    mean: float = 0.0
    count: int = 0


class GrantedRight(msgspec.Struct, frozen=True):
    """A right that somebody was given; `name` is written as `ann`, `libera/ann` or `libera/*!*@host.example`."""

    name: str
    right: Right
    by: str
    created: float


class OnAir(msgspec.Struct, frozen=True):
    """What the streamer is playing, as far as the bot has heard: a cue, and how far its song is."""

    cue: CueId
    seconds: float


class ProcessStatus(msgspec.Struct, frozen=True):
    """A process that the bot looks after: `state` is a word or two, such as `running` or `ended by signal 9`."""

    name: str
    state: str
    pid: int | None = None
    uptime: float | None = None


class MountStatus(msgspec.Struct, frozen=True):
    """A mount at Icecast. `trouble` says why it is off the air, `seconds` since when it is on or off."""

    path: str
    is_on_air: bool
    seconds: float
    url: str = ""
    trouble: str = ""
    listeners: int | None = None
    """None where Icecast was not asked, or did not answer."""


class ListenerCount(msgspec.Struct, frozen=True):
    """How many people heard all mounts together."""

    at: float
    """Unix seconds."""
    listeners: int


class Grade(enum.StrEnum):
    """How bad it is."""

    FAULT = "fault"
    """It keeps the station off the air, or soon will."""
    WORSE = "worse"
    """Something does not work, or less well."""
    ADVICE = "advice"
    """It works; this would be wiser."""
    OK = "ok"


class Symptom(msgspec.Struct, frozen=True):
    """What a look at one thing of the machine has shown."""

    subject: str
    """What was looked at: `ports`, `clock`, `disk` ..."""
    grade: Grade
    sentence: str
    remedy: str = ""
    """What to do; empty where all is well."""


class PersonPresent(msgspec.Struct, frozen=True):
    """Somebody who is here: at a terminal, or on IRC with a right. `name` is as rights are granted to it, `place` says
    from where, on IRC their whole mask."""

    name: str
    place: str


class ChatNetwork(msgspec.Struct, frozen=True, kw_only=True):
    """A network of IRC that the bot is to be on. It stays in the bot, as `Outside` does."""

    tells_accounts: bool | None = None
    """Whether it says who is logged in to which account of its services; None while the bot is not there."""
    people: tuple[Identity, ...] = ()
    """Who is in the bot's channels, as far as their hosts are known; only for requests that need it."""
    speakers: tuple[Identity, ...] = ()
    """Who has said something there within the last ten minutes; only for requests that need it."""


class Loudness(msgspec.Struct, frozen=True):
    """How loud it is at the moment: LUFS and dBTP, each None in silence."""

    momentary: float | None = None
    peak: float | None = None


class RelayStatus(msgspec.Struct, frozen=True):
    """An Icecast that passes the station's mounts on."""

    name: str
    url: str
    is_well: bool
    """It answered when it was last asked, and has a mount of ours."""
    listeners: int = 0
    """Of our mounts together."""
    limit: int = 0
    """How many it takes."""
    mounts: tuple[str, ...] = ()
    """The paths of ours that it has at present."""
    trouble: str = ""
    """Why listeners are not sent to it, as a clause; empty where they are."""


class StationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the station is, as everybody may know it."""

    name: str = "Bandstand"
    uptime: float = 0.0
    on_air: OnAir | None = None
    is_connected: bool = False
    """Whether the streamer answers."""
    database: str = ""
    """Why the database takes nothing at present, as a sentence."""
    loudness: Loudness | None = None
    processes: tuple[ProcessStatus, ...] = ()
    mounts: tuple[MountStatus, ...] = ()
    relays: tuple[RelayStatus, ...] = ()
    page: str = ""
    """The address of the station's page; empty where there is none."""


class Outside(StationStatus, frozen=True, kw_only=True):
    """The station as it is outside the database, read before a transaction begins. It stays in the bot: no result has
    all of it, since who is here and how a generator is started is not for everybody.

    What costs a question to the streamer or to Icecast, or a look at a file, is there only for requests that need it:
    `processes`, `mounts`, `relays`, `loudness`, `page`.
    """

    people: tuple[PersonPresent, ...] = ()
    heard: tuple[HeardStream, ...] = ()
    """For each mount the newest last."""
    networks: dict[str, ChatNetwork] = {}
    """By their labels in small letters."""
    live: dict[str, LiveInput] = {}
    """How it is with DJs' sources, by name."""
    generators: dict[str, Generator] = {}
    """The users' own, with what their programs say of themselves."""
    watch_trouble: str = ""
    """Why saves of generators' files cannot be noticed; empty if they can."""
    generator_troubles: dict[str, str] = {}
    """Why a program does not say anything of itself."""
    listener_counts: tuple[ListenerCount, ...] = ()
    """In order of time; only for requests that need it."""
    machine: tuple[Symptom, ...] = ()
    """What is wrong on the machine, the worst first; only for requests that need it."""
    figures: str = ""
    """What the bot counts, in Prometheus's text format; only for requests that need it."""
    generator_faults: dict[str, str] = {}
    """Why one that the configuration has by now is not loaded, or not as it stands there."""
