"""Phrases that many replies share: the name of a song, a place in it, how long ago something was, a mean of ratings."""

import math
import time
from collections import Counter
from collections.abc import Iterable

from bandstand.common.api.values import RatingMean, SongBrief, SongKind, SongPlace, SongState
from bandstand.common.live import is_live_title
from bandstand.common.text import clock, counted, one_line


def name_song(song: SongBrief) -> str:
    """`"Blue Lantern" (7kq3)`, or `song 7kq3` while it has no title."""
    return f'"{song.title}" ({song.code})' if song.title else f"song {song.code}"


def say_kind(song: SongBrief) -> str:
    """Its name; of what is no song, what it is too."""
    if song.kind is SongKind.LIVE and is_live_title(song.title):
        return f"{song.title} ({song.code})"  # says what it is by itself
    return name_song(song) if song.kind is SongKind.SONG else f"{song.kind} {name_song(song)}"


def count_kinds(kinds: Iterable[SongKind]) -> str:
    """`3 songs`, or `3 songs, 1 jingle and 1 ident`."""
    counts = Counter(kinds)
    songs = counted(counts.pop(SongKind.SONG, 0), "song")
    *others, last = [songs, *(counted(number, kind.value) for kind, number in sorted(counts.items()))]
    return f"{', '.join(others)} and {last}" if others else last


def say_ago(then: float, now: float) -> str:
    """`3:05 ago`."""
    return "just now" if now - then < 1 else f"{clock(now - then)} ago"


def say_moment(at: float, wait: float) -> str:
    """`from 21:35, in 34 minutes`, never too early; the time of day is the station's, and the date if it is another."""
    minute = math.ceil(at / 60) * 60
    then, today = time.localtime(minute), time.localtime(at - wait)
    day = "" if then[:3] == today[:3] else time.strftime("%a %d %b ", then)
    return f"from {day}{time.strftime('%H:%M', then)}, in {say_length(wait)}"


def say_length(seconds: float) -> str:
    """`40 seconds`, `34 minutes`, `11 hours` or `4 days`, rounded up."""
    for unit, name, most in ((1, "second", 90), (60, "minute", 90 * 60), (3600, "hour", 48 * 3600)):
        if seconds <= most:
            return counted(max(1, math.ceil(seconds / unit)), name)
    return counted(math.ceil(seconds / 86400), "day")


def say_wait(song: SongBrief, seconds: float | None) -> str:
    """`in 3:05`; empty where nobody knows."""
    if seconds is None:
        return ""
    if seconds >= 1:
        return f"in {clock(seconds)}"
    return "as soon as it can be heard" if song.state is SongState.MAKING else "in a moment"


def say_where(where: str) -> str:
    """`on libera`, `in libera/#radio` or `on the page`, of a place where requests are switched."""
    if where == "page":
        return "on the page"
    return f"{'in' if '/' in where else 'on'} {one_line(where, 100)}"


def say_place(place: SongPlace) -> str:
    """`1:05, bar 17, chorus`, as far as the song says."""
    bar = f", bar {place.bar}" if place.bar else ""
    return f"{clock(place.seconds)}{bar}" + (f", {place.section}" if place.section else "")


def say_rating(rating: RatingMean, digits: int = 1) -> str:
    """`2 ratings, on average +0.5 (from -1 to +1)`."""
    average = "" if rating.count == 1 else "on average "
    return f"{counted(rating.count, 'rating')}, {average}{rating.mean:+.{digits}f} (from -1 to +1)"


def say_favourites(count: int) -> str:
    """`a favourite of 3 people`."""
    return f"a favourite of {'one person' if count == 1 else f'{count} people'}"
