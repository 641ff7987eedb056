"""Where the bot is, under which nick, and who is there with it: what the server's lines change of that. Pure.

`take` is given each line after registration and returns what follows from it; nothing here talks or waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.irc.joins import REFUSALS, Joins
from bot.irc.line import Line, Source, built, fold, source
from bot.irc.roster import Roster, account_named

CHANNEL_TOKEN, PERSON_TOKEN = "1", "2"
"""What tells the answers to our two kinds of WHO apart."""
WHO_FIELDS = "%tcuhna"
USER_BYTES, HOST_BYTES, NICK_BYTES = 12, 64, 31
"""Where neither the server nor a line of ours has said how long these are."""
NUMBER_DIGITS = 4
MOST_FEATURES = 300
UNSAID_BOT_MODES = {"ngircd": "B"}


@dataclass(frozen=True)
class Say:
    line: str


@dataclass(frozen=True)
class JoinLater:
    channel: str
    seconds: float
    why: str


@dataclass(frozen=True)
class Entered:
    channel: str


@dataclass(frozen=True)
class Out:
    """Out of a channel for good, as far as this connection goes."""

    channel: str
    why: str


@dataclass(frozen=True)
class Renamed:
    nick: str


@dataclass(frozen=True)
class FreeNick:
    """The holder of a nick let go of it."""

    nick: str


@dataclass(frozen=True)
class Known:
    """WHO has answered about a person; None where nobody has that nick."""

    nick: str
    account: str | None


Change = Say | JoinLater | Entered | Out | Renamed | FreeNick | Known


class Presence:
    def __init__(self, nick: str, channels: Sequence[str], enabled: set[str]) -> None:
        """`enabled`: the connection's capabilities, as they come and go."""
        self.nick = nick
        self.features: dict[str, str] = {}
        self.roster = Roster()
        self.joins = Joins.of(channels)
        self._channels = channels
        self._enabled = enabled
        self._user = self._host = ""
        self._takers: dict[str, Callable[[Line], list[Change]]] = {
            "004": self._server,
            "005": self._isupport,
            "JOIN": self._join,
            "PART": self._part,
            "KICK": self._kick,
            "QUIT": self._quit,
            "NICK": self._nick,
            "ACCOUNT": self._account,
            "CHGHOST": self._chghost,
            "353": self._names,
            "354": self._who,
            "315": self._end_of_who,
            "396": self._visible_host,
            **dict.fromkeys(REFUSALS, self._join_refused),
        }

    @property
    def mapping(self) -> str:
        return self.roster.mapping

    @property
    def prefix_bytes(self) -> int:
        """What the server puts before our lines, at most."""
        user = len(self._user.encode()) or self._number("USERLEN", USER_BYTES)
        host = len(self._host.encode()) or self._number("HOSTLEN", HOST_BYTES)
        return len(f"{self.nick}!@".encode()) + user + host

    @property
    def follows_accounts(self) -> bool:
        """Whether the server tells of every change of an account that is in sight."""
        return {"account-notify", "extended-join"} <= self._enabled

    def is_me(self, nick: str) -> bool:
        return fold(nick, self.mapping) == fold(self.nick, self.mapping)

    def take(self, line: Line) -> list[Change]:
        taker = self._takers.get(line.command)
        return taker(line) if taker else []

    def ask_about(self, nick: str) -> str | None:
        """The line that asks for a person's account; None where the server cannot say."""
        return built("WHO", nick, f"{WHO_FIELDS},{PERSON_TOKEN}") if "WHOX" in self.features else None

    def _number(self, feature: str, otherwise: int) -> int:
        text = self.features.get(feature, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else otherwise

    def _server(self, line: Line) -> list[Change]:
        """`004 me NAME VERSION ...`; there are servers that have a mode for bots and do not say so."""
        for version, mode in UNSAID_BOT_MODES.items():
            if line[2].startswith(version):
                self.features["BOT"] = mode
        return []

    def _isupport(self, line: Line) -> list[Change]:
        for token in line.params[1:-1]:
            name, _, value = token.partition("=")
            if name.startswith("-"):
                self.features.pop(name[1:], None)
            elif len(self.features) < MOST_FEATURES:
                self.features[name] = value
        mapping = self.features.get("CASEMAPPING", self.mapping)
        if mapping != self.mapping:
            # It is said before the first channel is joined, so nothing has been compared by the other one.
            self.roster.mapping = mapping
            self.joins = Joins.of(self._channels, mapping)
        return []

    def _join(self, line: Line) -> list[Change]:
        channel = line[0]
        account = line[1] if "extended-join" in self._enabled and len(line.params) > 2 else None
        if not self.is_me(line.source.nick):
            self.roster.seen(line.source, channel, account)
            return []
        self._user, self._host = line.source.user or self._user, line.source.host or self._host
        self.roster.entered(channel)
        self.roster.seen(line.source, channel, account)
        self.joins.joined(channel)
        ask: list[Change] = []
        if self.follows_accounts and "WHOX" in self.features:
            ask = [Say(built("WHO", channel, f"{WHO_FIELDS},{CHANNEL_TOKEN}"))]
        return [Entered(channel), *ask]

    def _part(self, line: Line) -> list[Change]:
        if not self.is_me(line.source.nick):
            self.roster.gone(line.source.nick, line[0])
            return []
        self.roster.left(line[0])
        return self._again(line[0], self.joins.kicked(line[0]), "taken out of it")

    def _kick(self, line: Line) -> list[Change]:
        if not self.is_me(line[1]):
            self.roster.gone(line[1], line[0])
            return []
        self.roster.left(line[0])
        return self._again(line[0], self.joins.kicked(line[0]), f"kicked by {line.source.nick}: {line[2]}")

    def _join_refused(self, line: Line) -> list[Change]:
        channel = line[1]
        if self.joins.place(channel) is None or self.roster.within(channel):
            return []
        return self._again(channel, self.joins.refused(channel), REFUSALS[line.command])

    def _again(self, channel: str, seconds: float | None, why: str) -> list[Change]:
        return [Out(channel, why) if seconds is None else JoinLater(channel, seconds, why)]

    def _quit(self, line: Line) -> list[Change]:
        self.roster.quit(line.source.nick)
        return [FreeNick(line.source.nick)]

    def _nick(self, line: Line) -> list[Change]:
        old, new = line.source.nick, line[0]
        if not new:
            return []
        mine = self.is_me(old)
        self.roster.renamed(old, new)
        if mine:
            self.nick = new
            return [Renamed(new)]
        return [FreeNick(old)]

    def _account(self, line: Line) -> list[Change]:
        self.roster.logged_in(line.source.nick, line[0])
        return []

    def _chghost(self, line: Line) -> list[Change]:
        if self.is_me(line.source.nick):
            self._user, self._host = line[0], line[1]
        self.roster.moved(line.source.nick, line[0], line[1])
        return []

    def _visible_host(self, line: Line) -> list[Change]:
        user, _, host = line[1].rpartition("@")
        self._user, self._host = user or self._user, host
        return []

    def _names(self, line: Line) -> list[Change]:
        for word in line[3].split(" "):
            person = source(word.lstrip("~&@%+!"))
            self.roster.seen(person, line[2])
        return []

    def _who(self, line: Line) -> list[Change]:
        """`354 me TOKEN CHANNEL USER HOST NICK ACCOUNT`, as WHO_FIELDS asks for it."""
        if len(line.params) != 7:
            return []
        _, token, channel, user, host, nick, account = line.params
        if token == CHANNEL_TOKEN and self.follows_accounts:
            self.roster.seen(Source(nick, user, host), channel, account)
        return [Known(nick, account_named(account))] if token == PERSON_TOKEN else []

    def _end_of_who(self, line: Line) -> list[Change]:
        return [Known(line[1], None)]
