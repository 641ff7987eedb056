"""What the bot and the streamer say to each other: Twisted AMP over a UNIX socket, one class for each message.

Requests (bot to streamer) are imperative; events (streamer to bot) are past tense. What became of a cue is a numbered
`Report` that is sent until it is acknowledged; the other events are lost if nobody hears them. Sound never goes into a
message: `Play` and `Follow` carry open descriptors. Three rules go with those: the sender closes its descriptor only
when the answer is in (Twisted queues the number, not the file); the receiver makes it non-inheritable at once; and it
reads with os.pread, since the file offset is shared.
"""

import msgspec
from twisted.protocols import amp

from bandstand.common.errors import NotAudio, UnknownCue
from bandstand.common.live import LiveInput as LiveInput

_SOURCE = [
    (b"cue", amp.Integer()),
    (b"title", amp.Unicode()),
    (b"artist", amp.Unicode()),
    # A file of any format, or raw PCM as `common.types.FRAME_BYTES` has it; raw PCM may also come out of a pipe.
    (b"audio", amp.Descriptor()),
    (b"raw", amp.Boolean()),
    # The reading end of a pipe that stays open while `audio` still grows; any byte in it says that it grew.
    (b"growth", amp.Descriptor(optional=True)),
    (b"start", amp.Integer()),  # frames to leave out at the head
    (b"gain", amp.Float()),  # decibels
    # Frames, at most, in which it rises over what goes; none, and it begins at once, or without a gap.
    (b"crossfade", amp.Integer(optional=True)),
    # A `Join` as JSON, which takes the place of the crossfade.
    (b"join", amp.String(optional=True)),
    # A `common.recordings.CueTag` as JSON: what a recording says of it, and whether its show is recorded.
    (b"tag", amp.String(optional=True)),
    # The Icecast mount of a DJ, who is heard; `audio` is then what is heard while they are lost.
    (b"live", amp.Unicode(optional=True)),
    # Of the request that it goes back to; see `common.reference`.
    (b"reference", amp.Unicode(optional=True)),
]
_NOT_AUDIO: dict[type[Exception], bytes] = {NotAudio: b"NOT_AUDIO"}
_UNKNOWN_CUE: dict[type[Exception], bytes] = {UnknownCue: b"UNKNOWN_CUE"}


class Join(msgspec.Struct, frozen=True):
    """Where a cue that follows begins over the one before it, in frames of that one. It is not faded in."""

    after: int
    """The cue that it means; behind another one it begins without a gap."""
    at: int
    """With this frame it begins."""
    end: int | None = None
    """By this frame the one before is silent; None: it goes on to its end, and is not faded out."""
    fade: int = 0
    """Frames before `end` in which the one before fades out."""


class Play(amp.Command):
    """Cut in with this source; what was on the air ends as `cut`. Answered when its first block is decoded.

    `until` lets what is on the air go on to that frame, or to its end.
    """

    arguments = [*_SOURCE, (b"until", amp.Integer(optional=True))]
    errors = _NOT_AUDIO


class Follow(amp.Command):
    """Make this source the one that follows the current one without a gap, in place of any other."""

    arguments = _SOURCE
    errors = _NOT_AUDIO


class Unfollow(amp.Command):
    """Take back a `Follow` whose song has not begun."""

    arguments = [(b"cue", amp.Integer())]
    errors = _UNKNOWN_CUE


class Skip(amp.Command):
    """End this cue if it is on the air, and go on with what follows it."""

    arguments = [(b"cue", amp.Integer())]
    errors = _UNKNOWN_CUE


class Seek(amp.Command):
    """Go on with this source of the cue that is on the air, from its `start`. Nothing has ended or started by that."""

    arguments = _SOURCE
    errors = {**_NOT_AUDIO, **_UNKNOWN_CUE}


class Stop(amp.Command):
    """Fade to silence; both the current source and the following one are let go. Answered with where it stopped.

    `fade` is in frames; without it, as long as sounds well.
    """

    arguments = [(b"fade", amp.Integer(optional=True))]
    response = [(b"cue", amp.Integer(optional=True)), (b"frames", amp.Integer())]


class Record(amp.Command):
    """Record everything from now on, or, with `on` False, only shows that are to be recorded; with `ends_shows` the one
    that is on is not. What is recorded already goes on."""

    arguments = [(b"on", amp.Boolean()), (b"ends_shows", amp.Boolean())]


class Retag(amp.Command):
    """What a recording has to know of this cue is another from now on: a DJ's show begins while they are heard."""

    arguments = [(b"cue", amp.Integer()), (b"tag", amp.String())]


class WatchLive(amp.Command):
    """Read these DJs' mounts of Icecast, as a list in JSON, and no others, except one that is on the air."""

    arguments = [(b"mounts", amp.String())]


class GetState(amp.Command):
    """What is on the air: answered with a `StreamerState` as JSON."""

    response = [(b"state", amp.String())]


