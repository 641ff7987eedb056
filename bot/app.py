"""Wires the bot: makes its parts, starts them in order, and stops them in the reverse of it."""

import os
import sys
from collections.abc import Callable, Generator
from random import Random
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, DeferredList, inlineCallbacks, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.commands.table import Quotas
from bot.database.store import Store
from bot.dispatch import Dispatcher
from bot.irc.frontend import IrcFrontEnd
from bot.making.background_jobs import Errands
from bot.making.catalogue import Catalogue
from bot.making.generator_reload import Live
from bot.making.workers import Workers
from bot.overview import Overview
from bot.people.access import Rights
from bot.people.limits import COMMANDS, SONGS, Limits
from bot.perform import Performer
from bot.playout.controller import Player
from bot.request import Level, Reply
from bot.shell.admin import AdminSocket
from bot.songs import bands, library, programme
from bot.supervision import icecast
from bot.supervision.keeper import Keeper
from bot.supervision.rolling_restart import replace_streamer
from bot.terminal.console import Console
from bot.terminal.doors import Doors
from bot.terminal.pipe import Pipe
from bot.view import AirView
from common.config import Config
from common.icecast import base_url
from common.jobs import Done
from common.shutdown import stop_once
from common.types import SongCode

log = Logger()

FIRST_WHO, FIRST_WHERE = "the station", "station"


