"""What is heard, to the frame: the request, result and event about which frame of which song is where in a stream.

A listener is some seconds behind the station, each by another delay. A player that takes an Ogg stream apart knows
which sample of it is in the ear: by the serial number and the granule position of its pages. The spans of here say
which frame of which song that sample is. `requests`, `results` and `events` have the unions.
"""

import msgspec

from bandstand.common.api.bases import EventBase, RequestBase, ResultBase
from bandstand.common.types import CueId, Frames, SongCode


class HeardSpan(msgspec.Struct, frozen=True, kw_only=True):
    """From `granule` on, the stream has this song from `frame` on, until the next span begins."""

    granule: int
    """Samples (48,000 a second) of the logical stream before it as they are decoded, with the pre-skip."""
    cue: CueId | None
    """None while nothing is on the air."""
    song: SongCode | None
    frame: Frames
    """Of the song, from its beginning."""
    rate: int = 1
    """Frames of the song for each sample: 0 while it stands still."""
    at: float
    """When the encoder had it, Unix seconds: about when listeners were sent it."""


class HeardStream(msgspec.Struct, frozen=True, kw_only=True):
    """The spans of one logical stream: what a mount was sent over one connection; less where titles are `chained`."""

    mount: str
    format: str
    serial: int
    """The logical stream's: another one after each time that the mount was off the air, and where titles are
    `chained`, with each song. Ogg pages have it in their heads; of MP3 nobody can see it."""
    spans: tuple[HeardSpan, ...]
    """The newest last."""


# Requests


class GetHeard(RequestBase, frozen=True, tag="get_heard"):
    """Which frame of which song is where in a mount's stream."""

    serial: int | None = None
    """The logical stream's; None: the newest."""
    mount: str = ""
    """Without `serial`; empty: the first Opus mount, or the first of all where there is none."""


# Results


class Heard(ResultBase, frozen=True, tag="heard"):
    """Spans of one logical stream; none where the station knows no such stream, as of the standby's silence."""

    serial: int | None
    now: float
    """By the clock of `at`."""
    mount: str = ""
    format: str = ""
    spans: tuple[HeardSpan, ...] = ()
    """The newest last; those of the last minutes, at least."""


# Events


class SpanBegan(EventBase, frozen=True, tag="heard"):
    """A mount's stream has another song, or goes on at another place of it, from `span` on; listeners hear it later."""

    mount: str
    format: str
    serial: int
    span: HeardSpan
