"""Logging in and out, the page of a link from `!web`, and what a visitor is called.

A link's page only asks: what logs in is the form on it, since programs that look at links (chat clients, mail filters)
would use it up. The session goes into the cookie; the bot makes it, and ends it.
"""

from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from bandstand.common.api.people import Right
from bandstand.common.api.requests import ChooseName, LogIn, LogOut, OpenLink
from bandstand.common.api.results import LoggedIn, LoggedOut, NameChosen
from bandstand.web.bodies import Answer, Done, answer, describe_body, find_back, is_own_path, read_body
from bandstand.web.bot_link import Link
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheVisitor
from bandstand.web.people import Visitor
from bandstand.web.safety import is_form

ACCOUNT: Final = "/account"
LOG_IN: Final = "/login"
BOOTH_PATH: Final = "/booth"


class AskLogIn(msgspec.Struct, frozen=True):
    """An account of the station's own, and its password."""

    account: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    guest: bool = False
    """The name and password are those of a guest of live shows."""


class AskLink(msgspec.Struct, frozen=True):
    """The code at the end of a link."""

    code: Annotated[str, msgspec.Meta(max_length=200)]


class AskLogOut(msgspec.Struct, frozen=True):
    """End this session, or all of this person's."""

    everywhere: bool = False


class AskName(msgspec.Struct, frozen=True):
    """What to be called; left out: nothing."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who this visitor is."""

    name: str
    """Empty for a stranger who has not chosen one."""
    account: str
    """Empty for somebody who is not logged in."""
    right: Right
    csrf: str
    """Goes with what changes something, as the header X-CSRF-Token."""


@get("/api/me", summary="Who you are here", tags=["people"])
async def show_me(visitor: TheVisitor) -> Answer:
    me = Me(name=visitor.name, account=visitor.account, right=visitor.right, csrf=visitor.csrf)
    return Answer(me, headers={"cache-control": "no-store", "vary": "cookie"})


@get(LOG_IN, include_in_schema=False)
async def show_log_in(
    request: AnyRequest, pages: ThePages, visitor: TheVisitor, back: FromQuery[str] = "/"
) -> Template | Redirect:
    if visitor.is_logged_in:
        return Redirect(ACCOUNT, status_code=303)
    back = back if is_own_path(back) else "/"
    return await pages.render(request, visitor, "login.html", "login", back=back)


@get("/link/{code:str}", include_in_schema=False)
async def show_link(request: AnyRequest, pages: ThePages, visitor: TheVisitor, code: FromPath[str]) -> Template:
    """Asks whether to log in. It says nothing of whose link it is, nor whether it still counts."""
    return await pages.render(request, visitor, "link.html", "link", code=code)


@get(ACCOUNT, include_in_schema=False)
async def show_account(request: AnyRequest, pages: ThePages, visitor: TheVisitor) -> Template:
    return await pages.render(request, visitor, "account.html", "account")


@post(
    "/api/login",
    status_code=200,
    operation_class=describe_body(AskLogIn),
    summary="Log in with an account of the station's own",
    tags=["people"],
)
async def log_in(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
    async def act() -> Done:
        body = await read_body(request, AskLogIn)
        return await _log_in(link, visitor, LogIn(account=body.account, password=body.password, is_guest=body.guest))

    return await answer(request, visitor, act, retry=await _find_retry(request))


async def _find_retry(request: AnyRequest) -> str:
    """The page on which a form is filled in again: the booth's own, where it came from there."""
    back = await find_back(request) if is_form(request) else "/"
    return BOOTH_PATH if back == BOOTH_PATH else LOG_IN


@post(
    "/api/login/link",
    status_code=200,
    operation_class=describe_body(AskLink),
    summary="Log in by a link that the command web gave",
    tags=["people"],
)
async def open_link(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
    async def act() -> Done:
        body = await read_body(request, AskLink)
        return await _log_in(link, visitor, OpenLink(code=body.code))

    return await answer(request, visitor, act, retry=LOG_IN)


async def _log_in(link: Link, visitor: Visitor, request: LogIn | OpenLink) -> Done:
    result = await link.carry_out(request, visitor.by())
    assert isinstance(result, LoggedIn)
    visitor.log_in(result.session)
    # The session itself is the cookie's alone.
    me = Me(name=result.name, account=result.known_as or result.name, right=result.right, csrf=visitor.csrf)
    is_guest = isinstance(request, LogIn) and request.is_guest
    said = f"the guest {me.account}" if is_guest else f"{me.account}, with the right {result.right.value}"
    return Done(sentence=f"you are logged in as {said}", result=me)


@post(
    "/api/logout",
    status_code=200,
    operation_class=describe_body(AskLogOut),
    summary="Log out, here or everywhere",
    tags=["people"],
)
async def log_out(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
    async def act() -> Done:
        body = await read_body(request, AskLogOut)
        result = await link.carry_out(LogOut(is_everywhere=body.everywhere), visitor.by())
        assert isinstance(result, LoggedOut)
        visitor.log_out()
        return Done(sentence="you are logged out", result=result)

    return await answer(request, visitor, act)


@post(
    "/api/name",
    status_code=200,
    operation_class=describe_body(AskName),
    summary="Say what you want to be called",
    tags=["people"],
)
async def choose_name(request: AnyRequest, link: TheLink, visitor: TheVisitor) -> Answer:
    async def act() -> Done:
        body = await read_body(request, AskName)
        result = await link.carry_out(ChooseName(name=body.name), visitor.by())
        assert isinstance(result, NameChosen)
        visitor.rename(result.name)
        return Done(sentence=f"others see you as {result.shown}", result=result)

    return await answer(request, visitor, act)


ROUTES: Final = [show_me, show_log_in, show_link, show_account, log_in, open_link, log_out, choose_name]
