"""HEAD for whatever can be read by GET (RFC 9110, section 9.3.2): players and proxies ask so before they fetch.

Middleware around all routes, which know GET alone. The answer is that of GET without its body; one that would go on for
ever, as a stream of events, is told that its reader is gone.
"""

import asyncio

from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from bandstand.web.caching import is_http


def answer_heads(app: ASGIApp) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if not is_http(scope) or scope.get("method") != "HEAD":
            await app(scope, receive, send)
            return
        answer = _Head(receive, send)
        await app({**scope, "method": "GET"}, answer.receive, answer.send)  # type: ignore[arg-type]

    return handle


class _Head:
    """Lets the head of an answer pass, and keeps its body back."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._began = asyncio.Event()

    async def receive(self) -> ReceiveMessage:
        """The request; when that is read and the answer has begun, the reader's leaving."""
        message = await self._receive() if not self._began.is_set() else None
        if message is not None and message["type"] == "http.request":
            return message
        await self._began.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self._began.set()
