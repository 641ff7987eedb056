"""Which channels the bot is to be in, and when it tries again to join one. Pure.

A channel that kicks the bot is joined again after 10 s, then 20 s and so on, and after five kicks no more: until the
next connection, or until somebody invites the bot. A channel that refuses the bot (full, banned, wrong key) is tried
for ever, but ever more rarely, since nobody will tell the bot when the reason is gone. A JOIN that nobody answers, and
one that the server turns into the JOIN of another channel (a forward), count as refused.
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

FORWARDED = "470"
REFUSALS = {
    "403": "there is no such channel",
    "405": "the bot is in too many channels",
    "407": "the server takes that for several channels",
    "437": "the channel is unavailable for a while",
    "439": "the server wants the bot to wait",
    "448": "the channel is forbidden",
    FORWARDED: "it forwards the bot to another channel",
    "471": "the channel is full",
    "473": "the channel is for invited people only",
    "474": "the bot is banned from it",
    "475": "the channel has a key, and the configuration another or none",
    "476": "that is not a channel's name",
    "477": "the channel is for people who are logged in to services",
    "479": "that is not a channel's name here",
    "480": "the channel limits how fast people join, or is for people with TLS only",
    "485": "the channel is closed",
    "489": "the channel is for people with TLS only",
    "495": "somebody who was kicked has to wait before they join",
    "500": "too many people are joining the channel",
    "519": "the channel is for administrators of the server",
    "520": "the channel is for operators of the server",
    "926": "the channel is forbidden",
}
"""Numerics that refuse a JOIN, and what they mean. One that is not here counts while a JOIN of its channel is open."""
UNANSWERED = "the server did not answer the JOIN"


@dataclass
class WantedChannel:
    name: str
    key: str = ""
    kicks: int = 0
    refusals: int = 0
    is_asked: bool = False
    """A JOIN is on its way."""
    trouble: str = ""
    """Why the bot is not there."""
    forward: str = ""
    """The channel where a JOIN of this one led."""


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

    def record_attempt(self, channel: str) -> None:
        """A JOIN is being sent."""
        wanted = self.find(channel)
        if wanted is not None:
            wanted.is_asked = True

    def record_join(self, channel: str) -> str:
        """The bot is there. Returns the channel where it was sent before in place of this one, or an empty string."""
        wanted = self.find(channel)
        if wanted is None:
            return ""
        left = wanted.forward if self.find(wanted.forward) is None else ""
        wanted.refusals, wanted.is_asked, wanted.trouble, wanted.forward = 0, False, "", ""
        return left

    def record_forward(self, channel: str, target: str) -> None:
        wanted = self.find(channel)
        if wanted is not None:
            wanted.forward = target

    def delay_after_kick(self, channel: str, why: str = "") -> float | None:
        wanted = self.find(channel)
        if wanted is None:
            return None
        wanted.kicks += 1
        wanted.trouble = why
        return FIRST_KICK_SECONDS * 2 ** (wanted.kicks - 1) if wanted.kicks <= MAX_KICKS else None

    def delay_after_refusal(self, channel: str, why: str = "") -> float | None:
        wanted = self.find(channel)
        if wanted is None:
            return None
        wanted.refusals += 1
        wanted.is_asked, wanted.trouble = False, why
        return min(LAST_REFUSAL_SECONDS, FIRST_REFUSAL_SECONDS * 2.0 ** min(wanted.refusals - 1, 10))

    def describe_missing(self) -> list[str]:
        """A phrase for each channel where the bot is to be and is not, for the station's status."""
        return [_describe(wanted) for wanted in self._wanted.values() if wanted.trouble]

    def accept_invitation(self, channel: str) -> WantedChannel | None:
        """The channel to join now, its kicks forgiven; None if the bot has been invited to too many."""
        wanted = self.find(channel)
        if wanted is None:
            if len(self._wanted) >= self._capacity:
                return None
            wanted = self._wanted[casefold(channel, self._casemapping)] = WantedChannel(channel)
        wanted.kicks = wanted.refusals = 0
        return wanted


def _describe(wanted: WantedChannel) -> str:
    then = "trying again" if wanted.kicks <= MAX_KICKS else "not trying again until somebody invites the bot"
    return f"not in {wanted.name} ({wanted.trouble}; {then})"
