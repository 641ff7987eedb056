"""Values as the pages write them: lengths, moments, counts, and why a song is in the queue. The templates' filters.

A moment is written in the station's zone; the page's script writes it again in the visitor's.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from bandstand.common.api.results import QueuedSong
from bandstand.common.api.values import BandForm, SongKind, SongState
from bandstand.common.bands import Member
from bandstand.common.choice_words import say_choice_briefly
from bandstand.common.show_times import find_local_zone, load_zone, write_rule
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
BETWEEN: Final = {
    SongKind.JINGLE: "jingle",
    SongKind.IDENT: "the station's tune",
    SongKind.BRIDGE: "a bridge between two songs",
    SongKind.LIVE: "live",
}
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
    return load_zone(name or find_local_zone())


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
        return one_line(say_choice_briefly(queued.choice), MOST_SHOWN)
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


MANNERS: Final = (
    ("density", 0.35, "sparse", 0.65, "busy"),
    ("force", 0.35, "soft", 0.65, "hard"),
    ("register", -0.35, "low", 0.35, "high"),
    ("length", 0.7, "short notes", 1.05, "long notes"),
    ("variety", 0.15, "steady", 0.5, "changeable"),
    ("loose", 3.0, "exact", 9.0, "loose"),
    ("lean", -0.35, "pushes ahead", 0.35, "laid back"),
)
"""A habit of a member; below which value it is worth a word, and which; above which, and which."""


def say_habits(member: Member) -> str:
    """How somebody plays, where it is out of the ordinary: `busy, soft, laid back`."""
    said = [
        low_word if getattr(member, habit) < low else high_word if getattr(member, habit) > high else ""
        for habit, low, low_word, high, high_word in MANNERS
    ]
    return ", ".join(filter(None, said))


def say_changes(form: BandForm, parent: BandForm) -> str:
    """What is most different from the form before: `busier drums, softer bass`."""
    parents = {member.name: member for member in parent.band.members}
    changes: list[tuple[float, str]] = []
    for member in form.band.members:
        before = parents.get(member.name)
        if before is None:
            changes.append((1.0, f"with {member.name}"))
            continue
        for habit, low, low_word, high, high_word in MANNERS:
            moved = (getattr(member, habit) - getattr(before, habit)) / (high - low)
            if abs(moved) > 0.1:
                changes.append((abs(moved), f"{member.name} more {high_word if moved > 0 else low_word}"))
    changes.sort(reverse=True)
    return ", ".join(words for _, words in changes[:3]) or "much as before"


def make_filters(zone: tzinfo) -> dict[str, Callable[..., str]]:
    return {
        "clock": clock,
        "counted": counted,
        "iso": write_iso,
        "wall": make_wall(zone),
        "reason": say_reason,
        "waits": say_wait,
        "fact": show_fact,
        "rule": write_rule,
        "habits": say_habits,
        "bred_from": say_changes,
        "rated": lambda rating: say_rating(rating.mean, rating.count),
        "short": lambda text: one_line(str(text), MOST_SHOWN),
    }
