"""What is asked of the schedule and what it answers: the requests and results about shows (`common.api.shows`)."""

from typing import Annotated

import msgspec

from bandstand.common.api.bases import EventBase, RequestBase, ResultBase
from bandstand.common.api.shows import Airing, HeldShow, Show

# Requests


class GetSchedule(RequestBase, frozen=True, tag="get_schedule"):
    """What is on, and what comes."""

    days: Annotated[int, msgspec.Meta(ge=1, le=31)] = 1
    """From now on."""


class AddShow(RequestBase, frozen=True, tag="add_show"):
    """Have something played at fixed times."""

    rule: str
    """When: `fri 20:00-22:00`, `daily 12:00`, `2026-12-24 18:00-23:00` or `every 20 minutes`."""
    target: str
    """What: a slot, as `common.api.values.Slot` is written, or the name of a playlist, a clock, a band or a style."""
    zone: str = ""
    """The IANA zone in which the times count; empty: the station's."""
    name: str = ""
    """Empty: what is played gives the name."""
    priority: Annotated[int, msgspec.Meta(ge=-100, le=100)] = 0
    is_override: bool = False
    """It is heard in place of every other show; the rule is a date."""
    is_recorded: bool = False
    """Each coming of it is recorded."""


class RemoveShow(RequestBase, frozen=True, tag="remove_show"):
    """Take a show out of the schedule."""

    show: str
    """Its number, or its name."""


# Results


class Schedule(ResultBase, frozen=True, tag="schedule"):
    zone: str
    """The station's."""
    now: Show | None
    """The show that is on; None also while it waits for what people have ordered."""
    airings: tuple[Airing, ...]
    """What has begun today or comes within the days that were asked for, by time; the first hundred."""
    shows: tuple[Show, ...]
    """All of them."""


class ShowAdded(ResultBase, frozen=True, tag="show_added"):
    show: Show
    next: Airing | None
    """When it comes first; None: not within the next year."""
    wins_over: tuple[Show, ...] = ()
    """Shows that come at the same time within the next weeks, and are not heard then."""
    yields_to: tuple[Show, ...] = ()
    """Those that are heard instead of this one."""
    first_met: float | None = None
    """When it first comes at the same time as one of either, Unix seconds."""


class ShowRemoved(ResultBase, frozen=True, tag="show_removed"):
    show: Show


ScheduleRequest = GetSchedule | AddShow | RemoveShow
ScheduleResult = Schedule | ShowAdded | ShowRemoved


# Events


class ScheduleChanged(EventBase, frozen=True, tag="schedule_changed"):
    """A show was added or removed, or the file of shows was read anew."""


class ScheduleRead(EventBase, frozen=True, tag="schedule_read"):
    """The file of the programme was read. With `faults` nothing of it was taken up."""

    file: str
    playlists: int = 0
    clocks: int = 0
    shows: int = 0
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Sentences about slots with names that nothing has; the rest was taken up."""


class ShowStarted(EventBase, frozen=True, tag="show_started"):
    """A show is on; what was fitted to its start may still be heard for a moment."""

    show: Show
    start: float
    end: float


class ShowEnded(EventBase, frozen=True, tag="show_ended"):
    """A show is over, or another one has its place for a while."""

    show: Show


class ShowHeld(EventBase, frozen=True, tag="show_held"):
    """A show's time has come, and it waits until what people have asked for was heard."""

    held: HeldShow


class ShowMissed(EventBase, frozen=True, tag="show_missed"):
    """The programme did not play within 15 minutes of the show's start."""

    show: Show
    start: float
    is_held: bool = False
    """It was not the programme's fault: what people had asked for lasted until the show would have been over."""
