"""How much one address may ask, and how long a request may take to come: the outermost layer of the application.

A token bucket for each address (of IPv6 for each network of 64 bits, which a household has for itself). What one
person may do is the station's own business (`[limits]`); this only keeps one address from keeping all others waiting.
Behind a proxy the address is what the proxy says, where `web.proxies` trusts it.
"""

import asyncio
import ipaddress
import math
from collections.abc import Callable
from typing import Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from bandstand.common.token_bucket import TokenBuckets
from bandstand.web.caching import is_http
from bandstand.web.metrics import count_request
from bandstand.web.problems import MEDIA_TYPE, make_problem

BURST_SECONDS: Final = 15.0
"""An address that was quiet may ask at once for as much as otherwise in this time."""
ADDRESSES: Final = 20_000
"""That are remembered."""
FREE: Final = ("/healthz", "/readyz", "/metrics")
"""For whoever watches over the station."""
BODY_SECONDS: Final = 20.0
"""In which the next piece of a body has to come."""
IPV6_PREFIX: Final = 64


class Limits:
    """`per_minute`: requests of one address; 0 is no limit. `clock` gives seconds of a monotonic clock."""

    def __init__(self, app: ASGIApp, per_minute: int, clock: Callable[[], float]) -> None:
        self._app = app
        self._clock = clock
        rate = per_minute / 60
        self._buckets = TokenBuckets(rate, max(1.0, rate * BURST_SECONDS), ADDRESSES) if per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_http(scope):
            await self._app(scope, receive, send)
            return
        wait = self._take(scope)
        if wait:
            await _refuse(wait, _count(send))
            return
        await self._app(scope, receive if scope.get("method") == "GET" else _limit(receive), _count(send))

    def _take(self, scope: Scope) -> float:
        """Seconds to wait; 0: go on."""
        if self._buckets is None or scope["path"] in FREE:
            return 0.0
        return self._buckets.take(find_address(scope), self._clock())


def find_address(scope: Scope) -> str:
    """Whose request it is, as limits count it."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address((client[0] if client else "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def _count(send: Send) -> Send:
    async def counting(message: Message) -> None:
        if message["type"] == "http.response.start":
            count_request(message["status"])
        await send(message)

    return counting


def _limit(receive: Receive) -> Receive:
    """A client whose body does not come is taken to have gone."""

    async def limited() -> ReceiveMessage:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}

    return limited


async def _refuse(wait: float, send: Send) -> None:
    seconds = str(max(1, math.ceil(wait)))
    problem = make_problem(429, f"too much at once from this address; try again in {seconds} s")
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"retry-after", seconds.encode()),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(problem), "more_body": False})
