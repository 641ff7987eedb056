"""Checks the passwords of people who log in, by telnet or to the page.

A check takes a processor for a tenth of a second and 16 MiB, so it runs in a thread, and few run at a time. An account
that has failed at an address waits there first, and an address that fails much gets its wrong answers late
(`terminal.login.FailedLogins`), a few at a time. Knows no connection.
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
PENALTIES = 10
"""Wrong answers to one address that are held back at a time; further passwords from there wait for one of them."""


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
        self._penalties: dict[str, DeferredSemaphore] = {}
        """By address, while any of its passwords is looked at."""

    async def check(self, name: str, password: str, address: str, way: str = "telnet") -> bool:
        """Whether that is the person's password. False as well if it could not be checked, which is logged."""
        await self._sleep(self._failed.wait(name, address, self._clock()))
        place = self._penalties.setdefault(address, DeferredSemaphore(PENALTIES))
        await place.acquire()
        try:
            return await self._check_now(name, password, address, way)
        finally:
            place.release()
            if place.tokens == PENALTIES and not place.waiting:
                self._penalties.pop(address, None)

    async def check_visitor(self, name: str, password: str, address: str) -> bool:
        """The same, of a visitor of the page. Whoever guesses waits as long as by telnet, and one wait counts for
        both."""
        return await self.check(name, password, address, "the page")

    async def _check_now(self, name: str, password: str, address: str, way: str) -> bool:
        try:
            is_right = await self._compare(name, password)
        except Exception:
            log.failure("a password could not be checked")
            return False
        if is_right:
            self._failed.record_success(name, address)
            return True
        self._failed.count(name, address, self._clock())
        log.warn("{way}: {name} from {address} failed to log in", way=way, name=one_line(name, 40), address=address)
        await self._sleep(self._failed.penalty(address, self._clock()))
        return False

    async def _sleep(self, seconds: float) -> None:
        await deferLater(self._reactor, seconds, lambda: None)

    async def _compare(self, name: str, password: str) -> bool:
        """A name that does not exist takes as long as a wrong password, so that nobody can try names."""
        stored = await self._accounts.get_password_hash(name) if PERSON.fullmatch(name) else None
        pool = self._reactor.getThreadPool()
        run = self._checks.run(deferToThreadPool, self._reactor, pool, passwords.is_right, password, stored)
        return bool(await run)
