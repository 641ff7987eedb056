"""Where in a song's bars and sections a moment is, and which moment a listener hears. Pure sums.

A song says its `tempo` (beats a minute), the `beats` in a bar and the `offset` in seconds of its first bar, in its
facts; its sections carry the bar that each begins with.

**The ear's delay.** A listener hears the stream later than the streamer plays it: the encoder looks ahead, Icecast
hands a new listener a second or two at once, and a player keeps a buffer of its own. Ratings and bookmarks mean what
was heard, so both go back by the delay of the way in which the requester listens.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bandstand.common.api.values import Bars, Section, SongPlace
from bandstand.common.types import RATE, Frames, Seconds

BEATS: Final = 4.0
"""In a bar, where the song does not say."""
SLOWEST, FASTEST = 10.0, 1000.0
"""Beats a minute; what is outside is no tempo."""
PLAYER: Final = "player"
"""Listening with a player (or an audio element) on a mount."""
EAR_DELAYS: Final[dict[str, Seconds]] = {PLAYER: Seconds(2.0)}
"""Seconds from the air to the ear, for each way of listening: encoder, burst, a player's buffer (docs/listeners.md)."""


def find_bars(facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> Bars | None:
    """The grid of a song's bars; None where the song does not say its tempo."""
    tempo = _get_number(facts.get("tempo", parameters.get("tempo")))
    beats = _get_number(facts.get("beats", parameters.get("beats"))) or BEATS
    if tempo is None or not SLOWEST <= tempo <= FASTEST or not 1 <= beats <= 64:
        return None
    offset = _get_number(facts.get("offset")) or 0.0
    return Bars(Frames(round(beats * 60 / tempo * RATE)), Frames(round(max(0.0, offset) * RATE)))


def find_next_bar(bars: Bars, frames: int) -> int:
    """The frame at which the first bar begins that begins at `frames` or after it."""
    return bars.phase + math.ceil((frames - bars.phase) / bars.bar) * bars.bar


def find_bar_before(bars: Bars | None, frames: int) -> int:
    """The frame at which the last bar begins that begins at `frames` or before it; without a grid, `frames` itself."""
    if bars is None or frames < bars.phase:
        return max(0, frames)
    return frames - (frames - bars.phase) % bars.bar


def find_same_place(bars: Bars | None, others: Bars | None, frames: int) -> int:
    """The frame of another song, with the grid `others`, at which it is as far as this one is at `frames`: in the same
    bar, and as far into it; after the same time where one of the two has no grid."""
    if bars is None or others is None:
        return frames
    number, rest = divmod(frames - bars.phase, bars.bar)
    return max(0, others.phase + number * others.bar + round(rest * others.bar / bars.bar))


def count_bar(bars: Bars | None, frames: int) -> int:
    """The number of the bar at this frame, from 1; 0 before the first bar, or without a grid."""
    return max(0, (frames - bars.phase) // bars.bar + 1) if bars else 0


def find_section(sections: Sequence[Section], bar: int) -> int:
    """The index of the section that this bar is in; 0 where the song has none."""
    return max(0, sum(section.bar <= bar for section in sections) - 1)


def find_place(sections: Sequence[Section], bars: Bars | None, seconds: float) -> SongPlace:
    """The place at `seconds` of a song."""
    bar = count_bar(bars, round(seconds * RATE))
    name = sections[find_section(sections, bar)].name if sections and sections[0].bar <= bar else ""
    return SongPlace(seconds, bar, name)


def _get_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
