"""A reactor with the real commands, core, database, socket and remote access, and no music.

A program for test_telnet.py and test_ssh.py: its one argument is the configuration file. `quit` ends nothing here; it
says a notice to everybody.
"""

import sys
import time
from pathlib import Path
from random import Random

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.commands.announcements import Announcer
from bandstand.bot.commands.command_line import CommandLine, StoredAccess
from bandstand.bot.commands.frontend import FrontEnd
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.making.spool import Pipes
from bandstand.bot.shell.bot_socket import BotSocket
from bandstand.bot.shell.event_feed import EventFeed
from bandstand.bot.station.core import Core
from bandstand.bot.station.event_bus import EventBus
from bandstand.bot.station.rules import Rules
from bandstand.bot.storage.store import Store
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.remote_access import RemoteAccess
from bandstand.common import config, log
from bandstand.common.api.events import Event, StationQuit
from bandstand.common.api.values import Outside

settings = config.load(Path(sys.argv[1]))
settings.paths.directory.mkdir(parents=True, exist_ok=True)
log.begin("bot", settings.log, sys.stderr)


def fail(event: Event, error: Exception) -> None:
    Logger().failure("{event} was not acted on", Failure(error), event=event)


async def look(_: bool) -> Outside:
    return Outside(people=remote_access.terminals.list_people())


def react(event: Event) -> None:
    if isinstance(event, StationQuit):
        remote_access.terminals.announce(Reply("a notice for everybody", Level.NOTICE))


events = EventBus(fail)
store = Store(settings.paths, reactor, events.publish, time.time, Random(1), Rules())
core = Core(store, look, {}, time.monotonic)
front_ends: list[FrontEnd] = []
commands = CommandLine(core, front_ends, time.time, time.monotonic)
access = StoredAccess(store)
feed = EventFeed(time.time)
bot_socket = BotSocket(reactor, settings.paths.bot_socket, commands, core, access, feed, Pipes())
remote_access = RemoteAccess(reactor, settings, commands, access, PasswordCheck(reactor, access))
front_ends += [bot_socket, remote_access.terminals]
for subscriber in (react, Announcer(front_ends).handle, feed.handle):
    events.subscribe(subscriber)


async def start() -> None:
    await store.open()
    bot_socket.start()
    remote_access.start()
    print("ready", flush=True)


async def stop() -> None:
    await remote_access.stop()
    await store.close()


reactor.callWhenRunning(lambda: Deferred.fromCoroutine(start()))
reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(stop()))
reactor.run()
