"""DJs who are live: requests, results, refusals and events. `requests`, `results`, `refusals` and `events` have the
unions.
"""

import enum
from typing import ClassVar

import msgspec

from bandstand.common.api.bases import EventBase, Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.values import SongBrief
from bandstand.common.types import CueId, SongCode


class DjState(enum.StrEnum):
    """How it is with a DJ."""

    OFFLINE = "offline"
    """Their source is not there (yet)."""
    WAITING = "waiting"
    """It is there: decoded and measured, and not heard."""
    ON_AIR = "on air"
    GRACE = "grace"
    """On the air, but nothing comes, or only silence: something else is heard for up to ten seconds."""


class LeftReason(enum.StrEnum):
    """Why a DJ is not on the air any more."""

    ENDED = "ended"
    """Somebody said so, or put something else on the air."""
    LOST = "lost"
    """Their sound was gone, or silent, for longer than the grace."""


class Dj(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is live, or waits for it."""

    name: str
    state: DjState
    since: float
    """When they connected, Unix seconds; the line goes by it."""
    is_wanted: bool = False
    """They are to go on the air as soon as they can."""
    level: float | None = None
    """dBFS; None where nothing is heard of them."""
    format: str = ""
    title: str = ""
    trouble: str = ""
    """What is wrong with what they send."""
    delay: float = 0.0
    """Seconds by which they are heard later than they send, in the streamer alone."""
    grace_left: float | None = None
    """Seconds that a DJ in GRACE has to come back."""


class LiveTime(msgspec.Struct, frozen=True, kw_only=True):
    """A DJ's time by the schedule, Unix seconds."""

    show: str
    start: float
    end: float


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for: a song of the library, or one to be composed."""

    song: SongBrief
    name: str
    at: float
    is_wish: bool = False
    is_waiting: bool = False
    """It is still to come."""


class DjMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote to a DJ on the air."""

    dj: str
    name: str
    """Of whoever wrote it, as others see it."""
    text: str
    at: float


# Requests


class GetBooth(RequestBase, frozen=True, tag="get_booth"):
    """What a DJ has to know who asks: how it is with them, when they are on, and what listeners ask for. Also for a
    guest who gave their password on the page."""


class GetLive(RequestBase, frozen=True, tag="get_live"):
    """Who is live, and who waits."""


class GoLive(RequestBase, frozen=True, tag="go_live"):
    """Put a DJ on the air who is connected: at the next bar of the song, or after the DJ who is on the air."""

    name: str = ""
    """Empty: whoever asks, if they are connected; else the first in the line."""
    is_now: bool = False
    """At once, also in place of another DJ, and before two seconds of sound were heard."""


class EndLive(RequestBase, frozen=True, tag="end_live"):
    """Take the DJ off the air. They stay connected; the next in the line, or the programme, goes on."""


class KickDj(RequestBase, frozen=True, tag="kick_dj"):
    """End a DJ's connection, and let them in again after ten minutes, or when somebody invites them as a guest."""

    name: str


class InviteGuest(RequestBase, frozen=True, tag="invite_guest"):
    """Make a password by which somebody without an account may connect for a day."""

    name: str


class TellDj(RequestBase, frozen=True, tag="tell_dj"):
    """Write to the DJ on the air. They read it in the booth, and are told on IRC."""

    text: str
    """The first 400 characters count."""


# Results


class LiveStatus(ResultBase, frozen=True, tag="live_status"):
    djs: tuple[Dj, ...]
    """The one on the air first, then the line."""
    is_enabled: bool = True


class Booth(ResultBase, frozen=True, kw_only=True, tag="booth"):
    name: str
    """As whom the one who asks connects; empty for somebody without an account of the station's own."""
    is_guest: bool = False
    expires: float | None = None
    """Until when a guest may connect."""
    obstacle: str = ""
    """Why they would not be let in, a clause of which they are the subject."""
    live: LiveStatus
    time: LiveTime | None = None
    """Theirs by the schedule: that which it is, or the next one within a week."""
    asked: tuple[Asked, ...] = ()
    """The newest first."""
    messages: tuple[DjMessage, ...] = ()
    """To DJs on the air, the newest first; a guest has those to themselves."""


class DjIsTold(ResultBase, frozen=True, tag="dj_is_told"):
    dj: str


class LiveOrdered(ResultBase, frozen=True, tag="live_ordered"):
    name: str
    after: str = ""
    """The DJ on the air who is heard before."""
    is_waited_for: bool = False
    """Too little was heard of them so far: they go on the air as soon as it is enough."""
    is_on_air: bool = False
    """They are already."""


class LiveEnding(ResultBase, frozen=True, tag="live_ending"):
    name: str


class DjKicked(ResultBase, frozen=True, tag="dj_kicked"):
    name: str
    until: float
    """When they may come again, Unix seconds."""


class GuestInvited(ResultBase, frozen=True, tag="guest_invited"):
    name: str
    password: str
    mount: str
    expires: float
    """Unix seconds."""


# Refusals


class NoSuchDj(RefusalBase, frozen=True, tag="no_such_dj"):
    """Nobody of this name is connected; with an empty name, nobody at all."""

    name: str
    waiting: tuple[str, ...] = ()


class NobodyLive(RefusalBase, frozen=True, tag="nobody_live"):
    """No DJ is on the air."""

    kind: ClassVar[Kind] = Kind.BUSY


class GuestTaken(RefusalBase, frozen=True, tag="guest_taken"):
    """There is an account of that name."""

    name: str


class TooManyGuests(RefusalBase, frozen=True, tag="too_many_guests"):
    limit: int
    kind: ClassVar[Kind] = Kind.BUSY


class NothingToTell(RefusalBase, frozen=True, tag="nothing_to_tell"):
    """A message without words."""


class TooManyMessages(RefusalBase, frozen=True, tag="too_many_messages"):
    """The DJ was written to by so many people that they cannot read it all."""

    dj: str
    kind: ClassVar[Kind] = Kind.BUSY


# Events


class LiveConnected(EventBase, frozen=True, tag="live_connected"):
    """A DJ's sound comes. They are not heard yet."""

    name: str
    format: str = ""


class LiveDisconnected(EventBase, frozen=True, tag="live_disconnected"):
    """A DJ who waited is gone."""

    name: str


class LiveTookOver(EventBase, frozen=True, tag="live_took_over"):
    """A DJ goes on the air."""

    name: str
    song: SongCode
    cue: CueId


class LiveDropped(EventBase, frozen=True, tag="live_dropped"):
    """Nothing comes of the DJ on the air, or only silence; they have ten seconds to come back."""

    name: str


class LiveReturned(EventBase, frozen=True, tag="live_returned"):
    """The DJ on the air is heard again."""

    name: str


class LiveLeft(EventBase, frozen=True, tag="live_left"):
    """A DJ is not on the air any more."""

    name: str
    reason: LeftReason
    seconds: float
    """For which they were."""


class LiveTitled(EventBase, frozen=True, tag="live_titled"):
    """The DJ on the air plays something else."""

    name: str
    title: str


class LiveTroubled(EventBase, frozen=True, tag="live_troubled"):
    """Something is wrong with what a DJ sends."""

    name: str
    trouble: str


class LiveRefused(EventBase, frozen=True, tag="live_refused"):
    """Somebody had the right password and was not let in."""

    name: str
    reason: str
    """A clause of which they are the subject."""


class LiveAwaited(EventBase, frozen=True, tag="live_awaited"):
    """A DJ's time has come by the schedule, and they are not connected; the programme plays on."""

    name: str


class LiveWarned(EventBase, frozen=True, tag="live_warned"):
    """The time of the DJ on the air is over soon."""

    name: str
    minutes: int


class LiveKicked(EventBase, frozen=True, tag="live_kicked"):
    """A DJ's connection is to be ended."""

    name: str
    mount: str


class DjTold(EventBase, frozen=True, tag="dj_told"):
    """Somebody wrote to the DJ on the air."""

    message: DjMessage


LiveRequest = GetLive | GetBooth | GoLive | EndLive | KickDj | InviteGuest | TellDj
LiveResult = LiveStatus | Booth | LiveOrdered | LiveEnding | DjKicked | GuestInvited | DjIsTold
LiveRefusal = NoSuchDj | NobodyLive | GuestTaken | TooManyGuests | NothingToTell | TooManyMessages
LiveEvent = (
    LiveConnected
    | LiveDisconnected
    | LiveTookOver
    | LiveDropped
    | LiveReturned
    | LiveLeft
    | LiveTitled
    | LiveTroubled
    | LiveRefused
    | LiveAwaited
    | LiveWarned
    | LiveKicked
    | DjTold
)
