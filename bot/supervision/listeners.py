"""How many hear each mount, as Icecast says, and how many follow HLS, as those who send its files say.

Knows how Icecast 2.4 is asked; not whose it is. Its configuration is in `bot.supervision.icecast`.
"""

import http
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from twisted.internet import ssl
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent

from bandstand.common import hls
from bandstand.common.api.events import Event, HlsListenersCounted
from bandstand.common.config import Icecast, Mount
from bandstand.common.icecast import ADMIN, AGENT, STATS, basic_authorization, parse_stats

ANSWER_SECONDS: Final = 1.0
HLS_SECONDS: Final = 150.0
"""For which the word of who counts HLS's listeners holds: they repeat it every minute."""
KILL_SOURCE: Final = "/admin/killsource"


def make_agent(reactor: Any, icecast: Icecast) -> Agent:
    """For requests to this Icecast, with the trust that is configured for it. Raises OSError without that file."""
    if not (icecast.tls and icecast.ca_file):
        return Agent(reactor)
    trusted = ssl.Certificate.loadPEM(Path(icecast.ca_file).read_bytes())
    return Agent(reactor, BrowserLikePolicyForHTTPS(ssl.trustRootFromCertificates([trusted])))


def read_counts(statistics: bytes, mounts: Iterable[Mount]) -> dict[str, int]:
    """Listeners of each mount, those on its standby included, from Icecast's statistics.

    Raises ValueError if those are none.
    """
    listeners = {path: found.listeners for path, found in parse_stats(statistics).items()}
    return {mount.path: listeners.get(mount.path, 0) + listeners.get(mount.standby, 0) for mount in mounts}


@dataclass(frozen=True)
class IcecastSources:
    """Ends other people's sources, where this Icecast's administrator may: with an empty password nobody does."""

    agent: IAgent
    clock: IReactorTime
    address: str
    admin_password: str

    async def end(self, mount: str) -> None:
        """Raises PermissionError where Icecast does not do it, TimeoutError, or what the agent raises."""
        if not self.admin_password:
            raise PermissionError("icecast.admin_password is needed to end a source's connection")
        authorization = basic_authorization(ADMIN, self.admin_password)
        headers = Headers({"Authorization": [authorization], "User-Agent": [AGENT]})
        url = f"{self.address}{KILL_SOURCE}?{urlencode({'mount': mount})}".encode()
        response = await self.agent.request(b"GET", url, headers, None).addTimeout(ANSWER_SECONDS, self.clock)
        await readBody(response).addTimeout(ANSWER_SECONDS, self.clock)
        if response.code not in (http.HTTPStatus.OK, http.HTTPStatus.BAD_REQUEST):  # 400: there is no such source
            raise PermissionError(f"Icecast at {self.address} answered {response.code} and did not end {mount}")


@dataclass(frozen=True)
class IcecastStatistics:
    """The statistics of one Icecast. `address` is as `common.icecast.base_url` has it."""

    agent: IAgent
    clock: IReactorTime
    address: str
    admin_password: str

    async def count_listeners(self, mounts: Iterable[Mount]) -> dict[str, int]:
        """How many hear each mount. Raises as `fetch` does."""
        return read_counts(await self.fetch(), mounts)

    async def fetch(self) -> bytes:
        """The statistics as Icecast writes them.

        Raises TimeoutError after a second, PermissionError on a wrong password, or what the agent raises.
        """
        authorization = basic_authorization(ADMIN, self.admin_password)
        headers = Headers({"Authorization": [authorization], "User-Agent": [AGENT]})
        asked = self.agent.request(b"GET", f"{self.address}{STATS}".encode(), headers, None)
        response = await asked.addTimeout(ANSWER_SECONDS, self.clock)
        body: bytes = await readBody(response).addTimeout(ANSWER_SECONDS, self.clock)
        if response.code != http.HTTPStatus.OK:
            raise PermissionError(
                f"Icecast at {self.address} answered {response.code}: is icecast.admin_password right?"
            )
        return body


class HlsListeners:
    """The listeners of HLS, by what each process that sends its files has said last. `clock` is monotonic."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._told: dict[str, tuple[float, int]] = {}

    def react(self, event: Event) -> None:
        if isinstance(event, HlsListenersCounted):
            now = self._clock.seconds()
            kept = {source: told for source, told in self._told.items() if now - told[0] < HLS_SECONDS}
            self._told = kept | {event.source: (now, event.listeners)}

    def count(self) -> int:
        now = self._clock.seconds()
        return sum(listeners for at, listeners in self._told.values() if now - at < HLS_SECONDS)

    def add_to(self, count: Callable[[], Awaitable[dict[str, int]]]) -> Callable[[], Awaitable[dict[str, int]]]:
        """`count`, with those of HLS beside the mounts."""

        async def count_all() -> dict[str, int]:
            return {**await count(), hls.PATH: self.count()}

        return count_all
