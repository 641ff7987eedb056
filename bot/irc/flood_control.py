"""Which messages the bot does not answer: too many from one person, those of other bots, and history played back.

Two bots that answer each other would go on for ever and get both thrown off the network. So other bots are ignored
when they can be recognised (`is_automated`), and where they cannot, the limits end the conversation: errors are
rationed more tightly than answers, because two bots that do not understand each other exchange nothing but errors.

Pure: `now` is in seconds of a monotonic clock and comes from the caller.
"""

from bandstand.bot.irc.isupport import casefold
from bandstand.bot.irc.message import Message
from bandstand.common.token_bucket import TokenBucket, TokenBuckets

BOT_TAGS = ("bot", "draft/bot", "inspircd.org/bot")
STALE_SECONDS = 60.0
"""A message that is this much older than the server's clock is history."""


class FloodControl:
    """The limits of one connection. `person` is what people cannot change from message to message: user and host."""

    def __init__(self) -> None:
        self._answers = TokenBuckets(rate=1 / 2, burst=12)
        self._errors = TokenBuckets(rate=1 / 10, burst=5)
        self._ctcp = TokenBucket(rate=1 / 10, burst=3)

    def allows_answer(self, person: str, now: float) -> bool:
        """Count one request of this person; False if it is to be ignored."""
        return self._answers.take(person, now) == 0

    def allows_error(self, person: str, now: float) -> bool:
        """Count one error for this person; False if it is not to be said."""
        return self._errors.take(person, now) == 0

    def allows_ctcp(self, now: float) -> bool:
        """Count one CTCP request. The limit is for all people together: a flood of them comes from many."""
        return self._ctcp.take(now) == 0


def is_automated(message: Message, own_nick: str, casemapping: str) -> bool:
    """Whether a bot or a server sent this, or the bot itself (an echo)."""
    source = message.source
    is_own = casefold(source.nick, casemapping) == casefold(own_nick, casemapping)
    return is_own or not source.nick or not source.user or any(tag in message.tags for tag in BOT_TAGS)


class ServerClock:
    """Tells history from live messages by the server's own clock, which may differ from ours by any amount."""

    def __init__(self, offset: float) -> None:
        """`offset`: estimate of the server's Unix time minus our monotonic time; our own wall clock gives the first."""
        self._offset = offset

    def set(self, server_time: float, now: float) -> None:
        """The server says what time it is at this moment."""
        self._offset = server_time - now

    def is_stale(self, server_time: float, now: float) -> bool:
        return server_time < now + self._offset - STALE_SECONDS
