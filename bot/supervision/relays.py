"""Watches over the station's relays: each is asked every two seconds whether it is well and how many listen there.

A relay's Icecast is asked as our own is (`bot.supervision.listeners`), each by itself, so that one that hangs delays no
other. One that does not answer is away at once; listeners are sent elsewhere until it answers again. Sends nobody
anywhere: that is `web.relays`.

Our own Icecast counts each relay as a listener of each mount that it fetches; `add_to` takes those off again.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.web.iweb import IAgent

from bandstand.bot.supervision.listeners import IcecastStatistics
from bandstand.common.api.values import RelayStatus
from bandstand.common.config import Mount
from bandstand.common.icecast import MountStats, parse_stats
from bandstand.common.relays import Relay

log = Logger()

EACH: Final = 2.0
"""Seconds between two looks at a relay."""
Count = Callable[[], Awaitable[dict[str, int]]]
"""How many listen to each mount."""


class Relays:
    """All relays of the station. `clock` is monotonic."""

    def __init__(self, relays: Sequence[Relay], mounts: Sequence[Mount], agent: IAgent, clock: IReactorTime) -> None:
        self._watches = [_Watch(relay, mounts, agent, clock) for relay in relays]

    def start(self) -> None:
        for watch in self._watches:
            watch.looking.start(EACH)

    def stop(self) -> None:
        for watch in self._watches:
            if watch.looking.running:
                watch.looking.stop()

    def list_status(self) -> tuple[RelayStatus, ...]:
        """In the order of the configuration."""
        return tuple(watch.status for watch in self._watches)

    def add_to(self, count: Count) -> Count:
        """`count`, with the relays' listeners, and without the relays themselves."""

        async def count_all() -> dict[str, int]:
            ours = await count()
            elsewhere: Counter[str] = Counter()
            fetched: Counter[str] = Counter()
            for watch in self._watches:
                elsewhere.update(watch.listeners)
                fetched.update(watch.listeners.keys())
            return {path: max(0, number - fetched[path]) + elsewhere[path] for path, number in ours.items()}

        return count_all


class _Watch:
    """One relay, as it was when it was last asked."""

    def __init__(self, relay: Relay, mounts: Sequence[Mount], agent: IAgent, clock: IReactorTime) -> None:
        self._relay = relay
        self._paths = [mount.path for mount in mounts]
        self._icecast = IcecastStatistics(agent, clock, relay.url, relay.admin_password)
        self.listeners: Mapping[str, int] = {}
        """Of each mount of ours that it has."""
        self._trouble = "not asked yet"
        self.looking = LoopingCall(lambda: Deferred.fromCoroutine(self._look()))
        self.looking.clock = clock

    @property
    def status(self) -> RelayStatus:
        relay = self._relay
        return RelayStatus(
            name=relay.name, url=relay.url, is_well=not self._trouble, listeners=sum(self.listeners.values()),
            limit=relay.listeners, mounts=tuple(self.listeners), trouble=self._trouble,
        )  # fmt: skip

    async def _look(self) -> None:
        try:
            found = parse_stats(await self._icecast.fetch())
        except Exception as error:
            self._note({}, _say_why(error))
            return
        self._note(found, "" if set(found) & set(self._paths) else "has none of the station's mounts")

    def _note(self, found: Mapping[str, MountStats], trouble: str) -> None:
        self.listeners = {path: found[path].listeners for path in self._paths if path in found}
        if trouble and trouble != self._trouble:
            log.warn("the relay {name} {trouble}; listeners are sent elsewhere", name=self._relay.name, trouble=trouble)
        elif self._trouble and not trouble:
            log.info("the relay {name} is well; listeners are sent to it", name=self._relay.name)
        self._trouble = trouble


def _say_why(error: Any) -> str:
    """A clause whose subject is the relay. Twisted's own words name addresses and say little."""
    if isinstance(error, PermissionError):
        return "does not take the password"
    return "does not answer as an Icecast does" if isinstance(error, ValueError) else "does not answer"
