"""Who visits: the visitor of a request, as handlers get them, and their cookie on the way in and out.

Everybody who is shown a page gets a cookie (`web.cookies`). A handler takes `visitor: TheVisitor`; it may log them in
or out, or call them otherwise, and tell them something on the next page that they see. What changed goes out with the
answer. The bot alone knows whose a session is; it is asked once for each request of somebody who has one.

The address is the one that the server gives us, which takes a proxy's word where `[web] proxies` names it.
"""

from functools import cached_property
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from bandstand.common.api.people import Identity, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import GetSelf
from bandstand.common.api.results import You
from bandstand.common.api.socket import By
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError
from bandstand.web.bot_link import Link
from bandstand.web.cookies import AGE, Kept, Signer, load_key, make_kept

WEB: Final = "web"
COOKIE: Final = "bandstand"
"""Names of cookies begin with this, or the next, and end with the station's own tag."""
SECURE: Final = "__Host-bandstand"
"""Where the page comes by https: browsers then take it from this very host alone."""
SAID: Final = "bandstand-said"
"""The cookie of what the visitor is told on the next page; it is gone with that."""
SAID_SECONDS: Final = 60
LONGEST_SAID: Final = 600
KEY: Final = "visitor"
SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What a visitor is told on the next page."""

    sentence: str
    is_good: bool = True


class Visitor:
    """The visitor of one request. `right`, `name` and `account` are known after `look_up`."""

    def __init__(self, people: "People", kept: Kept | None, said: Said | None, address: str, is_secure: bool) -> None:
        self._people = people
        self._kept = kept or make_kept()
        self.is_known = kept is not None
        """Whether the browser sent a cookie of ours."""
        self._is_changed = False
        self.message = said
        self._next_message: Said | None = None
        self.address = address
        self.is_secure = is_secure
        self.you: You | None = None

    @property
    def right(self) -> Right:
        return self.you.right if self.you else Right.LISTENER

    @property
    def is_logged_in(self) -> bool:
        return bool(self._kept.session)

    @property
    def account(self) -> str:
        """What they are known as, `ann` or `libera/ann`; of whoever is known without an account, their name. Empty for
        somebody who is not logged in."""
        return (self.you.known_as or self.you.name) if self.you and self.is_logged_in else ""

    @property
    def is_guest(self) -> bool:
        """They gave the password of a guest of live shows."""
        return self.you is not None and self.you.is_guest

    @property
    def name(self) -> str:
        """What they are called; empty for somebody who has not chosen a name."""
        return self.you.name if self.you and self.is_logged_in else self._kept.name

    @property
    def csrf(self) -> str:
        return self._people.signer.make_token(self._kept)

    def is_token(self, token: str) -> bool:
        return self._people.signer.is_token(token, self._kept)

    def by(self) -> By:
        """For whom the bot is asked. Without a cookie, only the address is known."""
        cookie = self._kept.id if self.is_known or self._is_changed else ""
        identity = Identity(WEB, cookie=cookie, address=self.address, session=self._kept.session)
        return By(name=self._kept.name, identity=identity)

    async def look_up(self, link: Link) -> None:
        """Ask whose session this is. One that is over is forgotten; while the bot is away nobody has a right."""
        if not self._kept.session:
            return
        try:
            you = await link.carry_out(GetSelf(), self.by())
        except (BandstandError, Refused):
            return
        if isinstance(you, You) and you.is_visitor:
            self.log_out()
        elif isinstance(you, You):
            self.you = you

    # What a handler changes

    def log_in(self, session: str) -> None:
        """The cookie and the forms' token are others from now on."""
        self._change(make_kept(session))

    def log_out(self) -> None:
        self.you = None
        self._change(make_kept())

    def rename(self, name: str) -> None:
        self._change(msgspec.structs.replace(self._kept, name=name))

    def tell(self, sentence: str, is_good: bool = True) -> None:
        """Show this on the next page."""
        self._next_message = Said(sentence[:LONGEST_SAID], is_good)

    def _change(self, kept: Kept) -> None:
        self._kept = kept
        self._is_changed = True

    def list_cookies(self, is_page: bool) -> list[Cookie]:
        """What goes out with the answer; `is_page`: a person is shown it."""
        cookies = []
        if self._is_changed or (is_page and not self.is_known):
            cookies.append(self._make_cookie(self._people.signer.seal(self._kept), AGE))
        if self._next_message is not None:
            value = self._people.signer.seal(self._next_message, "said")
            cookies.append(self._make_cookie(value, SAID_SECONDS, SAID))
        elif is_page and self.message is not None:
            cookies.append(self._make_cookie("", 0, SAID))
        return cookies

    def _make_cookie(self, value: str, age: int, kind: str = "") -> Cookie:
        name = self._people.name_cookie(kind or (SECURE if self.is_secure else COOKIE))
        return Cookie(name, value=value, max_age=age, httponly=True, samesite="lax", secure=self.is_secure)


class People:
    """Reads visitors of requests, and is the middleware that sends their cookies."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings

    @cached_property
    def signer(self) -> Signer:
        return Signer(load_key(self._settings.paths.web_key))

    def name_cookie(self, kind: str) -> str:
        return f"{kind}-{self.signer.tag}"

    def read(self, scope: Scope) -> Visitor:
        request: Request[Any, Any, Any] = Request(scope)
        is_secure = scope.get("scheme") == "https"
        kept = self.signer.open(request.cookies.get(self.name_cookie(SECURE if is_secure else COOKIE), ""))
        said = self.signer.open(request.cookies.get(self.name_cookie(SAID), ""), Said, "said")
        client = scope.get("client")
        return Visitor(
            self,
            kept if isinstance(kept, Kept) else None,
            said if isinstance(said, Said) else None,
            client[0] if client else "",
            is_secure,
        )

    def wrap(self, app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            visitor = scope["state"][KEY] = self.read(scope)

            async def send_with_cookies(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _add_cookies(message, visitor)
                await send(message)

            await app(scope, receive, send_with_cookies)

        return handle


def _add_cookies(message: Any, visitor: Visitor) -> None:
    headers = MutableScopeHeaders(message)
    is_page = headers.get("content-type", "").startswith("text/html")
    cookies = visitor.list_cookies(is_page)
    for cookie in cookies:
        headers.add("set-cookie", cookie.to_header(header=""))
    if cookies or is_page:
        headers.setdefault("cache-control", "no-cache, private" if is_page else "no-store")
        headers.setdefault("vary", "cookie")


def get_visitor(request: Request[Any, Any, Any]) -> Visitor:
    """The visitor of this request, as far as their cookie says."""
    visitor: Visitor = request.scope["state"][KEY]
    return visitor


async def find_visitor(request: Request[Any, Any, Any], link: NamedDependency[Link]) -> Visitor:
    """The dependency `visitor`: with their account and right, if they have logged in."""
    visitor = get_visitor(request)
    await visitor.look_up(link)
    return visitor
