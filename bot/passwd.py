"""`bandstand passwd NAME`: makes an account for telnet, or gives it another password.

The password is hashed here, so that it is in no log and on no socket. The running bot gets the hash; where none runs,
it is written to the database, under the bot's lock. So this sees the storage as well, and is no front end.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from contextlib import closing

from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.sentences import show_refusal
from bandstand.bot.shell import ctl
from bandstand.bot.station import access, passwords
from bandstand.bot.station.identity import PERSON
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.storage.store import run_once
from bandstand.common import config
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import RemoveAccount, SetPassword
from bandstand.common.errors import CommandError
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import Paths
from bandstand.common.station_folder import prepare_folder
from bandstand.common.text import MARK


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand passwd", description="Make or change an account for telnet.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--remove", action="store_true", help="remove the account and its right")
    parser.add_argument("name", metavar="NAME", help="small letters, digits and . _ -")
    options = parser.parse_args(arguments)
    name = options.name.lower()
    if not PERSON.fullmatch(name):
        raise CommandError("a name is of at most 32 letters, digits and . _ -, and begins with a letter or a digit")
    paths = config.find_directory(config.find(options.config))
    reply = change_account(paths, name, "" if options.remove else passwords.hash_password(ask_password()))
    ctl.show(reply, as_json=False)
    return 0 if reply.is_good else 1


def ask_password() -> str:
    """The password, typed twice; without a terminal, a line of standard input. Raises CommandError."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().removeprefix(MARK).rstrip("\r\n")
    else:
        password = getpass.getpass("password: ")
        if password != getpass.getpass("again: "):
            raise CommandError("the two are not the same; nothing was changed")
    if len(password) < passwords.SHORTEST:
        raise CommandError(f"a password has at least {passwords.SHORTEST} characters; nothing was changed")
    return password


def change_account(paths: Paths, name: str, stored: str) -> Reply:
    """By the bot, or without one in the database. `stored`: the hash of the password, empty to remove the account."""
    try:
        with closing(ctl.Station(paths.bot_socket)) as station:
            return next(iter(station.ask(f"account {name} {stored or '--remove'}", wait=False)))
    except ctl.NotRunning:
        return _change_database(paths, name, stored)


def _change_database(paths: Paths, name: str, stored: str) -> Reply:
    prepare_folder(paths)
    lock = ProcessLock(paths.bot_lock)
    lock.acquire("bandstand")
    try:
        return run_once(paths, lambda tx: _change(tx, name, stored))
    finally:
        lock.release()


def _change(tx: Transaction, name: str, stored: str) -> Reply:
    owner = Requester("passwd", right=Right.OWNER)
    try:
        if not stored:
            access.remove_account(RemoveAccount(name=name), owner, tx)
            return Reply(f"{name} has no account and no right any more")
        is_new = access.set_password(SetPassword(name=name, hash=stored), owner, tx).is_new
    except Refused as refused:
        return show_refusal(refused.why)
    return Reply(f"{name} {'may log in' if is_new else 'has a new password'}; it counts when bandstand up runs again")
