"""ETags for what is read: a client that has the answer already is told so, and is not sent it again.

Middleware around all routes. The answer to a GET that comes in one piece, is JSON or a feed and has no ETag is given
one made of its content; one that comes in pieces (a stream, a file) passes as it is.
"""

import hashlib
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPES: Final = (b"application/json", b"application/vnd.oai.openapi", b"application/rss+xml")
DEFAULT: Final = b"public, no-cache"
"""Browsers keep the answer, and ask whether it is still so."""


def is_http(scope: Scope) -> bool:
    """Litestar's scopes have an enumeration there, uvicorn's a string."""
    return str(getattr(scope["type"], "value", scope["type"])) == "http"


class ETags:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_http(scope) or scope.get("method") != "GET":
            await self._app(scope, receive, send)
            return
        known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        await self._app(scope, receive, _Marker(send, known))


class _Marker:
    """Holds back the head of an answer until its body is there."""

    def __init__(self, send: Send, known: bytes) -> None:
        self._send = send
        self._known = known
        self._head: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_mark(message):
            self._head = message
        elif self._head is None:
            await self._send(message)
        else:
            head, self._head = self._head, None
            body = message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body"):
                head, body = self._mark(head, body)  # type: ignore[arg-type]
                message = {"type": "http.response.body", "body": body, "more_body": False}
            await self._send(head)
            await self._send(message)

    def _mark(self, head: Any, body: bytes) -> tuple[Any, bytes]:
        mark = b'W/"' + hashlib.blake2b(body, digest_size=9).hexdigest().encode() + b'"'
        names = {name.lower() for name, _ in head["headers"]}
        more = [(b"etag", mark), *([] if b"cache-control" in names else [(b"cache-control", DEFAULT)])]
        headers = [*head["headers"], *more]
        if mark not in (one.strip() for one in self._known.split(b",")):
            return {**head, "headers": headers}, body
        kept = [(name, value) for name, value in headers if not name.lower().startswith(b"content-")]
        return {**head, "status": 304, "headers": kept}, b""


def _may_mark(head: Any) -> bool:
    headers = {name.lower(): value for name, value in head["headers"]}
    is_stored = b"no-store" not in headers.get(b"cache-control", b"")
    is_json = headers.get(b"content-type", b"").startswith(MEDIA_TYPES)
    return bool(head["status"] == 200 and is_json and is_stored and b"etag" not in headers)
