"""How many listened over time: Icecast is asked once a minute, and the answers of the last day are kept in memory.

A new bot begins anew. A minute in which Icecast did not answer is left out, so that a gap is seen as one.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from bandstand.common.api.values import ListenerCount

log = Logger()

EACH: Final = 60.0
"""Seconds between two counts."""
KEPT: Final = 24 * 60


class ListenerHistory:
    """`count` gives the listeners of each mount, or is None where nobody tells us; `wall` gives Unix seconds."""

    def __init__(
        self, clock: IReactorTime, wall: Callable[[], float], count: Callable[[], Awaitable[dict[str, int]]] | None
    ) -> None:
        self._wall = wall
        self._count = count
        self._counts: deque[ListenerCount] = deque(maxlen=KEPT)
        self._looking = LoopingCall(lambda: Deferred.fromCoroutine(self._look()))
        self._looking.clock = clock

    def start(self) -> None:
        if self._count is not None:
            self._looking.start(EACH)

    def stop(self) -> None:
        if self._looking.running:
            self._looking.stop()

    def list_counts(self) -> tuple[ListenerCount, ...]:
        """In order of time."""
        return tuple(self._counts)

    async def _look(self) -> None:
        assert self._count is not None
        try:
            listeners = await self._count()
        except Exception as error:
            log.debug("Icecast did not say how many listen: {error}", error=error)
            return
        self._counts.append(ListenerCount(self._wall(), sum(listeners.values())))