class App:
    """The command process. `everything`: keeps Icecast, the standby and the streamer running, too."""

    def __init__(
        self,
        reactor: Any,
        config: Config,
        chance: Random,
        wall: Callable[[], float],
        *,
        own_icecast: icecast.Prepared | None,
        everything: bool,
        on_terminal: bool,
        on_pipe: bool,
        arguments: list[str],
    ) -> None:
        self._reactor = reactor
        self._config = config
        self._chance = chance
        self._wall = wall
        self._paths = config.paths
        self._prepared = own_icecast
        self._quitting = False
        self._agent = icecast.agent(reactor, config.icecast)
        self.port = own_icecast.port if own_icecast else config.icecast.port
        self.keepers = _keepers(reactor, config, chance, own_icecast, arguments, self._reach) if everything else []
        self._store = Store(self._paths.database, reactor)
        self._wire_work([sys.executable, "-m", "composer", *arguments])
        self._wire_commands()
        self._wire_front_ends(on_terminal, on_pipe)

    def _wire_work(self, worker: list[str]) -> None:
        """Whoever carries out what a transaction decided. The performer and they know each other."""
        reactor, config = self._reactor, self._config
        performer = Performer(
            self._store,
            self._wall,
            config,
            quit_station=self.quit,
            restart_streamer=self._restart_streamer,
            streamer_away=self._start_streamer,
        )
        self._workers = Workers(
            reactor,
            ["setsid", *worker],
            self._paths.spool,
            config.station.workers,
            performer.stepped,
            performer.compose,
        )
        self._player = Player(reactor, str(self._paths.streamer_socket), performer, reactor, performer.mount_notice)
        self._catalogue = Catalogue(reactor, config.generators)
        self._live = Live(
            reactor, self._wall, self._chance, self._catalogue, performer.change, self._store.transact, self._where
        )
        self._errands = Errands(reactor, ["nice", sys.executable, "-m", "composer.background_job"])
        performer.player = self._player
        performer.workers = self._workers
        performer.live = self._live
        performer.errands = self._errands
        self._performer = performer

    def _wire_commands(self) -> None:
        limits = self._config.limits
        self.overview = Overview(
            self._config,
            self._reactor,
            self._player,
            self._workers,
            self.keepers,
            self.port,
            self._listeners,
            os.getpid(),
            lambda: self._doors.terminals.people(),
            self._catalogue,
        )
        self.commands = Dispatcher(
            self._store,
            self._wall,
            self._chance,
            self.overview.view,
            self._performer.perform,
            Limits({COMMANDS: limits.commands, SONGS: limits.songs}),
            Quotas(limits.open_jobs, limits.queued_songs),
        )

    def _wire_front_ends(self, on_terminal: bool, on_pipe: bool) -> None:
        reactor, config = self._reactor, self._config
        access = Rights(self._store)
        self._doors = Doors(reactor, config, self._store, self.commands, access)
        self._irc = IrcFrontEnd(reactor, config.irc, self._paths, self.commands, access, self._chance, self._wall)
        self.overview.networks = self._irc.views
        self._admin = AdminSocket(reactor, self._paths.bot_socket, self.commands)
        self._console: Console | Pipe | None = None
        if on_terminal:
            self._console = Console(reactor, self.commands, self._paths.directory / "history", self.quit)
        elif on_pipe:
            self._console = Pipe(reactor, self.commands)

    @inlineCallbacks
    def start(self) -> Generator[Deferred[Any], Any, None]:
        """Database first, front ends last: whoever can ask gets an answer."""
        applied = yield self._store.open()
        if applied:
            log.info("the database is new or was brought up to date: {names}", names=", ".join(applied))
        for keeper in self.keepers:
            keeper.ensure()
        unfinished = yield self._store.transact(library.open_jobs)
        recorded = [done for job in unfinished if (done := self._recorded(job.song)) is not None]
        self._workers.warm()
        self._player.connect()
        yield self._performer.change(bands.settle, self._wall())
        yield self._performer.change(programme.again_after_start, recorded, self._wall())
        yield self._performer.change(
            programme.first_song, FIRST_WHO, FIRST_WHERE, self._reactor.seconds(), self._chance
        )
        self._catalogue.start()
        yield self._live.rewatch()
        self._performer.front_ends.append(self._admin)
        yield self._admin.start()
        self._performer.front_ends.append(self._doors.terminals)
        troubles = self._doors.start()
        self._performer.front_ends.append(self._irc)
        self._irc.start()
        log.info("the station takes commands")
        if self._console is not None:
            self._performer.front_ends.append(self._console)
            self._console.start()
        for trouble in troubles:
            self._performer.announce(Reply(trouble, Level.NOTICE))

    @inlineCallbacks
    def stop(self) -> Generator[Deferred[Any], Any, None]:
        """Front ends, workers, streamer, the other processes, database: nothing is left that could ask for the next."""
        if self._console is not None:
            yield self._console.stop()
        yield self._doors.stop()
        yield self._irc.stop()
        yield self._admin.stop()
        self._live.stop()
        self._errands.stop()
        self._workers.stop()
        yield self._player.stop(shut_down=bool(self.keepers))
        yield DeferredList([keeper.stop() for keeper in reversed(self.keepers)])
        yield self._store.close()

    def quit(self) -> None:
        """End the station in order, however often and by whomever that is asked."""
        if not self._quitting:
            self._quitting = True
            # Not at once: the answer to whoever said so goes out first.
            self._reactor.callLater(0.05, stop_once, self._reactor)

    def _where(self) -> AirView | None:
        return self._player.air

    def _reach(self) -> None:
        self._player.connect()

    def _start_streamer(self) -> None:
        keeper = self._streamer_keeper()
        if keeper is not None:
            keeper.ensure()

    def _restart_streamer(self, where: str) -> None:
        def refused(failure: Failure) -> None:
            self._performer.tell(where, Reply(f"the streamer goes on as it was: {failure.value}", Level.FAILED))

        replace_streamer(self._streamer_keeper(), self._player).addErrback(refused)

    def _streamer_keeper(self) -> Keeper | None:
        return next((keeper for keeper in self.keepers if keeper.name == "streamer"), None)

    def _recorded(self, song: SongCode) -> Done | None:
        try:
            return msgspec.json.decode((self._paths.song(song) / "song.json").read_bytes(), type=Done)
        except (OSError, msgspec.DecodeError):
            return None

    def _listeners(self) -> Deferred[dict[str, int] | None]:
        password = self._prepared.admin_password if self._prepared else self._config.icecast.admin_password
        if not password:
            return succeed(None)
        at = base_url(self._config.icecast, self.port)
        asked = icecast.listeners(self._agent, self._reactor, at, password, self._config.mounts)
        return asked.addErrback(lambda _: None)


def _keepers(
    reactor: Any,
    config: Config,
    chance: Random,
    own_icecast: icecast.Prepared | None,
    arguments: list[str],
    streamer_ready: Any,
) -> list[Keeper]:
    """The processes of `bandstand up`, in the order of starting."""
    keepers: list[Keeper] = []
    environment = {}
    if own_icecast is not None:
        environment = {
            "BANDSTAND_ICECAST_PORT": str(own_icecast.port),
            "BANDSTAND_ICECAST_PASSWORD": own_icecast.password,
        }
        keepers.append(Keeper(reactor, "icecast", own_icecast.argv, chance, adopted=own_icecast.pid))
    python = [sys.executable, "-m"]
    paths = config.paths
    keepers.append(
        Keeper(
            reactor,
            "standby",
            [*python, "streamer.standby", *arguments],
            chance,
            lock=paths.standby_lock,
            environment=environment,
        )
    )
    keepers.append(
        Keeper(
            reactor,
            "streamer",
            [*python, "streamer", *arguments],
            chance,
            lock=paths.streamer_lock,
            environment=environment,
            on_ready=streamer_ready,
        )
    )
    return keepers
