"""A streamer that stands still for good is killed, and the keeper starts the next one.

The standby has its listeners within a second (`streamer.heartbeat`), so there is no hurry: one that goes on by itself
within `HUNG` is left alone. Only questions count that the bot asked, and not the time alone: where the whole machine
stood still, the streamer is given the time to go on.
"""

from typing import Final, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from bandstand.bot.supervision.keeper import Keeper
from bandstand.common.types import Seconds

log = Logger()

PERIOD: Final = Seconds(5.0)
HUNG: Final = Seconds(30.0)
"""So long no question is answered before it is killed."""


class Streamer(Protocol):
    @property
    def is_connected(self) -> bool: ...

    async def ask_state(self) -> object | None:
        """None where it does not answer."""
        ...


class HangWatch:
    """Watches from `start` to `stop`. `keeper` is the streamer's; None where another process keeps it, which is not
    watched."""

    def __init__(self, clock: IReactorTime, streamer: Streamer, keeper: Keeper | None) -> None:
        self._streamer = streamer
        self._unanswered = 0
        self._regularly = None
        if keeper is not None:
            self._regularly = LoopingCall(lambda: Deferred.fromCoroutine(self._look(keeper)))
            self._regularly.clock = clock

    def start(self) -> None:
        if self._regularly is not None:
            self._regularly.start(PERIOD, now=False)

    def stop(self) -> None:
        if self._regularly is not None and self._regularly.running:
            self._regularly.stop()

    async def _look(self, keeper: Keeper) -> None:
        is_hung = self._streamer.is_connected and await self._streamer.ask_state() is None
        self._unanswered = self._unanswered + 1 if is_hung else 0
        if self._unanswered * PERIOD >= HUNG:
            self._unanswered = 0
            log.error("the streamer has not answered for {seconds:.0f} s and is killed", seconds=HUNG)
            keeper.kill()
