"""The rolling restart of the streamer: the next one is started and made ready, and only then the one that plays ends.

Also of what an earlier bot left running with another configuration than this one's: first the standby, which nobody
hears while the streamer plays, then the streamer, whose listeners the new standby keeps meanwhile.

Knows the order of things; the processes are the keeper's, the song's place is the playout controller's.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from bandstand.bot.supervision.keeper import Keeper
from bandstand.common.api.events import Event, StreamerRestartFailed, StreamerRestartOrdered
from bandstand.common.errors import CommandError

log = Logger()

STANDBY_SECONDS: Final = 4.0
"""From the end of a standby until the next one is on the air."""


class RollingRestart:
    """`react` is to be subscribed to the event bus."""

    def __init__(
        self,
        keeper: Keeper | None,
        let_go: Callable[[], Awaitable[None]],
        publish: Callable[[Sequence[Event]], None],
    ) -> None:
        """`keeper` is the streamer's; None where another process keeps it. `let_go` has the streamer end in order."""
        self._keeper = keeper
        self._let_go = let_go
        self._publish = publish

    def react(self, event: Event) -> None:
        if isinstance(event, StreamerRestartOrdered):
            restarting = Deferred.fromCoroutine(self._restart(event))
            restarting.addErrback(lambda failure: log.failure("the streamer was not restarted", failure))

    async def replace_outdated(self, standby: Keeper | None, clock: IReactorTime) -> None:
        """Replace the standby and the streamer, each if it runs with another configuration; listeners are kept."""
        if standby is not None and standby.is_outdated:
            log.warn("the standby runs with an earlier configuration and is replaced")
            standby.replace_adopted()
            await deferLater(clock, STANDBY_SECONDS)
        if self._keeper is not None and self._keeper.is_outdated:
            log.warn("the streamer runs with an earlier configuration and is replaced; the song goes on where it was")
            try:
                await self._keeper.start_successor()
            except CommandError as error:
                log.error("the streamer still runs with the earlier configuration: {why}", why=str(error))
                return
            await self._let_go()

    async def _restart(self, ordered: StreamerRestartOrdered) -> None:
        try:
            if self._keeper is None:
                raise CommandError("another process started it; restart it there")
            await self._keeper.start_successor()
        except CommandError as error:
            self._publish([StreamerRestartFailed(place=ordered.place, reason=str(error))])
            return
        await self._let_go()
