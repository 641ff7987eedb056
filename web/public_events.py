"""What of the station's events everybody may read: a table of the kinds, and the fields that are withheld.

Places (who asked from which channel or visitor's cookie) and what a program wrote to standard error are not for
everybody. An event that is not in the table is not told; whoever adds one says so here.
"""

from typing import Final

import msgspec

from bandstand.common.api import events, live
from bandstand.common.api.events import Event

PUBLIC: Final = (
    events.JobBegun,
    events.JobAdvanced,
    events.JobDone,
    events.JobFailed,
    events.JobCancelled,
    events.WishBegun,
    events.SongRemade,
    events.QueueChanged,
    events.SpanBegan,
    events.SongStarted,
    events.SongEnded,
    events.SongUnplayable,
    events.SongsRemoved,
    events.SongDiscarded,
    events.RadioSwitched,
    events.ScheduleChanged,
    events.ShowStarted,
    events.ShowEnded,
    events.ShowHeld,
    events.ShowMissed,
    events.PlaybackStopped,
    events.PlaybackResumed,
    events.GeneratorsReloaded,
    events.WatchEnded,
    events.VersionReady,
    events.BandBred,
    events.SongRated,
    events.RequestsSwitched,
    events.FavouritesChanged,
    events.SkipVoteBegan,
    events.SkippedByVote,
    events.ComparisonRevealed,
    live.LiveTookOver,
    live.LiveDropped,
    live.LiveReturned,
    live.LiveTitled,
    live.LiveLeft,
    events.MountCameOn,
    events.MountWentOff,
    events.StreamerWentAway,
    events.StreamerCameBack,
    events.StationQuit,
)
WITHHELD: Final = ("place", "by_place", "errors", "detail", "file", "faults")
TELLS_STATE: Final = (
    events.QueueChanged,
    events.SongStarted,
    events.SongEnded,
    events.JobBegun,
    events.JobDone,
    events.PlaybackStopped,
    events.PlaybackResumed,
    events.FavouritesChanged,
    events.CueSought,
    events.StreamerWentAway,
    events.StreamerCameBack,
)
"""After these, what is on the air or in the queue may be another."""
_DECODER: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)


def decode_event(event: msgspec.Raw) -> Event:
    """Raises msgspec.DecodeError for one that this version does not know."""
    return _DECODER.decode(event)


def show_event(event: Event, at: float) -> bytes | None:
    """The event's JSON as everybody may read it, with `at`, its Unix time; None where it is not public."""
    if not isinstance(event, PUBLIC):
        return None
    shown = msgspec.to_builtins(event)
    for field in WITHHELD:
        shown.pop(field, None)
    return msgspec.json.encode(shown | {"at": at})
