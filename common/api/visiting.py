"""Visitors of the station's page: logging in and out, and what they are called. Requests, results and refusals; the
unions in `requests`, `results` and `refusals` have them.

A visitor who has logged in has a *session*: a random text that the web process keeps in their signed cookie and names
in each identity that it vouches for. Whose it is, and whether it still counts, the station alone knows
(`bot.station.sessions`).
"""

from typing import Annotated

import msgspec

from bandstand.common.api.bases import Kind, RefusalBase, RequestBase, ResultBase
from bandstand.common.api.people import Right

Name = Annotated[str, msgspec.Meta(max_length=200)]
Password = Annotated[str, msgspec.Meta(max_length=1000)]


# Requests


class LogIn(RequestBase, frozen=True, tag="log_in"):
    """Log in to the page with an account of the station's own, as for telnet; or as a guest of live shows."""

    account: Name
    password: Password
    is_guest: bool = False
    """It is a guest's name and password, as `InviteGuest` made it."""

    def __repr__(self) -> str:
        """Without the password, as this may get into a log."""
        return f"LogIn(account={self.account!r})"


class MakeLink(RequestBase, frozen=True, tag="make_link"):
    """A link by which whoever asks logs in to the page as who they are here, once and soon."""


class OpenLink(RequestBase, frozen=True, tag="open_link"):
    """Log in to the page by a link; it counts no more afterwards."""

    code: Name


class LogOut(RequestBase, frozen=True, tag="log_out"):
    """End this visitor's session."""

    is_everywhere: bool = False
    """End all sessions of this person."""


class ChooseName(RequestBase, frozen=True, tag="choose_name"):
    """Ask whether a visitor without an account may be called so. The page keeps the name; the station keeps nothing."""

    name: Name
    """Empty: none."""


VisitRequest = LogIn | MakeLink | OpenLink | LogOut | ChooseName


# Results


class LoggedIn(ResultBase, frozen=True, tag="logged_in"):
    session: str
    """What the page is to name in this visitor's identity from now on. It is as good as a password."""
    name: str
    known_as: str
    """The name that rights are granted to; empty for somebody who is known by a host, or by sitting at the machine."""
    right: Right
    expires: float

    def __repr__(self) -> str:
        """Without the session, as this may get into a log."""
        return f"LoggedIn(name={self.name!r}, right={self.right.value!r})"


class LinkMade(ResultBase, frozen=True, tag="link_made"):
    url: str
    expires: float
    wait: float
    """Seconds until then."""


class LoggedOut(ResultBase, frozen=True, tag="logged_out"):
    sessions: int
    """How many were ended; 0: the visitor was not logged in any more."""


class NameChosen(ResultBase, frozen=True, tag="name_chosen"):
    name: str
    """As it is shown without its mark; empty: none."""
    shown: str
    """As others see it."""


VisitResult = LoggedIn | LinkMade | LoggedOut | NameChosen


# Refusals


class WrongPassword(RefusalBase, frozen=True, tag="wrong_password"):
    """There is no such account, or it has another password."""

    kind = Kind.DENIED


class TooManyLogIns(RefusalBase, frozen=True, tag="too_many_log_ins"):
    """So many passwords are being looked at that this one cannot be; try again in `wait` seconds."""

    kind = Kind.BUSY
    wait: float


class LinkOver(RefusalBase, frozen=True, tag="link_over"):
    """The link was used, or its time is over, or there never was such a one."""

    kind = Kind.DENIED


class PageOff(RefusalBase, frozen=True, tag="page_off"):
    """This station has no page."""


class NotAVisitor(RefusalBase, frozen=True, tag="not_a_visitor"):
    """Only visitors of the page log in and out so."""

    kind = Kind.USAGE


class BadVisitorName(RefusalBase, frozen=True, tag="bad_visitor_name"):
    """A visitor cannot be called so. `problem`: `form`, `taken` (by an account, or somebody with a right) or
    `account` (who is logged in has a name)."""

    kind = Kind.USAGE
    name: str
    problem: str


VisitRefusal = WrongPassword | TooManyLogIns | LinkOver | PageOff | NotAVisitor | BadVisitorName
