"""For whom a page is. Rights are the core's, which checks each request: this only says so before a page is made."""

from typing import Final, Protocol, cast

from bandstand.common.api.people import Right
from bandstand.common.api.socket import By
from bandstand.web.problems import Trouble

FORBIDDEN: Final = 403


class Asker(Protocol):
    """A visitor, as far as the bot is asked for them."""

    @property
    def account(self) -> str: ...

    @property
    def right(self) -> Right: ...

    def by(self) -> By: ...


def require_right(visitor: object, right: Right) -> Asker:
    """The visitor, who has this right. Raises Trouble."""
    asker = cast(Asker, visitor)
    if asker.right < right:
        hint = "" if asker.account else "; log in, if you have it"
        raise Trouble(FORBIDDEN, f"this page is for those who have the right {right.value}{hint}")
    return asker
