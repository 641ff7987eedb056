"""What the page shows of a song on the air, out of the station's results: facts in a few words, its sections as a
strip, who plays, and why. Pure; knows no HTTP.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from bandstand.common.api.results import BandBrief, NowPlaying, QueuedSong, SongDetails
from bandstand.common.api.values import Section, Song, SongBrief, SongKind
from bandstand.common.bands import Member
from bandstand.common.generators import BAND, LIVE_SHOW
from bandstand.common.live import make_live_title
from bandstand.common.song_parameters import TAIL
from bandstand.common.text import one_line
from bandstand.web.words import STATES, say_rating, say_reason

STRIP: Final = 1000
"""Width of the strip in its own units; 30 is its height."""
TALLEST: Final = 30.0
LONGEST_FACT: Final = 60
MOST_FACTS: Final = 60
UNSHOWN: Final = ("energies", "sections")
"""Facts that are shown in other ways."""
AWAY: Final = "away"
"""State of the station while the bot does not answer."""


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """`NowPlaying` at the moment at which the page is written, as its script goes on counting from it."""

    state: str
    song: Any = None
    cue: int | None = None
    seconds: float = 0.0
    turn: str = ""
    name: str = ""
    dj: str = ""
    """Who is live; empty where nobody is."""

    @property
    def title(self) -> str:
        """The song's; of a live show without one the DJ's name."""
        title = self.song.title if self.song is not None else ""
        return self.dj if self.dj and title == make_live_title(self.dj) else title

    @property
    def words(self) -> str:
        return STATES.get(self.state, "The station is away, and will be back soon")


class Piece(msgspec.Struct, frozen=True):
    """A section in the strip."""

    name: str
    x: float
    wide: float
    tall: float
    opacity: float


class Strip(msgspec.Struct, frozen=True):
    words: str
    """The sections for those who do not see them."""
    pieces: tuple[Piece, ...]


class Air(msgspec.Struct, frozen=True, kw_only=True):
    """A song as it is shown while it is heard."""

    song: Song | SongBrief
    """The brief one where no more is known."""
    facts: tuple[str, ...] = ()
    has_score: bool = False
    form: str = ""
    members: tuple[Member, ...] = ()
    strip: Strip | None = None
    favourites: int = 0
    why: str = ""
    dj: str = ""
    """Whose live show it is, of which nothing is kept."""

    @property
    def title(self) -> str:
        return self.dj if self.dj and self.song.title == make_live_title(self.dj) else self.song.title


def make_now(playing: NowPlaying | None, at: float, now: float, *, is_away: bool) -> Now:
    """`at` is when the station said so, Unix seconds."""
    if playing is None:
        return Now(state=AWAY)
    seconds = playing.seconds
    if playing.state == "playing":
        seconds += max(0.0, now - at)
    if playing.song is not None and playing.song.seconds:
        seconds = min(seconds, playing.song.seconds)
    song = playing.song
    if song is not None:
        song = msgspec.structs.replace(song, title=one_line(song.title), artist=one_line(song.artist))
    state = AWAY if is_away else playing.state
    dj = one_line(playing.name, LONGEST_FACT) if song is not None and song.kind is SongKind.LIVE else ""
    return Now(state=state, song=song, cue=playing.cue, seconds=seconds, turn=playing.turn, name=playing.name, dj=dj)


def make_air(details: SongDetails, bands: Sequence[BandBrief], on_air: QueuedSong | None) -> Air:
    """`on_air` says why, if it is this song."""
    song = details.song
    is_composed = song.generator == BAND
    band = next((brief.form.band for brief in bands if brief.form.band.name == song.artist), None)
    strip = make_strip(song) if song.sections and song.seconds else None
    why = say_reason(on_air) if on_air is not None and on_air.song.code == song.code else ""
    return Air(
        song=song,
        facts=tuple(say_facts(details)),
        has_score=is_composed,
        form=strip.words if strip else "",
        members=band.members if band and is_composed else (),
        strip=strip,
        favourites=details.favourites,
        why=f"Why this song: {why}." if why else "",
        dj=one_line(str(song.parameters.get("dj", "")), LONGEST_FACT) if song.generator == LIVE_SHOW else "",
    )


def say_facts(details: SongDetails) -> list[str]:
    """`bossa`, `Dm`, `104 bpm` and so on: what a listener may want to know, in a word or two each."""
    song = details.song
    known = {**song.parameters, **song.facts}
    tempo = known.get("tempo")
    said = [
        str(known.get("style", "") or song.genre),
        str(known.get("key", "")),
        f"{tempo:.0f} bpm" if isinstance(tempo, int | float) and math.isfinite(tempo) else "",
        song.album,
        str(song.year or ""),
        say_rating(details.rating.mean, details.rating.count),
        *song.tags[:4],
    ]
    return [one_line(fact, LONGEST_FACT) for fact in dict.fromkeys(said) if fact]


def list_facts(details: SongDetails) -> list[tuple[str, Any]]:
    """All that is known of how a song was made, by names; what is unknown is left out."""
    song, came = details.song, details.song.provenance
    said = {**song.facts, **song.parameters}
    facts: dict[str, Any] = {
        "album": song.album,
        "genre": song.genre,
        "year": song.year,
        "tags": ", ".join(song.tags),
        "generator": song.generator,
        "seed": song.seed,
        **{name.replace("_", " "): value for name, value in said.items() if name not in UNSHOWN},
        "loudness": None if song.loudness is None else f"{song.loudness:.1f} LUFS",
        "true peak": None if song.peak is None else f"{song.peak:.1f} dBTP",
        "making took": None if song.making is None else f"{song.making:.1f} s",
        "first heard": None if details.to_air is None else f"{details.to_air:.2f} s after it was asked for",
        "composer": f"version {came.composer}" if came.composer else "",
        "program": came.version or came.program[:12],
        "sound's fingerprint": came.sound[:16],
        "votes": say_rating(details.rating.mean, details.rating.count),
    }
    return [(name, value) for name, value in list(facts.items())[:MOST_FACTS] if value not in (None, "")]


def list_sections(song: Song) -> list[tuple[str, float]]:
    """The name of each section, and the seconds at which it begins."""
    starts = [find_start(section, song.facts) for section in song.sections]
    return list(zip(name_sections(song.sections), starts, strict=True))


def make_strip(song: Song) -> Strip:
    """The song's sections from left to right, taller with more energy."""
    starts = [find_start(section, song.facts) for section in song.sections]
    ends = [*starts[1:], max(starts[-1], song.seconds - TAIL)]
    total = max(ends[-1], 0.1)
    names = name_sections(song.sections)
    pieces = tuple(
        Piece(
            name=name,
            x=round(start / total * STRIP, 1),
            wide=round(max(0.0, end - start) / total * STRIP, 1),
            tall=round(TALLEST * (0.35 + 0.65 * min(1.0, max(0.0, _energy(section)))), 1),
            opacity=round(0.25 + 0.5 * min(1.0, max(0.0, _energy(section))), 2),
        )
        for section, name, start, end in zip(song.sections, names, starts, ends, strict=True)
    )
    return Strip(words=", ".join(names), pieces=pieces)


def _energy(section: Section) -> float:
    return 0.5 if section.energy is None else section.energy


def find_start(section: Section, facts: Mapping[str, Any]) -> float:
    """Seconds into the song, by its tempo; one that slows down at its end is a little longer there."""
    tempo, beats, offset = facts.get("tempo"), facts.get("beats"), facts.get("offset")
    each = 60 / tempo if isinstance(tempo, int | float) and tempo > 0 else 0.5
    bar = each * (beats if isinstance(beats, int | float) and beats > 0 else 4)
    return max(0, section.bar - 1) * bar + (offset if isinstance(offset, int | float) else 0.0)


def name_sections(sections: Sequence[Section]) -> list[str]:
    """`verse 1`, `chorus 1`, `verse 2`; without a number where there is only one of the name."""
    names = [one_line(section.name, LONGEST_FACT) for section in sections]
    said: list[str] = []
    for index, name in enumerate(names):
        number = names[: index + 1].count(name)
        said.append(f"{name} {number}" if names.count(name) > 1 else name)
    return said