class Shutdown(amp.Command):
    """Stop in order and end the process; answered before it begins."""


class Report(amp.Command):
    """What happened to a cue: a `PlayoutReport` as JSON. The answer means that it is committed.

    The streamer keeps a report until it is answered, and sends all that are unanswered, oldest first, to every new
    connection, before anything else. So the bot may get one twice, but never misses one, and answers only after its
    commit. An error for an answer closes the connection (Twisted does that), which leaves the report kept.
    """

    arguments = [
        (b"streamer", amp.Unicode()),  # a random name of this life of the streamer; see `StreamerState.streamer`
        (b"number", amp.Integer()),  # from 1 and without holes in that life
        (b"ago", amp.Float()),  # seconds from what happened to the sending
        (b"report", amp.Unicode()),
    ]


class Started(msgspec.Struct, frozen=True, tag_field="report"):
    """The first sample of this cue has left the bus. `frames` is its position in the source."""

    cue: int
    frames: int


class Ended(msgspec.Struct, frozen=True, tag_field="report"):
    """This cue's last sample has left the bus, or the last before it fades. `frames` is the position reached in the
    source: where it would go on, or its end, which a crossfade has still to play.

    `reason`: `finished`, `skipped`, `cut`, `stopped`, or `broken` with the sentence in `detail`.
    """

    cue: int
    reason: str
    frames: int
    detail: str = ""


PlayoutReport = Started | Ended


class Underrun(amp.Command):
    """A source had nothing ready, and `frames` of silence stood in for it before it went on (or ended)."""

    arguments = [(b"cue", amp.Integer()), (b"frames", amp.Integer())]


class Moved(amp.Command):
    """The cue on the air is at `frames` of its source, which a clock would not have said; `is_moving` is False while it
    is held (no mount is on the air) or waits for its sound. It goes on from there when the next `Moved` says so."""

    arguments = [(b"cue", amp.Integer()), (b"frames", amp.Integer()), (b"is_moving", amp.Boolean())]


class Level(amp.Command):
    """How loud it is: told about once a second while it changes. Absent is silence."""

    arguments = [
        (b"loudness", amp.Float(optional=True)),  # momentary, LUFS
        (b"peak", amp.Float(optional=True)),  # dBTP, the highest of the last second
    ]


class LiveInputs(amp.Command):
    """How it is with the DJs' mounts that are read: `LiveInput`s as JSON. Told twice a second while there are any."""

    arguments = [(b"inputs", amp.String())]


class Heard(amp.Command):
    """Which frame of which cue this mount's stream has where: `HeardSpan`s as JSON, the newest last.

    Told of each as it begins, and of all that are kept to each new connection; so one may be told twice.
    """

    arguments = [(b"mount", amp.Unicode()), (b"format", amp.Unicode()), (b"spans", amp.String())]


class RecordingChanged(amp.Command):
    """A recording `began`, has `ended` and is whole, or `failed` for a reason. `folder` is its name, or empty."""

    arguments = [(b"state", amp.Unicode()), (b"folder", amp.Unicode()), (b"reason", amp.Unicode())]


class WentOffAir(amp.Command):
    """A mount lost Icecast, or could not reach it; `reason` is a sentence. Sent when the reason changes, too."""

    arguments = [(b"mount", amp.Unicode()), (b"reason", amp.Unicode())]


class CameOnAir(amp.Command):
    """Icecast accepted this mount's stream."""

    arguments = [(b"mount", amp.Unicode())]


class HeardSpan(msgspec.Struct, frozen=True):
    """From `granule` on, the stream has this cue from `frame` on, frame by frame, until the next span begins."""

    serial: int  # of the logical Ogg stream
    granule: int  # samples of the stream before it as they are decoded, with the pre-skip
    cue: int | None  # None while nothing is on the air
    frame: int
    moves: bool  # False while the cue stands still: it is held, or silence stands in for it
    ago: float  # seconds from when the encoder had it to the sending


class OnAir(msgspec.Struct, frozen=True):
    """One cue in the streamer: how far it is, in frames of its source."""

    cue: int
    frames: int


class MountState(msgspec.Struct, frozen=True):
    """One mount as its output thread sees it; `trouble` is a sentence while it is off the air."""

    path: str
    format: str
    bitrate: int
    on_air: bool
    seconds: float  # since it last went on or off the air
    trouble: str = ""
    dropped: int = 0  # blocks thrown away while it was off the air


class StreamerState(msgspec.Struct, frozen=True):
    pid: int
    streamer: str  # the random name of this life, as in `Report`
    uptime: float  # seconds
    current: OnAir | None
    following: OnAir | None
    mounts: list[MountState]
    is_moving: bool = True  # see `Moved`
    underruns: int = 0
    loudness: float | None = None  # momentary, LUFS; None in silence
    peak: float | None = None  # dBTP, the highest of the last second
    recording: str = ""  # the folder of what is recorded; empty: nothing is
