"""A reactor with the real commands, database, admin socket and remote access, and no music.

A program for test_telnet.py and test_ssh.py: its one argument is the configuration file.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bot.database.store import Store
from bot.dispatch import Dispatcher
from bot.effects import Announce, Effect, Leave, Quit
from bot.people.access import Rights
from bot.people.limits import Limits
from bot.shell.admin import AdminSocket
from bot.view import StationView
from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed

from bot.commands.reply import Level, Reply
from bot.commands.table import Quotas
from bot.terminal.remote_access import RemoteAccess
from common import config, log

settings = config.load(Path(sys.argv[1]))
settings.paths.directory.mkdir(parents=True, exist_ok=True)
log.begin("bot", settings.log, sys.stderr)
store = Store(settings.paths.database, reactor)


def perform(effects: Sequence[Effect]) -> None:
    for effect in effects:
        match effect:
            case Leave(where):
                remote_access.terminals.leave(where)
            case Announce(reply):
                remote_access.terminals.announce(reply)
            case Quit():
                remote_access.terminals.announce(Reply("a notice for everybody", Level.NOTICE))


def view(_: bool) -> Deferred[StationView]:
    return succeed(StationView(people=remote_access.terminals.people()))


commands = Dispatcher(store, time.time, Random(1), view, perform, Limits({}), Quotas())
remote_access = RemoteAccess(reactor, settings, store, commands, Rights(store))
admin = AdminSocket(reactor, settings.paths.bot_socket, commands)


def start() -> None:
    store.open().addCallback(lambda _: (admin.start(), remote_access.start(), print("ready", flush=True)))


reactor.callWhenRunning(start)
reactor.addSystemEventTrigger("before", "shutdown", lambda: remote_access.stop().addBoth(lambda _: store.close()))
reactor.run()
