"""Who is in our channels, and what services say of them: nicks, hosts and accounts, kept in step with the server. Pure.

An account counts only while the server tells us of every change to it: for that it has to know `account-notify`, and to
have told us of everybody who was there when we came (`WHO` with accounts, or `extended-join` for those after us).
"""

from dataclasses import dataclass, field, replace

from bot.irc.line import Source, fold

NOBODY = ("", "*", "0")
"""How servers write that somebody is logged in to no account."""


@dataclass(frozen=True)
class Person:
    nick: str
    user: str = ""
    host: str = ""
    account: str | None = None
    """Empty: logged in to none; None: the server has not said."""

    @property
    def mask(self) -> str:
        return f"{self.nick}!{self.user}@{self.host}" if self.user and self.host else ""


def account_named(text: str) -> str:
    return "" if text in NOBODY else text


@dataclass
class Roster:
    """One connection's view of the network, forgotten with it."""

    mapping: str = "rfc1459"
    _people: dict[str, Person] = field(default_factory=dict)
    _channels: dict[str, set[str]] = field(default_factory=dict)

    def person(self, nick: str) -> Person | None:
        return self._people.get(self._fold(nick))

    def holder(self, account: str, channel: str = "") -> str | None:
        """The nick under which an account is here, and in this channel if one is named."""
        wanted = account.casefold()
        members = self._channels.get(self._fold(channel), set()) if channel else self._people.keys()
        found = (self._people[key] for key in sorted(members) if key in self._people)
        return next((person.nick for person in found if (person.account or "").casefold() == wanted), None)

    def within(self, channel: str) -> bool:
        """Whether we are in this channel."""
        return self._fold(channel) in self._channels

    def channels(self) -> list[str]:
        return sorted(self._channels)

    def entered(self, channel: str) -> None:
        """We are in a channel from now on."""
        self._channels.setdefault(self._fold(channel), set())

    def left(self, channel: str) -> None:
        """We are out of it; whom we see nowhere else is forgotten."""
        for key in self._channels.pop(self._fold(channel), set()):
            self._forget_unseen(key)

    def seen(self, source: Source, channel: str, account: str | None = None) -> None:
        """Somebody is in one of our channels."""
        members = self._channels.get(self._fold(channel))
        key = self._fold(source.nick)
        if members is None or not key:
            return
        members.add(key)
        known = self._people.get(key, Person(source.nick))
        self._people[key] = Person(
            source.nick,
            source.user or known.user,
            source.host or known.host,
            known.account if account is None else account_named(account),
        )

    def gone(self, nick: str, channel: str) -> None:
        key = self._fold(nick)
        self._channels.get(self._fold(channel), set()).discard(key)
        self._forget_unseen(key)

    def quit(self, nick: str) -> None:
        key = self._fold(nick)
        for members in self._channels.values():
            members.discard(key)
        self._people.pop(key, None)

    def renamed(self, old: str, new: str) -> None:
        before, after = self._fold(old), self._fold(new)
        person = self._people.pop(before, None)
        if person is None:
            return
        self._people[after] = replace(person, nick=new)
        for members in self._channels.values():
            if before in members:
                members.discard(before)
                members.add(after)

    def logged_in(self, nick: str, account: str) -> None:
        self._change(nick, account=account_named(account))

    def moved(self, nick: str, user: str, host: str) -> None:
        self._change(nick, user=user, host=host)

    def _change(self, nick: str, **values: str) -> None:
        key = self._fold(nick)
        if key in self._people:
            self._people[key] = replace(self._people[key], **values)

    def _forget_unseen(self, key: str) -> None:
        if not any(key in members for members in self._channels.values()):
            self._people.pop(key, None)

    def _fold(self, name: str) -> str:
        return fold(name, self.mapping)
