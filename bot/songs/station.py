"""The rules of the programme, as pure functions: what is on the air, what follows, what an ending means.

Values in, values out; no database, no streamer, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.database.models import AIR, BEGUN, QUEUED, READY
from bot.songs.bars import Bars
from common.types import RATE, CueId, SongCode


@dataclass(frozen=True)
class Slot:
    """One open cue with what the rules need of its song."""

    cue: CueId
    song: SongCode
    title: str
    artist: str
    song_state: str
    state: str
    place: float
    start: int = 0
    """Frames of the song to leave out: it goes on where it was interrupted."""
    audio: str = ""
    """The stored file's name; empty while there is only a spool."""
    loudness: float | None = None
    crossfade: float | None = None
    """Seconds in which it rises over what goes; None: as the station has it."""
    bars: Bars | None = None
    """Of the song that it cuts, which goes on to its next bar."""

    @property
    def audible(self) -> bool:
        return self.song_state in (BEGUN, READY)


@dataclass(frozen=True)
class Programme:
    """What the streamer should be doing. Both None: silence."""

    current: Slot | None = None
    following: Slot | None = None
    keep: CueId | None = None
    """May go on if the streamer has it, though its song cannot be opened here: it is being made again."""
    fade: float | None = None
    """Seconds in which it goes silent, where somebody said how."""


def in_order(slots: Sequence[Slot]) -> list[Slot]:
    """The queue as people see it: by place, then by age."""
    return sorted((slot for slot in slots if slot.state == QUEUED), key=lambda slot: (slot.place, slot.cue))


def next_up(slots: Sequence[Slot]) -> Slot | None:
    """The first in the queue that can be heard. One that is still being made keeps its place and holds nobody up."""
    return next((slot for slot in in_order(slots) if slot.audible), None)


def on_air(slots: Sequence[Slot]) -> Slot | None:
    return next((slot for slot in slots if slot.state == AIR), None)


def programme(
    slots: Sequence[Slot], stopped: bool, crossfade: float = 0.0, stop_fade: float | None = None
) -> Programme:
    """What should be heard now, and what is to follow it without a gap, or over its last seconds."""
    current = on_air(slots)
    if stopped or current is None:
        return Programme(fade=stop_fade)
    if not current.audible:
        return Programme(keep=current.cue)
    following = next_up(slots)
    if following is not None and following.crossfade is None and crossfade:
        following = replace(following, crossfade=crossfade)
    return Programme(current, following)


def goes_on_air(slots: Sequence[Slot], stopped: bool) -> Slot | None:
    """The cue to be put on the air when nothing is there; None while stopped, or with nothing to play."""
    if stopped or on_air(slots) is not None:
        return None
    return next_up(slots)


def place_last(slots: Sequence[Slot]) -> float:
    queue = in_order(slots)
    return queue[-1].place + 1.0 if queue else 1.0


def place_first(slots: Sequence[Slot]) -> float:
    queue = in_order(slots)
    return queue[0].place - 1.0 if queue else 1.0


def seconds(frames: int) -> float:
    return frames / RATE
