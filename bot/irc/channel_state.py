"""What the bot knows of a network after registration: its own nick, its channels, and who is in them. Pure.

`ChannelState.handle` takes each message and returns what follows from it as a list of events; it sends nothing and
waits for nothing. `Members` holds users with their hosts and services accounts.

Accounts are the hard part, because rights hang on them. A known account may be believed only while the server reports
every change to it: it must grant `account-notify` (changes) and `extended-join` (those who join after us), and must
have said who was there when we joined (WHO with the WHOX extension). Until then an account is None, "unknown", which
is not the same as "", "logged in to none". Otherwise the account is looked up each time (`bot.irc.accounts`).

The library ircstates 0.13 (MIT, last release of 2024) does not serve here: 23 of the 83 messages in our corpus raise in
the middle of a change, it raises on `CASEMAPPING=rfc1459-strict`, ignores `-TOKEN`, keeps everything without a bound,
does not tell an unknown account from none, and depends on pendulum 3.0, time-machine and tzdata (6 MB, no wheel for
Python 3.13); the events below would still be ours to write.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bandstand.bot.irc.isupport import ISupport, casefold
from bandstand.bot.irc.join_policy import FORWARDED, REFUSALS, JoinPolicy
from bandstand.bot.irc.message import Hostmask, Message, build, parse_hostmask
from bandstand.common.text import one_line

CHANNEL_TOKEN, USER_TOKEN = "1", "2"
"""WHOX query tokens: they tell the answers about a channel from those about one user."""
WHOX_FIELDS = "%tcuhna"
"""Token, channel, user, host, nick, account."""
CHANNEL_TYPES = ("#", "&", "+", "!")
QUOTED_CHARACTERS = 120
"""Of a server's text that are repeated in the status."""
USER_BYTES, HOST_BYTES = 12, 64
"""Lengths of our own user and host while neither the server nor a message of ours has told them."""
ERROR_NUMERIC = re.compile("[4-9][0-9][0-9]")
"""Numerics by which servers refuse something; of some hundreds, each server has its own."""
NOT_SENT = ("404", "408", "415")
"""Numerics by which a channel does not take what was said: for its modes, a ban, or what it is about."""
NO_ACCOUNT = ("", "*", "0")
"""How servers write that a user is logged in to no account."""
MEMBERSHIP_PREFIXES = "~&@%+!"
STATUS_PREFIXES = "@+"
"""Those of STATUSMSG while the server has not told them."""


@dataclass(frozen=True)
class Member:
    nick: str
    user: str = ""
    host: str = ""
    account: str | None = None
    """Empty: logged in to none; None: unknown."""

    @property
    def hostmask(self) -> Hostmask:
        return Hostmask(self.nick, self.user, self.host)


def parse_account(text: str) -> str:
    return "" if text in NO_ACCOUNT else text


class Members:
    """Who is in the bot's channels. A user who is in none of them any more is forgotten."""

    def __init__(self) -> None:
        self.casemapping = ISupport().casemapping
        self._members: dict[str, Member] = {}
        self._channels: dict[str, set[str]] = {}

    def find(self, nick: str) -> Member | None:
        return self._members.get(self._fold(nick))

    def find_nick(self, account: str, channel: str = "") -> str | None:
        """The nick of a user with this account, in this channel if one is named."""
        keys = self._channels.get(self._fold(channel), set()) if channel else self._members.keys()
        for key in sorted(keys):
            member = self._members.get(key)
            if member is not None and (member.account or "").casefold() == account.casefold():
                return member.nick
        return None

    def list_all(self) -> list[Member]:
        return list(self._members.values())

    def is_in_channel(self, channel: str) -> bool:
        """Whether the bot itself is in this channel."""
        return self._fold(channel) in self._channels

    def channels(self) -> list[str]:
        return sorted(self._channels)

    def enter_channel(self, channel: str) -> None:
        """The bot is in this channel from now on."""
        self._channels.setdefault(self._fold(channel), set())

    def leave_channel(self, channel: str) -> None:
        for key in self._channels.pop(self._fold(channel), set()):
            self._forget_absent(key)

    def add(self, source: Hostmask, channel: str, account: str | None = None) -> None:
        """A user is in one of the bot's channels. What is not given here stays as it is known."""
        keys = self._channels.get(self._fold(channel))
        key = self._fold(source.nick)
        if keys is None or not key:
            return
        keys.add(key)
        known = self._members.get(key, Member(source.nick))
        self._members[key] = Member(
            source.nick,
            source.user or known.user,
            source.host or known.host,
            known.account if account is None else parse_account(account),
        )

    def remove(self, nick: str, channel: str) -> None:
        key = self._fold(nick)
        self._channels.get(self._fold(channel), set()).discard(key)
        self._forget_absent(key)

    def remove_everywhere(self, nick: str) -> None:
        key = self._fold(nick)
        for keys in self._channels.values():
            keys.discard(key)
        self._members.pop(key, None)

    def rename(self, old: str, new: str) -> None:
        before, after = self._fold(old), self._fold(new)
        member = self._members.pop(before, None)
        if member is None:
            return
        self._members[after] = replace(member, nick=new)
        for keys in self._channels.values():
            if before in keys:
                keys.discard(before)
                keys.add(after)

    def set_account(self, nick: str, account: str) -> None:
        self._change(nick, account=parse_account(account))

    def set_host(self, nick: str, user: str, host: str) -> None:
        self._change(nick, user=user, host=host)

    def _change(self, nick: str, **values: str) -> None:
        key = self._fold(nick)
        if key in self._members:
            self._members[key] = replace(self._members[key], **values)

    def _forget_absent(self, key: str) -> None:
        if not any(key in keys for keys in self._channels.values()):
            self._members.pop(key, None)

    def _fold(self, name: str) -> str:
        return casefold(name, self.casemapping)


