"""The booth (`/booth`): how a DJ connects, how it is with them, what waits, and what listeners ask for.

For those with the right dj, and for guests of live shows who gave their password; others are told so, and are shown the
way in. Buttons ask for what the commands ask for (`/api/commands`). Who may see and do what is the core's to check.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from bandstand.common.api.live import Booth, GetBooth
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NeedsRight
from bandstand.common.config import Config
from bandstand.common.live import make_mount
from bandstand.common.remote_access import is_loopback
from bandstand.web.addresses import find_icecast_url
from bandstand.web.booth_view import OTHERS, WIDTH, make_view
from bandstand.web.bot_link import Declined, Link
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheSettings, TheVisitor
from bandstand.web.page_context import PageMaker
from bandstand.web.people import Visitor

PASSWORD: Final = "PASSWORD"
"""Stands in the examples where the person's own is to be put: the station knows only its hash."""
FORBIDDEN: Final = 403
HERE: Final = "booth"


class Connecting(msgspec.Struct, frozen=True, kw_only=True):
    """What a DJ enters into their program."""

    host: str
    port: int
    mount: str
    user: str
    is_near_only: bool = False
    """Icecast can be reached from its own machine alone, and the visitor found the page from elsewhere."""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"icecast://{self.user}:{PASSWORD}@{host}:{self.port}{self.mount}"

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """What ffmpeg is called with, and for what."""
        return (
            ("a file", "ffmpeg -re -i show.flac -c:a libopus -b:a 128k -f ogg -page_duration 20000 "
             f"-content_type audio/ogg {self.url}"),
            ("a sound card", "ffmpeg -f pulse -i default -c:a libmp3lame -b:a 192k -f mp3 -flush_packets 1 "
             f"-content_type audio/mpeg {self.url}"),
        )  # fmt: skip


def make_connecting(request: AnyRequest, settings: Config, known: str, name: str) -> Connecting:
    """`known` is the address of a mount, as the station has it."""
    parts = urlsplit(find_icecast_url(request, settings, known))
    icecast = settings.icecast
    host = parts.hostname or icecast.host
    return Connecting(
        host=host,
        port=parts.port or icecast.port,
        mount=make_mount(name),
        user=name,
        is_near_only=settings.manages_icecast and is_loopback(icecast.bind) and not is_loopback(host),
    )


async def ask(link: Link, visitor: Visitor) -> Booth:
    """Raises Declined where the booth is not for them."""
    return cast(Booth, await link.carry_out(GetBooth(), visitor.by()))


async def make_state_context(booth: Booth, visitor: Visitor) -> dict[str, Any]:
    view = make_view(booth, may_command=visitor.right >= Right.DJ)
    return {"view": view, "others_states": OTHERS, "meter_width": WIDTH}


async def make_asked_context(booth: Booth, _: Visitor) -> dict[str, Any]:
    return {"asked": booth.asked}


async def make_messages_context(booth: Booth, _: Visitor) -> dict[str, Any]:
    return {"messages": booth.messages, "own_name": booth.name}


PARTS: Final[dict[str, Callable[[Booth, Visitor], Awaitable[dict[str, Any]]]]] = {
    "state": make_state_context,
    "asked": make_asked_context,
    "messages": make_messages_context,
}
"""What the template `booth_parts/NAME.html` is given."""


@get("/booth", include_in_schema=False)
async def show_booth(
    request: AnyRequest, link: TheLink, pages: ThePages, settings: TheSettings, visitor: TheVisitor
) -> Template:
    try:
        booth = await ask(link, visitor)
    except Declined as declined:
        if not isinstance(declined.why, NeedsRight):
            raise
        return await _show_way_in(request, pages, visitor)
    context: dict[str, Any] = {"connecting": None, "queue": pages.list_queue(), "next_live": None}
    for make in PARTS.values():
        context |= await make(booth, visitor)
    if booth.name and booth.live.is_enabled:
        known = next((mount.url for mount in await pages.list_mounts() if mount.url), "")
        context["connecting"] = make_connecting(request, settings, known, booth.name)
    return await pages.render(request, visitor, "booth.html", HERE, **context)


async def _show_way_in(request: AnyRequest, pages: PageMaker, visitor: Visitor) -> Template:
    page = await pages.render(request, visitor, "booth_closed.html", HERE)
    page.status_code = FORBIDDEN
    return page


@get("/booth/parts/{name:str}", include_in_schema=False)
async def show_part(
    request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor, name: FromPath[str]
) -> Template:
    make = PARTS.get(name)
    if make is None:
        raise NotFoundException("there is no such part of the page")
    context = await make(await ask(link, visitor), visitor)
    return await pages.render(request, visitor, f"booth_parts/{name}.html", HERE, **context)


ROUTES: Final = [show_booth, show_part]
