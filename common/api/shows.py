"""Shows: what the station plays at fixed times, as the schedule hands them out."""

import enum

import msgspec

from bandstand.common.api.values import Slot, SongBrief


class ShowRule(msgspec.Struct, frozen=True):
    """When a show comes, in the local time of its zone. People write it as `fri 20:00-22:00`, `daily 12:00`,
    `2026-12-24 18:00-23:00` or `every 20 minutes`.

    Of `days` and `date` at most one is given; with neither it comes every day. Where `every` is given, nothing else
    counts."""

    days: tuple[int, ...] = ()
    """Days of the week, from 0 for Monday to 6."""
    date: str = ""
    """That date alone, as `2026-12-24`."""
    start: int = 0
    """Minutes after midnight."""
    end: int | None = None
    """Minutes after midnight, up to 1440; not after `start`: on the next day. None: the show is a single entry."""
    every: int = 0
    """Minutes from one entry to the next, counted in UTC."""


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, the zone in which it counts, and what is heard then."""

    id: int = 0
    """Its number; 0: it stands in the configuration."""
    name: str
    rule: ShowRule
    zone: str = "UTC"
    """An IANA zone, as `Europe/Berlin`."""
    slot: Slot
    priority: int = 0
    """Decides where two shows of equal length come at once: the higher one is heard."""
    is_override: bool = False
    """It is heard in place of every other show."""
    created: float = 0.0
    """When it was added; of one in a file its place there, so that such a show is the older."""
    saved: float = 0.0
    """When its file was saved last."""
    is_recorded: bool = False
    """Each coming of it is recorded, from its first song to the first after it."""

    @property
    def key(self) -> str:
        """Names it among all shows."""
        return str(self.id) if self.id else f"file:{self.name}"


class Occurrence(msgspec.Struct, frozen=True):
    """One coming of a show."""

    day: str
    """The local date on which it starts; of an `every` rule the moment, in UTC. A show comes at most once on each."""
    start: float
    end: float
    """From `start` to here; of a single entry the moment until which it may begin late."""


class RunState(enum.StrEnum):
    """What became of an occurrence."""

    PLAYED = "played"
    HELD = "held"
    """Its time has come, and it waits until what people have asked for was heard."""
    MISSED = "missed"
    """The programme did not play within 15 minutes of its start, or people's songs lasted until it was over."""


class Airing(msgspec.Struct, frozen=True):
    """A show at a time."""

    show: Show
    start: float
    end: float
    state: RunState | None = None
    """None: it is still to come."""


class HeldShow(msgspec.Struct, frozen=True, kw_only=True):
    """A show whose time has come, and that waits for what people have asked for."""

    show: Show
    start: float
    end: float
    song: SongBrief
    """The first of what it waits for."""
    name: str
    """Of whoever asked for that."""
    until: float
    """When it will begin, as far as is known; where that is not before `end`, it will be missed."""
