"""Values as the pages write them: lengths, moments, counts, and why a song is in the queue. The templates' filters.

A moment is written in the station's zone; the page's script writes it again in the visitor's.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import tzlocal

from bandstand.common.api.results import QueuedSong
from bandstand.common.api.values import SongKind, SongState
from bandstand.common.choice_words import say_choice_briefly
from bandstand.common.text import clock, counted, one_line

FORMS: Final = {"time": "%H:%M", "date": "%a %d %b %H:%M", "day": "%a %d %b"}
STATES: Final = {
    "playing": "On the air",
    "starting": "About to begin",
    "held": "Waiting for the streamer",
    "stopped": "Stopped",
    "silence": "Silence",
}
"""Of `NowPlaying.state`."""
BETWEEN: Final = {SongKind.JINGLE: "jingle", SongKind.IDENT: "the station's tune", SongKind.BRIDGE: "a bridge between two songs"}
SONG_STATES: Final = {
    SongState.MAKING: "being made",
    SongState.BEGUN: "being made",
    SongState.FAILED: "failed",
    SongState.DISCARDED: "made room for others",
    SongState.GONE: "heard once, not kept",
}
MOST_SHOWN: Final = 300
"""Characters of a title or the like; more is cut."""


def find_zone(name: str) -> tzinfo:
    """The station's zone; empty: the machine's."""
    return ZoneInfo(name) if name else tzlocal.get_localzone()


def write_iso(seconds: float) -> str:
    """A Unix time for the attribute `datetime`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def make_wall(zone: tzinfo) -> Callable[[float, str], str]:
    """`21:43`, `Fri 27 Nov 21:43` or `Fri 27 Nov`, by the form `time`, `date` or `day`."""

    def wall(seconds: float, form: str = "time") -> str:
        return datetime.fromtimestamp(seconds, zone).strftime(FORMS.get(form, form))

    return wall


def say_reason(queued: QueuedSong) -> str:
    """Why a song is in the queue: `asked for by ann`, `from the rotation`; empty where there is nothing to say."""
    if queued.song.kind is not SongKind.SONG:
        return BETWEEN[queued.song.kind]
    if queued.choice is not None:
        return say_choice_briefly(queued.choice)
    did = "requested" if queued.is_request else "asked for"
    return f"{did} by {one_line(queued.name, 40)}" if queued.name else ""


def say_wait(queued: QueuedSong) -> str:
    """Where no moment is known: `being made`, or nothing."""
    return SONG_STATES.get(queued.song.state, "")


def say_rating(mean: float, count: int) -> str:
    """`liked by most of 12` and the like; empty where nobody voted."""
    if not count:
        return ""
    voices = counted(count, "vote")
    if mean > 0.6:
        return f"loved, {voices}"
    if mean > 0.15:
        return f"liked, {voices}"
    return f"mixed, {voices}" if mean > -0.15 else f"not much liked, {voices}"


def show_fact(value: Any) -> str:
    """A fact or parameter that a song's maker gave: any value, on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return one_line(f"{value:g}" if isinstance(value, float) else str(value), MOST_SHOWN)


def make_filters(zone: tzinfo) -> dict[str, Callable[..., str]]:
    return {
        "clock": clock,
        "counted": counted,
        "iso": write_iso,
        "wall": make_wall(zone),
        "reason": say_reason,
        "waits": say_wait,
        "fact": show_fact,
        "short": lambda text: one_line(str(text), MOST_SHOWN),
    }
