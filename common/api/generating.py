"""What happens to users' generators and their watches: events; the union in `events` has them."""

from bandstand.common.api.bases import EventBase
from bandstand.common.api.people import Place
from bandstand.common.api.refusals import Refusal
from bandstand.common.api.values import Bars
from bandstand.common.types import CueId


class ReloadOrdered(EventBase, frozen=True, tag="reload_ordered"):
    """The configuration's generators are to be read again."""


class GeneratorsReloaded(EventBase, frozen=True, tag="generators_reloaded"):
    """The configuration's generators were read again. Those that `faults` are about stay as they were.

    `is_rest_changed`: other parts of the file have changed, and are taken up at the next start.
    """

    file: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    is_rest_changed: bool = False


class WatchesChanged(EventBase, frozen=True, tag="watches_changed"):
    """Which generators are watched, or which files they have, may have changed."""


class WatchEnded(EventBase, frozen=True, tag="watch_ended"):
    """A watch was ended by somebody at `by_place`."""

    generator: str
    place: Place
    by_place: Place


class WatchFailed(EventBase, frozen=True, tag="watch_failed"):
    """The program was saved, and does not take the watch's parameters any more."""

    generator: str
    place: Place
    why: Refusal


class VersionReady(EventBase, frozen=True, tag="version_ready"):
    """A new version of a watched program can be heard, and is to cut in on a bar of the cue that is on the air."""

    job: int
    cue: CueId
    bars: Bars | None
    """Of the song on the air; None where it does not say them or has broken off."""
    continues: bool = False
    """It goes on at the place that is heard, rather than at its beginning."""
    own_bars: Bars | None = None
    """Of the new version, where it goes on."""
