"""A network and the bot's connection to it, which is made again for as long as the station runs.

`_stay_connected` is its whole life: connect, wait until the connection ends, pause, connect again. The pause grows
from 2 s to 5 min, and begins at 2 min after a refusal that will hardly change by itself (a ban, a wrong password).
Only a connection on which the bot was registered for three minutes makes the next pause short again: to be connected
is not enough, since some servers accept and close at once.

A server may demand TLS (STS, see `bot.irc.sts`): then the next connection is made at once, on the port that it named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IReactorTCP, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.irc import tls
from bandstand.bot.irc.message import Hostmask
from bandstand.bot.irc.session import ChatMessage, FindAccount, Session
from bandstand.bot.irc.sts import PolicyStore
from bandstand.common.backoff import Backoff
from bandstand.common.irc import Network
from bandstand.common.text import one_line

log = Logger()

CONNECT_SECONDS = 30
QUIT_SECONDS = 2.0
"""Time that the server has to close the connection after QUIT."""
FIRST_WAIT, LAST_WAIT = 2.0, 300.0
"""Seconds between two attempts to connect."""
FIRST_WAIT_LASTING = 120.0
"""The same after a refusal that will hardly change by itself."""
STEADY_SECONDS = 180.0
"""A registered connection that lasted this long was a success."""
SPREAD = 0.5
"""The part of each wait that chance may take away."""
REASON_CHARACTERS = 200
GOOD_BYE = "the station stops"


class NetworkListener(Protocol):
    """What a connection reports to."""

    def handle_joined(self, channel: str) -> None:
        """The bot is in this channel now; empty: on the network."""
        ...

    def handle_message(self, message: ChatMessage, find_account: FindAccount) -> None: ...

    def handle_invitation(self, source: Hostmask, channel: str, find_account: FindAccount) -> None: ...


class INetworkReactor(IReactorTCP, IReactorTime):
    """What connections need of a reactor."""


MakeEndpoint = Callable[[Network, int, bool], IStreamClientEndpoint]
"""From a network, a port, and whether to use TLS. May raise for unusable certificates."""


def endpoint_maker(reactor: INetworkReactor) -> MakeEndpoint:
    def make(network: Network, port: int, is_tls: bool) -> IStreamClientEndpoint:
        plain = HostnameEndpoint(reactor, network.server, port, timeout=CONNECT_SECONDS)
        return wrapClientTLS(tls.connection_creator(network), plain) if is_tls else plain

    return make


@dataclass(frozen=True)
class Resources:
    """What the connections of all networks share."""

    make_endpoint: MakeEndpoint
    policies: PolicyStore
    clock: IReactorTime
    """Monotonic."""
    wall: Callable[[], float]
    """Returns Unix time."""
    chance: Random


class NetworkConnection:
    """A `bot.irc.session.SessionListener`."""

    def __init__(self, network: Network, resources: Resources) -> None:
        self.network = network
        self.session: Session | None = None
        """The session while it is registered."""
        self.listener: NetworkListener | None = None
        self._make_endpoint = resources.make_endpoint
        self._policies = resources.policies
        self._clock = resources.clock
        self._wall = resources.wall
        self._backoff = Backoff(resources.chance.random, FIRST_WAIT, LAST_WAIT, STEADY_SECONDS, SPREAD)
        self._loop: Deferred[None] | None = None
        self._open_session: Session | None = None
        """The session from the connection's first moment to its end."""
        self._ended: Deferred[str] = Deferred()
        """Fires with the reason when the current session ends."""
        self._registered_at: float | None = None
        self._is_refusal_lasting = False
        self._tls_port: int | None = None
        """The port of a TLS demand that was made on a plain connection; holds for this process."""
        self._is_tls_required_now = False
        self._port = network.connect_port
        self._trouble = ""
        self._is_stopping = False

    # From outside.

    @property
    def status(self) -> str:
        """A phrase for the station's status."""
        if self.session is not None:
            channels = self.session.state.members.channels()
            present = f"in {' '.join(channels)}" if channels else "in no channel"
            return "; ".join([present, *self.session.describe_troubles()])
        return f"not connected: {self._trouble}" if self._trouble else "connecting"

    def start(self) -> None:
        self._loop = Deferred.fromCoroutine(self._stay_connected())
        self._loop.addErrback(self._log_failure)

    def stop(self) -> Deferred[None]:
        """Fires when the connection has ended."""
        self._is_stopping = True
        if self._loop is None:
            return succeed(None)
        if self._open_session is None:
            self._loop.cancel()
            return succeed(None)
        return Deferred.fromCoroutine(self._end(self._open_session, self._loop))

    async def _end(self, session: Session, loop: Deferred[None]) -> None:
        session.quit(GOOD_BYE)
        session.close()
        timer = self._clock.callLater(QUIT_SECONDS, session.abort, GOOD_BYE)
        await loop
        if timer.active():
            timer.cancel()

    def _log_failure(self, failure: Failure) -> None:
        if failure.check(CancelledError) is None:
            log.failure("the connection to {name} is given up", failure, name=self.network.label)

    # Connecting.

    async def _stay_connected(self) -> None:
        while True:
            why = await self._connect_once()
            if self._is_stopping:
                return
            wait = self._next_wait()
            if why != self._trouble:
                reason = one_line(why, REASON_CHARACTERS)
                log.warn("{name}: {why}; trying again for ever", name=self.network.label, why=reason)
                self._trouble = why
            log.debug("{name}: the next try is in {wait:.1f} s", name=self.network.label, wait=wait)
            await deferLater(self._clock, wait)

    async def _connect_once(self) -> str:
        """Connect, wait until the connection ends, and return the reason."""
        network = self.network
        tls_port = self._tls_port or self._policies.find_port(network.server, self._wall())
        is_tls = network.tls or tls_port is not None
        self._port = port = network.connect_port if network.tls or tls_port is None else tls_port
        self._is_refusal_lasting = self._is_tls_required_now = False
        self._ended = Deferred()

        def make_session() -> Session:
            self._open_session = Session(network, self, self._clock, self._wall, is_tls)
            return self._open_session

        try:
            endpoint = self._make_endpoint(network, port, is_tls)
        except Exception as error:
            return f"TLS cannot be set up: {error}"
        try:
            await endpoint.connect(Factory.forProtocol(make_session))
        except Exception:
            return tls.explain_failure(Failure())
        return await self._ended

    def _next_wait(self) -> float:
        if self._is_tls_required_now:
            return 0.0
        return self._backoff.next_wait(FIRST_WAIT_LASTING if self._is_refusal_lasting else 0.0)

    # From the session.

    def handle_registered(self) -> None:
        self.session = self._open_session
        self._registered_at = self._clock.seconds()
        self._trouble = ""
        log.info("{name}: on the network", name=self.network.label)
        if self.listener is not None:
            self.listener.handle_joined("")

    def handle_rejected(self, reason: str, is_lasting: bool) -> None:
        self._is_refusal_lasting = is_lasting

    def handle_tls_required(self, port: int) -> None:
        log.info("{name}: the server wants TLS, on port {port}", name=self.network.label, port=port)
        self._tls_port, self._is_tls_required_now = port, True

    def handle_tls_policy(self, seconds: int) -> None:
        try:
            self._policies.store(self.network.server, self._port, seconds, self._wall())
        except OSError as error:
            log.warn("the server's demand for TLS could not be kept: {why}", why=error.strerror)

    def handle_lost(self, why: str) -> None:
        self._open_session = self.session = None
        if self._registered_at is not None:
            lasted = self._clock.seconds() - self._registered_at
            self._backoff.record_success(lasted)
            self._registered_at = None
        self._ended.callback(why)

    def handle_joined(self, channel: str) -> None:
        log.info("{name}: in {channel}", name=self.network.label, channel=channel)
        if self.listener is not None:
            self.listener.handle_joined(channel)

    def handle_message(self, message: ChatMessage, find_account: FindAccount) -> None:
        if self.listener is not None:
            self.listener.handle_message(message, find_account)

    def handle_invitation(self, source: Hostmask, channel: str, find_account: FindAccount) -> None:
        if self.listener is not None:
            self.listener.handle_invitation(source, channel, find_account)
