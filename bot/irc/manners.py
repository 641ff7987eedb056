"""What is better left unanswered, so that no two bots talk to each other for ever, and this one is no nuisance.

Pure: `now` in seconds comes from the caller.
"""

from bot.irc.line import Line, fold

BOT_TAGS = ("bot", "draft/bot", "inspircd.org/bot")
STALE_SECONDS = 60.0
"""A message so much older than the server's clock is history that is played back."""
MOST_REMEMBERED = 500


class Buckets:
    """For each person a number of answers that refill with time. The least recently seen people are forgotten."""

    def __init__(self, size: float, seconds: float) -> None:
        """`size` at once, and one more every `seconds`."""
        self._size = size
        self._seconds = seconds
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, person: str, now: float) -> bool:
        left, then = self._left.pop(person, (self._size, now))
        left = min(self._size, left + (now - then) / self._seconds)
        allowed = left >= 1
        self._left[person] = (left - 1 if allowed else left, now)
        while len(self._left) > MOST_REMEMBERED:
            self._left.pop(next(iter(self._left)))
        return allowed


class Manners:
    """One connection's. Persons are named by what they cannot change from line to line: account or host."""

    def __init__(self) -> None:
        self._answers = Buckets(12, 2.0)
        self._complaints = Buckets(5, 10.0)
        self._ctcp = Buckets(3, 10.0)

    def answer(self, person: str, now: float) -> bool:
        """Whether this person gets an answer to one more line at all."""
        return self._answers.take(person, now)

    def complaint(self, person: str, now: float) -> bool:
        """Whether one more error is said to this person: two bots that do not understand each other end here."""
        return self._complaints.take(person, now)

    def ctcp(self, now: float) -> bool:
        """Whether one more CTCP request is answered, whoever sent it: they are how a channel of bots floods one."""
        return self._ctcp.take("", now)


def from_a_machine(line: Line, nick: str, mapping: str) -> bool:
    """Whether this is a bot's, a server's, or our own line coming back."""
    own = fold(line.source.nick, mapping) == fold(nick, mapping)
    return own or not line.source.nick or not line.source.user or any(tag in line.tags for tag in BOT_TAGS)


class ServerClock:
    """How the server's clock differs from ours, from lines that are surely of this moment."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def live(self, server: float, now: float) -> None:
        self._ahead = server - now

    def stale(self, server: float, now: float) -> bool:
        return server < now + self._ahead - STALE_SECONDS
