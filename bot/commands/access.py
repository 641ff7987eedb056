"""Who people are, for front ends that serve others than the owner: their rights, and their passwords' hashes."""

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.bot.station import access
from bandstand.bot.station.repositories import Store
from bandstand.common.api.people import Identity, Right

log = Logger()


class StoredAccess:
    """`bot.commands.frontend.Access`, over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_right(self, identity: Identity) -> Deferred[Right]:
        """The right that was granted to this identity. If the lookup fails, it is the lowest."""
        return Deferred.fromCoroutine(self._find_right(identity))

    async def _find_right(self, identity: Identity) -> Right:
        try:
            return await self._store.read(lambda tx: access.get_right(tx, identity))
        except Exception as error:
            log.error("a right could not be looked up: {why}", why=error)
            return Right.LISTENER

    def get_password_hash(self, name: str) -> Deferred[str | None]:
        """The hash of this account's password; None where there is no such account. Fails with StoreError."""
        return Deferred.fromCoroutine(self._find_hash(name))

    async def _find_hash(self, name: str) -> str | None:
        return await self._store.read(lambda tx: tx.people.get_password(name))
