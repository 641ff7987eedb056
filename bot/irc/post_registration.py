"""What the bot does once the server has welcomed it (numeric 001): how a connection becomes a bot in its channels.

Once the server has said all about itself (the message of the day has ended) the bot sets its mode, identifies to
NickServ if there was no SASL, and joins the channels. From then on it joins again where it has to
(`bot.irc.join_policy`), and tries to get the wanted nick back while it has another (`bot.irc.nick_policy`).
"""

from collections.abc import Callable
from itertools import cycle

from bandstand.bot.irc.channel_state import ChannelState, Event
from bandstand.bot.irc.isupport import casefold
from bandstand.bot.irc.join_policy import UNANSWERED
from bandstand.bot.irc.message import Message, build
from bandstand.bot.irc.nick_policy import KEPT_SECONDS, NickPolicy
from bandstand.bot.irc.registration import Registration
from bandstand.common.irc import Network
from bandstand.common.text import one_line
from bandstand.common.timers import Timers

MOTD_SECONDS = 5.0
"""The end of the message of the day is not waited for longer than this after the welcome."""
IDENTIFY_SECONDS = 5.0
"""Time that NickServ has to answer before the channels are joined."""
JOIN_SECONDS = 30.0
"""Time that the server has to answer a JOIN."""
QUOTED_CHARACTERS = 120
RECLAIM = ("REGAIN", "GHOST", "RECOVER")
"""What the services of different networks call it to have somebody else give up the nick of one's account."""
NICK_IN_USE = ("433", "436")
NICK_REFUSED = ("432", "435", "437", "447", "484", *NICK_IN_USE)
"""Erroneous or reserved, banned in a channel, unavailable, not to be changed in a channel, restricted; in use."""


class PostRegistration:
    def __init__(
        self,
        network: Network,
        registration: Registration,
        state: ChannelState,
        timers: Timers,
        perform: Callable[[Event | str], object],
    ) -> None:
        """`perform` queues a message, or reacts to an event."""
        self._network = network
        self._registration = registration
        self._state = state
        self._timers = timers
        self._perform = perform
        self._is_begun = False
        self._is_identified = False
        """Whether NickServ was given the password; not every network says that it was the right one."""
        self._reclaim = cycle(RECLAIM)
        self.nick_policy = NickPolicy(network.nick)

    def handle_welcome(self) -> None:
        self.handle_own_nick()
        self._timers.start("motd", MOTD_SECONDS, self.handle_end_of_motd)

    def handle_end_of_motd(self) -> None:
        """Set the bot mode, and log in or join. Also runs if the message of the day never ends."""
        if self._is_begun or not self._registration.is_registered:
            return
        self._is_begun = True
        self._timers.cancel("motd")
        mode = self._state.isupport.bot_mode
        if mode:
            self._perform(build("MODE", self._state.nick, f"+{mode}"))
        if self._identify():
            self._timers.start("identify", IDENTIFY_SECONDS, self._join_all)
        else:
            self._join_all()

    def _identify(self) -> bool:
        """Send the password to NickServ; False if there is no need, or nobody to send it to."""
        network = self._network
        if self._registration.account or not network.password or not network.nickserv:
            return False
        # Not every NickServ takes an account's name before the password; all take the nick's own password alone.
        name = "" if self._state.is_own_nick(network.login_name) else f"{network.login_name} "
        self._perform(build("PRIVMSG", network.nickserv, f"IDENTIFY {name}{network.password}"))
        self._is_identified = True
        return True

    def handle_logged_in(self) -> None:
        if "identify" in self._timers:
            self._join_all()

    # Channels.

    def _join_all(self) -> None:
        self._timers.cancel("identify")
        for channel in self._state.join_policy.channels():
            self.join(channel.name)

    def join(self, channel: str) -> None:
        """Join one of the channels that the join policy knows, unless the bot is there already."""
        wanted = self._state.join_policy.find(channel)
        if wanted is not None and not self._state.members.is_in_channel(channel):
            self._state.join_policy.record_attempt(channel)
            self._perform(build("JOIN", wanted.name, *([wanted.key] if wanted.key else [])))
            self._timers.start(f"join {self._fold(channel)}", JOIN_SECONDS, self._give_up_join, channel)

    def join_later(self, channel: str, seconds: float) -> None:
        self._timers.start(f"join {self._fold(channel)}", seconds, self.join, channel)

    def handle_joined(self, channel: str) -> None:
        """The bot is in this channel, so there is nothing to try again."""
        self._timers.cancel(f"join {self._fold(channel)}")

    def _give_up_join(self, channel: str) -> None:
        for event in self._state.refuse_join(channel, UNANSWERED):
            self._perform(event)

    # The nick.

    def handle_own_nick(self) -> None:
        """The bot's nick is known or has changed: begin or stop asking for the wanted one."""
        policy, is_wanted = self.nick_policy, self._state.is_own_nick(self._network.nick)
        policy.record_nick(is_wanted)
        self._timers.cancel("regain")
        self._timers.cancel("nick kept")
        if not is_wanted:
            self._timers.start("regain", policy.delay, self._regain_nick)
            return
        self._timers.start("nick kept", KEPT_SECONDS, policy.forget_setbacks)
        if policy.setbacks and self._is_begun:
            self._identify()  # or services take the nick away again

    def handle_nick_refused(self, message: Message) -> None:
        """The server refused a nick after the registration."""
        if self._registration.is_registered and self._fold(message[1]) == self._fold(self._network.nick):
            why, is_in_use = one_line(message[-1], QUOTED_CHARACTERS), message.command in NICK_IN_USE
            self.nick_policy.record_refusal(why, is_in_use)
            if not is_in_use and "regain" in self._timers:
                self._timers.start("regain", self.nick_policy.delay, self._regain_nick)

    def _regain_nick(self) -> None:
        if (self._registration.account or self._is_identified) and self._network.nickserv:
            self._perform(build("PRIVMSG", self._network.nickserv, f"{next(self._reclaim)} {self._network.nick}"))
        self._perform(build("NICK", self._network.nick))
        self._timers.start("regain", self.nick_policy.delay, self._regain_nick)

    def handle_nick_released(self, nick: str) -> None:
        wanted = self._network.nick
        is_missed = self._fold(nick) == self._fold(wanted) and not self._state.is_own_nick(wanted)
        if is_missed and self.nick_policy.is_eager:
            self._perform(build("NICK", wanted))

    def _fold(self, name: str) -> str:
        return casefold(name, self._state.casemapping)
