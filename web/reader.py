"""What everybody may read of the station, asked of the bot once for all who want it at the same time.

An answer is kept for a moment, or until something happens at the station: so a thousand visitors who open the page
after a song's change cost the bot as much as one. Knows no visitor; what depends on who asks goes to the link itself.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from bandstand.common.api.requests import GetStatus, Request
from bandstand.common.api.results import Result
from bandstand.web.bot_link import Link
from bandstand.web.event_hub import READER

FRESH: Final = 1.0
"""Seconds for which an answer is kept."""
FRESH_OF: Final[dict[type, float]] = {GetStatus: 3.0}
"""Of requests for which the bot has to ask others."""
CAPACITY: Final = 500
_COSTLY: Final = tuple(f'{{"request":"{kind.__struct_config__.tag}"'.encode() for kind in (GetStatus,))
"""How the keys of those begin."""


class Reader:
    """`clock` gives seconds of a monotonic clock."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._answers: dict[bytes, tuple[float, asyncio.Future[Result]]] = {}

    async def read(self, request: Request) -> Result:
        """As `Link.carry_out`, for anybody; the request must be one that changes nothing."""
        key = msgspec.json.encode(request)
        now = self._clock()
        since, answer = self._answers.get(key, (now, None))
        if answer is None or (answer.done() and (now - since >= FRESH_OF.get(type(request), FRESH) or _failed(answer))):
            answer = asyncio.ensure_future(self._link.carry_out(request, READER))
            self._answers.pop(key, None)
            self._answers[key] = now, answer
            while len(self._answers) > CAPACITY:
                del self._answers[next(iter(self._answers))]
        return await asyncio.shield(answer)

    def forget(self) -> None:
        """Something happened: ask anew, except for what is costly and goes stale slowly."""
        self._answers = {key: answer for key, answer in self._answers.items() if key.startswith(_COSTLY)}


def _failed(answer: asyncio.Future[Result]) -> bool:
    return answer.cancelled() or answer.exception() is not None
