"""What the bot does once a network has let it in: say that it is a bot, log in, join, and get its own nick back.

Knows when, and not how a line gets out; the rules of joining are in `bot.irc.joins`.
"""

from collections.abc import Callable

from bot.irc.line import built, fold
from bot.irc.nicks import REGAIN_SECONDS
from bot.irc.presence import JoinLater, Presence
from bot.irc.registration import Registration
from bot.irc.timers import Timers
from common.irc import Network

MOTD_SECONDS = 5.0
"""After the welcome; where the message of the day has not ended by then, it is not waited for."""
IDENTIFY_SECONDS = 5.0
"""That NickServ is given before the channels are joined."""


class Arrival:
    def __init__(
        self,
        network: Network,
        registration: Registration,
        presence: Presence,
        timers: Timers,
        send: Callable[[str], object],
    ) -> None:
        self._network = network
        self._registration = registration
        self._presence = presence
        self._timers = timers
        self._send = send
        self._settled = False

    def registered(self) -> None:
        self.renamed()
        self._timers.start("settle", MOTD_SECONDS, self.settle_in)

    def settle_in(self) -> None:
        """The server has said all about itself."""
        if self._settled or not self._registration.registered:
            return
        self._settled = True
        self._timers.end("settle")
        bot_mode = self._presence.features.get("BOT", "")
        if len(bot_mode) == 1 and bot_mode.isalpha():
            self._send(built("MODE", self._presence.nick, f"+{bot_mode}"))
        network = self._network
        if self._registration.account or not network.password or not network.nickserv:
            self._join_all()
            return
        # Not every NickServ takes an account's name before the password; all take the nick's own password alone.
        name = "" if self._presence.is_me(network.login_name) else f"{network.login_name} "
        self._send(built("PRIVMSG", network.nickserv, f"IDENTIFY {name}{network.password}"))
        self._timers.start("join", IDENTIFY_SECONDS, self._join_all)

    def identified(self) -> None:
        if "join" in self._timers:
            self._join_all()

    def _join_all(self) -> None:
        self._timers.end("join")
        for place in self._presence.joins.wanted():
            self.join(place.name)

    def join(self, channel: str) -> None:
        place = self._presence.joins.place(channel)
        if place is not None and not self._presence.roster.within(channel):
            self._send(built("JOIN", place.name, *([place.key] if place.key else [])))

    def join_later(self, change: JoinLater) -> None:
        self._timers.start(f"join {fold(change.channel)}", change.seconds, self.join, change.channel)

    def renamed(self) -> None:
        """Ask for the nick that is wanted, every now and then, while it is another's."""
        self._timers.end("regain")
        if not self._presence.is_me(self._network.nick):
            self._timers.start("regain", REGAIN_SECONDS, self._regain)

    def _regain(self) -> None:
        if self._registration.account and self._network.nickserv:
            self._send(built("PRIVMSG", self._network.nickserv, f"REGAIN {self._network.nick}"))
        self._send(built("NICK", self._network.nick))
        self.renamed()

    def let_go(self, nick: str) -> None:
        """Somebody gave up this nick, which may be the one that is wanted."""
        mapping = self._presence.mapping
        wanted = self._network.nick
        if fold(nick, mapping) == fold(wanted, mapping) and not self._presence.is_me(wanted):
            self._send(built("NICK", wanted))
