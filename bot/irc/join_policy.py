"""Which channels the bot is to be in, and when it tries again to join one. Pure.

A channel that kicks the bot is joined again after 10 s, then 20 s and so on, and after five kicks no more: until the
next connection, or until somebody invites the bot. A channel that refuses the bot (full, banned, wrong key) is tried
for ever, but ever more rarely, since nobody will tell the bot when the reason is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bandstand.bot.irc.isupport import DEFAULT_CASEMAPPING, casefold

FIRST_KICK_SECONDS = 10.0
MAX_KICKS = 5
"""Kicks from one channel on one connection after which the bot stays away."""
FIRST_REFUSAL_SECONDS = 30.0
LAST_REFUSAL_SECONDS = 1800.0
MAX_INVITED_CHANNELS = 10
"""Channels that the bot may be invited to beside the configured ones."""

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
"""Numerics that refuse a JOIN, and what they mean."""


@dataclass
class WantedChannel:
    name: str
    key: str = ""
    kicks: int = 0
    refusals: int = 0


class JoinPolicy:
    """The rules of one connection. Methods named `delay_after_...` return seconds until the next JOIN, or None for
    never."""

    def __init__(self, channels: Sequence[str], casemapping: str = DEFAULT_CASEMAPPING) -> None:
        """`channels`: each a name, or a name, a blank and a key."""
        self._casemapping = casemapping
        self._wanted: dict[str, WantedChannel] = {}
        for text in channels:
            name, _, key = text.partition(" ")
            self._wanted[casefold(name, casemapping)] = WantedChannel(name, key)
        self._capacity = len(self._wanted) + MAX_INVITED_CHANNELS

    def channels(self) -> list[WantedChannel]:
        return list(self._wanted.values())

    def find(self, channel: str) -> WantedChannel | None:
        return self._wanted.get(casefold(channel, self._casemapping))

    def record_join(self, channel: str) -> None:
        wanted = self.find(channel)
        if wanted is not None:
            wanted.refusals = 0

    def delay_after_kick(self, channel: str) -> float | None:
        wanted = self.find(channel)
        if wanted is None:
            return None
        wanted.kicks += 1
        return FIRST_KICK_SECONDS * 2 ** (wanted.kicks - 1) if wanted.kicks <= MAX_KICKS else None

    def delay_after_refusal(self, channel: str) -> float | None:
        wanted = self.find(channel)
        if wanted is None:
            return None
        wanted.refusals += 1
        return min(LAST_REFUSAL_SECONDS, FIRST_REFUSAL_SECONDS * 2.0 ** min(wanted.refusals - 1, 10))

    def accept_invitation(self, channel: str) -> WantedChannel | None:
        """The channel to join now, its kicks forgiven; None if the bot has been invited to too many."""
        wanted = self.find(channel)
        if wanted is None:
            if len(self._wanted) >= self._capacity:
                return None
            wanted = self._wanted[casefold(channel, self._casemapping)] = WantedChannel(channel)
        wanted.kicks = wanted.refusals = 0
        return wanted
