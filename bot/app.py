"""Wires the bot: makes its parts, subscribes them to the events, starts them in order and stops them in reverse.

The one place that sees all rooms. What happens after a commit is decided by who subscribes here: playout brings the
streamer into step, making hands out jobs, the announcer tells people, the socket's feed passes events on.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import IReactorCore, IReactorFDSet, IReactorProcess
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import Agent

from bandstand.bot.child import Launcher
from bandstand.bot.commands.announcements import Announcer
from bandstand.bot.commands.command_line import CommandLine, StoredAccess
from bandstand.bot.commands.favourite_notices import FavouriteNotices
from bandstand.bot.commands.frontend import FrontEnd
from bandstand.bot.commands.live_notices import DjNotices
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.irc.frontend import IrcFrontEnd
from bandstand.bot.irc.network import INetworkReactor
from bandstand.bot.live import keeper as live_keeper
from bandstand.bot.live.door import Door, IDoorReactor, find_door
from bandstand.bot.live.keeper import GuestAccounts, LiveAccounts, LiveKeeper
from bandstand.bot.making.background_jobs import BackgroundJobs
from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.declarations import DeclarationsReloader
from bandstand.bot.making.farm import FarmKeeper
from bandstand.bot.making.file_watcher import FileWatcher
from bandstand.bot.making.generator_reload import GeneratorReloader, Progress
from bandstand.bot.making.importers import Importers
from bandstand.bot.making.radio_file import RadioFileReloader
from bandstand.bot.making.recorder import JobRecorder
from bandstand.bot.making.room import Room
from bandstand.bot.making.song_files import SongFiles
from bandstand.bot.making.workers import JobRunner
from bandstand.bot.playout.controller import PlayoutController, Surroundings
from bandstand.bot.playout.programme_keeper import ProgrammeKeeper
from bandstand.bot.playout.recording_keeper import RecordingKeeper
from bandstand.bot.playout.sources import SongSources
from bandstand.bot.shell import bot_socket
from bandstand.bot.shell.bot_socket import BotSocket
from bandstand.bot.shell.event_feed import EventFeed
from bandstand.bot.station import bands, ordering
from bandstand.bot.station.core import Core
from bandstand.bot.station.event_bus import EventBus
from bandstand.bot.station.limits import COMMANDS, MESSAGES, SONGS
from bandstand.bot.station.rules import Rules, make_between, make_recording_rules
from bandstand.bot.storage.store import IStoreReactor, Store
from bandstand.bot.supervision import log_files
from bandstand.bot.supervision.figures import Figures, find_silence
from bandstand.bot.supervision.hang_watch import HangWatch
from bandstand.bot.supervision.icecast import Prepared
from bandstand.bot.supervision.keeper import STANDBY, STREAMER, WEB, Keeper, list_processes
from bandstand.bot.supervision.listener_history import ListenerHistory
from bandstand.bot.supervision.listeners import HlsListeners, IcecastSources, IcecastStatistics, make_agent
from bandstand.bot.supervision.machine import MachineExaminer
from bandstand.bot.supervision.relays import Relays
from bandstand.bot.supervision.rolling_restart import RollingRestart
from bandstand.bot.supervision.status_collector import Sources, StatusCollector
from bandstand.bot.supervision.web import PreparedWeb, find_page, make_kept_web, prepare_web
from bandstand.bot.terminal import console, pipe, terminals
from bandstand.bot.terminal.console import Console
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.pipe import Pipe
from bandstand.bot.terminal.remote_access import RemoteAccess
from bandstand.common.api.events import Event, StationQuit
from bandstand.common.api.requests import ExamineMachine, GetFigures
from bandstand.common.api.values import Outside
from bandstand.common.config import Config
from bandstand.common.icecast import base_url
from bandstand.common.python import build_command
from bandstand.common.sandbox import Sandbox, protect_programs
from bandstand.common.show_times import find_local_zone, find_zone
from bandstand.common.shutdown import stop_each, stop_once
from bandstand.common.station_folder import describe_lost_database
from bandstand.common.timers import MonotonicClock

log = Logger()
QUIT_SECONDS = 0.05
"""From the order to quit to the end: the answer to whoever gave it goes out first."""


class Reactor(
    IStoreReactor,
    IDoorReactor,
    INetworkReactor,
    terminals.Reactor,
    console.Reactor,
    pipe.Reactor,
    log_files.Reactor,
    bot_socket.Reactor,
    IReactorCore,
    IReactorFDSet,
    IReactorProcess,
):
    """What all parts of the bot need of a reactor together."""


@dataclass(frozen=True)
class Settings:
    """How this bot is to run."""

    config: Config
    own_icecast: Prepared | None
    """None where Icecast is the operator's."""
    keeps_processes: bool
    """Icecast, the standby and the streamer are started and kept by this process (`bandstand up`)."""
    on_terminal: bool
    on_pipe: bool
    arguments: list[str]
    """Those that the other processes are given."""
    configuration: Path
    """The file that was read, or that would have been if it had been there."""


