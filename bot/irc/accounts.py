"""Who people are to the network's services: from the line itself, from what we know of a channel, or by asking.

In this order, and each only where it can be believed: a tag that the server puts on every line; the roster, while the
server tells of every change; an answer to WHO. Where there is none of them people have no account.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from bot.irc.line import Line, fold
from bot.irc.presence import Presence

WHO_SECONDS = 10.0
MOST_ASKED = 50
"""People who are asked about at a time."""


class Accounts:
    def __init__(self, clock: IReactorTime, send: Callable[[str], None], presence: Presence, enabled: set[str]) -> None:
        self._clock = clock
        self._send = send
        self._presence = presence
        self._enabled = enabled
        self._asked: dict[str, tuple[IDelayedCall, list[Deferred[str]]]] = {}

    def of(self, line: Line) -> Deferred[str]:
        """The account of whoever sent this line, empty where there is none or nobody can say. Fires soon, and for one
        person in the order of the lines."""
        nick = line.source.nick
        if self._key(nick) in self._asked:
            return self._ask_about(nick)
        if "account-tag" in self._enabled:
            return succeed(line.tags.get("account", ""))
        person = self._presence.roster.person(nick)
        if self._presence.follows_accounts and person is not None and person.account is not None:
            return succeed(person.account)
        return self._ask_about(nick)

    def answered(self, nick: str, account: str | None) -> None:
        timer, waiting = self._asked.pop(self._key(nick), (None, []))
        if timer is not None and timer.active():
            timer.cancel()
        for asked in waiting:
            asked.callback(account or "")

    def clear(self) -> None:
        """The connection has ended, and with it what could have been found out."""
        for key in list(self._asked):
            self.answered(key, None)

    def _ask_about(self, nick: str) -> Deferred[str]:
        key, question = self._key(nick), self._presence.ask_about(nick)
        asked: Deferred[str] = Deferred()
        if key in self._asked:
            self._asked[key][1].append(asked)
        elif question is None or len(self._asked) >= MOST_ASKED:
            return succeed("")
        else:
            self._asked[key] = (self._clock.callLater(WHO_SECONDS, self.answered, nick, None), [asked])
            self._send(question)
        return asked

    def _key(self, nick: str) -> str:
        return fold(nick, self._presence.mapping)
