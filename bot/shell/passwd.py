"""`bandstand passwd NAME`: makes an account for telnet, or gives it another password.

The password is hashed here, so that it is in no log and on no socket. The running bot gets the hash; without one it
is written to the database, under the bot's lock.
"""

import argparse
import getpass
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing

from peewee import SqliteDatabase

from bot.commands.reply import Reply
from bot.database.models import MODELS
from bot.database.store import PRAGMAS, migrate
from bot.people import access, passwords
from bot.shell import ctl
from bot.station.identity import PERSON
from common import config
from common.config import Config
from common.errors import CommandError
from common.lock import ProcessLock


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand passwd", description="Make or change an account for telnet.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--remove", action="store_true", help="remove the account and its right")
    parser.add_argument("name", metavar="NAME", help="small letters, digits and . _ -")
    options = parser.parse_args(arguments)
    name = options.name.lower()
    if not PERSON.fullmatch(name):
        raise CommandError("a name is of at most 32 letters, digits and . _ -, and begins with a letter or a digit")
    environment = {**os.environ, "BANDSTAND_ICECAST_PASSWORD": "not needed here"}
    settings = config.load(config.find(options.config), environment)
    reply = change_account(settings, name, "" if options.remove else passwords.hash_password(ask_password()))
    ctl.show(reply, as_json=False)
    return 0 if reply.is_good else 1


def ask_password() -> str:
    """The password, typed twice; without a terminal, a line of standard input. Raises CommandError."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass("password: ")
        if password != getpass.getpass("again: "):
            raise CommandError("the two are not the same; nothing was changed")
    if len(password) < passwords.SHORTEST:
        raise CommandError(f"a password has at least {passwords.SHORTEST} characters; nothing was changed")
    return password


def change_account(settings: Config, name: str, stored: str) -> Reply:
    """By the bot, or without one in the database. `stored`: the hash of the password, empty to remove the account."""
    try:
        with closing(ctl.Station(settings.paths.bot_socket)) as station:
            return next(iter(station.ask(f"account {name} {stored or '--remove'}", wait=False)))
    except ctl.NotRunning:
        return _change_database(settings, name, stored)


def _change_database(settings: Config, name: str, stored: str) -> Reply:
    settings.paths.directory.mkdir(parents=True, exist_ok=True)
    lock = ProcessLock(settings.paths.bot_lock)
    lock.acquire("bandstand")
    try:
        database = SqliteDatabase(str(settings.paths.database), pragmas=PRAGMAS)
        with closing(database), database.bind_ctx(MODELS):
            migrate(database, settings.paths.database)
            with database.atomic():
                return _change(name, stored)
    finally:
        lock.release()


def _change(name: str, stored: str) -> Reply:
    if not stored:
        access.remove_account(name)
        return Reply(f"{name} has no account and no right any more")
    new = access.set_password(name, stored, time.time())
    return Reply(f"{name} {'may log in' if new else 'has a new password'}; the next bandstand up knows it")
