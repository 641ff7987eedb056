"""Services accounts of people who speak: looked up in the first of three places that can be believed.

1. The `account` tag of the message itself, if the server granted `account-tag`: then its absence means "no account".
2. `Members`, while the server reports every change of an account (see `bot.irc.channel_state`).
3. A WHO query, if the server has WHOX.

Without any of these nobody has an account, and rights can be granted to masks only.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from bandstand.bot.irc.channel_state import ChannelState
from bandstand.bot.irc.isupport import casefold
from bandstand.bot.irc.message import Message
from bandstand.common.timers import Timers

WHO_SECONDS = 10.0
"""A WHO query that has no answer by then counts as "no account"."""
MAX_QUERIES = 50
"""Users who are asked about at a time; beyond that a user has no account."""


class AccountLookup:
    """The lookups of one connection."""

    def __init__(
        self, clock: IReactorTime, send: Callable[[str, str], object], state: ChannelState, capabilities: set[str]
    ) -> None:
        """`send` gets a query and the person for whom it is sent, so that nobody's queries hold up other people."""
        self._timers = Timers(clock)
        self._send = send
        self._state = state
        self._capabilities = capabilities
        self._queries: dict[str, list[Deferred[str]]] = {}

    def find(self, message: Message) -> Deferred[str]:
        """The account of this message's sender; empty if there is none or it cannot be found out. Never errs back.

        Fires within WHO_SECONDS, and for one sender in the order of the messages.
        """
        nick = message.source.nick
        if self._key(nick) in self._queries:
            return self._query(nick)
        if "account-tag" in self._capabilities:
            return succeed(message.tags.get("account", ""))
        member = self._state.members.find(nick)
        if self._state.is_tracking_accounts and member is not None and member.account is not None:
            return succeed(member.account)
        return self._query(nick)

    def answer(self, nick: str, account: str | None) -> None:
        """Fire the lookups of this nick. None: nobody has it."""
        key = self._key(nick)
        self._timers.cancel(key)
        for lookup in self._queries.pop(key, []):
            lookup.callback(account or "")

    def clear(self) -> None:
        """Fire all lookups without a result; the connection has ended."""
        for key in list(self._queries):
            self.answer(key, None)

    def _query(self, nick: str) -> Deferred[str]:
        key, query = self._key(nick), self._state.account_query(nick)
        lookup: Deferred[str] = Deferred()
        if key in self._queries:
            self._queries[key].append(lookup)
        elif query is None or len(self._queries) >= MAX_QUERIES:
            return succeed("")
        else:
            self._queries[key] = [lookup]
            self._timers.start(key, WHO_SECONDS, self.answer, nick, None)
            self._send(query, self._state.find_person(nick))
        return lookup

    def _key(self, nick: str) -> str:
        return casefold(nick, self._state.casemapping)
