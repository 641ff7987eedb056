"""How much one address may ask, and how long a request may take to come: the outermost layer of the application.

A token bucket for each address (of IPv6 for each network of 64 bits, which a household has for itself). What one
person may do is the station's own business (`[limits]`); this only keeps one address from keeping all others waiting.
Behind a proxy the address is what the proxy says, where `web.proxies` trusts it.
"""

import asyncio
import ipaddress
import math
import re
from collections.abc import Callable
from typing import Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from bandstand.common.token_bucket import TokenBuckets
from bandstand.web.caching import is_http
from bandstand.web.metrics import count_request
from bandstand.web.problems import MEDIA_TYPE, Trouble, make_problem

BURST_SECONDS: Final = 15.0
"""An address that was quiet may ask at once for as much as otherwise in this time."""
ADDRESSES: Final = 20_000
"""That are remembered."""
FREE: Final = ("/healthz", "/readyz", "/metrics")
"""For whoever watches over the station."""
FREE_BELOW: Final = "/hls/"
"""Players fetch a file of it every second or two, and many may be behind one address."""
BODY_SECONDS: Final = 20.0
"""In which a body has to come, all of it: it has 64 KiB at most."""
IPV6_PREFIX: Final = 64
HOST: Final = re.compile(r"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{0,5}))?")
"""A name or an address, and perhaps a port (RFC 3986, section 3.2.2, without what no host is called)."""
LAST_PORT: Final = 65_535
HEAD_BYTES: Final = 16_384
"""Of a request's first line and headers."""
HEAD_TOO_LONG: Final = "the first line and the headers of a request have at most"


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
            await _refuse_more(wait, _count(send))
            return
        if not is_host(scope):
            await _refuse(400, "the request's header Host names no host", _count(send))
            return
        if find_head_bytes(scope) > HEAD_BYTES:
            await _refuse(431, f"{HEAD_TOO_LONG} {HEAD_BYTES} bytes", _count(send))
            return
        await self._app(scope, receive if scope.get("method") == "GET" else _PatientBody(receive), _count(send))

    def _take(self, scope: Scope) -> float:
        """Seconds to wait; 0: go on."""
        if self._buckets is None or scope["path"] in FREE or scope["path"].startswith(FREE_BELOW):
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


class _PatientBody:
    """Gives the handler what comes of a body, as long as that comes in time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_whole = False
        self._end: float | None = None

    async def __call__(self) -> ReceiveMessage:
        """Raises Trouble."""
        if self._is_whole:
            return await self._receive()
        if self._end is None:
            self._end = asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise Trouble(408, f"what is sent has to come within {BODY_SECONDS:.0f} seconds") from None
        self._is_whole = message["type"] != "http.request" or not message.get("more_body")
        return message


def is_host(scope: Scope) -> bool:
    """Whether the header Host, if there is one, names a host and nothing else: addresses that we give away are made of
    it."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host" and value]
    matches = [HOST.fullmatch(host) for host in found]
    return all(match is not None and int(match["port"] or 0) <= LAST_PORT for match in matches)


def find_head_bytes(scope: Scope) -> int:
    """Of the address and the headers. The server itself counts only where they come in several pieces."""
    address = len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
    return address + sum(len(name) + len(value) + 4 for name, value in scope["headers"])


async def _refuse_more(wait: float, send: Send) -> None:
    seconds = str(max(1, math.ceil(wait)))
    detail = f"too much at once from this address; try again in {seconds} s"
    await _refuse(429, detail, send, (b"retry-after", seconds.encode()))


async def _refuse(status: int, detail: str, send: Send, *more: tuple[bytes, bytes]) -> None:
    body = msgspec.json.encode(make_problem(status, detail))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
