"""One connection to one network, from the first byte to the last: lines in, lines out, and what they mean to the bot.

The rules are elsewhere and pure (registration, presence, manners); here they meet the transport and the clock. Knows no
command: what people say to the bot is handed to its `Host`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.words.protocols.irc import IRCClient
from zope.interface import implementer

from bot.irc import text, tls
from bot.irc.accounts import Accounts
from bot.irc.arrival import Arrival
from bot.irc.line import Line, Source, built, parsed
from bot.irc.manners import Manners, ServerClock, from_a_machine
from bot.irc.outbox import Outbox
from bot.irc.presence import Change, Entered, FreeNick, JoinLater, Known, Out, Presence, Renamed, Say
from bot.irc.registration import Login, Refused, Registered, Registration, Remember, Secure, Send, Step
from bot.irc.timers import Timers
from bot.irc.times import server_time
from common.irc import Network
from common.text import one_line

log = Logger()

REGISTRATION_SECONDS = 60.0
"""From the connection's first moment until the server has let us in."""
QUIET_SECONDS = 60.0
"""Without a word from the server after which it is asked whether it is there."""
SILENT_SECONDS = 120.0
"""Without a word after which it is not."""
CHECK_SECONDS = 15.0
SAID_LIMIT = 200
VERSION = "Bandstand"


@dataclass(frozen=True)
class Heard:
    """Something that a person said where the bot hears it; `channel` is empty in private."""

    source: Source
    channel: str
    text: str


class Host(Protocol):
    """What a session tells the network that it belongs to."""

    def registered(self) -> None: ...

    def refused(self, reason: str, lasting: bool) -> None:
        """The connection is about to end, and this is why."""
        ...

    def secure(self, port: int) -> None:
        """The server is to be reached by TLS on this port; the connection is about to end."""
        ...

    def remember(self, seconds: int) -> None:
        """The server binds us to TLS for so long."""
        ...

    def lost(self, why: str) -> None: ...

    def entered(self, channel: str) -> None: ...

    def heard(self, what: Heard, account: Callable[[], Deferred[str]]) -> None:
        """Somebody said something; `account` finds out theirs, empty where they have none."""
        ...

    def invited(self, who: Source, channel: str, account: Callable[[], Deferred[str]]) -> None: ...


