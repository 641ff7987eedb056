"""The rolling restart of the streamer: the next one is started and made ready, and only then the one that plays ends.

Knows the order of things; the processes are the keeper's, the song's place is the playout controller's.
"""

from collections.abc import Awaitable, Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.bot.supervision.keeper import Keeper
from bandstand.common.api.events import Event, StreamerRestartFailed, StreamerRestartOrdered
from bandstand.common.errors import CommandError

log = Logger()


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

    async def _restart(self, ordered: StreamerRestartOrdered) -> None:
        try:
            if self._keeper is None:
                raise CommandError(
                    "it is not this process that keeps it; end it, and whoever started it starts the next"
                )
            await self._keeper.start_successor()
        except CommandError as error:
            self._publish([StreamerRestartFailed(place=ordered.place, reason=str(error))])
            return
        await self._let_go()
