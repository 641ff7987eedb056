"""`X-Request-ID`: each request gets a reference (`common.reference`), which its answer names, and under which all
processes log what it leads to. A proxy in front of us may have given it one already, which is then kept.

Middleware around everything else.
"""

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from bandstand.common.reference import read_reference, refer_to
from bandstand.web.caching import is_http

HEADER = "x-request-id"


def name_requests(app: ASGIApp) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if not is_http(scope):
            await app(scope, receive, send)
            return
        reference = read_reference(Headers.from_scope(scope).get(HEADER, ""))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders(message)[HEADER] = reference
            await send(message)

        with refer_to(reference):
            await app(scope, receive, send_named)

    return handle
