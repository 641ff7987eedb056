"""One connection to one network, from the first byte to the last.

The rules are pure and elsewhere: registration, channel state, flood control. Here they meet the transport and the
clock: `dataReceived` parses messages and hands each to those who handle it, and their actions and events are carried
out. What people say to the bot goes to the `SessionListener`; a session knows no command.

The session stands on a plain `Protocol`. Twisted's `IRCClient` knows no tags, accounts or byte lengths, and answers
requests (DCC, TIME, SOURCE) that a bot should not. Its place in a connection's life:

    connectionMade -> [TLS handshake, pins] -> registration -> registered ... -> connectionLost

A connection that is silent for a minute is asked (PING) whether it is alive, and after two it is aborted; a polite
`loseConnection` may never end on TLS if the peer is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from OpenSSL.crypto import X509
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, IReactorTime, ISSLTransport, ITCPTransport
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from bandstand.bot.irc import message as wire
from bandstand.bot.irc import tls
from bandstand.bot.irc.accounts import AccountLookup
from bandstand.bot.irc.channel_state import (
    ChannelState,
    Event,
    Joined,
    Left,
    Muted,
    NickChanged,
    NickReleased,
    Queried,
    WhoAnswered,
)
from bandstand.bot.irc.flood_control import FloodControl, ServerClock, is_automated
from bandstand.bot.irc.message import Hostmask, LineBuffer, Message, build, parse
from bandstand.bot.irc.post_registration import NICK_REFUSED, PostRegistration
from bandstand.bot.irc.registration import (
    Action,
    Registered,
    Registration,
    Rejected,
    Send,
    TlsPolicyReceived,
    TlsRequired,
    make_login,
)
from bandstand.bot.irc.send_queue import BOT, UNASKED, SendQueue
from bandstand.common.irc import Network
from bandstand.common.text import one_line
from bandstand.common.timers import Timers

log = Logger()

REGISTRATION_SECONDS = 60.0
"""From the connection's first moment until the server must have welcomed the bot."""
NEGOTIATION_SECONDS = 15.0
"""The answer to a CAP or AUTHENTICATE is not waited for longer than this; then it goes on without."""
LEAVE_SECONDS = 2.0
"""Time that the server has to read the last words and to close the connection."""
QUIET_SECONDS = 60.0
"""Silence after which the server is asked whether it is alive."""
DEAD_SECONDS = 120.0
"""Silence after which the connection is given up."""
CHECK_SECONDS = 15.0
QUOTED_CHARACTERS = 200
"""Of a server's or user's text that are repeated in the log."""
CTCP_PING_CHARACTERS = 100
VERSION = "Bandstand"


@dataclass(frozen=True)
class ChatMessage:
    """Something that a person said where the bot can read it; `channel` is empty in private."""

    source: Hostmask
    channel: str
    text: str


FindAccount = Callable[[], Deferred[str]]
"""Looks up the sender's services account; empty if there is none. Never errs back."""


class SessionListener(Protocol):
    """What a session reports to."""

    def handle_registered(self) -> None: ...

    def handle_rejected(self, reason: str, is_lasting: bool) -> None:
        """The connection is about to end for this reason."""
        ...

    def handle_tls_required(self, port: int) -> None:
        """The connection is about to end, and the server has to be reached by TLS on this port."""
        ...

    def handle_tls_policy(self, seconds: int) -> None:
        """The server demands TLS for so many seconds from now."""
        ...

    def handle_lost(self, why: str) -> None:
        """The connection has ended."""
        ...

    def handle_joined(self, channel: str) -> None: ...

    def handle_message(self, message: ChatMessage, find_account: FindAccount) -> None: ...

    def handle_invitation(self, source: Hostmask, channel: str, find_account: FindAccount) -> None: ...