class App:
    """The command process."""

    def __init__(self, reactor: Reactor, settings: Settings, chance: Random, wall: Callable[[], float]) -> None:
        self._reactor = reactor
        self._settings = settings
        self._config = settings.config
        self._chance = chance
        self._wall = wall
        self._clock = MonotonicClock(reactor)
        self._is_quitting = False
        self._launcher = Launcher(reactor, self._clock)
        self._events = EventBus(_log_event_failure)
        self._front_ends: list[FrontEnd] = []
        own = settings.own_icecast
        self.port = own.port if own else self._config.icecast.port
        at = base_url(self._config.icecast, self.port)
        self.urls = {mount.path: f"{at}{mount.path}" for mount in self._config.mounts}
        self._zone = find_zone(self._config.radio.zone or find_local_zone())
        self._store = self._make_store()
        self.web = prepare_web(self._config) if settings.keeps_processes else PreparedWeb()
        self._keepers = self._make_keepers() if settings.keeps_processes else []
        self._make_work()
        self._make_commands(at)
        self._make_front_ends()
        self._subscribe()

    # Making the parts

    def _make_store(self) -> Store:
        limits, station, radio = self._config.limits, self._config.station, self._config.radio
        rules = Rules(
            open_jobs=limits.open_jobs,
            queued_songs=limits.queued_songs,
            crossfade=station.crossfade,
            plays_on=radio.idle == "radio",
            stock=radio.stock * 60.0,
            kept=radio.kept * 3600.0,
            zone=self._zone,
            clock=radio.clock,
            is_on_the_hour=radio.on_the_hour,
            skip_share=radio.voteskip,
            configuration=self._settings.configuration,
            between=make_between(self._config),
            recordings=make_recording_rules(self._config),
            is_live_enabled=self._config.live.enabled,
            is_live_automatic=self._config.live.automatic,
        )
        return Store(self._config.paths, self._reactor, self._events.publish, self._wall, self._chance, rules)

    def _make_keepers(self) -> list[Keeper]:
        """The processes of `bandstand up`, in the order of starting."""
        settings = self._settings
        kept = list_processes(settings.config, settings.own_icecast, settings.arguments)
        if self.web.url:
            kept.append(make_kept_web(self._config, self.web, settings.arguments))
        return [
            Keeper(
                self._launcher,
                self._reactor,
                process,
                self._chance.random,
                (lambda: None) if process.name == WEB else (lambda: self._playout.connect()),
            )
            for process in kept
        ]

    def _plan_sandbox(self) -> Sandbox | None:
        """That of users' programs, if it works here; where it does not, that is told."""
        protection = protect_programs(self._config, self._settings.configuration, os.geteuid())
        for warning in protection.warnings if self._config.generators else ():
            log.warn("{warning}", warning=warning)
        return protection.sandbox

    def _make_work(self) -> None:
        """Whatever acts on what was decided: playout, making, and the streamer's restart."""
        config, store, publish = self._config, self._store, self._events.publish
        sandbox = self._plan_sandbox()
        worker = build_command("bandstand.composer")
        if sandbox is not None:
            plan = msgspec.json.encode(sandbox).decode()
            worker += ["--sandbox", plan, "--scratch", str(config.paths.spool)]
        background = build_command("bandstand.composer.background_job")
        self._catalogue = Catalogue(self._launcher, config.generators, sandbox)
        room = Room(self._clock, (config.paths.spool, config.paths.songs), publish)
        recorder = JobRecorder(self._clock, store, room, publish)
        client = build_command("bandstand.composer.farm.client")
        self._farm = FarmKeeper(self._launcher, config, client, publish, self._chance)
        self._jobs = JobRunner(self._launcher, recorder, config, worker, lambda: self._farm.known.slots)
        self._declarations = DeclarationsReloader(
            self._settings.configuration, self._catalogue, self._jobs.take_generators, publish,
            lambda on_save: FileWatcher(self._clock, on_save),
        )  # fmt: skip
        importer = build_command("bandstand.composer.importer", ["--log", config.log.format])
        self._importers = Importers(self._launcher, recorder, config, importer)
        self._radio_file = RadioFileReloader(
            self._settings.configuration,
            self._zone,
            store,
            lambda on_save: FileWatcher(self._clock, on_save, tells_removal=True),
        )
        self._background = BackgroundJobs(self._launcher, store, config, background)
        sources = SongSources(config.paths, config.station.loudness, self._jobs.find_spool)
        surroundings = Surroundings(self._clock, self._wall, self._chance.random, publish)
        endpoint = UNIXClientEndpoint(self._reactor, str(config.paths.streamer_socket), timeout=5)
        self._playout = PlayoutController(endpoint, store, sources.open, surroundings)
        progress = Progress(self._playout.get_on_air, self._jobs.count_made)
        self._reloader = GeneratorReloader(self._clock, store, self._catalogue, progress)
        self._recordings = RecordingKeeper(
            self._clock, store, config.recordings.get_folder(config.paths), publish, self._playout
        )
        self._playout.find_tag = self._recordings.find_tag
        self._playout.take_recording = self._recordings.take_change
        self._playout.greet = lambda state: self._recordings.take_connected(state.recording)
        self._programme = ProgrammeKeeper(self._clock, store, self._look_at_air)
        self._song_files = SongFiles(store, config.paths)
        keeper = self._find_streamer_keeper()
        self._restart = RollingRestart(keeper, self._playout.let_go, publish)
        self._hang_watch = HangWatch(self._clock, self._playout, keeper)

    def _look_at_air(self) -> Outside:
        return Outside(on_air=self._playout.get_on_air(), is_connected=self._playout.is_connected)

    def _make_live(self, icecast_address: str) -> None:
        """Whatever lets DJs in and has them heard."""
        own = self._settings.own_icecast
        admin = own.admin_password if own else self._config.icecast.admin_password
        agent = make_agent(self._reactor, self._config.icecast)
        sources = IcecastSources(agent, self._clock, icecast_address, admin)
        passwords = PasswordCheck(self._reactor, LiveAccounts(self._store))
        surroundings = live_keeper.Surroundings(
            clock=self._clock,
            check_password=lambda name, password, address: passwords.check(name, password, address, "live"),
            watch=self._playout.watch_live,
            disconnect=sources.end,
            look=self._look_at_air,
            publish=self._events.publish,
        )
        self._live = LiveKeeper(self._store, surroundings)
        self._playout.tell_live = self._live.take_inputs
        place = own.live if own else find_door(self._config)
        password = own.password if own else self._config.icecast.password
        self._door = Door(self._reactor, place, self._live.admit, password) if place else None

    def _make_commands(self, icecast_address: str) -> None:
        config = self._config
        self._hls_listeners = HlsListeners(self._clock)
        self._make_live(icecast_address)
        self._relays = Relays(config.relays, config.mounts, Agent(self._reactor), self._clock)
        count = self._make_listener_count(icecast_address)
        self._listeners = ListenerHistory(self._clock, self._wall, count)
        self._status = StatusCollector(
            config.station.name,
            self._clock,
            Sources(
                streamer=self._playout,
                generators=self._catalogue,
                processes=(
                    lambda: self._irc.list_status(),
                    lambda: [keeper.get_status() for keeper in self._keepers],
                    lambda: [*filter(None, [part.get_status() for part in (self._jobs, self._farm, self._importers)])],
                ),
                list_people=lambda: (
                    *self._remote_access.terminals.list_people(),
                    *self._socket.visitors.list_people(),
                ),
                list_networks=lambda is_whole: self._irc.list_networks(is_whole),
                find_watch_trouble=lambda: self._reloader.find_trouble(),
                count_listeners=count,
                list_listener_counts=self._listeners.list_counts,
                urls=self.urls,
                get_database_trouble=lambda: self._store.trouble,
                list_relays=self._relays.list_status,
                find_page=lambda: find_page(config),
                get_live=lambda: self._live.inputs,
            ),
        )
        self._figures = Figures(
            self._clock.seconds, lambda: find_silence(self._playout, self._jobs), self._status.list_known_processes
        )
        self._playout.take_underrun = self._figures.take_underrun
        self._store.tell_time = self._figures.take_transaction
        limits = config.limits
        per_minute = {COMMANDS: limits.commands, SONGS: limits.songs, MESSAGES: limits.messages}
        self._access = StoredAccess(self._store)
        self._passwords = PasswordCheck(self._reactor, self._access)
        self._core = Core(
            self._store,
            self._status.collect,
            per_minute,
            self._clock.seconds,
            self._passwords.check_visitor,
            {
                ExamineMachine: MachineExaminer(self._launcher, self._settings.arguments).look,
                GetFigures: self._figures.look,
            },
            PasswordCheck(self._reactor, GuestAccounts(self._store)).check_visitor,
        )
        self._commands = CommandLine(self._core, self._front_ends, self._wall, self._clock.seconds)
        self._announcer = Announcer(self._front_ends)
        self._favourite_notices = FavouriteNotices(self._store, self._front_ends)
        self._dj_notices = DjNotices(self._store, self._front_ends)

    def _make_listener_count(self, address: str) -> Callable[[], Any] | None:
        own, icecast = self._settings.own_icecast, self._config.icecast
        password = own.admin_password if own else icecast.admin_password
        if not password:
            return None
        statistics = IcecastStatistics(make_agent(self._reactor, icecast), self._clock, address, password)

        async def count() -> dict[str, int]:
            return await statistics.count_listeners(self._config.mounts)

        everywhere = self._relays.add_to(count) if self._config.relays else count
        return self._hls_listeners.add_to(everywhere) if self._config.hls.enabled else everywhere

    def _make_front_ends(self) -> None:
        reactor, config, commands, access = self._reactor, self._config, self._commands, self._access
        self._feed = EventFeed(self._wall)
        self._socket = BotSocket(
            reactor, config.paths.bot_socket, commands, self._core, access, self._feed, self._jobs.pipes
        )
        self._remote_access = RemoteAccess(reactor, config, commands, access, self._passwords)
        self._irc = IrcFrontEnd(reactor, config.irc, config.paths, commands, access, self._chance, self._wall)
        self._console: Console | Pipe | None = None
        if self._settings.on_terminal:
            self._console = Console(reactor, commands, config.paths.directory / "history", self.quit)
        elif self._settings.on_pipe:
            self._console = Pipe(reactor, commands)

    def _subscribe(self) -> None:
        """Sound comes first; people are told when it is under way."""
        for subscriber in (
            self._recordings.react,
            self._playout.react,
            self._jobs.react,
            self._importers.react,
            self._declarations.react,
            self._reloader.react,
            self._background.react,
            self._programme.react,
            self._live.react,
            self._song_files.react,
            self._restart.react,
            self._hls_listeners.react,
            self._react,
            self._announcer.handle,
            self._favourite_notices.react,
            self._dj_notices.react,
            self._figures.react,
            self._feed.handle,
        ):
            self._events.subscribe(subscriber)

    def _react(self, event: Event) -> None:
        if isinstance(event, StationQuit):
            self.quit()

    # Starting and stopping

    def start(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        """Database first, front ends last: whoever can ask gets an answer."""
        lost = describe_lost_database(self._config.paths)
        applied = await self._store.open()
        if applied:
            log.info("the database is new or was brought up to date: {names}", names=", ".join(applied))
        if lost:
            log.warn("{lost}", lost=lost)
        for keeper in self._keepers:
            if keeper.name != WEB:
                keeper.ensure()
        await self._recordings.start()
        self._playout.connect()
        self._replace_outdated()
        await self._store.record(bands.settle_house_bands)
        self._farm.start()
        await self._jobs.start()
        await self._store.record(ordering.order_first_song)
        await self._song_files.start()
        await self._radio_file.start()
        self._programme.start()
        self._playout.outage.start()
        self._live.start()
        self._listeners.start()
        self._relays.start()
        self._hang_watch.start()
        asking = Deferred.fromCoroutine(self._catalogue.start())
        asking.addErrback(lambda failure: log.failure("the generators were not asked", failure))
        trouble = await self._reloader.follow_watched()
        self._declarations.start()
        self._start_front_ends(trouble)

    def _replace_outdated(self) -> None:
        """What an earlier bot left running must stream as this configuration says; if it is not ours, it is said."""
        own = self._settings.own_icecast
        if own is not None and own.was_ended:
            log.warn("Icecast ran with an earlier configuration and is started again; listeners connect anew")
        if self._keepers:
            standby = next((keeper for keeper in self._keepers if keeper.name == STANDBY), None)
            replacing = Deferred.fromCoroutine(self._restart.replace_outdated(standby, self._clock))
            replacing.addErrback(lambda failure: log.failure("what runs already was not replaced", failure))
            return
        for process in list_processes(self._config, None, []):
            if process.is_outdated:
                log.error(
                    "the {name} runs with another configuration than this bot's: start it again", name=process.name
                )

    def _start_front_ends(self, *troubles_before: str) -> None:
        self._front_ends += [self._socket, self._remote_access.terminals, self._irc]
        self._socket.start()
        troubles = [*troubles_before, *self._remote_access.start()]
        troubles.append(self._door.start() if self._door is not None else "")
        self._irc.start()
        troubles.append(self.web.trouble)
        self._start_web()
        log.info("the station takes commands")
        if self._console is not None:
            self._front_ends.append(self._console)
            troubles.append(self._console.start())
        for trouble in filter(None, troubles):
            self._announcer.announce(Reply(trouble, Level.NOTICE))

    def _start_web(self) -> None:
        """Last, since sound comes first. One that runs with other settings is replaced; that takes a second."""
        keeper = next((keeper for keeper in self._keepers if keeper.name == WEB), None)
        if keeper is None:
            return
        keeper.ensure()
        if keeper.is_outdated:
            log.warn("the web process runs with an earlier configuration and is started again")
            keeper.replace_adopted()

    def stop(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        """Front ends, workers, streamer, the other processes, database: nothing is left that could ask for the next."""
        parts = (
            *([self._console] if self._console is not None else []),
            *([self._door] if self._door is not None else []),
            *(
                self._live,
                self._remote_access,
                self._irc,
                self._socket,
                self._declarations,
                self._radio_file,
                self._programme,
            ),
            *(self._recordings, self._listeners, self._relays, self._hang_watch),
            *(self._reloader, self._background, self._jobs, self._farm, self._importers),
        )
        await stop_each([part.stop for part in parts])
        await stop_each([lambda: self._playout.stop(shut_down=bool(self._keepers)), self._stop_processes])
        await self._store.close()

    def _stop_processes(self) -> Deferred[Any]:
        return DeferredList([maybeDeferred(keeper.stop) for keeper in reversed(self._keepers)])

    def quit(self) -> None:
        """End the station in order, however often and by whomever that is asked."""
        if not self._is_quitting:
            self._is_quitting = True
            self._reactor.callLater(QUIT_SECONDS, stop_once, self._reactor)

    def _find_streamer_keeper(self) -> Keeper | None:
        return next((keeper for keeper in self._keepers if keeper.name == STREAMER), None)


def _log_event_failure(event: Event, error: Exception) -> None:
    log.failure("{event} could not be acted on", Failure(error), event=type(event).__name__)
