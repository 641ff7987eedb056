"""What keeps a visitor's browser from being used against them: headers of every answer, and who may send us forms.

**Content security policy.** The page runs scripts and styles of its own files only, none that stands in the page, so
that a title with markup in it could do nothing even if it were not escaped. It connects to this site, and to the mounts
where this visitor finds them, as Icecast has a port, or a host, of its own; to nobody else, so that nothing could be
carried away either. No other page may show ours in a frame.

**Forged forms.** A browser sends our cookie along with a form of somebody else's page (less and less, but that is the
browser's choice). So what changes something is taken only where it does not come from another site (`Origin`,
`Sec-Fetch-Site`), and with our cookie only where it brings the token that only our own pages know: as the form's field
`csrf`, or the header `X-CSRF-Token`. A program without a cookie needs no token: it has nothing that could be used.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from bandstand.common.config import Config
from bandstand.web.people import SAFE, get_visitor
from bandstand.web.problems import Trouble

SOURCE: Final = re.compile(r"https?://[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d{1,5})?")
"""An origin as a content security policy can name it (https://www.w3.org/TR/CSP3/#grammardef-host-source); it has no
way to name an address of IPv6."""


def make_policy(sounds: Iterable[str] = ()) -> str:
    """The content security policy of a page that plays what is at these addresses."""
    heard = "".join(f" {source}" for source in dict.fromkeys(map(name_source, sounds)) if source)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"connect-src 'self'{heard}",
            f"media-src 'self' blob:{heard}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def name_source(url: str) -> str:
    """The origin of an address as a policy names it; its scheme alone where it can be named no better; empty for what
    is no address."""
    origin = find_origin(url)
    return origin if SOURCE.fullmatch(origin) else f"{urlsplit(origin).scheme}:" if origin else ""


FEATURES: Final = (
    "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(self), midi=(), payment=(), publickey-credentials-get=(), usb=()"
)
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": make_policy(),
}
PAGE_HEADERS: Final = {
    "x-frame-options": "DENY",
    "permissions-policy": FEATURES,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Of pages alone: songs, pictures and the API may be used by other sites."""
FOREIGN: Final = "this was sent by a page of another site, and is not done for it"
NO_TOKEN: Final = "the page is too old or was opened in another way; load it again and try once more"


def add_safety(app: ASGIApp) -> ASGIApp:
    """The middleware that adds the headers."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                is_page = headers.get("content-type", "").startswith("text/html")
                for name, value in (HEADERS | PAGE_HEADERS if is_page else HEADERS).items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_safely)

    return handle


class Guard:
    """Looks at each request before its handler does: the application's `before_request`."""

    def __init__(self, settings: Config) -> None:
        self._own = find_origin(settings.web.public_url)

    async def check(self, request: Request[Any, Any, Any]) -> None:
        """Raises Trouble."""
        if request.method not in SAFE:
            self._check_site(request)
            await _check_token(request)

    def _check_site(self, request: Request[Any, Any, Any]) -> None:
        """What the browser itself says of the site is right behind any proxy; the origin is for those that do not."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            is_own = site in ("none", "same-origin")
        else:
            origin, host = request.headers.get("origin"), request.headers.get("host", "")
            own = {self._own, find_origin(f"{request.scope.get('scheme', 'http')}://{host}")} - {""}
            is_own = origin is None or find_origin(origin) in own
        if not is_own:
            raise Trouble(403, FOREIGN)


async def _check_token(request: Request[Any, Any, Any]) -> None:
    visitor = get_visitor(request)
    if not visitor.is_known:
        return
    token = request.headers.get("x-csrf-token", "")
    if not token and is_form(request):
        token = str((await request.form()).get("csrf", ""))
    if not visitor.is_token(token):
        raise Trouble(403, NO_TOKEN)


def is_form(request: Request[Any, Any, Any]) -> bool:
    return request.content_type[0] in (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)


def find_origin(url: str) -> str:
    """`https://radio.example` of an address there; empty for what is none. A browser says `null` where it hides it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in ("http", "https"):
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, usual) else f":{port}")
