"""Gathers what commands show of the station outside the database into one `StationView`."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.interfaces import IReactorTime

from bot.making.catalogue import Catalogue
from bot.making.workers import Workers
from bot.playout.controller import Player
from bot.supervision.keeper import Keeper
from bot.view import LevelView, PersonView, ProcessView, StationView
from common.config import Config
from common.icecast import base_url


class Overview:
    def __init__(
        self,
        config: Config,
        clock: IReactorTime,
        player: Player,
        workers: Workers,
        keepers: Sequence[Keeper],
        port: int,
        listeners: Callable[[], Deferred[dict[str, int] | None]],
        pid: int,
        people: Callable[[], tuple[PersonView, ...]],
        catalogue: Catalogue,
    ) -> None:
        self._config = config
        self._clock = clock
        self._player = player
        self._workers = workers
        self._keepers = keepers
        self._listeners = listeners
        self._pid = pid
        self._people = people
        self._catalogue = catalogue
        self._began = clock.seconds()
        at = base_url(config.icecast, port)
        self.networks: Callable[[], tuple[ProcessView, ...]] = tuple
        """Asked for the lines of networks that people come from."""
        self.urls = {mount.path: f"{at}{mount.path}" for mount in config.mounts}

    @inlineCallbacks
    def view(self, whole: bool) -> Generator[Deferred[Any], Any, StationView]:
        """What is cheap to know; `whole` asks the streamer and Icecast as well."""
        uptime = self._clock.seconds() - self._began
        if not whole:
            return StationView(
                self._config.station.name,
                uptime,
                self._player.air,
                self._player.level,
                self._player.connected,
                people=self._people(),
                generators=self._catalogue.known,
                generator_troubles=self._catalogue.troubles,
            )
        asked = self._listeners()
        state = yield self._player.state()
        listeners = yield asked
        return StationView(
            name=self._config.station.name,
            uptime=uptime,
            air=self._player.air,
            level=LevelView(state.loudness, state.peak) if state else None,
            connected=self._player.connected,
            processes=self._processes(uptime, state is not None),
            mounts=tuple(state.mounts) if state else (),
            urls=self.urls,
            listeners=listeners,
            people=self._people(),
            generators=self._catalogue.known,
            generator_troubles=self._catalogue.troubles,
        )

    def _processes(self, uptime: float, answers: bool) -> tuple[ProcessView, ...]:
        kept = tuple(keeper.view() for keeper in self._keepers)
        if not any(keeper.name == "streamer" for keeper in self._keepers):
            kept += (ProcessView("streamer", "answers" if answers else "does not answer"),)
        waiting = self._workers.waiting_pid
        workers = f"{self._workers.at_work} at work, {'one waiting' if waiting else 'none waiting'}"
        bot = ProcessView("bot", "running", self._pid, uptime)
        return (bot, *self.networks(), *kept, ProcessView("workers", workers, waiting))
