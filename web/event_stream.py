"""`/api/events`: the station's events as they happen, as server-sent events."""

import asyncio
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from bandstand.common.api.live import GetBooth
from bandstand.web.event_hub import EventHub, Stream, Wants
from bandstand.web.given import TheHub, TheLink, TheSettings, TheVisitor
from bandstand.web.limits import find_address
from bandstand.web.problems import Trouble

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx passes each event on at once
)
BEGINNING = b"retry: 2000\n\n"
"""Milliseconds after which a browser connects again."""


@get(
    "/api/events",
    media_type="text/event-stream",
    responses={
        200: ResponseSpec(str, description="Server-sent events, without an end.", media_type="text/event-stream")
    },
    summary="Events as they happen",
    description="First `state`: what is on the air, and the queue; it comes again whenever that changes. Then each "
    "event, named by its tag, with its number as `id`. Who sends `Last-Event-ID` is given what came after it.",
)
async def stream_events(
    hub: TheHub,
    settings: TheSettings,
    link: TheLink,
    visitor: TheVisitor,
    last_event_id: Annotated[str | None, HeaderParameter(name="Last-Event-ID")] = None,
    after: Annotated[
        int | None, QueryParameter(description="As Last-Event-ID, for those who can send no header.")
    ] = None,
    progress: Annotated[
        bool, QueryParameter(description="Also tell how far jobs are, several times a second.")
    ] = False,
    booth: Annotated[
        bool, QueryParameter(description="Also tell how it is with DJs who are live, twice a second; for DJs.")
    ] = False,
) -> ASGIApp:
    if booth:
        await link.carry_out(GetBooth(), visitor.by())  # raises Declined where it is not for them
    given = last_event_id.strip() if last_event_id else ""
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else after
    return EventResponse(hub, number, Wants(progress, booth), is_limited=settings.web.requests > 0)


class EventResponse:
    """Sends one stream to one reader, until either of them ends."""

    def __init__(self, hub: EventHub, after: int | None, wants: Wants, *, is_limited: bool) -> None:
        self._is_limited = is_limited
        self._hub = hub
        self._after = after
        self._wants = wants

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Trouble where there are too many."""
        address = find_address(scope) if self._is_limited else ""
        if not self._hub.has_room(address):
            raise Trouble(503, "too many follow the events at the moment", retry_after=30)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        stream = self._hub.open_stream(self._after, self._wants, address)
        stream.reader = asyncio.current_task()
        leaving = asyncio.create_task(_wait_for_end(receive, stream))
        try:
            await send({"type": "http.response.body", "body": BEGINNING, "more_body": True})
            while data := await stream.take():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self._hub.close_stream(stream)


async def _wait_for_end(receive: Receive, stream: Stream) -> None:
    """Close the stream when its reader goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


ROUTES = [stream_events]
