"""The rules of rotation: which song the programme plays next, where nobody has asked for one. Values in, values out.

Radio calls it rotation: every song comes again, none too soon. Three rules keep songs apart, judged against what was
heard and what is queued already, from start to start: the same song and the same title not within `SONG_DISTANCE`, the
same artist not within `ARTIST_DISTANCE`. Among the songs that are left, chance decides, with weights: a song that has
rested is likelier than one that was heard lately, and one that listeners rate well or keep among their
favourites is likelier than one that they do not.

The draw is a weighted shuffle (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006): each song
gets the key u^(1/w) for a random u, and the highest key wins.

Where the rules leave nothing, they are relaxed one at a time, and what was relaxed is kept with the choice: the music
goes on, and whoever asks is told why this song came again so soon.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Final

import msgspec

from bandstand.common.api.values import Distance, SongBrief

SONG_DISTANCE: Final = 120 * 60.0
"""Seconds from the start of a song until it, or another of the same title, may begin again."""
BROKEN_REST: Final = 10 * 60.0
"""Seconds for which a song that could not be played is left alone, whatever is relaxed: a library whose disk is away
would be tried over and over."""
ARTIST_DISTANCE: Final = 15 * 60.0
"""The same for an artist. The station's eight house bands then take turns."""
RESTED: Final = 14 * 24 * 3600.0
"""Seconds after which a song has its whole weight again."""
TIRED: Final = 0.25
"""The weight of a song that was heard just now, beside 1 for one that has rested: never 0."""
JOINED: Final = re.compile(r"\s*,\s*|\s+(?:feat\.?|ft\.?|featuring|vs\.?|&)\s+", re.IGNORECASE)
"""What stands between the artists of one song."""
LIKED: Final = 1.0
"""A song that everybody rates 1 weighs e^LIKED times as much as one that nobody rated, one rated -1 as much less."""
LOVED: Final = 0.5
"""A song that is one person's favourite weighs 1 + LOVED times as much; with each doubling, LOVED more is added."""
PRIOR_RATINGS: Final = 2
"""So many ratings of 0 are added to a song's own, so that a single one does not decide."""
RELAXATIONS: Final[tuple[tuple[Distance, ...], ...]] = (
    (),
    (Distance.ARTIST,),
    (Distance.ARTIST, Distance.TITLE),
    (Distance.ARTIST, Distance.TITLE, Distance.SONG),
)
"""Which rules are left out, in the order of trying."""


class Candidate(msgspec.Struct, frozen=True):
    """A song of the library that may be played."""

    song: SongBrief
    last_started: float | None = None
    """Unix seconds; None: it was never heard."""
    rating: float = 0.0
    """The mean of its ratings, from -1 to 1."""
    ratings: int = 0
    favourites: int = 0
    """How many people have it among their favourites."""


class Heard(msgspec.Struct, frozen=True):
    """A song that was heard, or is queued; `started` is when it began, or now where it is still to come."""

    song: SongBrief
    started: float
    is_broken: bool = False
    """It could not be played."""


class Draw(msgspec.Struct, frozen=True):
    """The song that was drawn, and the rules that had to be left out for it."""

    candidate: Candidate
    relaxed: tuple[Distance, ...]


def draw_song(candidates: Sequence[Candidate], heard: Sequence[Heard], now: float, chance: Random) -> Draw | None:
    """Draw the next song; None where there is no candidate that can be played.

    With the last rule left out chance does not decide any more: the song that was heard least lately comes.
    """
    recent = gather_recent(heard, now)
    resting = {one.song.code for one in heard if one.is_broken and now - one.started < BROKEN_REST}
    candidates = [one for one in candidates if one.song.code not in resting]
    for relaxed in RELAXATIONS:
        if Distance.SONG in relaxed:
            break
        allowed = [one for one in candidates if not recent.find_broken(one.song) - set(relaxed)]
        if allowed:
            return Draw(max(allowed, key=lambda one: draw_key(one, now, chance)), relaxed)
    if not candidates:
        return None
    longest_ago = min(candidates, key=lambda one: (find_last(one, heard), one.song.code))
    return Draw(longest_ago, tuple(sorted(find_broken(longest_ago.song, heard, now))))


def find_last(candidate: Candidate, heard: Sequence[Heard]) -> float:
    """When the song begins, or began, last of all; one that was never heard counts as infinitely long ago."""
    times = [one.started for one in heard if one.song.code == candidate.song.code]
    return max([*times, -math.inf if candidate.last_started is None else candidate.last_started])


class Recent(msgspec.Struct, frozen=True):
    """What was heard too lately to come again, gathered once for all the songs that are compared with it."""

    songs: frozenset[str]
    titles: frozenset[str]
    artists: frozenset[str]

    def find_broken(self, song: SongBrief) -> set[Distance]:
        """The rules that this song would break, if it came next."""
        broken: set[Distance] = set()
        if song.code in self.songs:
            broken.add(Distance.SONG)
        if song.title and fold(song.title) in self.titles:
            broken.add(Distance.TITLE)
        if split_artist(song.artist) & self.artists:
            broken.add(Distance.ARTIST)
        return broken


def gather_recent(heard: Sequence[Heard], now: float) -> Recent:
    """The songs, titles and artists that began within the rules' distances of `now`."""
    near = [one.song for one in heard if now - one.started < SONG_DISTANCE]
    nearer = [one.song for one in heard if now - one.started < ARTIST_DISTANCE]
    return Recent(
        songs=frozenset(song.code for song in near),
        titles=frozenset(fold(song.title) for song in near),
        artists=frozenset(name for song in nearer for name in split_artist(song.artist)),
    )


def find_broken(song: SongBrief, heard: Sequence[Heard], now: float) -> set[Distance]:
    """The rules that this song would break, if it came next."""
    return gather_recent(heard, now).find_broken(song)


def fold(text: str) -> str:
    """A title or an artist for comparing: case and blanks do not count."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=10_000)
def split_artist(text: str) -> frozenset[str]:
    """The artists that a name has: `Ann feat. Bob` are two, and each of them keeps the distance."""
    return frozenset(name for part in JOINED.split(text) if (name := fold(part)))


def draw_key(candidate: Candidate, now: float, chance: Random) -> float:
    """The key of the weighted shuffle, from 0 to 1."""
    return float(chance.random() ** (1.0 / get_weight(candidate, now)))


def get_weight(candidate: Candidate, now: float) -> float:
    """How likely this song is beside others; always above 0."""
    rest = 1.0 if candidate.last_started is None else min(1.0, max(0.0, (now - candidate.last_started) / RESTED))
    mean = candidate.rating * candidate.ratings / (candidate.ratings + PRIOR_RATINGS)
    loved = 1.0 + LOVED * math.log2(1.0 + candidate.favourites)
    return (TIRED + (1.0 - TIRED) * rest) * math.exp(LIKED * mean) * loved
