"""Which show is heard when: the answers of `bot.station.schedule` for one set of shows and records, reckoned once.

A plan asks for the same few hours again and again, for each of its entries and before each fixed time. From one moment
until the next change the answers are the same, so they are kept for all of that span. Values in, values out: a new
transaction makes a new timetable.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bandstand.bot.station import schedule
from bandstand.bot.station.schedule import NOTHING_YET, Change, Records, Target
from bandstand.common.api.shows import Show


class Span(NamedTuple):
    """From `begin` until before `end` the same show is heard, and the same change comes next."""

    begin: float
    end: float
    target: Target | None
    change: Change | None


class Timetable:
    def __init__(self, shows: Sequence[Show], records: Records = NOTHING_YET) -> None:
        self._shows = shows
        self._records = records
        self._spans: list[Span] = []

    def find_target(self, at: float) -> Target | None:
        """As `schedule.find_target`."""
        return self._find_span(at).target

    def find_next_change(self, at: float) -> Change | None:
        """As `schedule.find_next_change`."""
        return self._find_span(at).change

    def _find_span(self, at: float) -> Span:
        for span in self._spans:
            if span.begin <= at < span.end or at == span.begin:
                return span
        target = schedule.find_target(self._shows, at, self._records)
        change = schedule.find_next_change(self._shows, at, self._records)
        self._spans.append(Span(at, at if change is None else change.at, target, change))
        return self._spans[-1]
