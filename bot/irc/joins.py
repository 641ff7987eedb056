"""Which channels to be in, and when to try for one again. Pure: `now` in seconds comes from the caller.

A channel that throws the bot out is joined again after a while, each time a longer one, and after some times no more:
until the next connection, or until somebody with the right to do so invites the bot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.irc.line import fold

KICK_FIRST = 10.0
KICKS = 5
"""Kicks from one channel on one connection after which it is left alone."""
REFUSED_FIRST = 30.0
REFUSED_LAST = 1800.0
GUEST_CHANNELS = 10
"""Channels that the bot was invited to on top of its own."""

REFUSALS = {
    "403": "there is no such channel",
    "405": "the bot is in too many channels",
    "437": "the channel is unavailable for a while",
    "471": "the channel is full",
    "473": "the channel is for invited people only",
    "474": "the bot is banned from it",
    "475": "the channel has a key, and the configuration another or none",
    "476": "that is not a channel's name",
    "477": "the channel is for people who are logged in to services",
    "489": "the channel is for people with TLS only",
}
"""Numerics, and why a channel cannot be joined."""


@dataclass
class Place:
    name: str
    key: str = ""
    kicks: int = 0
    refusals: int = 0


@dataclass
class Joins:
    """One connection's wishes. Every method that returns seconds says when to join; None is never."""

    mapping: str = "rfc1459"
    _places: dict[str, Place] = field(default_factory=dict)
    _own: int = 0

    @classmethod
    def of(cls, channels: Sequence[str], mapping: str = "rfc1459") -> "Joins":
        """`channels`: each a name, or a name and its key."""
        joins = cls(mapping)
        for text in channels:
            name, _, key = text.partition(" ")
            joins._places[fold(name, mapping)] = Place(name, key)
        joins._own = len(joins._places)
        return joins

    def wanted(self) -> list[Place]:
        return list(self._places.values())

    def place(self, channel: str) -> Place | None:
        return self._places.get(fold(channel, self.mapping))

    def joined(self, channel: str) -> None:
        place = self.place(channel)
        if place is not None:
            place.refusals = 0

    def kicked(self, channel: str) -> float | None:
        place = self.place(channel)
        if place is None:
            return None
        place.kicks += 1
        return KICK_FIRST * 2 ** (place.kicks - 1) if place.kicks <= KICKS else None

    def refused(self, channel: str) -> float | None:
        place = self.place(channel)
        if place is None:
            return None
        place.refusals += 1
        return min(REFUSED_LAST, REFUSED_FIRST * 2.0 ** min(place.refusals - 1, 10))

    def invited(self, channel: str) -> Place | None:
        """The place to join at once; None where there are too many already."""
        place = self.place(channel)
        if place is None:
            if len(self._places) >= self._own + GUEST_CHANNELS:
                return None
            place = self._places[fold(channel, self.mapping)] = Place(channel)
        place.kicks = place.refusals = 0
        return place
