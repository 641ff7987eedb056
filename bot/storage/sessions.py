"""Sessions of visitors of the page in the database, and the links that begin them; see `bot.station.repositories`."""

from typing import Final

from bandstand.bot.station.repositories import Session
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.common.api.people import Right

SESSION: Final = tables.Session
COLUMNS: Final = (
    *(SESSION.key, SESSION.is_link, SESSION.name, SESSION.network, SESSION.account, SESSION.mask, SESSION.right),
    *(SESSION.person, SESSION.created, SESSION.expires),
)
FIND: Final = prepare(SESSION.select(*COLUMNS).where(SESSION.key == GAP))


class Sessions:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def find(self, key: str) -> Session | None:
        row = self._executor.select_first(FIND.fill(key))
        return _read(row) if row else None

    def add(self, session: Session) -> None:
        query = SESSION.insert(
            key=session.key,
            is_link=session.is_link,
            name=session.name,
            network=session.network,
            account=session.account,
            mask=session.mask,
            right=None if session.right is None else session.right.rank,
            person=session.person,
            created=session.created,
            expires=session.expires,
        )
        self._executor.change(query)

    def remove(self, key: str) -> bool:
        return bool(self._executor.change(SESSION.delete().where(SESSION.key == key)))

    def remove_links(self, person: str) -> None:
        is_own = (SESSION.person == person) & (SESSION.is_link == True)  # noqa: E712
        self._executor.change(SESSION.delete().where(is_own))

    def remove_of_person(self, person: str) -> int:
        return self._executor.change(SESSION.delete().where(SESSION.person == person))

    def keep_newest(self, person: str, count: int) -> None:
        is_own = (SESSION.person == person) & (SESSION.is_link == False)  # noqa: E712
        newest = SESSION.select(SESSION.key).where(is_own).order_by(SESSION.created.desc())
        older = [key for (key,) in self._executor.select(newest)][count:]
        if older:
            self._executor.change(SESSION.delete().where(SESSION.key.in_(older)))

    def prune(self, now: float) -> None:
        self._executor.change(SESSION.delete().where(SESSION.expires <= now))


def _read(row: Row) -> Session:
    key, is_link, name, network, account, mask, right, person, created, expires = row
    return Session(
        key=key,
        is_link=bool(is_link),
        name=name,
        network=network,
        account=account,
        mask=mask,
        right=None if right is None else Right.of_rank(right),
        person=person,
        created=created,
        expires=expires,
    )