@implementer(IHandshakeListener)
class Session(IRCClient):
    """Twisted's client, of which the framing and the place among protocols are kept; its handlers are not used: they
    know no tags, no accounts and no bytes, and some do what anybody asks them."""

    MAX_LENGTH = 16_384
    performLogin = 0

    def __init__(
        self, network: Network, login: Login, host: Host, clock: IReactorTime, wall: Callable[[], float], secure: bool
    ) -> None:
        """`secure`: the transport is TLS, and nothing is sent before its handshake is complete."""
        self._network = network
        self._host = host
        self._clock = clock
        self._wall = wall
        self._secure = secure
        self._registration = Registration(login, secure, secure and network.tls_verify)
        self.presence = Presence(network.nick, network.channels, self._registration.capabilities.enabled)
        self.manners = Manners()
        self._server_clock = ServerClock()
        self._outbox = Outbox(clock, self._write)
        self._timers = Timers(clock)
        self._arrival = Arrival(network, self._registration, self.presence, self._timers, self.sendLine)
        self._accounts = Accounts(clock, self.sendLine, self.presence, self._registration.capabilities.enabled)
        self._last_word = clock.seconds()
        self._why = ""
        self._skipping = self._over = False
        self._takers: dict[str, Callable[[Line], None]] = {
            "PING": self._ping,
            "PONG": self._live,
            "ERROR": self._error,
            "PRIVMSG": self._privmsg,
            "INVITE": self._invite,
            "376": lambda _: self._arrival.settle_in(),
            "422": lambda _: self._arrival.settle_in(),
            "900": lambda _: self._arrival.identified(),
        }

    @property
    def over(self) -> bool:
        """Nothing is heard or said any more."""
        return self._over

    # The transport.

    def connectionMade(self) -> None:
        super().connectionMade()  # type: ignore[no-untyped-call]
        self._timers.start("registration", REGISTRATION_SECONDS, self.abandon, "not let in within a minute")
        if not self._secure:
            self._begin()

    def handshakeCompleted(self) -> None:
        if not tls.pinned(self._wire.getPeerCertificate(), self._network.tls_pins):
            self._follow([Refused("the server's certificate is none of those in tls_pins", lasting=True)])
        else:
            self._begin()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._over = True
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._outbox.clear()
        self._timers.clear()
        self._accounts.clear()
        self._host.lost(self._why or tls.why_lost(reason))

    def lineLengthExceeded(self, line: bytes) -> None:
        """What no server sends is left out, up to its end."""
        _, found, rest = line.partition(self.delimiter)
        self._skipping = not found
        self.clearLineBuffer()  # type: ignore[no-untyped-call]
        self._buffer = rest

    def lineReceived(self, line: bytes) -> None:
        self._last_word = self._clock.seconds()
        if self._skipping:
            self._skipping = False
            return
        what = None if self._over else parsed(line)
        if what is not None:
            try:
                self._take(what)
            except Exception:
                log.failure("a line from {network} was not understood", network=self._network.label)

    def sendLine(self, line: str) -> None:
        """In its turn, at a pace that the network does not mind."""
        self._outbox.say(line)

    def quit(self, message: str = "") -> None:
        """Say good-bye; the server then closes."""
        if self._registration.registered and not self._over:
            self._outbox.say_now(built("QUIT", message))

    def close(self) -> None:
        """End the connection once what was written is out."""
        self._wire.loseConnection()

    def abandon(self, why: str) -> None:
        """End the connection now, whether the peer is there or not."""
        self._why = self._why or why
        self._over = True
        self._wire.abortConnection()

    @property
    def _wire(self) -> Any:
        return self.transport

    def _write(self, line: str) -> None:
        if not self._over:
            self._wire.write(line.encode("utf-8", "replace") + b"\r\n")

    # Talking.

    def room(self, target: str) -> int:
        """Bytes of text that one line to this target has."""
        return text.room(self.presence.prefix_bytes, "PRIVMSG", target)

    def speak(self, target: str, what: str) -> None:
        """What is too long becomes several lines. In a channel the configuration says how it is sent."""
        command = "PRIVMSG" if self._network.say == "privmsg" else "NOTICE"
        for piece in text.pieces(text.plain(what), self.room(target)):
            self._outbox.say(built(command, target, piece))

    def join_channel(self, channel: str) -> None:
        """Go to one of the places that `presence.joins` has."""
        self._arrival.join(channel)

    # Registration.

    def _begin(self) -> None:
        self._timers.start("alive", CHECK_SECONDS, self._check)
        self._follow(self._registration.begin())

    def _follow(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Send(line):
                    self._outbox.say_now(line)
                case Registered(nick):
                    self._registered_as(nick)
                case Remember(seconds):
                    self._host.remember(seconds)
                case Secure(port):
                    self._host.secure(port)
                    self.abandon("the server wants TLS")
                case Refused(reason, lasting):
                    self._host.refused(reason, lasting)
                    self.abandon(reason)

    def _registered_as(self, nick: str) -> None:
        self._timers.end("registration")
        self.presence.nick = nick or self.presence.nick
        self._host.registered()
        self._arrival.registered()

    # What the server says.

    def _take(self, line: Line) -> None:
        before = self._registration.registered
        self._follow(self._registration.take(line))
        if before and not self._over:
            for change in self.presence.take(line):
                self._changed(change)
        if line.command.isdigit():
            self._live(line)
        taker = self._takers.get(line.command)
        if taker is not None and not self._over:
            taker(line)

    def _changed(self, change: Change) -> None:
        match change:
            case Say(line):
                self.sendLine(line)
            case Entered(channel):
                self._host.entered(channel)
            case JoinLater(channel, seconds, why):
                self._note(f"{channel}: {why}; joining again in {seconds:.0f} s")
                self._arrival.join_later(change)
            case Out(channel, why):
                self._note(f"{channel}: {why}; not joining again")
            case Renamed(nick):
                self._note(f"the nick is now {nick}")
                self._arrival.renamed()
            case FreeNick(nick):
                self._arrival.let_go(nick)
            case Known(nick, account):
                self._accounts.answered(nick, account)

    def _note(self, what: str) -> None:
        log.info("{network}: {what}", network=self._network.label, what=one_line(what, SAID_LIMIT))

    def _ping(self, line: Line) -> None:
        self._outbox.say_now(built("PONG", line[0]))

    def _live(self, line: Line) -> None:
        """A line that is surely of this moment: its time is the server's clock."""
        then = server_time(line.tags.get("time", ""))
        if then is not None:
            self._server_clock.live(then, self._wall())

    def _error(self, line: Line) -> None:
        self._why = self._why or f"the server says: {one_line(line[-1], SAID_LIMIT)}"

    def _check(self) -> None:
        quiet = self._clock.seconds() - self._last_word
        if quiet >= SILENT_SECONDS:
            self.abandon(f"not a word from the server for {SILENT_SECONDS:.0f} s")
            return
        if quiet >= QUIET_SECONDS and self._registration.registered:
            self._outbox.say_now(built("PING", "bandstand"))
        self._timers.start("alive", CHECK_SECONDS, self._check)

    # What people say.

    def _is_somebodys_now(self, line: Line) -> bool:
        """Whether a person said this just now: no bot, no server, not ourselves, and no history that is played back."""
        if not self._registration.registered or from_a_machine(line, self.presence.nick, self.presence.mapping):
            return False
        then = server_time(line.tags.get("time", ""))
        return then is None or not self._server_clock.stale(then, self._wall())

    def _privmsg(self, line: Line) -> None:
        if not self._is_somebodys_now(line):
            return
        target, said = line[0], line[1]
        private = self.presence.is_me(target)
        if said.startswith("\x01"):
            self._ctcp(line.source.nick, said.strip("\x01"))
        elif private or self.presence.roster.within(target):
            heard = Heard(line.source, "" if private else target, text.plain(said))
            self._host.heard(heard, lambda: self._accounts.of(line))

    def _ctcp(self, nick: str, request: str) -> None:
        word, _, rest = request.partition(" ")
        answers = {"VERSION": VERSION, "PING": one_line(rest, 100)}
        answer = answers.get(word.upper())
        if answer is not None and self.manners.ctcp(self._clock.seconds()):
            self._outbox.say(built("NOTICE", nick, f"\x01{word.upper()} {answer}\x01"))

    def _invite(self, line: Line) -> None:
        if self.presence.is_me(line[0]) and self._is_somebodys_now(line):
            self._host.invited(line.source, line[1], lambda: self._accounts.of(line))
