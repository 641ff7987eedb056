"""The one door of the station: a request goes in, its result comes out, whoever asks and however they reached us.

The right is checked first, then the limits, then the handler runs in one transaction of the store, whose events are
published after the commit. Whatever goes wrong, nothing of the request has happened.
"""

from collections.abc import Awaitable, Callable, Mapping

from bandstand.bot.station.access import list_granters
from bandstand.bot.station.limits import COMMANDS, Limits
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import NeedsRight, Refused, TooSoon
from bandstand.common.api.requests import Request
from bandstand.common.api.results import Result
from bandstand.common.api.values import Outside
from bandstand.common.errors import BandstandError

Look = Callable[[bool], Awaitable[Outside]]
"""Reads the station as it is outside the database; True asks the streamer and Icecast as well."""


class Core:
    """`per_minute` names what token buckets count, and how many a minute each person has; `seconds` is a monotonic
    clock."""

    def __init__(self, store: Store, look: Look, per_minute: Mapping[str, int], seconds: Callable[[], float]) -> None:
        self._store = store
        self._look = look
        self._limits = Limits(per_minute)
        self._seconds = seconds

    def get_right(self, request: type[Request]) -> Right:
        """The right that requests of this type need."""
        return REQUESTS[request].right

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
        if by.right < entry.right:
            raise Refused(await self.explain_denial(type(request), entry.right, by))
        too_soon = self._count(by, entry.limit)
        if too_soon is not None:
            raise Refused(too_soon)
        outside = await self._look(entry.needs_status)

        def work(tx: Transaction) -> Result:
            return entry.handler(request, by, tx)

        run = self._store.transact if entry.writes else self._store.read
        return await run(work, outside)

    def _count(self, by: Requester, kind: str) -> TooSoon | None:
        if by.right >= Right.ADMIN:
            return None
        return self._limits.take(get_person(by), kind, self._seconds())
