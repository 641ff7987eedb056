"""The one door of the station: a request goes in, its result comes out, whoever asks and however they reached us.

The right is checked first, then the limits, then a password where the request has one, then the handler runs in one
transaction of the store, whose events are published after the commit. Whatever goes wrong, nothing of the request has
happened.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from bandstand.bot.station.access import list_granters
from bandstand.bot.station.limits import COMMANDS, Limits, LogInGate
from bandstand.bot.station.persons import find_household, get_person
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.bot.station.status import get_status_alone
from bandstand.bot.station.table import REQUESTS
from bandstand.bot.station.visitors import Households
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import BadRequest, NeedsRight, Refused, TooManyLogIns, TooSoon, WrongPassword
from bandstand.common.api.requests import GetStatus, Request
from bandstand.common.api.results import Result
from bandstand.common.api.values import Outside
from bandstand.common.api.visiting import LogIn
from bandstand.common.errors import BandstandError

Look = Callable[[bool], Awaitable[Outside]]
"""Reads the station as it is outside the database; True asks the streamer and Icecast as well."""
CheckPassword = Callable[[str, str, str], Awaitable[bool]]
"""Whether that is the password of this account; the third is the address that it comes from. Those who guess wait."""
LookMore = Callable[[], Awaitable[dict[str, Any]]]
"""Looks at what only one kind of request needs, as fields of `Outside`."""
MOST = 2**63 - 1
LOG_IN_SECONDS = 5.0
"""After which somebody may try to log in again, where too many do."""


async def refuse_password(account: str, password: str, address: str) -> bool:
    """For a station where nobody logs in by a password."""
    return False


def refuse_huge_numbers(request: Request) -> None:
    """No database has room for them, so nothing can have such a number. Raises Refused."""
    for field in request.__struct_fields__:
        value = getattr(request, field)
        if isinstance(value, int) and abs(value) > MOST:
            raise Refused(BadRequest(f"{field} is a larger number than there can be"))


class Core:
    """`per_minute` names what token buckets count, and how many a minute each person has; `seconds` is a monotonic
    clock."""

    def __init__(
        self,
        store: Store,
        look: Look,
        per_minute: Mapping[str, int],
        seconds: Callable[[], float],
        check_password: CheckPassword = refuse_password,
        looks: Mapping[type[Request], LookMore] | None = None,
        check_guest: CheckPassword = refuse_password,
    ) -> None:
        """`looks`: what is looked at beside that, for requests of these types. `check_guest` is for guests of live
        shows, who have no account."""
        self._looks = looks or {}
        self._check_password = check_password
        self._check_guest = check_guest
        self._households = Households()
        self._log_ins = LogInGate()
        self._store = store
        self._look = look
        self._limits = Limits(per_minute)
        self._seconds = seconds

    def get_right(self, request: type[Request]) -> Right:
        """The right that requests of this type need."""
        return REQUESTS[request].right

    def is_writing(self, request: type[Request]) -> bool:
        """Whether requests of this type may change anything."""
        return REQUESTS[request].writes

    def count_command(self, by: Requester) -> TooSoon | None:
        """Count one command of this person; what they are to be told where there have been too many."""
        return self._count(by, COMMANDS)

    async def explain_denial(self, request: type[Request], right: Right, by: Requester) -> NeedsRight:
        """What somebody is told who lacks the right for this, with those who may give it."""
        try:
            granters = await self._store.read(lambda tx: list_granters(right, by, tx))
        except BandstandError:  # the denial itself needs no database
            granters = ()
        return NeedsRight(str(request.__struct_config__.tag), right, granters)

    async def carry_out(self, request: Request, by: Requester) -> Result:
        """Raises Refused with the reason, StoreError if the database cannot do it, or what a fault of ours raised."""
        entry = REQUESTS[type(request)]
        refuse_huge_numbers(request)
        if by.right < entry.right and not (entry.admits_guests and by.identity and by.identity.guest):
            raise Refused(await self.explain_denial(type(request), entry.right, by))
        too_soon = self._count(by, entry.limit)
        if too_soon is not None:
            raise Refused(too_soon)
        if entry.is_rationed:
            by = self._households.admit(by, self._seconds())
        if isinstance(request, LogIn):
            await self._check_log_in(request, by)
        outside = await self._look(entry.needs_status)
        if look_more := self._looks.get(type(request)):
            outside = msgspec.structs.replace(outside, **await look_more())

        def work(tx: Transaction) -> Result:
            return entry.handler(request, by, tx)

        run = self._store.transact if entry.writes else self._store.read
        try:
            return await run(work, outside)
        except Refused:
            raise
        except BandstandError as error:
            if not isinstance(request, GetStatus):
                raise
            return get_status_alone(outside, str(error))

    def _count(self, by: Requester, kind: str) -> TooSoon | None:
        if by.right >= Right.ADMIN:
            return None
        return self._limits.take(get_person(by), kind, self._seconds(), find_household(by.identity))

    async def _check_log_in(self, request: LogIn, by: Requester) -> None:
        """Raises Refused where the password is wrong, or cannot be looked at now."""
        address = by.identity.address if by.identity else ""
        if not self._log_ins.enter(address):
            raise Refused(TooManyLogIns(LOG_IN_SECONDS))
        try:
            check = self._check_guest if request.is_guest else self._check_password
            is_right = await check(request.account.strip().lower(), request.password, address)
        finally:
            self._log_ins.leave(address)
        if not is_right:
            raise Refused(WrongPassword())
