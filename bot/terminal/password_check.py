"""Checks the passwords of people who log in, for telnet.

A check takes a processor for a tenth of a second and 16 MiB, so it runs in a thread, and few run at a time. An address
that has failed before waits first (`terminal.login.FailedLogins`). Knows no connection.
"""

import time
from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from bandstand.bot.station import passwords
from bandstand.bot.station.identity import PERSON
from bandstand.bot.terminal.login import FailedLogins
from bandstand.bot.terminal.terminals import Reactor
from bandstand.common.text import one_line

log = Logger()

AT_ONCE = 2
"""Passwords that are checked at a time."""


class Accounts(Protocol):
    """Where the hashes of passwords are asked for."""

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        """None where there is no such account."""
        ...


class PasswordCheck:
    def __init__(self, reactor: Reactor, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that never go back."""
        self._reactor = reactor
        self._accounts = accounts
        self._clock = clock
        self._failed = FailedLogins()
        self._checks = DeferredSemaphore(AT_ONCE)

    async def check(self, name: str, password: str, address: str) -> bool:
        """Whether that is the person's password. False as well if it could not be checked, which is logged."""
        await deferLater(self._reactor, self._failed.wait(address, self._clock()), lambda: None)
        try:
            is_right = await self._compare(name, password)
        except Exception:
            log.failure("a password could not be checked")
            return False
        if is_right:
            self._failed.forget(address)
        else:
            self._failed.count(address, self._clock())
            log.warn("telnet: {name} from {address} failed to log in", name=one_line(name, 40), address=address)
        return is_right

    async def _compare(self, name: str, password: str) -> bool:
        """A name that does not exist takes as long as a wrong password, so that nobody can try names."""
        stored = await self._accounts.get_password_hash(name) if PERSON.fullmatch(name) else None
        pool = self._reactor.getThreadPool()
        run = self._checks.run(deferToThreadPool, self._reactor, pool, passwords.is_right, password, stored)
        return bool(await run)
