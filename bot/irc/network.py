"""A network and the one connection to it, for ever made again; whom it answers is `bot.irc.talk`'s business.

Knows when to connect and how (TLS, what the server has bound us to), and which later answers wait for a connection.
"""

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.irc import sasl, tls
from bot.irc.line import Source
from bot.irc.nicks import candidates
from bot.irc.registration import Login
from bot.irc.retry import Retry
from bot.irc.session import Heard, Session
from bot.irc.sts import Policies
from common.irc import Network
from common.text import one_line

log = Logger()

CONNECT_SECONDS = 30
QUIT_SECONDS = 2.0
SAID_LIMIT = 200


class Ears(Protocol):
    """What a link is listened to by."""

    def heard(self, what: Heard, account: Callable[[], Deferred[str]]) -> None: ...

    def invited(self, who: Source, channel: str, account: Callable[[], Deferred[str]]) -> None: ...

    def arrived(self, channel: str) -> None:
        """In this channel from now on; empty: on the network."""
        ...


def login(network: Network) -> Login:
    mechanisms: list[Callable[[], sasl.Mechanism]] = []
    name, password = network.login_name, network.password
    if network.certificate:
        mechanisms.append(sasl.External)
    if password:
        mechanisms.append(lambda: sasl.Scram(name, password))
        mechanisms.append(lambda: sasl.Plain(name, password))
    return Login(
        nicks=candidates(network.nick, tuple(network.other_nicks)),
        user=network.user,
        realname=network.realname,
        password=network.server_password,
        mechanisms=mechanisms,
        must_log_in=network.login == "required",
    )


def endpoint(reactor: Any, network: Network, port: int, secure: bool) -> IStreamClientEndpoint:
    plain = HostnameEndpoint(reactor, network.server, port, timeout=CONNECT_SECONDS)
    return wrapClientTLS(tls.options(network), plain) if secure else plain


class Link:
    """One network's connection; a `bot.irc.session.Host`."""

    def __init__(
        self,
        reactor: Any,
        network: Network,
        policies: Policies,
        chance: Random,
        wall: Callable[[], float],
        reach: Callable[[Any, Network, int, bool], IStreamClientEndpoint] = endpoint,
    ) -> None:
        self.network = network
        self.session: Session | None = None
        """The one that has registered."""
        self.ears: Ears | None = None
        self._reactor = reactor
        self._policies = policies
        self._wall = wall
        self._reach = reach
        self._retry = Retry(chance.random)
        self._current: Session | None = None
        self._attempt: Deferred[Any] | None = None
        self._timer: IDelayedCall | None = None
        self._since: float | None = None
        self._lasting = False
        self._at_once = False
        self._upgrade: int | None = None
        self._port = network.at
        self._said = ""
        self._stopped: Deferred[None] | None = None
        self._stopping = False

    # From outside.

    @property
    def state(self) -> str:
        """How it is, for whoever asks."""
        if self.session is None:
            return f"not connected: {self._said}" if self._said else "connecting"
        return f"in {' '.join(self.session.presence.roster.channels())}".removesuffix("in ") or "in no channel"

    def start(self) -> None:
        self._connect()

    def stop(self) -> Deferred[None]:
        """Fires when the connection has ended."""
        self._stopping = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._attempt is not None:
            self._attempt.cancel()
        if self._current is None:
            return succeed(None)
        self._stopped = Deferred()
        self._current.quit("the station stops")
        self._current.close()
        timer = self._reactor.callLater(QUIT_SECONDS, self._current.abandon, "the station stops")
        self._stopped.addBoth(lambda _: timer.cancel() if timer.active() else None)
        return self._stopped

    # Connecting.

    def _connect(self) -> None:
        network = self.network
        bound = self._upgrade or self._policies.port(network.server, self._wall())
        secure = network.tls or bound is not None
        self._port = port = network.at if network.tls or bound is None else bound
        session = Session(network, login(network), self, self._reactor, self._wall, secure)
        self._lasting = self._at_once = False
        try:
            reached = self._reach(self._reactor, network, port, secure)
        except Exception as error:
            self._again(f"TLS cannot be set up: {error}")
            return

        def made() -> Session:
            self._current = session
            return session

        self._attempt = reached.connect(Factory.forProtocol(made))
        self._attempt.addCallbacks(self._connected, self._not_connected)

    def _connected(self, _: object) -> None:
        self._attempt = None

    def _not_connected(self, failure: Failure) -> None:
        self._attempt = None
        self._again(tls.why_lost(failure))

    def _again(self, why: str) -> None:
        """The connection is gone, or was never there."""
        if self._stopping:
            return
        wait = 0.0 if self._at_once else self._retry.wait(self._lasting)
        if why != self._said:
            log.warn("{name}: {why}; trying again for ever", name=self.network.label, why=one_line(why, SAID_LIMIT))
            self._said = why
        log.debug("{name}: the next try is in {wait:.1f} s", name=self.network.label, wait=wait)
        self._timer = self._reactor.callLater(wait, self._connect)

    # From the session.

    def registered(self) -> None:
        self.session = self._current
        self._since = self._reactor.seconds()
        self._said = ""
        log.info("{name}: on the network", name=self.network.label)
        if self.ears is not None:
            self.ears.arrived("")

    def refused(self, reason: str, lasting: bool) -> None:
        self._lasting = lasting

    def secure(self, port: int) -> None:
        log.info("{name}: the server wants TLS, on port {port}", name=self.network.label, port=port)
        self._upgrade, self._at_once = port, True

    def remember(self, seconds: int) -> None:
        try:
            self._policies.remember(self.network.server, self._port, seconds, self._wall())
        except OSError as error:
            log.warn("the server's wish for TLS could not be kept: {why}", why=error.strerror)

    def lost(self, why: str) -> None:
        self._current = self.session = None
        if self._since is not None:
            self._retry.lived(self._reactor.seconds() - self._since)
            self._since = None
        if self._stopped is not None:
            self._stopped.callback(None)
        self._again(why)

    def entered(self, channel: str) -> None:
        log.info("{name}: in {channel}", name=self.network.label, channel=channel)
        if self.ears is not None:
            self.ears.arrived(channel)

    def heard(self, what: Heard, account: Callable[[], Deferred[str]]) -> None:
        if self.ears is not None:
            self.ears.heard(what, account)

    def invited(self, who: Source, channel: str, account: Callable[[], Deferred[str]]) -> None:
        if self.ears is not None:
            self.ears.invited(who, channel, account)
