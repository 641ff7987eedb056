"""How many follow HLS, as far as this process sends them its files.

Nobody is connected for long: a player fetches a format's playlist anew every few seconds, and the segments that it has
not had yet. So a listener is whoever asked for such a playlist lately, by address and program; two of them behind one
address with the same program count as one. The bot is told the number, and has it beside those of the mounts.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Final

from bandstand.common.api.people import Place, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import CountHlsListeners
from bandstand.common.api.socket import By
from bandstand.common.errors import BandstandError
from bandstand.common.hls import Hls
from bandstand.web.bot_link import Link

LOOK_SECONDS: Final = 5.0
"""Between two counts."""
AGAIN_SECONDS: Final = 60.0
"""After which the bot is told a number that has not changed; it forgets one that is not repeated."""
GONE_SEGMENTS: Final = 4
"""For so many segments a listener counts who asks for nothing any more."""
MOST: Final = 100_000
"""Listeners that are told apart."""
LONGEST_PROGRAM: Final = 200
"""Characters of a player's name that are looked at."""
OWNER: Final = By("page", Right.OWNER, place=Place("web"))


class HlsAudience:
    """Who follows. `clock` gives monotonic seconds; `seconds` is how long somebody counts after their last request."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._asked: dict[tuple[str, str], float] = {}
        """(address, program) -> when they last asked; who asked longest ago comes first."""

    def note(self, address: str, program: str) -> None:
        """Somebody asked for a format's playlist."""
        key = (address, program[:LONGEST_PROGRAM])
        self._asked.pop(key, None)
        self._asked[key] = self._clock()
        if len(self._asked) > MOST:
            del self._asked[next(iter(self._asked))]

    def count(self) -> int:
        since = self._clock() - self._seconds
        gone = [key for key, asked in self._asked.items() if asked < since]
        for key in gone:
            del self._asked[key]
        return len(self._asked)


def make_audience(hls: Hls) -> HlsAudience:
    return HlsAudience(time.monotonic, GONE_SEGMENTS * hls.segment)


async def tell_hls_listeners(
    link: Link,
    audience: HlsAudience,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Count every few seconds, and tell the bot, until cancelled."""
    told, told_at = 0, 0.0
    while True:
        await sleep(LOOK_SECONDS)
        count, now = audience.count(), clock()
        if count == told and (not count or now - told_at < AGAIN_SECONDS):
            continue
        try:
            await link.carry_out(CountHlsListeners(source=f"web {os.getpid()}", listeners=count), OWNER)
        except (BandstandError, Refused):  # the bot is away; it is told the next time
            continue
        told, told_at = count, now
