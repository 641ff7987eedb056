"""Visitors of the page who have not logged in: what they are called, and how many of them one address brings.

**Names.** A visitor may choose one. It says nothing of who they are, so others see it with a mark, `ann (page)`, which
no account and no nick can have. A name of somebody who has an account or a right here is not given to a visitor at all,
nor one that only looks like it.

**Addresses.** A visitor is known by a cookie, and whoever throws it away is another one. So an address brings a few
visitors a day, which is enough for a household; those beyond that are one person, the address itself. That is asked
where it would pay to be many: for requests, wishes, ratings and votes. The page's own machine brings any number, as a
proxy that does not say whom it serves would make one household of all the world.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

from bandstand.bot.station.identity import parse_name
from bandstand.bot.station.persons import find_household
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.people import STATION_NAME, Requester
from bandstand.common.api.refusals import BadVisitorName, Refused
from bandstand.common.api.visiting import ChooseName, NameChosen
from bandstand.common.text import one_line

MARK: Final = " (page)"
NOBODY: Final = "a visitor"
SHORTEST, LONGEST = 2, 24
"""Characters of a name."""
SIGNS: Final = " ._'-"
RESERVED: Final = (
    STATION_NAME,
    NOBODY,
    "station",
    "bandstand",
    "operator",
    "the operator",
    "owner",
    "admin",
    "console",
    "ctl",
    "root",
)
LIKE: Final = str.maketrans("01345678|!", "oleasgtbli")
"""Signs that are read as letters."""
ALIKE: Final = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE"}
"""Scripts whose letters look like one another's: a name has those of one of them."""
HOUSEHOLD: Final = 6
"""Visitors of one address who count as persons of their own."""
DAY: Final = 24 * 3600.0
ADDRESSES: Final = 5000
"""Addresses that are remembered; the one that was used longest ago makes room."""


# Names


def show_name(name: str) -> str:
    """What others see of a visitor who is not logged in."""
    name = clean_name(name).removesuffix(MARK)
    return f"{name}{MARK}" if name else f"{NOBODY}{MARK}"


def clean_name(name: str) -> str:
    """The name in one way of writing, cut to its length."""
    return one_line(unicodedata.normalize("NFKC", name), LONGEST)


def is_name(name: str) -> bool:
    """Whether a clean name has only letters, digits and a few signs, and begins with a letter."""
    if not SHORTEST <= len(name) <= LONGEST or not name[0].isalpha():
        return False
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    if len(scripts & ALIKE) > 1:
        return False
    return all(letter.isalnum() or letter in SIGNS or unicodedata.category(letter)[0] == "M" for letter in name)


def fold_name(name: str) -> str:
    """What a name looks like at a glance: names that fold to the same are not told apart."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter for letter in letters.translate(LIKE) if letter.isalnum()).replace("l", "i")


def choose_name(request: ChooseName, by: Requester, tx: Transaction) -> NameChosen:
    if by.identity is not None and (by.identity.session or by.identity.account):
        raise Refused(BadVisitorName("", "account"))
    name = clean_name(request.name)
    if not name:
        return NameChosen(name="", shown=show_name(""))
    if not is_name(name):
        raise Refused(BadVisitorName(name, "form"))
    if fold_name(name) in {fold_name(one) for one in _list_known(tx)}:
        raise Refused(BadVisitorName(name, "taken"))
    return NameChosen(name=name, shown=show_name(name))


def _list_known(tx: Transaction) -> Iterable[str]:
    """Names of people who are somebody here."""
    yield from RESERVED
    yield tx.outside.name
    yield from tx.people.list_accounts()
    yield from (parse_name(grant.name).account for grant in tx.people.list_grants())


# Addresses


class Households:
    """Counts the visitors of each address. `now` is a monotonic clock's, in seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, float]] = {}
        """Address -> cookie -> when it was there last."""

    def __len__(self) -> int:
        return len(self._seen)

    def admit(self, by: Requester, now: float) -> Requester:
        """The one who asks; without their cookie, where their address has brought enough visitors already."""
        household = find_household(by.identity)
        if not household or by.identity is None or not by.identity.cookie:
            return by
        cookies = {cookie: at for cookie, at in self._seen.pop(household, {}).items() if now - at < DAY}
        self._seen[household] = cookies
        while len(self._seen) > ADDRESSES:
            del self._seen[next(iter(self._seen))]
        if by.identity.cookie in cookies or len(cookies) < HOUSEHOLD:
            cookies[by.identity.cookie] = now
            return by
        return msgspec.structs.replace(by, identity=msgspec.structs.replace(by.identity, cookie=""))
