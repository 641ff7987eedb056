"""A reactor with the real commands, database, admin socket and doors, and no music.

A program for test_telnet.py and test_ssh.py: its one argument is the configuration file.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from twisted.internet import reactor
from twisted.internet.defer import succeed

from bot.commands.table import Quotas
from bot.database.store import Store
from bot.dispatch import Dispatcher
from bot.effects import Announce, Effect, Leave, Quit
from bot.people.access import Rights
from bot.people.limits import Limits
from bot.request import Level, Reply
from bot.shell.admin import AdminSocket
from bot.terminal.remote_access import Doors
from bot.view import StationView
from common import config, log

settings = config.load(Path(sys.argv[1]))
settings.paths.directory.mkdir(parents=True, exist_ok=True)
log.begin("bot", settings.log, sys.stderr)
store = Store(settings.paths.database, reactor)


def perform(effects: Sequence[Effect]) -> None:
    for effect in effects:
        match effect:
            case Leave(where):
                doors.terminals.leave(where)
            case Announce(reply):
                doors.terminals.announce(reply)
            case Quit():
                doors.terminals.announce(Reply("a notice for everybody", Level.NOTICE))


commands = Dispatcher(
    store, time.time, Random(1), lambda _: succeed(StationView(people=doors.terminals.people())), perform, Limits({}),
    Quotas(),
)  # fmt: skip
doors = Doors(reactor, settings, store, commands, Rights(store))
admin = AdminSocket(reactor, settings.paths.bot_socket, commands)


def start() -> None:
    store.open().addCallback(lambda _: (admin.start(), doors.start(), print("ready", flush=True)))


reactor.callWhenRunning(start)
reactor.addSystemEventTrigger("before", "shutdown", lambda: doors.stop().addBoth(lambda _: store.close()))
reactor.run()
