"""Collects the station as it is outside the database, as `Outside` has it.

Most of it is known without asking. The processes' figures, the mounts and their listeners are asked for only where a
request shows them: the streamer and Icecast answer within milliseconds, but not always.
"""

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from bandstand.common import hls, wire
from bandstand.common.api.heard import HeardStream
from bandstand.common.api.values import (
    ChatNetwork,
    ListenerCount,
    Loudness,
    MountStatus,
    OnAir,
    Outside,
    PersonPresent,
    ProcessStatus,
    RelayStatus,
)
from bandstand.common.generators import Generator
from bandstand.common.live import LiveInput

log = Logger()


class Streamer(Protocol):
    """What is asked of the playout controller."""

    loudness: Loudness | None

    @property
    def heard(self) -> tuple[HeardStream, ...]: ...

    @property
    def is_connected(self) -> bool: ...

    def get_on_air(self) -> OnAir | None: ...

    def ask_state(self) -> Awaitable[wire.StreamerState | None]: ...


class Generators(Protocol):
    """What is asked of the catalogue."""

    known: dict[str, Generator]
    troubles: dict[str, str]
    faults: dict[str, str]


@dataclass(frozen=True)
class Sources:
    """Where the status comes from. The functions of `processes` each give some of the lines, in the lines' order."""

    streamer: Streamer
    generators: Generators
    processes: Iterable[Callable[[], Iterable[ProcessStatus]]]
    list_people: Callable[[], tuple[PersonPresent, ...]]
    list_networks: Callable[[bool], dict[str, ChatNetwork]] = lambda _: {}
    """Given whether the people there are wanted."""
    find_watch_trouble: Callable[[], str] = lambda: ""
    count_listeners: Callable[[], Awaitable[dict[str, int]]] | None = None
    """None where Icecast does not tell us, for want of a password."""
    urls: Mapping[str, str] = field(default_factory=dict)
    """Where each mount is heard."""
    get_database_trouble: Callable[[], str] = lambda: ""
    """Why the database takes nothing, a sentence."""
    list_listener_counts: Callable[[], tuple[ListenerCount, ...]] = lambda: ()
    """Over time."""
    list_relays: Callable[[], tuple[RelayStatus, ...]] = lambda: ()
    find_page: Callable[[], str] = lambda: ""
    """The page's address, if there is one."""
    get_live: Callable[[], dict[str, LiveInput]] = dict
    """How it is with DJs' sources, by name."""


class StatusCollector:
    def __init__(self, name: str, clock: IReactorTime, sources: Sources) -> None:
        """`name` is the station's; `clock` is monotonic."""
        self._name = name
        self._clock = clock
        self._sources = sources
        self._began = clock.seconds()

    async def collect(self, is_whole: bool) -> Outside:
        """What is cheap to know; where `is_whole`, what the streamer and Icecast are asked for as well."""
        if not is_whole:
            return self._collect_known(())
        counting = Deferred.fromCoroutine(self._count_listeners())
        state = await self._sources.streamer.ask_state()
        listeners = await counting
        asked = {
            "networks": self._sources.list_networks(True),
            "relays": self._sources.list_relays(),
            "page": self._sources.find_page(),
            "listener_counts": self._sources.list_listener_counts(),
        }
        if state is None:
            return self._collect_known(self._list_processes(answers=False), **asked)
        return self._collect_known(
            self._list_processes(answers=True),
            mounts=tuple(self._describe_mount(mount, listeners) for mount in state.mounts),
            loudness=Loudness(state.loudness, state.peak),
            **asked,
        )

    def _collect_known(self, processes: tuple[ProcessStatus, ...], **asked: Any) -> Outside:
        sources = self._sources
        known: dict[str, Any] = {
            "name": self._name,
            "uptime": self._get_uptime(),
            "on_air": sources.streamer.get_on_air(),
            "database": sources.get_database_trouble(),
            "is_connected": sources.streamer.is_connected,
            "loudness": sources.streamer.loudness,
            "heard": sources.streamer.heard,
            "processes": processes,
            "people": sources.list_people(),
            "networks": sources.list_networks(False),
            "live": sources.get_live(),
            # Copies: the database's thread reads them while the catalogue may change.
            "generators": dict(sources.generators.known),
            "watch_trouble": sources.find_watch_trouble() if sources.generators.known else "",
            "generator_troubles": dict(sources.generators.troubles),
            "generator_faults": dict(sources.generators.faults),
        }
        return Outside(**(known | asked))

    def list_known_processes(self) -> tuple[ProcessStatus, ...]:
        """As far as that is known without asking."""
        return self._list_processes(answers=self._sources.streamer.is_connected)

    def _get_uptime(self) -> float:
        return self._clock.seconds() - self._began

    def _list_processes(self, answers: bool) -> tuple[ProcessStatus, ...]:
        """The bot first. A streamer that another process keeps is there as far as it answers."""
        bot = ProcessStatus("bot", "running", os.getpid(), self._get_uptime())
        lines = [bot, *(line for list_lines in self._sources.processes for line in list_lines())]
        if not any(line.name == "streamer" for line in lines):
            lines.append(ProcessStatus("streamer", "answers" if answers else "does not answer"))
        elif not answers and self._sources.streamer.is_connected:
            lines = [
                replace(line, state=f"{line.state}, does not answer") if line.name == "streamer" else line
                for line in lines
            ]
        return tuple(lines)

    async def _count_listeners(self) -> dict[str, int]:
        """Empty where Icecast does not answer."""
        if self._sources.count_listeners is None:
            return {}
        try:
            return await self._sources.count_listeners()
        except Exception as error:
            log.debug("Icecast did not say how many listen: {error}", error=error)
            return {}

    def _describe_mount(self, mount: wire.MountState, listeners: Mapping[str, int]) -> MountStatus:
        return MountStatus(
            path=mount.path,
            is_on_air=mount.on_air,
            seconds=mount.seconds,
            url=self._find_url(mount.path),
            trouble=mount.trouble,
            listeners=listeners.get(mount.path),
        )

    def _find_url(self, path: str) -> str:
        """Where a mount is heard; HLS where the page is, which may be nowhere."""
        if path == hls.PATH:
            page = self._sources.find_page()
            return f"{page.rstrip('/')}{path}" if page else ""
        return self._sources.urls.get(path, "")
