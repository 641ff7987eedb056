"""What is to be heard next: the requests, results and refusals about songs that listeners request, and the queue.

The unions in `requests`, `results` and `refusals` name every struct of here. A moment is given twice: `allowed_at` in
Unix seconds, and `wait`, in how many seconds that is.
"""

import msgspec

from bandstand.common.api.bases import Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.values import Choice, SongBrief
from bandstand.common.types import CueId

# Requests


class RequestSong(RequestBase, frozen=True, tag="request_song"):
    """Have a song of the library played in its turn, under the rules for songs and persons."""

    song: str
    """A code, or words of the title."""


class SwitchRequests(RequestBase, frozen=True, tag="switch_requests"):
    """Let listeners request songs, or not: everywhere, or where it says."""

    is_on: bool
    where: str = ""
    """`NETWORK`, `NETWORK/#channel`, `#channel`, `page`, or `here`; empty: everywhere."""


class GetRequestSwitches(RequestBase, frozen=True, tag="get_request_switches"):
    """Where listeners may request songs."""


# Results


class Requested(ResultBase, frozen=True, tag="requested"):
    song: SongBrief
    position: int
    """Its place in the queue from 1; 0: it is on the air already."""
    heard_in: float | None
    """Seconds until it is heard; None where nobody knows, as in `QueuedSong`."""
    was_planned: bool = False
    """The programme had it in the queue already."""
    allowed_at: float | None = None
    """From when a listener might have requested it, where that is later than now: it did not bind this person."""
    wait: float = 0.0


class RequestSwitch(msgspec.Struct, frozen=True):
    where: str
    """`NETWORK`, `NETWORK/#channel` or `page`."""
    is_on: bool


class RequestSwitches(ResultBase, frozen=True, tag="request_switches"):
    """Where songs may be requested."""

    is_on: bool
    """Wherever nothing else was said."""
    here: bool
    """Where whoever asks is."""
    exceptions: tuple[RequestSwitch, ...] = ()


# The queue in which it waits


class Enqueued(ResultBase, frozen=True, tag="enqueued"):
    song: SongBrief
    position: int
    """Its place in the queue from 1; 0: it is on the air already."""
    heard_in: float | None = 0.0
    """Seconds until it is heard, as in `QueuedSong`."""


class QueuedSong(msgspec.Struct, frozen=True):
    cue: CueId
    song: SongBrief
    name: str
    """Of whoever asked for it."""
    created: float
    heard_in: float | None = None
    """Seconds until it is heard, as long as nobody skips or cuts in; None while the station is stopped or the streamer
    away, or where a song before it does not say how long it is."""
    choice: Choice | None = None
    """Why the programme chose it; None: somebody asked for it."""
    is_request: bool = False
    """A listener requested it."""


class Queue(ResultBase, frozen=True, tag="queue"):
    on_air: QueuedSong | None
    songs: tuple[QueuedSong, ...]
    """In the order in which they will be heard; one that is still being made is passed over until it can be heard."""


class Removed(ResultBase, frozen=True, tag="removed"):
    """These songs wait in the queue no longer."""

    songs: tuple[SongBrief, ...]


class Moved(ResultBase, frozen=True, tag="moved"):
    song: SongBrief
    position: int
    """Its place in the queue from 1."""


# Refusals


class RequestsOff(RefusalBase, frozen=True, tag="requests_off"):
    """Nobody may request songs there."""

    where: str
    """What was switched off: `NETWORK`, `NETWORK/#channel`, `page`, or empty for everywhere."""


class NoSuchPlace(RefusalBase, frozen=True, tag="no_such_place"):
    """There is no network, channel or page of that name to be switched."""

    where: str
    networks: tuple[str, ...]


class SongLost(RefusalBase, frozen=True, tag="song_lost"):
    """Nothing is left of the song that could be heard; its state says why."""

    song: SongBrief


class RequestedAlready(RefusalBase, frozen=True, tag="requested_already"):
    """Somebody has asked for the song, and it waits for its turn."""

    kind = Kind.BUSY
    song: SongBrief
    name: str
    is_own: bool
    """By whoever asks now."""
    position: int
    heard_in: float | None


class SongTooSoon(RefusalBase, frozen=True, tag="song_too_soon"):
    """The song was heard, or requested, too short a time ago."""

    kind = Kind.BUSY
    song: SongBrief
    last: float
    """When that was, Unix seconds."""
    was_heard: bool
    """False: it was requested then, and not heard since."""
    is_on_air: bool
    allowed_at: float
    wait: float
    position: int = 0
    """Its place in the queue, where the programme has chosen it; 0: it is not there."""
    heard_in: float | None = None


class RequestTooSoon(RefusalBase, frozen=True, tag="request_too_soon"):
    """This person requested another song a short time ago."""

    kind = Kind.BUSY
    last_song: SongBrief
    last: float
    """When that was, Unix seconds."""
    allowed_at: float
    wait: float
