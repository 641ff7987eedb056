"""The station's events for other processes: numbered, with the last ones kept for those who come back.

Numbers count up by one. They begin at the bot's start, in milliseconds since 1970, so that those of a later life are
higher and nobody takes them for earlier ones. `JobAdvanced` is passed on without being kept: it is old at once.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from bandstand.common.api.events import Event, JobAdvanced, Numbered

KEPT: Final = 1000
"""Events that somebody who was away for a moment can still be given."""


class EventFeed:
    """A subscriber of the event bus. `wall` gives Unix seconds."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._listeners: list[Callable[[Numbered], None]] = []
        self.number = int(wall() * 1000)
        """Of the last event."""

    def handle(self, event: Event) -> None:
        if not isinstance(event, JobAdvanced):
            self.number += 1
        numbered = Numbered(self.number, event, self._wall())
        if not isinstance(event, JobAdvanced):
            self._kept.append(numbered)
        for listener in list(self._listeners):
            listener(numbered)

    def list_after(self, number: int) -> list[Numbered]:
        """The events that are kept and have a higher number, if none between is missing; otherwise none."""
        if not self._kept or number + 1 < self._kept[0].number or number > self.number:
            return []
        return [numbered for numbered in self._kept if numbered.number > number]

    def list_last(self, count: int, number: int) -> list[Numbered]:
        """The last `count` events up to this number, as far as they are kept, and all that came after it."""
        first = number - count
        return [numbered for numbered in self._kept if numbered.number > first]

    def add_listener(self, listener: Callable[[Numbered], None]) -> None:
        """One that is there already stays as it is: it is told each event once."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def remove_listener(self, listener: Callable[[Numbered], None]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