@implementer(IHandshakeListener)
class Session(TwistedProtocol):
    def __init__(
        self,
        network: Network,
        listener: SessionListener,
        clock: IReactorTime,
        wall: Callable[[], float],
        is_tls: bool,
    ) -> None:
        """`clock` is monotonic, `wall` returns Unix time. `is_tls`: send nothing before the handshake is complete."""
        self._network = network
        self._listener = listener
        self._clock = clock
        self._is_tls = is_tls
        is_verified = is_tls and (network.tls_verify or bool(network.tls_pins))
        self._registration = Registration(make_login(network), is_tls, is_verified)
        enabled = self._registration.capabilities.enabled
        self.state = ChannelState(network.nick, network.channels, enabled)
        self.flood_control = FloodControl()
        self._server_clock = ServerClock(wall() - clock.seconds())
        self._queue = SendQueue(clock, self._write)
        self._timers = Timers(clock)
        self._post_registration = PostRegistration(
            network, self._registration, self.state, self._timers, self._perform_later
        )
        self._accounts = AccountLookup(clock, self.send, self.state, enabled)
        self._buffer = LineBuffer()
        self._last_received = clock.seconds()
        self._why = ""
        self._is_over = False
        self._handlers: dict[str, Callable[[Message], None]] = {
            "PING": self._handle_ping,
            "PONG": self._set_server_clock,
            "ERROR": self._handle_error,
            "PRIVMSG": self._handle_privmsg,
            "INVITE": self._handle_invite,
            "376": lambda _: self._post_registration.handle_end_of_motd(),
            "422": lambda _: self._post_registration.handle_end_of_motd(),
            "900": lambda _: self._post_registration.handle_logged_in(),
            **dict.fromkeys(NICK_REFUSED, self._post_registration.handle_nick_refused),
        }

    @property
    def is_over(self) -> bool:
        """Whether nothing is read or sent any more."""
        return self._is_over

    def describe_troubles(self) -> list[str]:
        """A phrase for each channel and nick that the bot should have and has not."""
        nick = self._post_registration.nick_policy.trouble
        channels = [*self.state.join_policy.describe_missing(), *self.state.describe_muted()]
        return [*channels, *([f"as {self.state.nick}: {nick}"] if nick else [])]

    # The transport.

    def connectionMade(self) -> None:
        self._timers.start("registration", REGISTRATION_SECONDS, self.abort, "not let in within a minute")
        if not self._is_tls:
            self._begin()

    def handshakeCompleted(self) -> None:
        certificate = cast(X509 | None, self._connected.getPeerCertificate())
        fault = tls.find_fault(self._network, certificate)
        if fault:
            self._perform([Rejected(fault, is_lasting=True)])
        else:
            self._begin()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._is_over = True
        self._queue.clear()
        self._timers.clear()
        self._accounts.clear()
        self._listener.handle_lost(self._why or tls.explain_failure(reason))

    def dataReceived(self, data: bytes) -> None:
        self._last_received = self._clock.seconds()
        for line in self._buffer.split(data):
            message = None if self._is_over else parse(line)
            if message is not None:
                self._handle_safely(message)

    def _handle_safely(self, message: Message) -> None:
        """A message that breaks a handler is logged and costs nothing else."""
        try:
            self._handle(message)
        except Exception:
            log.failure("a message from {network} could not be handled", network=self._network.label)

    def send(self, message: str, person: str = BOT) -> None:
        """Send the message when the send queue gets to it; `person`: for whom, where it is not the bot's own."""
        self._queue.send(message, person)

    def quit(self, text: str = "") -> None:
        """Say good-bye; the server then closes the connection."""
        if self._registration.is_registered and not self._is_over:
            self._queue.send_at_once(build("QUIT", text))

    def close(self) -> None:
        """End the connection once everything written is out."""
        self._connected.loseConnection()

    def _leave(self, why: str, waits: bool) -> None:
        """End the connection; the server still gets what was written. `waits`: until it has read that, and closes."""
        if self._is_over:
            return
        self._why = self._why or why
        self._is_over = True
        self._queue.clear()
        self._timers.clear()
        self._timers.start("leave", LEAVE_SECONDS, self._connected.abortConnection)
        if waits and not self._is_tls:
            # To close with something unread resets the connection, and a reset overtakes what was sent.
            cast(ITCPTransport, self.transport).loseWriteConnection()
        else:
            self._connected.loseConnection()

    def abort(self, why: str) -> None:
        """End the connection now, whether the peer is there or not."""
        self._why = self._why or why
        self._is_over = True
        self._connected.abortConnection()

    @property
    def _connected(self) -> ISSLTransport:
        """The transport; `getPeerCertificate` is there with TLS only."""
        return cast(ISSLTransport, self.transport)

    def _write(self, message: str) -> None:
        if not self._is_over:
            self._connected.write(wire.encode(message))

    # Talking.

    def text_bytes(self, target: str) -> int:
        """Bytes of text that one message to this target can carry."""
        return wire.text_bytes(self.state.source_bytes, "PRIVMSG", target)

    def send_text(self, target: str, text: str, nick: str = "") -> None:
        """Send text as NOTICE or PRIVMSG, as configured; what is too long becomes several messages.

        `nick`: who is answered; empty for what nobody asked for.
        """
        command = "PRIVMSG" if self._network.say == "privmsg" else "NOTICE"
        person = self.state.find_person(nick) if nick else BOT
        for part in wire.split_text(wire.strip_formatting(text), self.text_bytes(target)):
            self.send(build(command, target, part), person)

    def send_notice(self, nick: str, text: str) -> None:
        """Send text that nobody asked for to one person, as NOTICE and in one message, when nobody else waits."""
        text = wire.cut_text(wire.strip_formatting(text), self.text_bytes(nick))
        self.send(build("NOTICE", nick, text), UNASKED)

    def join_channel(self, channel: str) -> None:
        """Join one of the channels that `state.join_policy` knows."""
        self._post_registration.join(channel)

    # Registration.

    def _begin(self) -> None:
        self._timers.start("alive", CHECK_SECONDS, self._check_alive)
        self._perform(self._registration.begin())

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(message):
                    self._queue.send_at_once(message)
                case Registered(nick):
                    self._complete_registration(nick)
                case TlsPolicyReceived(seconds):
                    self._listener.handle_tls_policy(seconds)
                case TlsRequired(port):
                    self._listener.handle_tls_required(port)
                    self._leave("the server wants TLS", waits=False)
                case Rejected(reason, is_lasting):
                    self._listener.handle_rejected(reason, is_lasting)
                    self._leave(reason, waits=True)

    def _stop_waiting(self) -> None:
        self._perform(self._registration.stop_waiting())
        self._await_negotiation()

    def _await_negotiation(self) -> None:
        """While something is negotiated, see to it that no answer is waited for for ever."""
        if self._registration.is_negotiating and not self._is_over:
            self._timers.start("negotiation", NEGOTIATION_SECONDS, self._stop_waiting)
        else:
            self._timers.cancel("negotiation")

    def _complete_registration(self, nick: str) -> None:
        self._timers.cancel("registration")
        self.state.nick = nick or self.state.nick
        self._listener.handle_registered()
        self._post_registration.handle_welcome()

    # What the server says.

    def _handle(self, message: Message) -> None:
        was_registered = self._registration.is_registered
        actions = self._registration.handle(message)
        self._perform(actions)
        if actions or message.command in ("CAP", "AUTHENTICATE"):
            self._await_negotiation()
        if was_registered and not self._is_over:
            for event in self.state.handle(message):
                self._handle_event(event)
        if message.command.isdigit():
            self._set_server_clock(message)
        handler = self._handlers.get(message.command)
        if handler is not None and not self._is_over:
            handler(message)

    def _perform_later(self, what: Event | str) -> None:
        """Queue a message, or react to an event."""
        if isinstance(what, str):
            self.send(what)
        else:
            self._handle_event(what)

    def _handle_event(self, event: Event) -> None:
        match event:
            case Queried(message):
                self.send(message)
            case Joined(channel):
                self._post_registration.handle_joined(channel)
                self._listener.handle_joined(channel)
            case Left(channel, why, None):
                self._warn(f"{channel}: {why}; not joining again")
            case Left(channel, why, float(seconds)):
                self._warn(f"{channel}: {why}; joining again in {seconds:.0f} s")
                self._post_registration.join_later(channel, seconds)
            case Muted(channel, why):
                self._warn(f"{channel} does not take what the bot says: {why}")
            case NickChanged(nick):
                self._post_registration.handle_own_nick()
                policy = self._post_registration.nick_policy
                then = f": {policy.trouble}; trying again in {policy.delay:.0f} s" if policy.trouble else ""
                (self._warn if then else self._log)(f"the nick is now {nick}{then}")
            case NickReleased(nick):
                self._post_registration.handle_nick_released(nick)
            case WhoAnswered(nick, account):
                self._accounts.answer(nick, account)

    def _log(self, what: str) -> None:
        log.info("{network}: {what}", network=self._network.label, what=one_line(what, QUOTED_CHARACTERS))

    def _warn(self, what: str) -> None:
        log.warn("{network}: {what}", network=self._network.label, what=one_line(what, QUOTED_CHARACTERS))

    def _handle_ping(self, message: Message) -> None:
        self._queue.send_at_once(build("PONG", message[0]))

    def _set_server_clock(self, message: Message) -> None:
        """This message is surely of this moment, so its time is what the server's clock shows."""
        if message.time is not None:
            self._server_clock.set(message.time, self._clock.seconds())

    def _handle_error(self, message: Message) -> None:
        said = one_line(message[-1], QUOTED_CHARACTERS)
        self._leave(f"the server says: {said}" if said else "the server ends the connection", waits=False)

    def _check_alive(self) -> None:
        silence = self._clock.seconds() - self._last_received
        if silence >= DEAD_SECONDS:
            self.abort(f"not a word from the server for {DEAD_SECONDS:.0f} s")
            return
        if silence >= QUIET_SECONDS and self._registration.is_registered:
            self._queue.send_at_once(build("PING", "bandstand"))
        self._timers.start("alive", CHECK_SECONDS, self._check_alive)

    # What people say.

    def _is_from_person(self, message: Message) -> bool:
        """Whether a person said this just now: no bot, no server, not the bot itself, and no history."""
        if not self._registration.is_registered or is_automated(message, self.state.nick, self.state.casemapping):
            return False
        return message.time is None or not self._server_clock.is_stale(message.time, self._clock.seconds())

    def _handle_privmsg(self, message: Message) -> None:
        if not self._is_from_person(message):
            return
        target, text = message[0], message[1]
        is_private = self.state.is_own_nick(target)
        channel = "" if is_private else self.state.find_channel(target)
        if text.startswith("\x01"):
            self._answer_ctcp(message.source.nick, text.strip("\x01"))
        elif is_private or channel:
            said = ChatMessage(message.source, channel, wire.strip_formatting(text))
            self._listener.handle_message(said, lambda: self._accounts.find(message))

    def _answer_ctcp(self, nick: str, request: str) -> None:
        """Answer VERSION and PING, and nothing else."""
        word, _, rest = request.partition(" ")
        answers = {"VERSION": VERSION, "PING": one_line(rest, CTCP_PING_CHARACTERS)}
        answer = answers.get(word.upper())
        if answer is not None and self.flood_control.allows_ctcp(self._clock.seconds()):
            self.send(build("NOTICE", nick, f"\x01{word.upper()} {answer}\x01"), self.state.find_person(nick))

    def _handle_invite(self, message: Message) -> None:
        if self.state.is_own_nick(message[0]) and self._is_from_person(message):
            self._listener.handle_invitation(message.source, message[1], lambda: self._accounts.find(message))