@dataclass(frozen=True)
class Queried:
    """A message has to be sent to learn more."""

    message: str


@dataclass(frozen=True)
class Joined:
    """The bot is in this channel now."""

    channel: str


@dataclass(frozen=True)
class Left:
    """The bot is out of this channel, or was refused. `seconds` until it joins again; None: not on this connection."""

    channel: str
    why: str
    seconds: float | None


@dataclass(frozen=True)
class Muted:
    """What the bot says in this channel does not get there."""

    channel: str
    why: str


@dataclass(frozen=True)
class NickChanged:
    """The bot's own nick has changed."""

    nick: str


@dataclass(frozen=True)
class NickReleased:
    """Another user gave up this nick."""

    nick: str


@dataclass(frozen=True)
class WhoAnswered:
    """WHO has answered about one user; the account is None if nobody has that nick."""

    nick: str
    account: str | None


Event = Queried | Joined | Left | Muted | NickChanged | NickReleased | WhoAnswered


class ChannelState:
    def __init__(self, nick: str, channels: Sequence[str], capabilities: set[str]) -> None:
        """`channels` as configured; `capabilities`: those that are enabled, kept up to date by their owner."""
        self.nick = nick
        self.isupport = ISupport()
        self.members = Members()
        self.join_policy = JoinPolicy(channels)
        self._channels = channels
        self._capabilities = capabilities
        self._user = self._host = ""
        self._muted: dict[str, str] = {}
        """Channels that do not take what the bot says, and why not."""
        self._handlers: dict[str, Callable[[Message], list[Event]]] = {
            "004": self._handle_version,
            "005": self._handle_isupport,
            "JOIN": self._handle_join,
            "PART": self._handle_part,
            "KICK": self._handle_kick,
            "QUIT": self._handle_quit,
            "NICK": self._handle_nick,
            "ACCOUNT": self._handle_account,
            "CHGHOST": self._handle_chghost,
            "353": self._handle_names,
            "352": self._handle_who,
            "354": self._handle_whox,
            "315": self._handle_end_of_who,
            "396": self._handle_visible_host,
            "263": self._handle_try_again,
            "MODE": self._handle_mode,
            **dict.fromkeys(NOT_SENT, self._handle_not_sent),
            "FAIL": self._handle_fail,
            **dict.fromkeys(REFUSALS, self._handle_join_refused),
        }

    def handle(self, message: Message) -> list[Event]:
        handler = self._handlers.get(message.command)
        if handler is not None:
            return handler(message)
        return self._handle_error(message) if ERROR_NUMERIC.fullmatch(message.command) else []

    @property
    def casemapping(self) -> str:
        return self.members.casemapping

    def describe_muted(self) -> list[str]:
        """A phrase for each channel that does not take what the bot says."""
        return [f"not heard in {channel} ({why})" for channel, why in self._muted.items()]

    @property
    def source_bytes(self) -> int:
        """Greatest length of our own `nick!user@host`, which the server puts before what we send."""
        user = len(self._user.encode()) or self.isupport.number("USERLEN", USER_BYTES)
        host = len(self._host.encode()) or self.isupport.number("HOSTLEN", HOST_BYTES)
        return len(f"{self.nick}!@".encode()) + user + host

    @property
    def is_tracking_accounts(self) -> bool:
        """Whether the server reports every change of a visible account."""
        return {"account-notify", "extended-join"} <= self._capabilities

    @property
    def tells_accounts(self) -> bool:
        """Whether the server says in any way who is logged in to which account."""
        return "account-tag" in self._capabilities or self.is_tracking_accounts or self.isupport.has_whox

    def is_own_nick(self, nick: str) -> bool:
        return casefold(nick, self.casemapping) == casefold(self.nick, self.casemapping)

    def find_channel(self, target: str) -> str:
        """The channel of the bot to which a message with this target goes; empty if it goes to none.

        The target may begin with a sign of those in the channel whom it is for (STATUSMSG, `@#radio`).
        """
        if self.members.is_in_channel(target):
            return target
        channel = target.lstrip(self.isupport.text("STATUSMSG", STATUS_PREFIXES))
        return channel if channel != target and self.members.is_in_channel(channel) else ""

    def find_person(self, nick: str) -> str:
        """What tells this user from others, also under another nick: user and host, or the nick if they are unknown."""
        member = self.members.find(nick)
        known = member is not None and member.user and member.host
        return member.hostmask.user_host if member is not None and known else casefold(nick, self.casemapping)

    def account_query(self, nick: str) -> str | None:
        """The message that asks for a user's account; None if the server cannot tell."""
        return build("WHO", nick, f"{WHOX_FIELDS},{USER_TOKEN}") if self.isupport.has_whox else None

    def _handle_version(self, message: Message) -> list[Event]:
        self.isupport.set_version(message[2])
        return []

    def _handle_isupport(self, message: Message) -> list[Event]:
        self.isupport.add_tokens(message.params[1:-1])
        casemapping = self.isupport.casemapping
        if casemapping != self.members.casemapping:
            # Servers say this before the first channel is joined, so nothing has been compared by the old mapping.
            self.members.casemapping = casemapping
            self.join_policy = JoinPolicy(self._channels, casemapping)
        return []

    def _handle_join(self, message: Message) -> list[Event]:
        channel, source = message[0], message.source
        is_extended = "extended-join" in self._capabilities and len(message.params) > 2
        account = message[1] if is_extended else None
        if not self.is_own_nick(source.nick):
            self.members.add(source, channel, account)
            return []
        self._user, self._host = source.user or self._user, source.host or self._host
        self.members.enter_channel(channel)
        self.members.add(source, channel, account)
        forward = self.join_policy.record_join(channel)
        events: list[Event] = [Joined(channel)]
        if forward and self.members.is_in_channel(forward):
            events.append(Queried(build("PART", forward)))
        if self.is_tracking_accounts and self.isupport.has_whox:
            events.append(Queried(build("WHO", channel, f"{WHOX_FIELDS},{CHANNEL_TOKEN}")))
        elif "userhost-in-names" not in self._capabilities:
            events.append(Queried(build("WHO", channel)))
        return events

    def _handle_part(self, message: Message) -> list[Event]:
        return self._remove(message.source.nick, message[0], "taken out of it")

    def _handle_kick(self, message: Message) -> list[Event]:
        why = f"kicked by {message.source.nick}" + (f": {message[2]}" if message[2] else "")
        return self._remove(message[1], message[0], one_line(why, QUOTED_CHARACTERS))

    def _remove(self, nick: str, channel: str, why: str) -> list[Event]:
        if not self.is_own_nick(nick):
            self.members.remove(nick, channel)
            return []
        self.members.leave_channel(channel)
        self._muted.pop(casefold(channel, self.casemapping), None)
        return [Left(channel, why, self.join_policy.delay_after_kick(channel, why))]

    def _handle_join_refused(self, message: Message) -> list[Event]:
        """A numeric that is known to refuse a JOIN; `470 NICK CHANNEL TARGET :...` forwards it."""
        why = REFUSALS[message.command]
        if message[1].upper() == "JOIN":
            return self._refuse_asked(message[-1])
        target = message[2].partition(" ")[0]
        if message.command == FORWARDED and target.startswith(CHANNEL_TYPES):
            self.join_policy.record_forward(message[1], target)
            why = f"it forwards the bot to {target}"
        return self.refuse_join(message[1], why)

    def _handle_error(self, message: Message) -> list[Event]:
        """Any other error counts if it names a channel whose JOIN has no answer yet, or the command alone."""
        if message[1].upper() == "JOIN":
            return self._refuse_asked(message[-1])
        wanted = [self.join_policy.find(name) for name in message.params[1:-1]]
        return [
            event
            for channel in wanted
            if channel is not None and channel.is_asked
            for event in self.refuse_join(channel.name, message[-1])
        ]

    def _handle_not_sent(self, message: Message) -> list[Event]:
        channel, why = message[1], one_line(message[2], QUOTED_CHARACTERS) or "the server does not say why"
        if not self.members.is_in_channel(channel):
            return self._handle_error(message)
        key = casefold(channel, self.casemapping)
        is_new = key not in self._muted
        self._muted[key] = why
        return [Muted(channel, why)] if is_new else []

    def _handle_mode(self, message: Message) -> list[Event]:
        """Something about the channel, or the bot's status in it, has changed: it may be heard again."""
        self._muted.pop(casefold(message[0], self.casemapping), None)
        return []

    def _refuse_asked(self, why: str) -> list[Event]:
        """Some JOIN was not carried out, and it is not said which."""
        asked = [channel.name for channel in self.join_policy.channels() if channel.is_asked]
        return [event for channel in asked for event in self.refuse_join(channel, why)]

    def _handle_fail(self, message: Message) -> list[Event]:
        """`FAIL JOIN CODE CHANNEL :...` (IRCv3 standard replies)."""
        return self._handle_error(message) if message[0].upper() == "JOIN" else []

    def _handle_try_again(self, message: Message) -> list[Event]:
        """The server has too much to do; the JOIN that it did not carry out is not named."""
        return self._refuse_asked(message[-1]) if message[1].upper() == "JOIN" else []

    def refuse_join(self, channel: str, why: str) -> list[Event]:
        """The bot cannot join this channel now; nothing follows if it is there or does not want to be."""
        if self.join_policy.find(channel) is None or self.members.is_in_channel(channel):
            return []
        return [Left(channel, why, self.join_policy.delay_after_refusal(channel, one_line(why, QUOTED_CHARACTERS)))]

    def _handle_quit(self, message: Message) -> list[Event]:
        self.members.remove_everywhere(message.source.nick)
        return [NickReleased(message.source.nick)]

    def _handle_nick(self, message: Message) -> list[Event]:
        old, new = message.source.nick, message[0]
        if not new:
            return []
        is_own = self.is_own_nick(old)
        self.members.rename(old, new)
        if not is_own:
            return [NickReleased(old)]
        self.nick = new
        return [NickChanged(new)]

    def _handle_account(self, message: Message) -> list[Event]:
        self.members.set_account(message.source.nick, message[0])
        return []

    def _handle_chghost(self, message: Message) -> list[Event]:
        if self.is_own_nick(message.source.nick):
            self._user, self._host = message[0], message[1]
        self.members.set_host(message.source.nick, message[0], message[1])
        return []

    def _handle_visible_host(self, message: Message) -> list[Event]:
        user, _, host = message[1].rpartition("@")
        self._user, self._host = user or self._user, host
        return []

    def _handle_names(self, message: Message) -> list[Event]:
        for word in message[3].split(" "):
            self.members.add(parse_hostmask(word.lstrip(MEMBERSHIP_PREFIXES)), message[2])
        return []

    def _handle_who(self, message: Message) -> list[Event]:
        """`352 NICK CHANNEL USER HOST SERVER NICK ...`"""
        _, channel, user, host, _, nick, *_ = (*message.params, *[""] * 6)
        self.members.add(Hostmask(nick, user, host), channel)
        return []

    def _handle_whox(self, message: Message) -> list[Event]:
        """`354 NICK TOKEN CHANNEL USER HOST NICK ACCOUNT`, as WHOX_FIELDS asks for it."""
        if len(message.params) != 7:
            return []
        _, token, channel, user, host, nick, account = message.params
        if token == CHANNEL_TOKEN and self.is_tracking_accounts:
            self.members.add(Hostmask(nick, user, host), channel, account)
        return [WhoAnswered(nick, parse_account(account))] if token == USER_TOKEN else []

    def _handle_end_of_who(self, message: Message) -> list[Event]:
        return [WhoAnswered(message[1], None)]
