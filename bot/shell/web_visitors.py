"""Visitors of the page who are logged in: who was there lately, and the place that the station knows them by.

They have no connection to the bot; each of their requests is one that the web process makes for them. So whoever asked
for something within ten minutes counts as here, as on IRC.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from bandstand.bot.station.identity import get_name
from bandstand.bot.station.persons import WEB, Visitor, find_key
from bandstand.common.api.people import Identity, Place
from bandstand.common.api.values import PersonPresent

PRESENT_SECONDS: Final = 600.0
MOST: Final = 500
"""Visitors that are remembered; whoever was there longest ago makes room."""


class WebVisitors:
    def __init__(self, seconds: Callable[[], float]) -> None:
        """`seconds` is a clock."""
        self._seconds = seconds
        self._seen: dict[PersonPresent, float] = {}
        """Person -> when they asked for something last; the latest is at the end."""

    def note(self, visitor: Visitor) -> None:
        """Somebody asks for something; those who are not logged in are nobody in particular."""
        if not visitor.identity.session:
            return
        known = str(get_name(visitor.identity) or visitor.identity.mask)
        person = PersonPresent(known or visitor.name, "the page" if known else f"the page, as {visitor.right.value}")
        self._seen.pop(person, None)
        self._seen[person] = self._seconds()
        while len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]

    def list_people(self) -> tuple[PersonPresent, ...]:
        now = self._seconds()
        here = [person for person, at in self._seen.items() if now - at <= PRESENT_SECONDS]
        return tuple(sorted(here, key=lambda person: person.name))


def make_web_place(identity: Identity) -> Place:
    """The place of a visitor: the same for one person, and saying nothing of them, as events name it."""
    return Place(WEB, hashlib.sha256(find_key(identity).encode()).hexdigest()[:12])
