"""Reports of what was on the air, kept until a bot has answered that it has written them down.

A bot may die, or its database may be locked, between hearing of an end and writing it. So each report has a number, and
stays here until its answer is in; every new connection is sent all that are unanswered, oldest first. A bot may
therefore get a report twice (the answer was lost on the way), but it never misses one. Numbers begin at 1 and have no
holes; they count within one life of the streamer, which has a random name, since a new streamer begins at 1 again.

The number of kept reports needs no limit: without a bot the streamer plays at most two cues more.

Pure: the clock is passed in. Knows neither connections nor the programme.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bandstand.common import wire


@dataclass(frozen=True)
class _Kept:
    happened: float
    """By the clock that was passed in, in seconds."""
    text: str
    """The report as JSON."""


class Reports:
    """Used by one thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and must be monotonic."""
        self.streamer = secrets.token_hex(8)
        """Names this life of the streamer."""
        self._clock = clock
        self._last = 0
        self._kept: dict[int, _Kept] = {}

    def add(self, report: wire.PlayoutReport) -> int:
        """Keep a report of what happens now; returns its number."""
        self._last += 1
        self._kept[self._last] = _Kept(self._clock(), msgspec.json.encode(report).decode("utf-8"))
        return self._last

    def unanswered(self) -> list[int]:
        """The numbers of all reports that are kept, oldest first."""
        return list(self._kept)

    def arguments(self, number: int) -> dict[str, object]:
        """The arguments of the `wire.Report` that sends this kept report now. Raises KeyError if it was answered."""
        kept = self._kept[number]
        ago = self._clock() - kept.happened
        return {"streamer": self.streamer, "number": number, "ago": ago, "report": kept.text}

    def acknowledge(self, number: int) -> None:
        """Forget a report that was answered; does nothing if another connection answered it before."""
        self._kept.pop(number, None)
