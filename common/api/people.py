"""Who asks for something: a name, a place for later answers, a right, and an identity that somebody vouches for."""

import enum
from functools import total_ordering

import msgspec


@total_ordering
class Right(enum.Enum):
    """Rights in order; each includes those below it. In JSON they are their names."""

    LISTENER = "listener"
    DJ = "dj"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """0 for a listener, and so on upwards; what the database keeps."""
        return RANKS[self]

    @classmethod
    def of_rank(cls, rank: int) -> "Right":
        return list(cls)[rank]

    def __lt__(self, other: "Right") -> bool:
        return self.rank < other.rank


RANKS = {right: rank for rank, right in enumerate(Right)}


class Place(msgspec.Struct, frozen=True):
    """Where later answers go: a front end, and an address that only this front end understands.

    `Place("irc", "libera/#radio")`, `Place("ctl", "12")`, `Place("station")` for the station itself.
    """

    front_end: str
    address: str = ""

    def __str__(self) -> str:
        """`irc:libera/#radio`, as the log and the database have it."""
        return f"{self.front_end}:{self.address}" if self.address else self.front_end

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that `str` wrote."""
        front_end, _, address = text.partition(":")
        return cls(front_end, address)


STATION = Place("station")
"""The place of what the station does by itself."""
STATION_NAME = "the station"
"""Who asked for that, in what people read."""


class Identity(msgspec.Struct, frozen=True):
    """Somebody for whom a front end vouches, so that rights can be granted to them.

    `account` was verified by the network's services, or by the station itself; it is empty where nothing did. `mask` is
    `nick!user@host` where a network shows one. A nick alone is nobody: anyone can take it. Visitors of the page have
    the cookie that the web process signed for them, and an address; an account only by a session, which the station
    itself looks up. `bot.station.persons` says who is one person.
    """

    network: str
    """`irc:NAME`, `telnet`, `ssh` or `web`."""
    account: str = ""
    mask: str = ""
    cookie: str = ""
    """What the cookie says after its signature was checked: the same for as long as the visitor keeps it."""
    address: str = ""
    """An IPv4 or IPv6 address, as far as a front end has seen it itself."""
    session: str = ""
    """Of a visitor who logged in to the page: `common.api.visiting`. The station puts in whose it is."""
    guest: str = ""
    """Of a visitor who gave a guest's password (`InviteGuest`): the guest. The station puts it in; it is no account,
    and gives no right."""


class Requester(msgspec.Struct, frozen=True):
    """The one who asks. `name` is what they are called; it proves nothing."""

    name: str
    place: Place = Place("station")
    right: Right = Right.LISTENER
    identity: Identity | None = None
    """None for whoever sits at the station's machine."""
